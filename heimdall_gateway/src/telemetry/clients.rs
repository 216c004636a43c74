//! Connections of clients in numbers.

use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

use super::metrics::Reason;

/// Why a connection is closed before its handshake.
const REFUSED: [&str; 3] = ["limit", "address", "network"];

/// Why a handshake fails.
const FAILED: [&str; 4] = ["timeout", "room", "protocol", "other"];

/// Connections of clients since the start.
#[derive(Debug, Default)]
pub struct Clients {
    accepted: Counter,
    refused: Family<Reason, Counter>,
    failed: Family<Reason, Counter>,
    open: Gauge,
}

/// A connection that is open until this is dropped.
pub struct Open(Gauge);

impl Clients {
    /// Among those. Every reason is there from the beginning, so that its first time is an increase.
    pub(super) fn register(&self, registry: &mut Registry) {
        for (family, reasons) in [(&self.refused, REFUSED.as_slice()), (&self.failed, FAILED.as_slice())] {
            for reason in reasons {
                drop(family.get_or_create(&Reason { reason }));
            }
        }
        registry.register(
            "connections_accepted",
            "Connections that came, whatever became of them",
            self.accepted.clone(),
        );
        registry.register(
            "connections_refused",
            "Connections closed before the handshake",
            self.refused.clone(),
        );
        registry.register("handshakes_failed", "Connections closed in the handshake", self.failed.clone());
        registry.register("connections_open", "Connections that are open", self.open.clone());
    }

    /// One came.
    pub fn accepted(&self) {
        self.accepted.inc();
    }

    /// One was closed at once.
    pub fn refused(&self, reason: &'static str) {
        self.refused.get_or_create(&Reason { reason }).inc();
    }

    /// One did not get through the handshake.
    pub fn failed(&self, reason: &'static str) {
        self.failed.get_or_create(&Reason { reason }).inc();
    }

    /// One more is open, until that is dropped.
    pub fn opened(&self) -> Open {
        self.open.inc();
        Open(self.open.clone())
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.0.dec();
    }
}
