//! Rows that were put aside.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use tokio_postgres::types::Type;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::answer;
use crate::database::{Access, Answer};
use crate::gateway::Gateway;
use crate::http::Caller;
use crate::http::extract::{Json, Path, Query};
use crate::problem::{BodyProblems, NotFound, Problem, Refusals};

/// `/batches/{id}/rejects…`, `/batches/{id}/retry`, `/rejects/summary`.
pub fn routes() -> OpenApiRouter<Arc<Gateway>> {
    OpenApiRouter::new()
        .routes(routes!(list_rejects))
        .routes(routes!(summarise_rejects))
        .routes(routes!(retry_rejects))
        .routes(routes!(reveal_reject))
}

/// A part of a list.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct Part {
    /// How many at most: 100 unless told.
    #[param(minimum = 1, maximum = 1000)]
    limit: Option<u16>,
    /// `next` of the part before.
    after: Option<String>,
}

// Of a batch from which nothing was put aside there is one row, of NULLs; of one that is not there none.
const LIST: &str = "SELECT pg_catalog.to_json(o)::text, o.row_number FROM heimdall.batch AS b LEFT JOIN LATERAL ( \
    SELECT r.row_number, r.byte_offset, r.column_name, r.rule, r.reason, r.encoding, r.retried_in \
    FROM heimdall.rejects AS r WHERE r.batch = b.id AND ($2 IS NULL OR r.row_number > $2) \
    ORDER BY r.row_number LIMIT $3) AS o ON true WHERE b.id = $1 ORDER BY o.row_number";

/// What was put aside of a batch and why, row by row. `retried_in` is the batch that a row is in since.
#[utoipa::path(get, path = "/batches/{id}/rejects", tag = "rejects", params(("id" = i64, Path, description = "The batch"), Part),
    responses((status = OK, description = "`items`, and `next` where there are more", body = Object,
    example = json!({"items": [{"row_number": 3, "byte_offset": 41, "column_name": "src", "rule": "ip",
        "reason": "…", "encoding": "fields", "retried_in": null}], "next": null})), NotFound))]
async fn list_rejects(
    State(gateway): State<Arc<Gateway>>,
    caller: Caller,
    Path(id): Path<i64>,
    Query(part): Query<Part>,
) -> Result<Response, Problem> {
    let limit = answer::limit(part.limit)?;
    let after = answer::after_number(part.after.as_deref())?;
    let rows = gateway
        .database
        .query(
            &caller,
            Access::Read,
            LIST,
            &[(&id, Type::INT8), (&after, Type::INT8), (&answer::one_more(limit), Type::INT8)],
        )
        .await?;
    let Some(first) = rows.first() else {
        return Err(Problem::not_found().detail(format!("There is no batch {id} to be seen.")));
    };
    let rows = if first.get::<_, Option<&str>>(0).is_some() { rows } else { Answer::default() };
    Ok(answer::page(&rows, limit, |row| vec![row.get::<_, i64>(1).to_string()]))
}

/// Of which batch.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct OfBatch {
    /// All of the caller's unless given.
    batch: Option<i64>,
}

const SUMMARY: &str = "SELECT pg_catalog.to_json(s)::text FROM heimdall.reject_summary($1) AS s";

/// How many rows were put aside for what, and how many of them are open.
#[utoipa::path(get, path = "/rejects/summary", tag = "rejects", params(OfBatch), responses(
    (status = OK, description = "`items`", body = Object, example = json!({"items": [{"batch": 17, "source": "vpn",
        "column_name": "src", "rule": "ip", "reason": "…", "rejected": 1, "open": 1, "first_row": 3}]}))))]
async fn summarise_rejects(
    State(gateway): State<Arc<Gateway>>,
    caller: Caller,
    Query(of): Query<OfBatch>,
) -> Result<Response, Problem> {
    let rows = gateway.database.query(&caller, Access::Read, SUMMARY, &[(&of.batch, Type::INT8)]).await?;
    Ok(answer::items(&rows))
}

const RETRY: &str = "SELECT pg_catalog.to_json(r)::text FROM heimdall.retry_rejects($1) AS r";

/// Tries the open rows of a batch again, with the mapping, options and rules of now.
#[utoipa::path(post, path = "/batches/{id}/retry", tag = "rejects", params(("id" = i64, Path, description = "The batch")),
    responses((status = OK, description = "The report; the batch is 0 where no row was accepted", body = Object), NotFound, Refusals))]
async fn retry_rejects(
    State(gateway): State<Arc<Gateway>>,
    caller: Caller,
    Path(id): Path<i64>,
) -> Result<Response, Problem> {
    let database = gateway.database.for_upkeep();
    answer::object(&database.query(&caller, Access::Write, RETRY, &[(&id, Type::INT8)]).await?)
}

/// Why somebody wants to see something.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"reason": "ticket 4711: why are these rows refused"}))]
struct RejectReveal {
    /// 3 to 500 characters; the audit trail keeps it: no values in it.
    reason: String,
}

const REVEAL: &str = "SELECT pg_catalog.json_build_object('row', heimdall.reveal_reject($1, $2, $3))::text";

/// What is kept of a row that was put aside.
///
/// Granted or denied, it is in the audit trail.
#[utoipa::path(post, path = "/batches/{id}/rejects/{row}/reveal", tag = "rejects",
    params(("id" = i64, Path, description = "The batch"), ("row" = i64, Path, description = "Number of the row")),
    request_body = RejectReveal,
    responses((status = OK, description = "The row; bytes that are no text as `\\xNN`", body = Object,
    example = json!({"row": "{\"src\": \"192.0.2.300\"}"})), NotFound, BodyProblems))]
async fn reveal_reject(
    State(gateway): State<Arc<Gateway>>,
    caller: Caller,
    Path((id, row)): Path<(i64, i64)>,
    Json(because): Json<RejectReveal>,
) -> Result<Response, Problem> {
    answer::object(
        &gateway
            .database
            .query(
                &caller,
                Access::Write,
                REVEAL,
                &[(&id, Type::INT8), (&row, Type::INT8), (&because.reason, Type::TEXT)],
            )
            .await?,
    )
}
