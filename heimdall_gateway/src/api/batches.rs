//! Batches: the dumps that were stored, and those that are on their way.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use jiff::Timestamp;
use serde::Deserialize;
use tokio_postgres::types::Type;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::answer;
use crate::database::Access;
use crate::gateway::Gateway;
use crate::http::Caller;
use crate::http::extract::{Path, Query};
use crate::problem::{NotFound, Problem, Refusals};

/// `/batches…`, `/progress`.
pub fn routes() -> OpenApiRouter<Arc<Gateway>> {
    OpenApiRouter::new()
        .routes(routes!(list_batches))
        .routes(routes!(get_batch))
        .routes(routes!(roll_back_batch))
        .routes(routes!(list_progress))
}

/// Which batches.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct Which {
    /// Of that source.
    source: Option<String>,
    /// Finished then or later (RFC 3339).
    #[param(value_type = Option<String>, format = DateTime)]
    since: Option<Timestamp>,
    /// Finished before (RFC 3339).
    #[param(value_type = Option<String>, format = DateTime)]
    until: Option<Timestamp>,
    /// How many at most: 100 unless told.
    #[param(minimum = 1, maximum = 1000)]
    limit: Option<u16>,
    /// `next` of the part before.
    after: Option<String>,
}

/// What is shown of a batch.
macro_rules! shown {
    () => {
        "b.id, b.source, b.actor, b.started_at, b.finished_at, b.rows_read, b.rows_accepted, b.rows_rejected, \
         b.vertices_created, b.vertices_merged, b.edges_created, b.edges_merged, b.milliseconds, \
         heimdall.tlp_name(b.tlp) AS tlp, b.retry_of"
    };
}

// Ids are counted up, so that batches that come while somebody reads on are before what was read.
const LIST: &str = concat!(
    "SELECT pg_catalog.to_json(o)::text, o.id FROM (SELECT ",
    shown!(),
    " FROM heimdall.batch AS b WHERE ($1 IS NULL OR b.source = $1) \
      AND ($2 IS NULL OR b.finished_at >= $2::text::timestamptz) AND ($3 IS NULL OR b.finished_at < $3::text::timestamptz) \
      AND ($4 IS NULL OR b.id < $4) ORDER BY b.id DESC LIMIT $5) AS o"
);

/// Batches, the newest first.
#[utoipa::path(get, path = "/batches", tag = "batches", params(Which), responses(
    (status = OK, description = "`items`, and `next` where there are more", body = Object, example = json!({"items": [{"id": 17,
        "source": "vpn", "actor": "ada", "rows_read": 3, "rows_accepted": 2, "rows_rejected": 1, "tlp": "amber", "retry_of": null}],
        "next": null}))))]
async fn list_batches(
    State(gateway): State<Arc<Gateway>>,
    caller: Caller,
    Query(which): Query<Which>,
) -> Result<Response, Problem> {
    let limit = answer::limit(which.limit)?;
    let before = answer::after_number(which.after.as_deref())?;
    let (since, until) = (which.since.map(|t| t.to_string()), which.until.map(|t| t.to_string()));
    let rows = gateway
        .database
        .query(
            &caller,
            Access::Read,
            LIST,
            &[
                (&which.source, Type::TEXT),
                (&since, Type::TEXT),
                (&until, Type::TEXT),
                (&before, Type::INT8),
                (&answer::one_more(limit), Type::INT8),
            ],
        )
        .await?;
    Ok(answer::page(&rows, limit, |row| vec![row.get::<_, i64>(1).to_string()]))
}

const ONE: &str = concat!(
    "SELECT pg_catalog.to_json(o)::text FROM (SELECT ",
    shown!(),
    " FROM heimdall.batch AS b WHERE b.id = $1) AS o"
);

/// A batch.
#[utoipa::path(get, path = "/batches/{id}", tag = "batches", params(("id" = i64, Path, description = "The batch")),
    responses((status = OK, description = "The batch", body = Object), NotFound))]
async fn get_batch(
    State(gateway): State<Arc<Gateway>>,
    caller: Caller,
    Path(id): Path<i64>,
) -> Result<Response, Problem> {
    answer::object(&gateway.database.query(&caller, Access::Read, ONE, &[(&id, Type::INT8)]).await?)
}

const ROLL_BACK: &str = "SELECT pg_catalog.to_json(r)::text FROM heimdall.rollback_batch($1) AS r";

/// Takes back what a batch brought.
///
/// Administrators take back any, others what they have brought. Nobody ingests meanwhile.
#[utoipa::path(post, path = "/batches/{id}/rollback", tag = "batches", params(("id" = i64, Path, description = "The batch")),
    responses((status = OK, description = "What is gone, and what is as it was before", body = Object,
    example = json!({"vertices": 2, "edges": 1, "restored": 0, "rejects": 1})), NotFound, Refusals))]
async fn roll_back_batch(
    State(gateway): State<Arc<Gateway>>,
    caller: Caller,
    Path(id): Path<i64>,
) -> Result<Response, Problem> {
    let database = gateway.database.for_upkeep();
    answer::object(&database.query(&caller, Access::Write, ROLL_BACK, &[(&id, Type::INT8)]).await?)
}

const PROGRESS: &str = "SELECT pg_catalog.to_json(o)::text FROM (SELECT p.source, p.way, p.phase, p.started_at, \
    p.bytes_processed, p.bytes_total, p.rows_read, p.rows_rejected, p.flushes, p.rows_per_second \
    FROM heimdall.ingest_progress AS p ORDER BY p.started_at, p.pid) AS o";

/// The ingests that run: all of them for administrators, one's own for others.
#[utoipa::path(get, path = "/progress", tag = "batches", responses((status = OK, description = "`items`", body = Object,
    example = json!({"items": [{"source": "vpn", "way": "stream", "phase": "receiving", "started_at": "2026-03-02T08:00:00+00:00",
        "bytes_processed": 65536, "bytes_total": null, "rows_read": 512, "rows_rejected": 0, "flushes": 0,
        "rows_per_second": 51200.0}]}))))]
async fn list_progress(State(gateway): State<Arc<Gateway>>, caller: Caller) -> Result<Response, Problem> {
    Ok(answer::items(&gateway.database.query(&caller, Access::ReadPrimary, PROGRESS, &[]).await?))
}
