//! For probes and collectors: nobody has to say who they are, and nothing that they see is about anybody.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Json;
use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::database::Server;
use crate::gateway::Gateway;
use crate::http::ClientAddress;
use crate::problem::Problem;

/// `/health`, `/ready`, `/metrics`.
pub fn routes() -> OpenApiRouter<Arc<Gateway>> {
    OpenApiRouter::new().routes(routes!(health)).routes(routes!(ready)).routes(routes!(metrics))
}

/// Whether requests can be answered.
#[derive(Clone, Serialize, ToSchema)]
pub struct Readiness {
    /// Whether all of it is there that is needed. A replica is not: without it, reads go to the database itself.
    ready: bool,
    /// What is used.
    dependencies: Vec<Dependency>,
}

/// Something that the gateway uses.
#[derive(Clone, Serialize, ToSchema)]
struct Dependency {
    /// `database`, `identity-provider`, `certificate`, `gateway`; and `replica` where there is one.
    name: &'static str,
    /// Whether it is there.
    up: bool,
    /// How long it took to answer.
    milliseconds: f64,
    /// What is wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<Box<str>>,
}

/// The last look. Whoever asks often sees the same one for a second.
pub type LastLook = tokio::sync::Mutex<Option<(Instant, Readiness)>>;

const KEPT: Duration = Duration::from_secs(1);

/// Whether the gateway runs, whatever its dependencies do.
#[utoipa::path(get, path = "/health", tag = "operation", security(()), responses((status = OK, description = "It runs", body = str)))]
async fn health() -> &'static str {
    "ok"
}

/// Whether requests can be answered: each dependency with the time that it took.
#[utoipa::path(get, path = "/ready", tag = "operation", security(()), responses(
    (status = OK, body = Readiness), (status = SERVICE_UNAVAILABLE, description = "Something is not there", body = Readiness)))]
async fn ready(State(gateway): State<Arc<Gateway>>) -> Response {
    let mut last = gateway.last_look.lock().await;
    let look = match &*last {
        Some((at, look)) if at.elapsed() < KEPT => look.clone(),
        _ => {
            let look = look(&gateway).await;
            *last = Some((Instant::now(), look.clone()));
            look
        }
    };
    let status = if look.ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(look)).into_response()
}

async fn look(gateway: &Gateway) -> Readiness {
    let roles: Vec<&str> = gateway.config.roles.iter().map(|rule| rule.role.as_str()).collect();
    let certificate = timed("certificate", async {
        match gateway.tls.status().days_left() {
            ..0 => Err(Problem::unavailable().detail("The certificate has expired.")),
            _ => Ok(()),
        }
    });
    let running = timed("gateway", async {
        if gateway.stopping() { Err(Problem::unavailable().detail("It stops.")) } else { Ok(()) }
    });
    let (database, provider, certificate, running) = tokio::join!(
        timed("database", async {
            for server in gateway.database.servers() {
                server.ready(&gateway.config.database.graph, &roles).await?;
            }
            Ok(())
        }),
        timed("identity-provider", gateway.identity.ready()),
        certificate,
        running,
    );
    let mut dependencies = vec![database, provider, certificate, running];
    let ready = dependencies.iter().all(|dependency| dependency.up);
    if gateway.database.servers().any(|server| server.replica().is_some()) {
        dependencies.push(timed("replica", replicas(gateway, &roles)).await);
    }
    Readiness { ready, dependencies }
}

async fn replicas(gateway: &Gateway, roles: &[&str]) -> Result<(), Problem> {
    for replica in gateway.database.servers().filter_map(Server::replica) {
        replica.ready()?;
        replica.server().ready(&gateway.config.database.graph, roles).await?;
    }
    Ok(())
}

async fn timed(name: &'static str, question: impl Future<Output = Result<(), Problem>>) -> Dependency {
    let began = Instant::now();
    let answer = question.await;
    let milliseconds = began.elapsed().as_secs_f64() * 1000.0;
    Dependency {
        name,
        up: answer.is_ok(),
        milliseconds,
        detail: answer.err().and_then(|problem| problem.detail),
    }
}

/// Numbers, in the text format of OpenMetrics: for Prometheus.
#[utoipa::path(get, path = "/metrics", tag = "operation", security(()), responses(
    (status = OK, description = "Numbers", body = str, content_type = "application/openmetrics-text"),
    (status = FORBIDDEN, description = "Not of HMD_METRICS_NETWORKS")))]
async fn metrics(State(gateway): State<Arc<Gateway>>, request: Request) -> Response {
    let client = request.extensions().get::<ClientAddress>().map(|client| client.0);
    let shown = &gateway.config.network.metrics;
    if !client.is_some_and(|client| shown.iter().any(|network| network.contains(&client))) {
        return Problem::forbidden().detail("Not from this address.").into_response();
    }
    gateway.measure().await;
    (
        [(header::CONTENT_TYPE, "application/openmetrics-text; version=1.0.0; charset=utf-8")],
        gateway.metrics.text(),
    )
        .into_response()
}
