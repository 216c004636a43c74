//! What the gateway tells about itself: its log, numbers, traces. Never a value, a token, or what a query asked for.

/// Target of spans: they are for traces alone, and cost nothing where nobody collects those.
pub const SPANS: &str = "heimdall_spans";

mod clients;
mod log;
pub mod metrics;
mod tenant_label;
mod traces;

pub use log::start;
pub use metrics::Metrics;
pub use traces::parent_of;
