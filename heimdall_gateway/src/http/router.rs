//! All routes, and what stands around them.

use std::sync::Arc;

use axum::extract::DefaultBodyLimit;
use axum::{Router, middleware};
use utoipa_axum::router::OpenApiRouter;

use super::{authenticate, request_id};
use crate::api;
use crate::gateway::Gateway;
use crate::problem::Problem;

/// Everything that is served.
pub fn router(gateway: Arc<Gateway>) -> Router {
    let authenticated =
        api::routes().layer(middleware::from_fn_with_state(gateway.clone(), authenticate::layer));
    let body = DefaultBodyLimit::max(gateway.config.limits.body);
    let (router, document) = OpenApiRouter::with_openapi(api::document::begin())
        .merge(api::health::routes())
        .nest("/v1", authenticated)
        .split_for_parts();
    router
        .merge(api::document::routes(document))
        .merge(api::page::routes())
        .fallback(|| async { Problem::not_found() })
        .method_not_allowed_fallback(|| async { Problem::method_not_allowed() })
        .layer(body)
        .layer(middleware::from_fn(request_id::layer))
        .with_state(gateway)
}
