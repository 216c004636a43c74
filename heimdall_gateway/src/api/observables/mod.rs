//! Questions about observables. Each is asked by GET, or by POST with the same members in a body, which is where values of
//! persons belong.

mod about;
mod around;
mod many;

use std::sync::Arc;

use utoipa_axum::router::OpenApiRouter;

use crate::gateway::Gateway;

/// `/observables/…`.
pub fn routes() -> OpenApiRouter<Arc<Gateway>> {
    OpenApiRouter::new().merge(about::routes()).merge(around::routes()).merge(many::routes())
}
