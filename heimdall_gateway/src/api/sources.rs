//! Sources: the kinds of dump that there are.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::value::RawValue;
use tokio_postgres::types::Type;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::answer;
use super::entity::{Conditions, Entity};
use crate::database::{Access, Transaction};
use crate::gateway::Gateway;
use crate::http::Caller;
use crate::http::extract::{Json, Path, Query};
use crate::problem::{BodyProblems, NotFound, Problem};

/// `/sources`, `/sources/{name}`.
pub fn routes() -> OpenApiRouter<Arc<Gateway>> {
    OpenApiRouter::new().routes(routes!(list_sources, create_source)).routes(routes!(get_source, put_source))
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

/// What is said of a source. What is left out or null is as the preset has it, or stays as it is.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"name": "dns", "preset": "zeek.dns", "reject_limit": 0.05}))]
struct Source {
    /// Lower-case letters, digits and underscores, 63 at most, no digit first. In the path, it need not be here.
    name: Option<String>,
    /// One of `/v1/formats`.
    format: Option<String>,
    /// One of `/v1/presets`: what a source is made with, and keeps.
    preset: Option<String>,
    /// What the columns are. Without one, it is inferred from the first dump.
    #[schema(value_type = Option<Object>)]
    mapping: Option<Box<RawValue>>,
    /// Of the format: what cannot be told from a dump itself.
    #[schema(value_type = Option<Object>)]
    options: Option<Box<RawValue>>,
    /// The share of bad rows, 0 to 1, past which a dump fails as a whole: 0.1 unless told.
    reject_limit: Option<f64>,
    // An answer may come back as it was given.
    #[schema(ignore)]
    #[serde(rename = "mapping_origin", default)]
    _mapping_origin: IgnoredAny,
    #[schema(ignore)]
    #[serde(rename = "created_at", default)]
    _created_at: IgnoredAny,
    #[schema(ignore)]
    #[serde(rename = "created_by", default)]
    _created_by: IgnoredAny,
}

const LIST: &str = "SELECT pg_catalog.to_json(o)::text, o.name FROM (SELECT s.name, s.format, s.preset, s.options, \
    s.reject_limit, s.mapping_origin, s.created_at, s.created_by FROM heimdall.source AS s \
    WHERE $1 IS NULL OR s.name > $1 ORDER BY s.name LIMIT $2) AS o";

/// All sources by name, without their mappings.
#[utoipa::path(get, path = "/sources", tag = "sources", params(Part), responses(
    (status = OK, description = "`items`, and `next` where there are more", body = Object,
     example = json!({"items": [{"name": "dns", "format": "zeek", "preset": "zeek.dns", "options": {}, "reject_limit": 0.1,
        "mapping_origin": "given", "created_at": "2026-03-02T08:00:00+00:00", "created_by": "heimdall_gateway"}], "next": null}))))]
async fn list_sources(
    State(gateway): State<Arc<Gateway>>,
    caller: Caller,
    Query(part): Query<Part>,
) -> Result<Response, Problem> {
    let limit = answer::limit(part.limit)?;
    let after = answer::after(part.after.as_deref())?.and_then(|parts| parts.into_iter().next());
    let rows = gateway
        .database
        .query(&caller, Access::Read, LIST, &[(&after, Type::TEXT), (&answer::one_more(limit), Type::INT8)])
        .await?;
    Ok(answer::page(&rows, limit, |row| vec![row.get(1)]))
}

const ONE: &str = "SELECT pg_catalog.to_json(o)::text FROM (SELECT s.name, s.format, s.preset, s.options, s.reject_limit, \
    s.mapping_origin, s.mapping, s.created_at, s.created_by FROM heimdall.source AS s WHERE s.name = $1) AS o";

/// A source with its mapping.
#[utoipa::path(get, path = "/sources/{name}", tag = "sources", params(("name" = String, Path, description = "The source"),
    ("If-None-Match" = Option<String>, Header, description = "Tags that the caller has")),
    responses((status = OK, description = "The source", body = Object, headers(("ETag" = String, description = "Its version"))),
    (status = NOT_MODIFIED, description = "The caller has it"), NotFound))]
async fn get_source(
    State(gateway): State<Arc<Gateway>>,
    caller: Caller,
    conditions: Conditions,
    Path(name): Path<String>,
) -> Result<Response, Problem> {
    let rows = gateway.database.query(&caller, Access::Read, ONE, &[(&name, Type::TEXT)]).await?;
    Entity::of(&rows)?.map(|source| conditions.answer(source)).ok_or_else(Problem::not_found)
}

const CREATE: &str = "SELECT heimdall.create_source($1, $2, $3::text::jsonb, coalesce($4, 0.1), $5, \
    coalesce($6::text::jsonb, '{}'))";

