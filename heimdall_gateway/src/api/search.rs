//! Vertices by value, beginning, end, network and time; and what came in between two times.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use jiff::Timestamp;
use serde::Deserialize;
use tokio_postgres::types::Type;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::answer;
use super::asked::Asked;
use super::format::Format;
use super::row::{Change, Hit};
use super::rows::{self, Pages, Rows};
use crate::gateway::Gateway;
use crate::http::Caller;
use crate::problem::Problem;

/// `/search`, `/changes-between`.
pub fn routes() -> OpenApiRouter<Arc<Gateway>> {
    OpenApiRouter::new().routes(routes!(search)).routes(routes!(changes_between))
}

/// What to find.
#[derive(Deserialize, IntoParams, ToSchema)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct Wanted {
    /// A value, `begin*`, `*.example.org`, `*midst*`, or a network.
    #[param(example = "*.example.org")]
    #[schema(example = "*.example.org")]
    query: String,
    /// Of one kind or label alone.
    kind: Option<String>,
    /// Seen by a batch from then on (RFC 3339).
    #[param(value_type = Option<String>, format = DateTime)]
    #[schema(value_type = Option<String>, format = DateTime)]
    since: Option<Timestamp>,
    /// And before then.
    #[param(value_type = Option<String>, format = DateTime)]
    #[schema(value_type = Option<String>, format = DateTime)]
    until: Option<Timestamp>,
    /// Rows at most, 100 unless told.
    #[param(minimum = 1)]
    #[schema(minimum = 1)]
    limit: Option<i32>,
    /// `next` of the page before.
    after: Option<String>,
}

const SEARCH: &str = "SELECT pg_catalog.to_json(o)::text, o.key FROM (SELECT s.key, s.label, s.value, s.tlp, s.sightings, \
    s.first_seen, s.last_seen FROM heimdall.search($1, $2, $3, $4::timestamptz, $5::timestamptz, $6) AS s) AS o";

/// Finds vertices, in the order of their keys, page by page.
#[utoipa::path(
    method(get, post), path = "/search", tag = "search",
    params(Wanted), request_body = Wanted, responses(Pages<Hit>)
)]
async fn search(
    State(gateway): State<Arc<Gateway>>,
    caller: Caller,
    format: Format,
    Asked(asked): Asked<Wanted>,
) -> Result<Response, Problem> {
    let limit = format.limit(asked.limit, 100)?;
    // One object says whether there are more.
    let most = if format == Format::Json { limit.saturating_add(1) } else { limit };
    let (since, until) = (written(asked.since), written(asked.until));
    let after = answer::after(asked.after.as_deref())?.and_then(|cursor| cursor.into_iter().next());
    let parameters = [
        (&asked.query as _, Type::TEXT),
        (&asked.kind as _, Type::TEXT),
        (&most as _, Type::INT4),
        (&since as _, Type::TEXT),
        (&until as _, Type::TEXT),
        (&after as _, Type::TEXT),
    ];
    let limit = usize::try_from(limit).unwrap_or_default();
    rows::page(&gateway, &caller, format, SEARCH, &parameters, limit).await
}

/// A time, and what came in during it.
#[derive(Deserialize, IntoParams, ToSchema)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct Between {
    /// From then on (RFC 3339).
    #[param(value_type = String, format = DateTime, example = "2026-03-02T00:00:00Z")]
    #[schema(value_type = String, format = DateTime, example = "2026-03-02T00:00:00Z")]
    since: Timestamp,
    /// Before then; open without it.
    #[param(value_type = Option<String>, format = DateTime)]
    #[schema(value_type = Option<String>, format = DateTime)]
    until: Option<Timestamp>,
    /// Of one kind or label alone.
    kind: Option<String>,
    /// `new` or `seen again` alone.
    change: Option<String>,
    /// By the batches of one source alone.
    source: Option<String>,
    /// Rows at most, 1,000 unless told.
    #[param(minimum = 1)]
    #[schema(minimum = 1)]
    limit: Option<i32>,
}

const CHANGES_BETWEEN: &str = "SELECT pg_catalog.to_json(o)::text FROM (SELECT c.at, c.what, c.label, c.value, c.tlp, \
    c.sightings, c.first_seen, c.last_seen, c.sources \
    FROM heimdall.changes_between($1::timestamptz, $2::timestamptz, $3, $4, $5, $6) AS c) AS o";

/// Vertices that came in between two times, each once, those of the latest batch first.
#[utoipa::path(
    method(get, post), path = "/changes-between", tag = "search",
    params(Between), request_body = Between, responses(Rows<Change>)
)]
async fn changes_between(
    State(gateway): State<Arc<Gateway>>,
    caller: Caller,
    format: Format,
    Asked(asked): Asked<Between>,
) -> Result<Response, Problem> {
    let limit = format.limit(asked.limit, 1000)?;
    let (since, until) = (asked.since.to_string(), written(asked.until));
    let parameters = [
        (&since as _, Type::TEXT),
        (&until as _, Type::TEXT),
        (&asked.kind as _, Type::TEXT),
        (&asked.change as _, Type::TEXT),
        (&asked.source as _, Type::TEXT),
        (&limit as _, Type::INT4),
    ];
    rows::answer(&gateway, &caller, format, CHANGES_BETWEEN, &parameters).await
}

fn written(time: Option<Timestamp>) -> Option<String> {
    time.map(|time| time.to_string())
}
