//! The policy: what happens to a field.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use serde_json::value::RawValue;
use tokio_postgres::types::Type;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::answer;
use crate::database::Access;
use crate::gateway::Gateway;
use crate::http::Caller;
use crate::http::extract::{Json, Path, Query};
use crate::problem::{BodyProblems, NotFound, Problem, Refusals};

/// `/policy…`.
pub fn routes() -> OpenApiRouter<Arc<Gateway>> {
    OpenApiRouter::new()
        .routes(routes!(list_policy))
        .routes(routes!(set_rule, drop_rule))
        .routes(routes!(reapply_policy))
}

/// Of which source.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct OfSource {
    /// All unless given.
    source: Option<String>,
    /// Only fields of which nobody has said anything.
    #[serde(default)]
    needs_rule: bool,
}

const LIST: &str = "SELECT pg_catalog.to_json(p)::text FROM heimdall.policy AS p \
    WHERE ($1 IS NULL OR p.source = $1) AND (p.needs_rule OR NOT $2) ORDER BY p.source, p.field";

/// The rule of every field that a mapping names, that a rule was set for, or that a dump has brought, and where it comes from.
#[utoipa::path(get, path = "/policy", tag = "policy", params(OfSource), responses((status = OK, description = "`items`",
    body = Object, example = json!({"items": [{"source": "vpn", "field": "src", "used_as": "key of Ip", "rule": "keep",
        "tlp": "amber", "options": null, "origin": "use", "field_values": 2, "needs_rule": false}]}))))]
async fn list_policy(
    State(gateway): State<Arc<Gateway>>,
    caller: Caller,
    Query(of): Query<OfSource>,
) -> Result<Response, Problem> {
    Ok(answer::items(
        &gateway
            .database
            .query(&caller, Access::Read, LIST, &[(&of.source, Type::TEXT), (&of.needs_rule, Type::BOOL)])
            .await?,
    ))
}

/// The rule of a field.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"rule": "encrypt", "tlp": "red"}))]
struct FieldRule {
    /// `keep`, `scrub`, `drop`, `hash`, `encrypt`, `truncate`, …: docs/reference/mapping.md has them all.
    rule: String,
    /// Mark: `clear`, `green`, `amber`, `amber+strict`, `red`.
    tlp: Option<String>,
    /// Of the rule.
    #[schema(value_type = Option<Object>)]
    options: Option<Box<RawValue>>,
}

const SET: &str = "SELECT heimdall.set_rule($1, $2, $3, $4, $5::text::jsonb)";

/// The rule of a field from now on, whatever mappings say. `*` as source is every source, as field every field without a rule.
#[utoipa::path(put, path = "/policy/{source}/{field}", tag = "policy",
    params(("source" = String, Path, description = "The source, or `*`"), ("field" = String, Path, description = "The field, or `*`")),
    request_body = FieldRule, responses((status = NO_CONTENT, description = "It is set"), NotFound, BodyProblems))]
async fn set_rule(
    State(gateway): State<Arc<Gateway>>,
    caller: Caller,
    Path((source, field)): Path<(String, String)>,
    Json(rule): Json<FieldRule>,
) -> Result<StatusCode, Problem> {
    let options = rule.options.as_deref().map(RawValue::get);
    gateway
        .database
        .query(
            &caller,
            Access::Write,
            SET,
            &[
                (&source, Type::TEXT),
                (&field, Type::TEXT),
                (&rule.rule, Type::TEXT),
                (&rule.tlp, Type::TEXT),
                (&options, Type::TEXT),
            ],
        )
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

const TAKE_BACK: &str = "SELECT heimdall.drop_rule($1, $2)";

/// Takes back the rule that was set.
#[utoipa::path(delete, path = "/policy/{source}/{field}", tag = "policy",
    params(("source" = String, Path, description = "The source, or `*`"), ("field" = String, Path, description = "The field, or `*`")),
    responses((status = NO_CONTENT, description = "It is taken back"), NotFound, Refusals))]
async fn drop_rule(
    State(gateway): State<Arc<Gateway>>,
    caller: Caller,
    Path((source, field)): Path<(String, String)>,
) -> Result<StatusCode, Problem> {
    let rows = gateway
        .database
        .query(&caller, Access::Write, TAKE_BACK, &[(&source, Type::TEXT), (&field, Type::TEXT)])
        .await?;
    if rows.first().is_some_and(|row| row.get(0)) {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(Problem::not_found().detail("No rule was set there."))
    }
}

const REAPPLY: &str = "SELECT pg_catalog.to_json(r)::text FROM heimdall.reapply_policy($1) AS r";

/// Brings what is stored of a source under the rules of now.
///
/// Nobody ingests meanwhile. What a rule has lost stays lost.
#[utoipa::path(post, path = "/policy/{source}/reapply", tag = "policy", params(("source" = String, Path, description = "The source")),
    responses((status = OK, description = "What was written again", body = Object,
    example = json!({"vertices": 2, "edges": 1, "changes": 1, "keys_to_ingest_anew": []})), NotFound, Refusals))]
async fn reapply_policy(
    State(gateway): State<Arc<Gateway>>,
    caller: Caller,
    Path(source): Path<String>,
) -> Result<Response, Problem> {
    let database = gateway.database.for_upkeep();
    answer::object(&database.query(&caller, Access::Write, REAPPLY, &[(&source, Type::TEXT)]).await?)
}
