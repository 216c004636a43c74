//! For probes and collectors: nobody has to say who they are, and nothing that they see is about anybody.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Json;
use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures_util::future::join_all;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

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
    /// Whether all of it is there that is needed: of several tenants' databases, one; a replica is not, without it, reads go to the
    /// database itself.
    ready: bool,
    /// What is used.
    dependencies: Vec<Dependency>,
}

/// Something that the gateway uses.
#[derive(Clone, Serialize, ToSchema)]
struct Dependency {
    /// `database`, `identity-provider`, `certificate`, `gateway`; and `replica` where there is one.
    name: &'static str,
    /// Of a database, whose it is, where the gateway has tenants: shown to `HMD_METRICS_NETWORKS`.
    #[serde(skip_serializing_if = "Option::is_none")]
    tenant: Option<String>,
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
async fn ready(State(gateway): State<Arc<Gateway>>, request: Request) -> Response {
    let names_tenants = may_see_names(&gateway, &request);
    let mut last = gateway.last_look.lock().await;
    let mut look = match &*last {
        Some((at, look)) if at.elapsed() < KEPT => look.clone(),
        _ => {
            let look = look(&gateway).await;
            *last = Some((Instant::now(), look.clone()));
            look
        }
    };
    if !names_tenants {
        look.dependencies.iter_mut().for_each(|dependency| dependency.tenant = None);
    }
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
    let (graph, roles) = (&gateway.config.database.graph, &roles);
    let databases = join_all(gateway.database.servers().map(|(tenant, server)| async move {
        let looked = timed("database", server.ready(graph, roles)).await;
        Dependency { tenant: tenant.map(str::to_owned), ..looked }
    }));
    let replicas =
        gateway.database.servers().filter_map(|(tenant, server)| Some((tenant, server.replica()?)));
    let replicas = join_all(replicas.map(|(tenant, replica)| async move {
        let looked = timed("replica", async {
            replica.ready()?;
            replica.server().ready(graph, roles).await
        });
        Dependency { tenant: tenant.map(str::to_owned), ..looked.await }
    }));
    let provider = timed("identity-provider", gateway.identity.ready());
    let (databases, replicas, provider, certificate, running) =
        tokio::join!(databases, replicas, provider, certificate, running);
    let others = [provider, certificate, running];
    // Who is sent elsewhere for one tenant's sake is sent there with all the others.
    let ready = databases.iter().any(|database| database.up) && others.iter().all(|dependency| dependency.up);
    Readiness { ready, dependencies: databases.into_iter().chain(others).chain(replicas).collect() }
}

async fn timed(name: &'static str, question: impl Future<Output = Result<(), Problem>>) -> Dependency {
    let began = Instant::now();
    let answer = question.await;
    let milliseconds = began.elapsed().as_secs_f64() * 1000.0;
    Dependency {
        name,
        tenant: None,
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
    if !may_see_names(&gateway, &request) {
        return Problem::forbidden().detail("Not from this address.").into_response();
    }
    gateway.measure().await;
    (
        [(header::CONTENT_TYPE, "application/openmetrics-text; version=1.0.0; charset=utf-8")],
        gateway.metrics.text(),
    )
        .into_response()
}

/// Whether who asks is of `HMD_METRICS_NETWORKS`: names of sources and of tenants are not for everybody.
fn may_see_names(gateway: &Gateway, request: &Request) -> bool {
    let client = request.extensions().get::<ClientAddress>().map(|client| client.0);
    let networks = &gateway.config.network.metrics;
    client.is_some_and(|client| networks.iter().any(|network| network.contains(&client)))
}
