//! Many observables at once: those that are listed, those that stand out, those that several sources have seen.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use tokio_postgres::types::Type;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::about::Observable;
use crate::api::asked::{Asked, list};
use crate::api::format::Format;
use crate::api::row::{Found, Outstanding, Overlap};
use crate::api::rows::{self, Rows};
use crate::gateway::Gateway;
use crate::http::Caller;
use crate::http::extract::Json;
use crate::problem::Problem;

pub fn routes() -> OpenApiRouter<Arc<Gateway>> {
    OpenApiRouter::new().routes(routes!(lookup_many)).routes(routes!(top)).routes(routes!(overlap))
}

/// Values, and what they are.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Observables {
    /// 1,000 at most.
    #[schema(max_items = 1000)]
    observables: Vec<Observable>,
}

// Of a value that is not of its kind, nothing is asked: the function would raise.
const LOOKUP_MANY: &str = "SELECT pg_catalog.json_build_object('kind', a.kind, 'value', a.value, 'found', \
    CASE WHEN a.error IS NULL THEN (SELECT coalesce(pg_catalog.json_agg(o), '[]') FROM (SELECT l.key, l.label, l.tlp, \
    l.sightings, l.first_seen, l.last_seen, l.sources FROM heimdall.lookup(a.kind, a.value) AS l) AS o) END, 'error', \
    CASE WHEN a.error IS NOT NULL THEN pg_catalog.json_build_object('code', '22P02', 'message', a.error) END)::text \
    FROM (SELECT i.*, heimdall.lookup_error(i.kind, i.value) AS error FROM ROWS FROM (pg_catalog.unnest($1), \
    pg_catalog.unnest($2)) WITH ORDINALITY AS i (kind, value, place) OFFSET 0) AS a ORDER BY a.place";

/// What is known of each of many values, in their order. Of one that is not of its kind, why.
#[utoipa::path(
    post, path = "/observables/lookup-many", tag = "observables",
    request_body = Observables, responses(Rows<Found>)
)]
async fn lookup_many(
    State(gateway): State<Arc<Gateway>>,
    caller: Caller,
    format: Format,
    Json(asked): Json<Observables>,
) -> Result<Response, Problem> {
    if asked.observables.len() > 1000 {
        return Err(Problem::bad_request().detail("There may be 1,000 values at most."));
    }
    let (kinds, values): (Vec<String>, Vec<String>) =
        asked.observables.into_iter().map(|one| (one.kind, one.value)).unzip();
    let parameters = [(&kinds as _, Type::TEXT_ARRAY), (&values as _, Type::TEXT_ARRAY)];
    rows::answer(&gateway, &caller, format, LOOKUP_MANY, &parameters).await
}

/// By what to stand out.
#[derive(Deserialize, IntoParams, ToSchema)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct Standing {
    /// `connected`: most edges; `seen`: seen most often; `newest`: first seen last.
    #[param(example = "connected")]
    #[schema(example = "connected")]
    what: String,
    /// Of one kind or label alone.
    kind: Option<String>,
    /// By the batches of one source alone.
    source: Option<String>,
    /// Rows at most, 20 unless told.
    #[param(minimum = 1)]
    #[schema(minimum = 1)]
    limit: Option<i32>,
}

const TOP: &str = "SELECT pg_catalog.to_json(o)::text FROM (SELECT t.label, t.value, t.tlp, t.degree, t.sightings, \
    t.first_seen, t.last_seen FROM heimdall.top($1, $2, $3, $4) AS t) AS o";

/// Those that stand out. Reads all edges, or all sightings.
#[utoipa::path(
    method(get, post), path = "/observables/top", tag = "observables",
    params(Standing), request_body = Standing, responses(Rows<Outstanding>)
)]
async fn top(
    State(gateway): State<Arc<Gateway>>,
    caller: Caller,
    format: Format,
    Asked(asked): Asked<Standing>,
) -> Result<Response, Problem> {
    let limit = format.limit(asked.limit, 20)?;
    let parameters = [
        (&asked.what as _, Type::TEXT),
        (&asked.kind as _, Type::TEXT),
        (&limit as _, Type::INT4),
        (&asked.source as _, Type::TEXT),
    ];
    rows::answer(&gateway, &caller, format, TOP, &parameters).await
}

/// A source and others.
#[derive(Deserialize, IntoParams, ToSchema)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct Sources {
    /// The source.
    #[param(example = "vpn")]
    #[schema(example = "vpn")]
    source: String,
    /// The others.
    #[serde(deserialize_with = "list")]
    #[param(value_type = Vec<String>, style = Form, explode = false, example = json!(["feed"]))]
    #[schema(value_type = Vec<String>, example = json!(["feed"]))]
    others: Option<Vec<String>>,
}

const OVERLAP: &str = "SELECT pg_catalog.to_json(o)::text FROM heimdall.overlap($1, $2) AS o";

/// What a source and any of the others have seen.
#[utoipa::path(
    method(get, post), path = "/observables/overlap", tag = "observables",
    params(Sources), request_body = Sources, responses(Rows<Overlap>)
)]
async fn overlap(
    State(gateway): State<Arc<Gateway>>,
    caller: Caller,
    format: Format,
    Asked(asked): Asked<Sources>,
) -> Result<Response, Problem> {
    let parameters = [(&asked.source as _, Type::TEXT), (&asked.others as _, Type::TEXT_ARRAY)];
    rows::answer(&gateway, &caller, format, OVERLAP, &parameters).await
}
