//! All routes, and what stands around them.

use std::sync::Arc;

use axum::extract::DefaultBodyLimit;
use axum::{Router, middleware};
use utoipa_axum::router::OpenApiRouter;

use super::{authenticate, cors, host, load, network, observe, rate, request_id, security, share, unread};
use crate::api;
use crate::gateway::Gateway;
use crate::grpc;
use crate::problem::Problem;

/// Everything that is served.
///
/// # Errors
/// Where the descriptors of gRPC cannot be read.
pub fn router(gateway: Arc<Gateway>) -> Result<Router, String> {
    let state = || Arc::clone(&gateway);
    let authenticated = api::routes()
        .layer(middleware::from_fn_with_state(state(), share::layer))
        .layer(middleware::from_fn_with_state(state(), rate::layer))
        .layer(middleware::from_fn_with_state(state(), load::of_database))
        .layer(middleware::from_fn_with_state(state(), authenticate::layer));
    let login = api::login::routes().layer(middleware::from_fn_with_state(state(), rate::of_address));
    let (health, of_health) = api::health::routes().split_for_parts();
    let (router, document) = OpenApiRouter::with_openapi(api::document::begin())
        .merge(login)
        .nest("/v1", authenticated)
        .split_for_parts();
    let router = router
        .merge(api::document::routes(document.merge_from(of_health)))
        .merge(api::page::routes())
        .merge(grpc::router(&gateway)?.with_state(()))
        .layer(middleware::from_fn_with_state(state(), unread::layer))
        .layer(DefaultBodyLimit::max(gateway.config.limits.body))
        .layer(middleware::from_fn_with_state(state(), load::layer))
        // Probes are answered however much there is to do.
        .merge(health)
        .fallback(|| async { Problem::not_found() })
        .method_not_allowed_fallback(|| async { Problem::method_not_allowed() })
        .layer(middleware::from_fn_with_state(state(), network::layer))
        .layer(middleware::from_fn(host::layer))
        .layer(cors::layer(&gateway.config.network.origins))
        .layer(middleware::from_fn_with_state(state(), api::resumable::discovery))
        .layer(middleware::from_fn_with_state(state(), observe::layer))
        .layer(middleware::from_fn(security::layer))
        .layer(middleware::from_fn(request_id::layer))
        .with_state(gateway);
    Ok(router)
}
