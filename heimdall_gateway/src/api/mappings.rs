//! Mappings: what the columns of a source are.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::value::RawValue;
use tokio_postgres::types::Type;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::entity::{Conditions, Entity};
use crate::database::Access;
use crate::gateway::Gateway;
use crate::http::Caller;
use crate::http::extract::{Json, Path};
use crate::problem::{BodyProblems, NotFound, Problem};

/// `/sources/{name}/mapping`, `/mappings/check`.
pub fn routes() -> OpenApiRouter<Arc<Gateway>> {
    OpenApiRouter::new().routes(routes!(get_mapping, put_mapping)).routes(routes!(check_mapping))
}

const MAPPING: &str = "SELECT s.mapping::text FROM heimdall.source AS s WHERE s.name = $1";

/// The mapping of a source.
#[utoipa::path(get, path = "/sources/{name}/mapping", tag = "mappings", params(("name" = String, Path, description = "The source"),
    ("If-None-Match" = Option<String>, Header, description = "Tags that the caller has")),
    responses((status = OK, description = "The mapping", body = Object, headers(("ETag" = String, description = "Its version"))),
    (status = NOT_MODIFIED, description = "The caller has it"), NotFound))]
async fn get_mapping(
    State(gateway): State<Arc<Gateway>>,
    caller: Caller,
    conditions: Conditions,
    Path(name): Path<String>,
) -> Result<Response, Problem> {
    let rows = gateway.database.query(&caller, Access::Read, MAPPING, &[(&name, Type::TEXT)]).await?;
    Entity::of(&rows)?.map(|mapping| conditions.answer(mapping)).ok_or_else(|| {
        Problem::not_found()
            .detail("There is no such source, or it has no mapping yet.")
            .hint("One is inferred from its first dump.")
    })
}

const SET: &str = "SELECT heimdall.set_mapping($1, $2::text::jsonb)";

/// Another mapping, for the dumps that follow.
///
/// With `If-Match`, only in the place of the one that the caller has seen; with `If-None-Match: *`, only where there is
/// none.
#[utoipa::path(put, path = "/sources/{name}/mapping", tag = "mappings", params(("name" = String, Path, description = "The source"),
    ("If-Match" = Option<String>, Header, description = "The tag that it has to have"),
    ("If-None-Match" = Option<String>, Header, description = "`*`: there must be none")),
    request_body(content = Object, description = "docs/reference/mapping.md", example = json!({
        "entities": {"from": {"label": "Ip", "key": "src"}}, "tlp": "amber"})),
    responses((status = OK, description = "The mapping as it is kept", body = Object, headers(("ETag" = String))),
    (status = PRECONDITION_FAILED, description = "It has changed meanwhile", body = Problem, content_type = "application/problem+json"),
    NotFound, BodyProblems))]
async fn put_mapping(
    State(gateway): State<Arc<Gateway>>,
    caller: Caller,
    conditions: Conditions,
    Path(name): Path<String>,
    Json(mapping): Json<Box<RawValue>>,
) -> Result<Response, Problem> {
    let transaction = gateway.database.begin(&caller, Access::WriteUnchanged).await?;
    let present = Entity::of(&transaction.query(MAPPING, &[(&name, Type::TEXT)]).await?)?;
    conditions.hold(present.as_ref())?;
    transaction
        .query(SET, &[(&name, Type::TEXT), (&mapping.get(), Type::TEXT)])
        .await
        .map_err(|problem| conditions.overtaken(problem))?;
    let kept = Entity::of(&transaction.query(MAPPING, &[(&name, Type::TEXT)]).await?)?;
    transaction.commit().await?;
    let kept = kept.ok_or_else(Problem::internal)?;
    Ok(([(header::CONTENT_LOCATION, format!("/v1/sources/{name}/mapping"))], kept).into_response())
}

const CHECK: &str = "SELECT heimdall.check_mapping($1::text::jsonb)";

/// Whether a mapping is one.
///
/// Where it is not, the problem says where and why.
#[utoipa::path(post, path = "/mappings/check", tag = "mappings",
    request_body(content = Object, description = "docs/reference/mapping.md"),
    responses((status = NO_CONTENT, description = "It is"), BodyProblems))]
async fn check_mapping(
    State(gateway): State<Arc<Gateway>>,
    caller: Caller,
    Json(mapping): Json<Box<RawValue>>,
) -> Result<StatusCode, Problem> {
    gateway.database.query(&caller, Access::Read, CHECK, &[(&mapping.get(), Type::TEXT)]).await?;
    Ok(StatusCode::NO_CONTENT)
}
