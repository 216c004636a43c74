//! What is known of one observable, by whom, since when, and what it looks like.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use jiff::Timestamp;
use serde::Deserialize;
use tokio_postgres::types::Type;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::api::asked::Asked;
use crate::api::format::Format;
use crate::api::row::{Brought, Event, Known, KnownThen, LookAlike};
use crate::api::rows::{self, Rows};
use crate::gateway::Gateway;
use crate::http::Caller;
use crate::problem::Problem;

pub fn routes() -> OpenApiRouter<Arc<Gateway>> {
    OpenApiRouter::new()
        .routes(routes!(lookup))
        .routes(routes!(provenance))
        .routes(routes!(as_of))
        .routes(routes!(timeline))
        .routes(routes!(similar))
}

/// A value and what it is.
#[derive(Deserialize, IntoParams, ToSchema)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Observable {
    /// Kind, in any letter case (`ip`, `domain`), or a label of your own.
    #[param(example = "ip")]
    #[schema(example = "ip")]
    pub kind: String,
    /// The value, however it is spelled.
    #[param(example = "192.0.2.1")]
    #[schema(example = "192.0.2.1")]
    pub value: String,
}

const LOOKUP: &str = "SELECT pg_catalog.to_json(o)::text FROM (SELECT l.key, l.label, l.tlp, l.sightings, l.first_seen, \
    l.last_seen, l.sources FROM heimdall.lookup($1, $2) AS l) AS o";

/// What is known of a value.
#[utoipa::path(
    method(get, post), path = "/observables/lookup", tag = "observables",
    params(Observable), request_body = Observable, responses(Rows<Known>)
)]
async fn lookup(
    State(gateway): State<Arc<Gateway>>,
    caller: Caller,
    format: Format,
    Asked(asked): Asked<Observable>,
) -> Result<Response, Problem> {
    let parameters = [(&asked.kind as _, Type::TEXT), (&asked.value as _, Type::TEXT)];
    rows::answer(&gateway, &caller, format, LOOKUP, &parameters).await
}

const PROVENANCE: &str = "SELECT pg_catalog.to_json(o)::text FROM (SELECT p.batch, p.source, p.actor, p.ingested_at, \
    p.sightings, p.first_seen, p.last_seen, p.first_row FROM heimdall.provenance($1, $2) AS p) AS o";

/// Which batches brought a value, and in which row of the dump.
#[utoipa::path(
    method(get, post), path = "/observables/provenance", tag = "observables",
    params(Observable), request_body = Observable, responses(Rows<Brought>)
)]
async fn provenance(
    State(gateway): State<Arc<Gateway>>,
    caller: Caller,
    format: Format,
    Asked(asked): Asked<Observable>,
) -> Result<Response, Problem> {
    let parameters = [(&asked.kind as _, Type::TEXT), (&asked.value as _, Type::TEXT)];
    rows::answer(&gateway, &caller, format, PROVENANCE, &parameters).await
}

/// A value and a time.
#[derive(Deserialize, IntoParams, ToSchema)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct Then {
    /// The time (RFC 3339).
    #[param(value_type = String, format = DateTime, example = "2026-03-02T00:00:00Z")]
    #[schema(value_type = String, format = DateTime, example = "2026-03-02T00:00:00Z")]
    at: Timestamp,
    /// Kind.
    #[param(example = "ip")]
    #[schema(example = "ip")]
    kind: String,
    /// The value.
    #[param(example = "192.0.2.1")]
    #[schema(example = "192.0.2.1")]
    value: String,
}

const AS_OF: &str = "SELECT pg_catalog.to_json(o)::text FROM (SELECT a.key, a.label, a.tlp, a.sightings, a.first_seen, \
    a.last_seen, a.sources, a.known_since, a.edges FROM heimdall.as_of($1::timestamptz, $2, $3) AS a) AS o";

/// What was known of a value at a time, by when its batches were taken in.
#[utoipa::path(
    method(get, post), path = "/observables/as-of", tag = "observables",
    params(Then), request_body = Then, responses(Rows<KnownThen>)
)]
async fn as_of(
    State(gateway): State<Arc<Gateway>>,
    caller: Caller,
    format: Format,
    Asked(asked): Asked<Then>,
) -> Result<Response, Problem> {
    let at = asked.at.to_string();
    let parameters =
        [(&at as _, Type::TEXT), (&asked.kind as _, Type::TEXT), (&asked.value as _, Type::TEXT)];
    rows::answer(&gateway, &caller, format, AS_OF, &parameters).await
}

/// A value, and how many rows.
#[derive(Deserialize, IntoParams, ToSchema)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct Story {
    /// Kind.
    #[param(example = "ip")]
    #[schema(example = "ip")]
    kind: String,
    /// The value.
    #[param(example = "192.0.2.1")]
    #[schema(example = "192.0.2.1")]
    value: String,
    /// Rows at most, 1,000 unless told.
    #[param(minimum = 1)]
    #[schema(minimum = 1)]
    limit: Option<i32>,
    /// Edges of each type and direction to look at, 20,000 unless told.
    #[param(minimum = 1)]
    #[schema(minimum = 1)]
    edges: Option<i32>,
}

const TIMELINE: &str = "SELECT pg_catalog.to_json(t)::text FROM heimdall.timeline($1, $2, $3, $4) AS t";

/// When a value was seen next to what, the earliest first.
#[utoipa::path(
    method(get, post), path = "/observables/timeline", tag = "observables",
    params(Story), request_body = Story, responses(Rows<Event>)
)]
async fn timeline(
    State(gateway): State<Arc<Gateway>>,
    caller: Caller,
    format: Format,
    Asked(asked): Asked<Story>,
) -> Result<Response, Problem> {
    let (limit, edges) = (format.limit(asked.limit, 1000)?, asked.edges.unwrap_or(20_000));
    let parameters = [
        (&asked.kind as _, Type::TEXT),
        (&asked.value as _, Type::TEXT),
        (&limit as _, Type::INT4),
        (&edges as _, Type::INT4),
    ];
    rows::answer(&gateway, &caller, format, TIMELINE, &parameters).await
}

/// A domain or URL, and how many look-alikes.
#[derive(Deserialize, IntoParams, ToSchema)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct Like {
    /// A domain or URL.
    #[param(example = "paypal.com")]
    #[schema(example = "paypal.com")]
    value: String,
    /// Of which kind look-alikes are: `domain` or `url`. Without it, the value's own.
    kind: Option<String>,
    /// How many, 10 unless told.
    #[param(minimum = 1, maximum = 1000)]
    #[schema(minimum = 1, maximum = 1000)]
    limit: Option<i32>,
}

const SIMILAR: &str = "SELECT pg_catalog.to_json(o)::text FROM (SELECT s.label, s.look_alike, s.similarity, s.tlp, \
    s.sightings, s.first_seen, s.last_seen FROM heimdall.similar($1, $2, $3) AS s) AS o";

/// The domains or URLs that look most like a value, most alike first.
#[utoipa::path(
    method(get, post), path = "/observables/similar", tag = "observables",
    params(Like), request_body = Like, responses(Rows<LookAlike>)
)]
async fn similar(
    State(gateway): State<Arc<Gateway>>,
    caller: Caller,
    format: Format,
    Asked(asked): Asked<Like>,
) -> Result<Response, Problem> {
    let limit = format.limit(asked.limit, 10)?;
    let parameters =
        [(&asked.value as _, Type::TEXT), (&limit as _, Type::INT4), (&asked.kind as _, Type::TEXT)];
    rows::answer(&gateway, &caller, format, SIMILAR, &parameters).await
}
