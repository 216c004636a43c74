//! For probes: nobody has to say who they are.

use std::sync::Arc;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::gateway::Gateway;

/// `/health`.
pub fn routes() -> OpenApiRouter<Arc<Gateway>> {
    OpenApiRouter::new().routes(routes!(health))
}

/// Whether the gateway runs, whatever its dependencies do.
#[utoipa::path(get, path = "/health", tag = "operation", security(()), responses((status = OK, description = "It runs", body = str)))]
async fn health() -> &'static str {
    "ok"
}
