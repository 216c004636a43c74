//! Connections in figures, for metrics.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

macro_rules! counters {
    ($($(#[$doc:meta])* $name:ident, $count:ident;)+) => {
        /// Connections since the start.
        #[derive(Debug, Default)]
        pub struct Connections { $($name: AtomicU64,)+ open: AtomicU64 }

        impl Connections { $(
            $(#[$doc])*
            pub fn $name(&self) -> u64 {
                self.$name.load(Ordering::Relaxed)
            }

            pub(super) fn $count(&self) {
                self.$name.fetch_add(1, Ordering::Relaxed);
            }
        )+ }
    };
}

counters! {
    /// Accepted by the system, whatever became of them.
    accepted, count_accepted;
    /// Closed at once: there were `HMD_CONNECTIONS` already.
    refused_full, count_refused_full;
    /// Closed at once: not from `HMD_ALLOWED_NETWORKS`.
    refused_network, count_refused_network;
    /// Did not get through the handshake: no TLS 1.3, too slow, or too many at a time.
    failed_handshakes, count_failed_handshake;
}

impl Connections {
    /// Those that are open.
    pub fn open(&self) -> u64 {
        self.open.load(Ordering::Relaxed)
    }

    /// One more is open, until that is dropped.
    pub(super) fn opened(self: &Arc<Self>) -> Open {
        self.open.fetch_add(1, Ordering::Relaxed);
        Open(Arc::clone(self))
    }
}

/// A connection that is open.
pub struct Open(Arc<Connections>);

impl Drop for Open {
    fn drop(&mut self) {
        self.0.open.fetch_sub(1, Ordering::Relaxed);
    }
}
