//! OpenTelemetry, by its standard variables: `OTEL_EXPORTER_OTLP_ENDPOINT` or `OTEL_EXPORTER_OTLP_TRACES_ENDPOINT` turns it on,
//! `OTEL_SDK_DISABLED` and `OTEL_TRACES_EXPORTER=none` off; headers, time-out, sampler, batches and resource as the SDK has them.

use axum::http::HeaderMap;
use opentelemetry::propagation::TextMapPropagator;
use opentelemetry::trace::TracerProvider;
use opentelemetry::{Context, KeyValue};
use opentelemetry_http::HeaderExtractor;
use opentelemetry_otlp::SpanExporter;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::trace::{SdkTracer, SdkTracerProvider};
use tracing_opentelemetry::OpenTelemetryLayer;
use tracing_subscriber::Registry;

/// Makes spans of ours those of OpenTelemetry; nothing where no collector is named.
#[allow(clippy::type_complexity)] // two parts, taken apart at once
pub(super) fn layer() -> Result<Option<(OpenTelemetryLayer<Registry, SdkTracer>, SdkTracerProvider)>, String>
{
    let set = |name: &str| std::env::var(name).is_ok_and(|value| !value.is_empty());
    let is = |name: &str, expected: &str| {
        std::env::var(name).is_ok_and(|value| value.eq_ignore_ascii_case(expected))
    };
    let named = set("OTEL_EXPORTER_OTLP_ENDPOINT") || set("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT");
    if !named || is("OTEL_SDK_DISABLED", "true") || is("OTEL_TRACES_EXPORTER", "none") {
        return Ok(None);
    }
    let exporter = SpanExporter::builder()
        .with_http()
        .build()
        .map_err(|error| format!("OTEL_EXPORTER_OTLP_…: {error}"))?;
    let mut resource = Resource::builder();
    if !set("OTEL_SERVICE_NAME") {
        resource = resource.with_attribute(KeyValue::new("service.name", "heimdall"));
    }
    let resource =
        resource.with_attribute(KeyValue::new("service.version", env!("CARGO_PKG_VERSION"))).build();
    let provider = SdkTracerProvider::builder().with_resource(resource).with_batch_exporter(exporter).build();
    Ok(Some((tracing_opentelemetry::layer().with_tracer(provider.tracer("heimdall_gateway")), provider)))
}

/// The trace that a caller says the request belongs to (W3C Trace Context).
pub fn parent_of(headers: &HeaderMap) -> Context {
    TraceContextPropagator::new().extract(&HeaderExtractor(headers))
}
