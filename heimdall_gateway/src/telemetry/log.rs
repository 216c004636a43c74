//! The log: JSON lines on standard output. Traces go out beside it where a collector is named.

use opentelemetry_sdk::trace::SdkTracerProvider;
use tracing::{Level, Metadata};
use tracing_subscriber::filter::{FilterExt, filter_fn};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer};

use super::{SPANS, traces};

/// What has to be kept until the end: spans that wait are sent when it goes.
pub struct Telemetry {
    traces: Option<SdkTracerProvider>,
}

/// Starts the log at that level (`info`, or directives such as `info,heimdall_gateway=debug`), and traces where the
/// variables of OpenTelemetry name a collector.
///
/// # Errors
/// Where the level is none, or the exporter cannot be made.
pub fn start(level: &str) -> Result<Telemetry, String> {
    let filter = EnvFilter::try_new(format!("{level},{SPANS}=off"));
    let filter = filter.map_err(|_| "the level of the log is none".to_owned())?;
    let lines = tracing_subscriber::fmt::layer()
        .json()
        .flatten_event(true)
        .with_current_span(false)
        .with_span_list(false);
    let (layer, traces) = traces::layer()?.unzip();
    // A trace of an exporter that exports itself has no end.
    let ours = layer.map(|layer| layer.with_filter(EnvFilter::new(format!("off,{SPANS}=info"))));
    tracing_subscriber::registry()
        .with(ours)
        .with(lines.with_filter(filter.and(filter_fn(names_no_value))))
        .try_init()
        .map_err(|error| error.to_string())?;
    Ok(Telemetry { traces })
}

/// The driver of the database tells statements with all values that are asked for, and what the database says beside its
/// answers. No directive has that written.
fn names_no_value(metadata: &Metadata<'_>) -> bool {
    !metadata.target().starts_with("tokio_postgres") || *metadata.level() <= Level::WARN
}

impl Drop for Telemetry {
    fn drop(&mut self) {
        if let Some(traces) = self.traces.take() {
            let _ = traces.shutdown();
        }
    }
}
