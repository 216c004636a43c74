//! All routes, and what stands around them.

use std::sync::Arc;

use axum::extract::DefaultBodyLimit;
use axum::routing::get;
use axum::{Json, Router, middleware};
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;

use super::{authenticate, request_id};
use crate::api;
use crate::gateway::Gateway;
use crate::problem::Problem;

#[derive(OpenApi)]
#[openapi(
    info(title = "Heimdall", description = "Security telemetry, canonical, protected, in one graph."),
    components(schemas(Problem))
)]
struct Document;

/// Everything that is served.
pub fn router(gateway: Arc<Gateway>) -> Router {
    let authenticated =
        api::routes().layer(middleware::from_fn_with_state(gateway.clone(), authenticate::layer));
    let body = DefaultBodyLimit::max(gateway.config.limits.body);
    let (router, document) = OpenApiRouter::with_openapi(Document::openapi())
        .merge(api::health::routes())
        .nest("/v1", authenticated)
        .split_for_parts();
    let document = Arc::new(document);
    router
        .route("/openapi.json", get(move || async move { Json((*document).clone()) }))
        .fallback(|| async { Problem::not_found() })
        .method_not_allowed_fallback(|| async { Problem::method_not_allowed() })
        .layer(body)
        .layer(middleware::from_fn(request_id::layer))
        .with_state(gateway)
}
