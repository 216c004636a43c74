//! Whether a connection is in use: a request is answered on it, or was a moment ago, or an answer is still on its way.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

/// How many requests run on a connection, how many there were, and whether the client is slow to take what is sent.
#[derive(Clone, Copy, Debug, Default)]
struct Requests {
    running: usize,
    begun: u64,
    sending: bool,
}

/// The requests of a connection.
#[derive(Clone, Debug)]
pub struct Activity(Arc<watch::Sender<Requests>>);

/// A request that runs until this is dropped.
pub struct Running(Activity);

impl Activity {
    /// Of a connection that was just made.
    pub fn new() -> Activity {
        Activity(Arc::new(watch::Sender::new(Requests::default())))
    }

    /// A request begins.
    pub fn begin(&self) -> Running {
        self.0.send_modify(|requests| {
            requests.running += 1;
            requests.begun += 1;
        });
        Running(self.clone())
    }

    /// Whether something waits to be sent. An answer may be made long before its client has it.
    pub fn sending(&self, sending: bool) {
        self.0.send_modify(|requests| requests.sending = sending);
    }

    /// Waits until nothing has run for so long: at first for `first`, after a request for `later`.
    pub async fn idle(&self, first: Duration, later: Duration) {
        let mut requests = self.0.subscribe();
        let mut patience = if requests.borrow().begun == 0 { first } else { later };
        loop {
            let now = *requests.borrow_and_update();
            if now.running > 0 || now.sending {
                // We hold the sender.
                let _ = requests.changed().await;
            } else if tokio::time::timeout(patience, requests.changed()).await.is_err() {
                return;
            }
            patience = later;
        }
    }

    /// Waits for the first request, but no longer than that.
    pub async fn used(&self, patience: Duration) {
        let mut requests = self.0.subscribe();
        let _ = tokio::time::timeout(patience, requests.wait_for(|requests| requests.begun > 0)).await;
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.0.0.send_modify(|requests| requests.running = requests.running.saturating_sub(1));
    }
}
