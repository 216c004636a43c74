//! Connections come in: those that may are greeted by TLS, each in a task of its own, so that nobody waits for another.

use std::net::SocketAddr;
use std::sync::Arc;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;
use tokio_util::task::TaskTracker;

use super::connection::{Connection, PARTING};
use super::exhausted::Exhausted;
use super::handshakes::{Handshakes, Turn};
use super::notify::Watchdog;
use crate::gateway::Gateway;
use crate::tls;

/// Takes connections in.
pub struct Acceptor {
    gateway: Arc<Gateway>,
    tls: TlsAcceptor,
    connection: Arc<Connection>,
    handshakes: Handshakes,
    room: Arc<Semaphore>,
    open: TaskTracker,
    exhausted: Exhausted,
}

impl Acceptor {
    /// So many connections at a time.
    pub fn new(gateway: &Arc<Gateway>, connections: usize) -> Result<Acceptor, String> {
        Ok(Acceptor {
            tls: TlsAcceptor::from(tls::server_config(Arc::clone(&gateway.tls))?),
            connection: Arc::new(Connection::new(Arc::clone(gateway))?),
            handshakes: Handshakes::new(),
            room: Arc::new(Semaphore::new(connections.min(Semaphore::MAX_PERMITS))),
            open: TaskTracker::new(),
            exhausted: Exhausted::default(),
            gateway: Arc::clone(gateway),
        })
    }

    /// Accepts for as long as it is polled.
    pub async fn run(&mut self, listener: &TcpListener, watchdog: &mut Watchdog) {
        loop {
            let turn = self.handshakes.room().await;
            tokio::select! {
                accepted = listener.accept() => match accepted {
                    Ok(accepted) => self.take(accepted, turn),
                    Err(error) => self.exhausted.pause(&error).await,
                },
                () = watchdog.due() => {}
            }
        }
    }

    /// Ends listening. Who is in the system's queue already is still taken in, as far as there is room for handshakes. What is
    /// open is left to finish.
    pub fn close(mut self, listener: TcpListener) -> TaskTracker {
        // Without the runtime, which would have to hear of each from the system first.
        if let Ok(listener) = listener.into_std() {
            while let Some(turn) = self.handshakes.room_now()
                && let Ok((stream, peer)) = listener.accept()
            {
                let stream = stream.set_nonblocking(true).and_then(|()| TcpStream::from_std(stream));
                if let Ok(stream) = stream {
                    self.take((stream, peer), turn);
                }
            }
        }
        self.open.close();
        self.open
    }

    fn take(&mut self, (stream, peer): (TcpStream, SocketAddr), turn: OwnedSemaphorePermit) {
        let counters = &self.gateway.connections;
        let peer = peer.ip().to_canonical();
        counters.count_accepted();
        if !self.gateway.config.network.admits(peer) {
            return counters.count_refused_network();
        }
        let Ok(room) = Arc::clone(&self.room).try_acquire_owned() else {
            return counters.count_refused_full();
        };
        let open = counters.opened();
        let turn = self.handshakes.begin(turn);
        let (gateway, connection, tls) =
            (Arc::clone(&self.gateway), Arc::clone(&self.connection), self.tls.clone());
        self.open.spawn(async move {
            let _held = (room, open);
            // In a box, so that a connection is not as large as its handshake for good.
            match Box::pin(greet(&gateway, &tls, stream, turn)).await {
                Some(stream) => connection.serve(stream, peer).await,
                None => gateway.connections.count_failed_handshake(),
            }
        });
    }
}

/// The handshake.
async fn greet(
    gateway: &Gateway,
    tls: &TlsAcceptor,
    stream: TcpStream,
    mut turn: Turn,
) -> Option<TlsStream<TcpStream>> {
    let limits = &gateway.config.limits;
    if let Err(error) = super::connection::prepare(&stream, limits.idle) {
        tracing::debug!(%error, "a connection could not be set up");
    }
    tokio::select! {
        greeted = tls.accept(stream) => greeted
            .inspect_err(|error| tracing::debug!(%error, "a handshake failed"))
            .ok(),
        () = tokio::time::sleep(limits.handshake) => None,
        () = turn.over() => None,
        () = async {
            gateway.stop.cancelled().await;
            tokio::time::sleep(PARTING).await;
        } => None,
    }
}
