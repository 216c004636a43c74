//! One line in the log, one observation and one span a request: method, route, status, time, who, and the request's id. What
//! was asked for is in none of them: neither the path as it came nor the query.

use std::sync::Arc;
use std::time::Instant;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use tracing::Instrument;
use tracing_opentelemetry::OpenTelemetrySpanExt;

use super::request_id::RequestId;
use super::{Caller, route};
use crate::gateway::Gateway;
use crate::problem::Problem;
use crate::telemetry;

/// Watches a request.
pub async fn layer(State(gateway): State<Arc<Gateway>>, request: Request, next: Next) -> Response {
    let began = Instant::now();
    let method = route::method(&request);
    let route = route::of(&request);
    let id = request.extensions().get::<RequestId>().map(|id| id.0.clone()).unwrap_or_default();
    let span = tracing::info_span!(
        target: telemetry::SPANS,
        "request", otel.name = %format!("{method} {route}"), otel.kind = "server", http.request.method = method, http.route = %route,
        http.response.status_code = tracing::field::Empty, enduser.id = tracing::field::Empty, tenant = tracing::field::Empty, request_id = %id
    );
    let _ = span.set_parent(telemetry::parent_of(request.headers()));
    let running = Running::of(&gateway);
    let response = next.run(request).instrument(span.clone()).await;
    drop(running);
    let (status, time) = (response.status().as_u16(), began.elapsed());
    gateway.metrics.ended(method, &route, status, time);
    let caller = response.extensions().get::<Caller>();
    let actor = caller.map(|caller| caller.principal.subject.as_str());
    let role = caller.map(|caller| caller.principal.role.as_str());
    let tenant = caller.and_then(|caller| caller.principal.tenant.as_deref());
    let problem = response.extensions().get::<Problem>();
    let (kind, code) =
        (problem.map(|problem| problem.kind), problem.and_then(|problem| problem.code.as_deref()));
    span.record("http.response.status_code", status);
    if let Some(actor) = actor {
        span.record("enduser.id", actor);
    }
    if let Some(tenant) = tenant {
        span.record("tenant", tenant);
    }
    let milliseconds = time.as_secs_f64() * 1000.0;
    tracing::info!(request_id = %id, method, route, status, milliseconds, actor, role, tenant, problem = kind, code, "request");
    response
}

/// Counts a request as running until it is dropped, which a caller who goes away does as well.
struct Running(Arc<Gateway>);

impl Running {
    fn of(gateway: &Arc<Gateway>) -> Running {
        gateway.metrics.in_flight.inc();
        Running(Arc::clone(gateway))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.0.metrics.in_flight.dec();
    }
}
