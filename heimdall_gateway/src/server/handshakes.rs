//! Handshakes at a time. One may take as long as `HMD_HANDSHAKE_TIMEOUT`; where there is no room for another, the oldest gives
//! way, so that those that never end keep nobody out.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};
use tokio::time::Instant;

/// At a time. What waits beyond waits in the system's queue.
const LIMIT: usize = 512;

/// What each has before it may have to give way: many times what a slow network takes.
const GRANTED: Duration = Duration::from_secs(1);

/// Those under way.
pub struct Handshakes {
    room: Arc<Semaphore>,
    running: VecDeque<(Instant, oneshot::Sender<()>)>,
}

/// One under way, for as long as it is held.
pub struct Turn {
    _room: OwnedSemaphorePermit,
    given_up: oneshot::Receiver<()>,
}

impl Turn {
    /// Waits until it has to give way.
    pub async fn over(&mut self) {
        if (&mut self.given_up).await.is_err() {
            // Nobody comes any more for whom to give way.
            std::future::pending().await
        }
    }
}

impl Handshakes {
    /// None yet.
    pub fn new() -> Handshakes {
        Handshakes { room: Arc::new(Semaphore::new(LIMIT)), running: VecDeque::new() }
    }

    /// Waits until there is room for one more.
    pub async fn room(&mut self) -> OwnedSemaphorePermit {
        loop {
            if let Some(room) = self.room_now() {
                return room;
            }
            self.running.retain(|(_, turn)| !turn.is_closed());
            let oldest = self.running.front().map_or_else(Instant::now, |(since, _)| *since);
            tokio::select! {
                Ok(room) = Arc::clone(&self.room).acquire_owned() => return room,
                () = tokio::time::sleep_until(oldest + GRANTED) => {
                    if let Some((_, turn)) = self.running.pop_front() {
                        // One that has ended meanwhile has made room by that.
                        let _ = turn.send(());
                    }
                }
            }
        }
    }

    /// Room for one more, where there is some.
    pub fn room_now(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.room).try_acquire_owned().ok()
    }

    /// Begins one.
    pub fn begin(&mut self, room: OwnedSemaphorePermit) -> Turn {
        if self.running.len() >= LIMIT {
            self.running.retain(|(_, turn)| !turn.is_closed());
        }
        let (sender, given_up) = oneshot::channel();
        self.running.push_back((Instant::now(), sender));
        Turn { _room: room, given_up }
    }
}
