//! The routes: what they take and give. Each area is a file of its own.

mod access;
pub mod answer;
mod batches;
mod entity;
pub mod health;
mod keys;
mod mappings;
mod observables;
mod policy;
mod rejects;
mod samples;
mod sources;
mod subjects;
mod whoami;

use std::sync::Arc;

use utoipa_axum::router::OpenApiRouter;

use crate::gateway::Gateway;

/// The routes of `/v1`, all of which want to know who asks.
pub fn routes() -> OpenApiRouter<Arc<Gateway>> {
    OpenApiRouter::new().merge(whoami::routes()).merge(observables::routes()).merge(managing())
}

fn managing() -> OpenApiRouter<Arc<Gateway>> {
    OpenApiRouter::new()
        .merge(sources::routes())
        .merge(mappings::routes())
        .merge(samples::routes())
        .merge(batches::routes())
        .merge(rejects::routes())
        .merge(policy::routes())
        .merge(keys::routes())
        .merge(access::routes())
        .merge(subjects::routes())
}
