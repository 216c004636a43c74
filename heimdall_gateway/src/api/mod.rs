//! The routes: what they take and give. Each area is a file of its own.

pub mod answer;
pub mod health;
mod observables;
mod resumable;
mod upload_events;
mod uploads;
mod whoami;

use std::sync::Arc;

use utoipa_axum::router::OpenApiRouter;

use crate::gateway::Gateway;

/// The routes of `/v1`, all of which want to know who asks.
pub fn routes() -> OpenApiRouter<Arc<Gateway>> {
    OpenApiRouter::new()
        .merge(whoami::routes())
        .merge(observables::routes())
        .merge(uploads::routes())
        .merge(resumable::routes())
}