async fn made(transaction: &Transaction, name: &str, source: &Source) -> Result<Entity, Problem> {
    transaction
        .query(
            CREATE,
            &[
                (&name, Type::TEXT),
                (&source.format, Type::TEXT),
                (&source.mapping.as_deref().map(RawValue::get), Type::TEXT),
                (&source.reject_limit, Type::FLOAT8),
                (&source.preset, Type::TEXT),
                (&source.options.as_deref().map(RawValue::get), Type::TEXT),
            ],
        )
        .await?;
    now(transaction, name).await
}

// No row where another preset is asked for than the source has.
const SET: &str = "SELECT heimdall.set_source($1, $2, $3::text::jsonb, $4) FROM heimdall.source AS s \
    WHERE s.name = $1 AND ($5 IS NULL OR s.preset = $5)";

const SET_MAPPING: &str = "SELECT heimdall.set_mapping($1, $2::text::jsonb)";

async fn changed(transaction: &Transaction, name: &str, source: &Source) -> Result<Entity, Problem> {
    let set = transaction
        .query(
            SET,
            &[
                (&name, Type::TEXT),
                (&source.format, Type::TEXT),
                (&source.options.as_deref().map(RawValue::get), Type::TEXT),
                (&source.reject_limit, Type::FLOAT8),
                (&source.preset, Type::TEXT),
            ],
        )
        .await?;
    if set.is_empty() {
        return Err(Problem::conflict().detail("A source keeps the preset that it was made with."));
    }
    if let Some(mapping) = &source.mapping {
        transaction.query(SET_MAPPING, &[(&name, Type::TEXT), (&mapping.get(), Type::TEXT)]).await?;
    }
    now(transaction, name).await
}

async fn now(transaction: &Transaction, name: &str) -> Result<Entity, Problem> {
    let rows = transaction.query(ONE, &[(&name, Type::TEXT)]).await?;
    Entity::of(&rows)?.ok_or_else(Problem::internal)
}

/// Makes a source.
///
/// There must be none of that name.
#[utoipa::path(post, path = "/sources", tag = "sources", request_body = Source, responses(
    (status = CREATED, description = "The source", body = Object, headers(("Location" = String), ("ETag" = String))), BodyProblems))]
async fn create_source(
    State(gateway): State<Arc<Gateway>>,
    caller: Caller,
    Json(source): Json<Source>,
) -> Result<Response, Problem> {
    let name = source
        .name
        .as_deref()
        .ok_or_else(|| Problem::bad_request().detail("The body: missing field `name`."))?;
    let transaction = gateway.database.begin(&caller, Access::Write).await?;
    let entity = made(&transaction, name, &source).await?;
    transaction.commit().await?;
    Ok((StatusCode::CREATED, [(header::LOCATION, path_of(name))], entity).into_response())
}

/// Makes a source, or changes the one that is there.
///
/// With `If-Match`, only the version that the caller has seen is changed; with `If-None-Match: *`, none that is there.
#[utoipa::path(put, path = "/sources/{name}", tag = "sources", params(("name" = String, Path, description = "The source"),
    ("If-Match" = Option<String>, Header, description = "The tag that it has to have"),
    ("If-None-Match" = Option<String>, Header, description = "`*`: it must not be there")),
    request_body = Source, responses(
    (status = OK, description = "Changed", body = Object, headers(("ETag" = String))),
    (status = CREATED, description = "Made", body = Object, headers(("Location" = String), ("ETag" = String))),
    (status = PRECONDITION_FAILED, description = "It has changed meanwhile", body = Problem, content_type = "application/problem+json"),
    NotFound, BodyProblems))]
async fn put_source(
    State(gateway): State<Arc<Gateway>>,
    caller: Caller,
    conditions: Conditions,
    Path(name): Path<String>,
    Json(source): Json<Source>,
) -> Result<Response, Problem> {
    if source.name.as_ref().is_some_and(|given| *given != name) {
        return Err(Problem::bad_request().detail("The name in the body is not that of the path."));
    }
    let transaction = gateway.database.begin(&caller, Access::WriteUnchanged).await?;
    let present = Entity::of(&transaction.query(ONE, &[(&name, Type::TEXT)]).await?)?;
    conditions.hold(present.as_ref())?;
    let written = match present {
        None => made(&transaction, &name, &source).await,
        Some(_) => changed(&transaction, &name, &source).await,
    };
    let entity = written.map_err(|problem| conditions.overtaken(problem))?;
    transaction.commit().await?;
    Ok(match present {
        None => (StatusCode::CREATED, [(header::LOCATION, path_of(&name))], entity).into_response(),
        Some(_) => ([(header::CONTENT_LOCATION, path_of(&name))], entity).into_response(),
    })
}

/// A name has nothing in it that a path would encode: the database has taken it.
fn path_of(name: &str) -> String {
    format!("/v1/sources/{name}")
}
