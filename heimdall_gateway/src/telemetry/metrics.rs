//! Numbers for Prometheus. Labels are of small sets: the template of a route, never its address.

use std::sync::atomic::AtomicU64;
use std::time::Duration;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};

use super::clients::Clients;
pub use super::tenant_label::{Tenant, TenantGauge};

/// A route and how it ended.
#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
pub struct Ended {
    /// GET, POST, …
    pub method: String,
    /// `/v1/batches/{id}`; empty where there is none.
    pub route: String,
    /// HTTP status.
    pub status: u16,
}

/// A route.
#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
pub struct Route {
    /// GET, POST, …
    pub method: String,
    /// Its template.
    pub route: String,
}

/// Why a request was turned away, or a connection.
#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
pub struct Reason {
    /// A word.
    pub reason: &'static str,
}

/// State of connections to a database.
#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
pub struct State {
    /// `idle`, `busy`.
    pub state: &'static str,
    /// Whose.
    #[prometheus(flatten)]
    pub tenant: Tenant,
}

/// A server that answers.
#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
pub struct At {
    /// `primary`, `replica`.
    pub server: &'static str,
}

/// A database.
#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
pub struct Of {
    /// Its name.
    pub database: String,
}

/// A source of dumps.
#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
pub struct Source {
    /// Its name.
    pub source: String,
    /// Whose.
    #[prometheus(flatten)]
    pub tenant: Tenant,
}

/// All numbers.
pub struct Metrics {
    registry: Registry,
    requests: Family<Ended, Counter>,
    latency: Family<Route, Histogram>,
    /// Requests that run.
    pub in_flight: Gauge,
    /// Requests that were turned away before they ran.
    pub turned_away: Family<Reason, Counter>,
    /// Bytes of uploads, as they came.
    pub upload_bytes: Counter,
    /// Rows of uploads that were accepted.
    pub rows_accepted: Counter,
    /// Rows of uploads that were put aside.
    pub rows_rejected: Counter,
    /// From the first byte of an upload to its commit.
    pub batch_time: Histogram,
    /// Connections to databases.
    pub connections: Family<State, Gauge>,
    /// Requests that wait for one.
    pub waiting: TenantGauge,
    /// Connections of clients.
    pub clients: Clients,
    /// Days until the certificate ends.
    pub certificate_days: Gauge,
    /// Seconds since a source's last batch.
    pub feed_age: Family<Source, Gauge<f64, AtomicU64>>,
    /// Whether the last question for the feeds' ages was answered.
    pub database_up: TenantGauge,
    /// Questions that only read, by who has answered.
    pub reads: Family<At, Counter>,
    /// Whether reads go to the replica.
    pub replica_up: Family<Of, Gauge>,
    /// How far the replica is behind.
    pub replica_lag: Family<Of, Gauge<f64, AtomicU64>>,
}

impl Default for Metrics {
    fn default() -> Metrics {
        let mut registry = Registry::with_prefix("heimdall");
        // From a lookup (a millisecond or two) to a statement that meets its limit.
        let metrics = Metrics {
            requests: Family::default(),
            latency: Family::new_with_constructor(of_requests),
            in_flight: Gauge::default(),
            turned_away: Family::default(),
            upload_bytes: Counter::default(),
            rows_accepted: Counter::default(),
            rows_rejected: Counter::default(),
            batch_time: Histogram::new([0.1, 0.5, 1.0, 5.0, 15.0, 60.0, 300.0, 1_800.0, 7_200.0]),
            connections: Family::default(),
            waiting: TenantGauge::default(),
            clients: Clients::default(),
            certificate_days: Gauge::default(),
            feed_age: Family::default(),
            database_up: TenantGauge::default(),
            reads: Family::default(),
            replica_up: Family::default(),
            replica_lag: Family::default(),
            registry: Registry::default(),
        };
        registry.register("requests", "Requests that have ended", metrics.requests.clone());
        registry.register_with_unit(
            "request_duration",
            "Until the headers of the answer",
            Unit::Seconds,
            metrics.latency.clone(),
        );
        registry.register("requests_in_flight", "Requests that run", metrics.in_flight.clone());
        registry.register(
            "requests_turned_away",
            "Requests refused before they ran",
            metrics.turned_away.clone(),
        );
        registry.register_with_unit("upload", "Bytes of uploads", Unit::Bytes, metrics.upload_bytes.clone());
        registry.register(
            "rows_accepted",
            "Rows of uploads that were accepted",
            metrics.rows_accepted.clone(),
        );
        registry.register(
            "rows_rejected",
            "Rows of uploads that were put aside",
            metrics.rows_rejected.clone(),
        );
        registry.register_with_unit(
            "batch_duration",
            "From an upload's first byte to its commit",
            Unit::Seconds,
            metrics.batch_time.clone(),
        );
        metrics.clients.register(&mut registry);
        registry.register("database_connections", "Connections to the database", metrics.connections.clone());
        registry.register("database_waiting", "Requests that wait for a connection", metrics.waiting.clone());
        registry.register("database_up", "Whether the database answered", metrics.database_up.clone());
        registry.register("database_reads", "Reads by the server that answered", metrics.reads.clone());
        registry.register("replica_up", "Whether reads go to the replica", metrics.replica_up.clone());
        registry.register_with_unit(
            "replica_lag",
            "How far the replica is behind, at most",
            Unit::Seconds,
            metrics.replica_lag.clone(),
        );
        registry.register(
            "certificate_expiry_days",
            "Days until the certificate ends",
            metrics.certificate_days.clone(),
        );
        registry.register_with_unit(
            "feed_age",
            "Since a source's last batch",
            Unit::Seconds,
            metrics.feed_age.clone(),
        );
        Metrics { registry, ..metrics }
    }
}

impl Metrics {
    /// A request has ended.
    pub fn ended(&self, method: &str, route: &str, status: u16, time: Duration) {
        let (method, route) = (method.to_owned(), route.to_owned());
        self.latency
            .get_or_create(&Route { method: method.clone(), route: route.clone() })
            .observe(time.as_secs_f64());
        self.requests.get_or_create(&Ended { method, route, status }).inc();
    }

    /// A request was turned away.
    pub fn turned_away(&self, reason: &'static str) {
        self.turned_away.get_or_create(&Reason { reason }).inc();
    }

    /// All of them, in the text format of OpenMetrics.
    pub fn text(&self) -> String {
        let mut text = String::new();
        // A String takes everything.
        let _ = encode(&mut text, &self.registry);
        text
    }
}

// From a lookup (a millisecond or two) to a statement that meets its limit.
fn of_requests() -> Histogram {
    Histogram::new([0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0])
}
