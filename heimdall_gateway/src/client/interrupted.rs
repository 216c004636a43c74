//! Somebody wants no more of it: Ctrl-C, or SIGTERM.

use tokio::signal::unix::{Signal, SignalKind, signal};

/// Both signals. Where the system does not let us listen to one, it does what it always does.
pub struct Interrupted(Vec<Signal>);

impl Interrupted {
    /// From now on they do not end the process by themselves.
    pub fn new() -> Interrupted {
        let kinds = [SignalKind::interrupt(), SignalKind::terminate()];
        Interrupted(kinds.into_iter().filter_map(|kind| signal(kind).ok()).collect())
    }

    /// Waits for the next of either.
    pub async fn once(&mut self) {
        std::future::poll_fn(|context| {
            let came = self.0.iter_mut().any(|signal| signal.poll_recv(context).is_ready());
            if came { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
        })
        .await;
    }
}
