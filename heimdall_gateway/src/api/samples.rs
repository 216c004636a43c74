//! What can be told from a sample of a dump before any of it is stored. The body is the sample, byte for byte and as large as
//! the limit on bodies; what is asked of it stands in the query.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use tokio_postgres::types::Type;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::answer;
use crate::database::Access;
use crate::gateway::Gateway;
use crate::http::Caller;
use crate::http::extract::{Bytes, Path, Query};
use crate::problem::{BodyProblems, NotFound, Problem};

/// `/formats…`, `/presets…`, `/mappings/infer`, `/mappings/explain`, `/sources/{name}/preview`, `/sources/{name}/dry-run`.
pub fn routes() -> OpenApiRouter<Arc<Gateway>> {
    OpenApiRouter::new()
        .routes(routes!(list_formats))
        .routes(routes!(detect_format))
        .routes(routes!(list_presets))
        .routes(routes!(get_preset))
        .routes(routes!(infer_mapping))
        .routes(routes!(explain_mapping))
        .routes(routes!(preview_source))
        .routes(routes!(dry_run))
}

/// What is said of a sample.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct Sample {
    /// Its format: one of `/v1/formats`. Told from the sample itself unless given.
    format: Option<String>,
    /// Options of the format: a JSON object.
    options: Option<String>,
}

const FORMATS: &str = "SELECT pg_catalog.to_json(f)::text FROM pg_catalog.unnest(heimdall.formats()) AS f";

/// The formats of dumps.
#[utoipa::path(get, path = "/formats", tag = "sources", responses(
    (status = OK, description = "`items`", body = Object, example = json!({"items": ["auto", "csv", "ndjson"]}))))]
async fn list_formats(State(gateway): State<Arc<Gateway>>, caller: Caller) -> Result<Response, Problem> {
    Ok(answer::items(&gateway.database.query(&caller, Access::Read, FORMATS, &[]).await?))
}

const DETECT: &str = "SELECT pg_catalog.json_build_object('format', heimdall.detect_format($1))::text";

/// The format of a dump that begins so, compressed or not: `{"format": …}`, null where it is none that is known. 64 KiB are enough.
#[utoipa::path(post, path = "/formats/detect", tag = "sources",
    request_body(content = String, content_type = "application/octet-stream", description = "The beginning of a dump"),
    responses((status = OK, description = "The format", body = Object, example = json!({"format": "zeek"})), BodyProblems))]
async fn detect_format(
    State(gateway): State<Arc<Gateway>>,
    caller: Caller,
    Bytes(sample): Bytes,
) -> Result<Response, Problem> {
    let rows = gateway.database.query(&caller, Access::Read, DETECT, &[(&&*sample, Type::BYTEA)]).await?;
    answer::object(&rows)
}

const PRESETS: &str = "SELECT pg_catalog.to_json(o)::text FROM (SELECT p.name, p.format, p.description \
    FROM heimdall.presets() AS p ORDER BY p.name) AS o";

/// The presets, without their mappings.
#[utoipa::path(get, path = "/presets", tag = "sources", responses((status = OK, description = "`items`", body = Object,
    example = json!({"items": [{"name": "zeek.dns", "format": "zeek", "description": "…"}]}))))]
async fn list_presets(State(gateway): State<Arc<Gateway>>, caller: Caller) -> Result<Response, Problem> {
    Ok(answer::items(&gateway.database.query(&caller, Access::Read, PRESETS, &[]).await?))
}

const PRESET: &str = "SELECT pg_catalog.to_json(p)::text FROM heimdall.presets() AS p WHERE p.name = $1";

/// A preset with its mapping.
#[utoipa::path(get, path = "/presets/{name}", tag = "sources", params(("name" = String, Path, description = "The preset")),
    responses((status = OK, description = "The preset", body = Object), NotFound))]
async fn get_preset(
    State(gateway): State<Arc<Gateway>>,
    caller: Caller,
    Path(name): Path<String>,
) -> Result<Response, Problem> {
    answer::object(&gateway.database.query(&caller, Access::Read, PRESET, &[(&name, Type::TEXT)]).await?)
}

const INFER: &str =
    "SELECT heimdall.infer_mapping(pg_catalog.convert_from($1, 'UTF8'), coalesce($2, 'auto'))::text";

