//! The routes: what they take and give. Each area is a file of its own.

pub mod answer;
mod asked;
mod audit;
mod changes;
mod cypher;
pub mod document;
mod export;
pub mod format;
pub mod health;
mod observables;
pub mod page;
mod reveal;
pub mod row;
pub mod rows;
mod search;
mod sheet;
mod whoami;

use std::sync::Arc;

use utoipa_axum::router::OpenApiRouter;

use crate::gateway::Gateway;

/// The routes of `/v1`, all of which want to know who asks.
pub fn routes() -> OpenApiRouter<Arc<Gateway>> {
    OpenApiRouter::new()
        .merge(whoami::routes())
        .merge(observables::routes())
        .merge(search::routes())
        .merge(cypher::routes())
        .merge(reveal::routes())
        .merge(audit::routes())
        .merge(changes::routes())
        .merge(export::routes())
}
