//! The routes: what they take and give. Each area is a file of its own.

mod access;
pub mod answer;
mod asked;
mod audit;
mod batches;
mod changes;
mod cypher;
pub mod document;
mod entity;
mod export;
pub mod format;
pub mod health;
mod keys;
pub mod login;
mod mappings;
mod observables;
pub mod page;
mod policy;
mod rejects;
mod resumable;
mod reveal;
pub mod row;
pub mod rows;
mod samples;
mod search;
mod sheet;
mod sources;
mod subjects;
mod upload_events;
mod uploads;
mod whoami;

use std::sync::Arc;

use utoipa_axum::router::OpenApiRouter;

use crate::gateway::Gateway;

/// The routes of `/v1`, all of which want to know who asks.
pub fn routes() -> OpenApiRouter<Arc<Gateway>> {
    OpenApiRouter::new().merge(whoami::routes()).merge(asking()).merge(managing()).merge(uploading())
}

fn asking() -> OpenApiRouter<Arc<Gateway>> {
    OpenApiRouter::new()
        .merge(observables::routes())
        .merge(search::routes())
        .merge(cypher::routes())
        .merge(reveal::routes())
        .merge(audit::routes())
        .merge(changes::routes())
        .merge(export::routes())
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

fn uploading() -> OpenApiRouter<Arc<Gateway>> {
    OpenApiRouter::new().merge(uploads::routes()).merge(resumable::routes())
}