/// The mapping that a sample in UTF-8 suggests, as it can be given to a source.
///
/// Stores nothing.
#[utoipa::path(post, path = "/mappings/infer", tag = "mappings",
    params(("format" = Option<String>, Query, description = "Its format: one of `/v1/formats`. Told from the sample itself unless given.")),
    request_body(content = String, content_type = "application/octet-stream", description = "A sample"),
    responses((status = OK, description = "The mapping", body = Object), BodyProblems))]
async fn infer_mapping(
    State(gateway): State<Arc<Gateway>>,
    caller: Caller,
    Query(said): Query<Sample>,
    Bytes(sample): Bytes,
) -> Result<Response, Problem> {
    if said.options.is_some() {
        return Err(Problem::bad_request().detail("A mapping is inferred without options."));
    }
    answer::object(
        &gateway
            .database
            .query(&caller, Access::Read, INFER, &[(&&*sample, Type::BYTEA), (&said.format, Type::TEXT)])
            .await?,
    )
}

const EXPLAIN: &str = "SELECT pg_catalog.to_json(e)::text \
    FROM heimdall.explain_mapping($1, coalesce($2, 'auto'), coalesce($3::text::jsonb, '{}')) AS e";

/// For each column of a sample, what it is taken for and why.
///
/// Stores nothing.
#[utoipa::path(post, path = "/mappings/explain", tag = "mappings", params(Sample),
    request_body(content = String, content_type = "application/octet-stream", description = "A sample"),
    responses((status = OK, description = "`items`", body = Object,
    example = json!({"items": [{"field": "src", "role": "entity", "label": "Ip", "confidence": 0.98, "reason": "…"}]})), BodyProblems))]
async fn explain_mapping(
    State(gateway): State<Arc<Gateway>>,
    caller: Caller,
    Query(said): Query<Sample>,
    Bytes(sample): Bytes,
) -> Result<Response, Problem> {
    Ok(answer::items(
        &gateway
            .database
            .query(
                &caller,
                Access::Read,
                EXPLAIN,
                &[(&&*sample, Type::BYTEA), (&said.format, Type::TEXT), (&said.options, Type::TEXT)],
            )
            .await?,
    ))
}

const PREVIEW: &str = "SELECT pg_catalog.to_json(p)::text FROM heimdall.preview($1, $2::bytea) AS p";

/// What would become of the first 100 rows of a sample: values, vertices, edges, and rows that would be put aside.
///
/// Stores nothing.
#[utoipa::path(post, path = "/sources/{name}/preview", tag = "sources", params(("name" = String, Path, description = "The source")),
    request_body(content = String, content_type = "application/octet-stream", description = "A sample"),
    responses((status = OK, description = "`items`", body = Object, example = json!({"items": [{"row_number": 1, "item": "field",
        "name": "src", "kind": "ip", "canonical": "192.0.2.1", "rule": "keep", "tlp": "amber", "becomes": "vertex Ip:192.0.2.1"}]})),
    NotFound, BodyProblems))]
async fn preview_source(
    State(gateway): State<Arc<Gateway>>,
    caller: Caller,
    Path(name): Path<String>,
    Bytes(sample): Bytes,
) -> Result<Response, Problem> {
    Ok(answer::items(
        &gateway
            .database
            .query(&caller, Access::Read, PREVIEW, &[(&name, Type::TEXT), (&&*sample, Type::BYTEA)])
            .await?,
    ))
}

const DRY_RUN: &str = "SELECT pg_catalog.to_json(r)::text FROM heimdall.dry_run($1, $2) AS r";

/// What an ingest of the body would report.
///
/// Stores nothing.
#[utoipa::path(post, path = "/sources/{name}/dry-run", tag = "sources", params(("name" = String, Path, description = "The source")),
    request_body(content = String, content_type = "application/octet-stream", description = "A dump"),
    responses((status = OK, description = "The report, with 0 for the batch", body = Object), NotFound, BodyProblems))]
async fn dry_run(
    State(gateway): State<Arc<Gateway>>,
    caller: Caller,
    Path(name): Path<String>,
    Bytes(dump): Bytes,
) -> Result<Response, Problem> {
    // It is undone in the database, which writes it first.
    answer::object(
        &gateway
            .database
            .query(&caller, Access::Write, DRY_RUN, &[(&name, Type::TEXT), (&&*dump, Type::BYTEA)])
            .await?,
    )
}
