//! All routes, and what stands around them.

use std::sync::Arc;

use axum::routing::get;
use axum::{Json, Router, middleware};
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;

use super::{authenticate, cors, load, observe, rate, request_id, security};
use crate::api;
use crate::gateway::Gateway;
use crate::grpc;
use crate::problem::Problem;

#[derive(OpenApi)]
#[openapi(
    info(title = "Heimdall", description = "Security telemetry, canonical, protected, in one graph."),
    components(schemas(Problem))
)]
struct Document;

/// Everything that is served.
///
/// # Errors
/// Where the descriptors of gRPC cannot be read.
pub fn router(gateway: Arc<Gateway>) -> Result<Router, String> {
    let state = || Arc::clone(&gateway);
    let authenticated = api::routes()
        .layer(middleware::from_fn_with_state(state(), rate::layer))
        .layer(middleware::from_fn_with_state(state(), authenticate::layer));
    let (health, of_health) = api::health::routes().split_for_parts();
    let (router, document) =
        OpenApiRouter::with_openapi(Document::openapi()).nest("/v1", authenticated).split_for_parts();
    let document = document.merge_from(of_health);
    let document = Arc::new(document);
    let router = router
        .route("/openapi.json", get(move || async move { Json((*document).clone()) }))
        .merge(grpc::router(&gateway)?.with_state(()))
        .layer(middleware::from_fn_with_state(state(), load::layer))
        // Probes are answered however much there is to do.
        .merge(health)
        .fallback(|| async { Problem::not_found() })
        .method_not_allowed_fallback(|| async { Problem::method_not_allowed() })
        .layer(cors::layer(&gateway.config.network.origins))
        .layer(middleware::from_fn_with_state(state(), observe::layer))
        .layer(middleware::from_fn(security::layer))
        .layer(middleware::from_fn(request_id::layer))
        .with_state(gateway);
    Ok(router)
}
