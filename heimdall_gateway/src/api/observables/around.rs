//! What is near observables, between them, and next to several of them.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use tokio_postgres::types::Type;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::api::asked::{Asked, list};
use crate::api::format::Format;
use crate::api::row::{Neighbor, Shared, Step};
use crate::api::rows::{self, Rows};
use crate::gateway::Gateway;
use crate::http::Caller;
use crate::problem::Problem;

pub fn routes() -> OpenApiRouter<Arc<Gateway>> {
    OpenApiRouter::new().routes(routes!(neighbors)).routes(routes!(path)).routes(routes!(correlate))
}

/// A value, and how far around it.
#[derive(Deserialize, IntoParams, ToSchema)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct Around {
    /// Kind, in any letter case (`ip`, `domain`), or a label of your own.
    #[param(example = "ip")]
    #[schema(example = "ip")]
    kind: String,
    /// The value, however it is spelled.
    #[param(example = "192.0.2.1")]
    #[schema(example = "192.0.2.1")]
    value: String,
    /// Edges away at most, 1 unless told.
    #[param(minimum = 1)]
    #[schema(minimum = 1)]
    depth: Option<i32>,
    /// Labels or kinds to be given; the walk passes through all.
    #[serde(default, deserialize_with = "list")]
    #[param(style = Form, explode = false)]
    labels: Option<Vec<String>>,
    /// Types of edges to walk, in either direction.
    #[serde(default, deserialize_with = "list")]
    #[param(style = Form, explode = false)]
    types: Option<Vec<String>>,
    /// Rows at most, 1,000 unless told.
    #[param(minimum = 1)]
    #[schema(minimum = 1)]
    limit: Option<i32>,
}

const NEIGHBORS: &str = "SELECT pg_catalog.to_json(o)::text FROM (SELECT n.distance, n.edge_type, n.label, n.neighbor, \
    n.tlp FROM heimdall.neighbors($1, $2, $3, $4, $5, $6) AS n) AS o";

/// Vertices within so many edges of a value, nearest first.
#[utoipa::path(
    method(get, post), path = "/observables/neighbors", tag = "observables",
    params(Around), request_body = Around, responses(Rows<Neighbor>)
)]
async fn neighbors(
    State(gateway): State<Arc<Gateway>>,
    caller: Caller,
    format: Format,
    Asked(asked): Asked<Around>,
) -> Result<Response, Problem> {
    let (depth, limit) = (asked.depth.unwrap_or(1), format.limit(asked.limit, 1000)?);
    let parameters = [
        (&asked.kind as _, Type::TEXT),
        (&asked.value as _, Type::TEXT),
        (&depth as _, Type::INT4),
        (&asked.labels as _, Type::TEXT_ARRAY),
        (&asked.types as _, Type::TEXT_ARRAY),
        (&limit as _, Type::INT4),
    ];
    rows::answer(&gateway, &caller, format, NEIGHBORS, &parameters).await
}

/// Two values.
#[derive(Deserialize, IntoParams, ToSchema)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct Ends {
    /// Kind of the value that the path begins at.
    #[param(example = "ip")]
    #[schema(example = "ip")]
    from_kind: String,
    /// That value.
    #[param(example = "192.0.2.1")]
    #[schema(example = "192.0.2.1")]
    from_value: String,
    /// Kind of the value that it ends at.
    #[param(example = "domain")]
    #[schema(example = "domain")]
    to_kind: String,
    /// That value.
    #[param(example = "evil.example")]
    #[schema(example = "evil.example")]
    to_value: String,
    /// Edges at most, 4 unless told.
    #[param(minimum = 1, maximum = 20)]
    #[schema(minimum = 1, maximum = 20)]
    depth: Option<i32>,
}

const PATH: &str = "SELECT pg_catalog.to_json(o)::text FROM (SELECT p.step, p.edge_type, p.direction, p.label, p.value \
    FROM heimdall.path($1, $2, $3, $4, $5) AS p) AS o";

/// A shortest path between two values; no rows where there is none.
#[utoipa::path(
    method(get, post), path = "/observables/path", tag = "observables",
    params(Ends), request_body = Ends, responses(Rows<Step>)
)]
async fn path(
    State(gateway): State<Arc<Gateway>>,
    caller: Caller,
    format: Format,
    Asked(asked): Asked<Ends>,
) -> Result<Response, Problem> {
    let depth = asked.depth.unwrap_or(4);
    let parameters = [
        (&asked.from_kind as _, Type::TEXT),
        (&asked.from_value as _, Type::TEXT),
        (&asked.to_kind as _, Type::TEXT),
        (&asked.to_value as _, Type::TEXT),
        (&depth as _, Type::INT4),
    ];
    rows::answer(&gateway, &caller, format, PATH, &parameters).await
}

/// Several values.
#[derive(Deserialize, IntoParams, ToSchema)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct Several {
    /// The values; their kinds are told from their shapes, or said: `User:ada`.
    #[serde(deserialize_with = "list")]
    #[param(value_type = Vec<String>, style = Form, explode = false, example = json!(["192.0.2.1", "evil.example"]))]
    #[schema(value_type = Vec<String>, example = json!(["192.0.2.1", "evil.example"]))]
    observables: Option<Vec<String>>,
    /// Rows at most, 1,000 unless told.
    #[param(minimum = 1)]
    #[schema(minimum = 1)]
    limit: Option<i32>,
}

const CORRELATE: &str = "SELECT pg_catalog.to_json(c)::text FROM heimdall.correlate($1, $2) AS c";

/// What is next to two of the values at least; what most share first, then the rarest.
#[utoipa::path(
    method(get, post), path = "/observables/correlate", tag = "observables",
    params(Several), request_body = Several, responses(Rows<Shared>)
)]
async fn correlate(
    State(gateway): State<Arc<Gateway>>,
    caller: Caller,
    format: Format,
    Asked(asked): Asked<Several>,
) -> Result<Response, Problem> {
    let limit = format.limit(asked.limit, 1000)?;
    let parameters = [(&asked.observables as _, Type::TEXT_ARRAY), (&limit as _, Type::INT4)];
    rows::answer(&gateway, &caller, format, CORRELATE, &parameters).await
}
