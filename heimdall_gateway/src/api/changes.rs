//! The change log, for those who follow it: `next` of an answer is what the following request gives as `after`.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use tokio_postgres::types::Type;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::answer;
use super::format::Format;
use super::row::{Logged, Page, Place, Reader};
use super::rows::{self, Rows};
use crate::database::Access;
use crate::gateway::Gateway;
use crate::http::Caller;
use crate::http::extract::{Json, Path, Query};
use crate::problem::Problem;

/// `/changes`, `/readers`.
pub fn routes() -> OpenApiRouter<Arc<Gateway>> {
    OpenApiRouter::new()
        .routes(routes!(changes))
        .routes(routes!(readers, create_reader))
        .routes(routes!(drop_reader))
        .routes(routes!(acknowledge))
}

/// From where, and how much.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct Following {
    /// `next` of the answer before; from the beginning without it.
    after: Option<String>,
    /// Segments of the log at most, 10 unless told. A segment is whole in an answer.
    #[param(minimum = 1, maximum = 100)]
    segments: Option<i32>,
}

const CHANGES: &str = "SELECT pg_catalog.to_json(c)::text, c.cursor FROM heimdall.changes($1, $2) AS c";

/// Committed changes in their order, each once. Ask again with `next` until there are none.
#[utoipa::path(
    get, path = "/changes", tag = "changes", params(Following),
    responses((status = OK, description = "Changes, and where they end", body = Page<Logged>))
)]
async fn changes(
    State(gateway): State<Arc<Gateway>>,
    caller: Caller,
    Query(asked): Query<Following>,
) -> Result<Response, Problem> {
    let segments = asked.segments.unwrap_or(10);
    if !(1..=100).contains(&segments) {
        return Err(Problem::bad_request().detail("There may be 1 to 100 segments."));
    }
    let parameters = [(&asked.after as _, Type::TEXT), (&segments as _, Type::INT4)];
    let rows = gateway.database.query(&caller, Access::ReadPrimary, CHANGES, &parameters).await?;
    let next = rows.last().map(|row| row.get(1)).or(asked.after);
    Ok(answer::up_to(&rows, next.as_deref()))
}

const READERS: &str = "SELECT pg_catalog.to_json(r)::text FROM heimdall.readers AS r ORDER BY r.name";

/// Who follows the log, and how far behind.
#[utoipa::path(get, path = "/readers", tag = "changes", responses(Rows<Reader>))]
async fn readers(
    State(gateway): State<Arc<Gateway>>,
    caller: Caller,
    format: Format,
) -> Result<Response, Problem> {
    rows::answer(&gateway, &caller, format, READERS, &[]).await
}

/// A reader to be.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewReader {
    /// Lower-case letters, digits and underscores, no digit first.
    #[schema(example = "siem")]
    name: String,
    /// `earliest`, `latest`, or a cursor; `earliest` unless told.
    start: Option<String>,
}

const CREATE: &str = "SELECT pg_catalog.json_build_object('cursor', \
    heimdall.create_reader($1, coalesce($2, 'earliest')))::text";

/// Registers a reader, for whom changes are kept, and says from where it reads.
#[utoipa::path(
    post, path = "/readers", tag = "changes", request_body = NewReader,
    responses((status = CREATED, description = "Where it begins", body = Place))
)]
async fn create_reader(
    State(gateway): State<Arc<Gateway>>,
    caller: Caller,
    Json(asked): Json<NewReader>,
) -> Result<(StatusCode, Response), Problem> {
    let parameters = [(&asked.name as _, Type::TEXT), (&asked.start as _, Type::TEXT)];
    let rows = gateway.database.query(&caller, Access::Write, CREATE, &parameters).await?;
    Ok((StatusCode::CREATED, answer::object(&rows)?))
}

/// Which reader.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
struct Named {
    /// Name of the reader.
    #[param(example = "siem")]
    name: String,
}

const DROP: &str = "SELECT heimdall.drop_reader($1)";

/// Forgets a reader: nothing is kept for it any more.
#[utoipa::path(
    delete, path = "/readers/{name}", tag = "changes", params(Named),
    responses((status = NO_CONTENT, description = "It is forgotten"))
)]
async fn drop_reader(
    State(gateway): State<Arc<Gateway>>,
    caller: Caller,
    Path(reader): Path<Named>,
) -> Result<StatusCode, Problem> {
    gateway.database.query(&caller, Access::Write, DROP, &[(&reader.name as _, Type::TEXT)]).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Up to where.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Acknowledged {
    /// `cursor` of the last change that is dealt with, or `next` of the answer.
    #[schema(example = "0-0")]
    cursor: String,
}

const ACKNOWLEDGE: &str = "SELECT heimdall.acknowledge($1, $2)";

/// The reader has dealt with everything up to a place.
#[utoipa::path(
    post, path = "/readers/{name}/acknowledge", tag = "changes", params(Named), request_body = Acknowledged,
    responses((status = NO_CONTENT, description = "It is noted"))
)]
async fn acknowledge(
    State(gateway): State<Arc<Gateway>>,
    caller: Caller,
    Path(reader): Path<Named>,
    Json(asked): Json<Acknowledged>,
) -> Result<StatusCode, Problem> {
    let parameters = [(&reader.name as _, Type::TEXT), (&asked.cursor as _, Type::TEXT)];
    gateway.database.query(&caller, Access::Write, ACKNOWLEDGE, &parameters).await?;
    Ok(StatusCode::NO_CONTENT)
}
