//! Who one is here, and why.

use std::sync::Arc;

use axum::Json;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::gateway::Gateway;
use crate::http::Caller;
use crate::identity::Principal;

/// `/whoami`.
pub fn routes() -> OpenApiRouter<Arc<Gateway>> {
    OpenApiRouter::new().routes(routes!(whoami))
}

/// Whom the token names, the database role in which they ask, and the claim that gave it.
#[utoipa::path(get, path = "/whoami", tag = "identity", responses((status = OK, body = Principal)))]
async fn whoami(caller: Caller) -> Json<Principal> {
    Json((*caller.principal).clone())
}
