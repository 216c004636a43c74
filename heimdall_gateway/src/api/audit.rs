//! The audit trail, for those who audit.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::value::RawValue;
use tokio_postgres::types::Type;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::format::Format;
use super::row::{Entry, Heads, Lane};
use super::rows::{self, Rows};
use super::{answer, row};
use crate::database::Access;
use crate::gateway::Gateway;
use crate::http::Caller;
use crate::http::extract::{Json, Query};
use crate::problem::Problem;

/// `/audit…`.
pub fn routes() -> OpenApiRouter<Arc<Gateway>> {
    OpenApiRouter::new()
        .routes(routes!(entries))
        .routes(routes!(heads))
        .routes(routes!(verify))
        .routes(routes!(export))
}

/// Which entries.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct Entries {
    /// From then on (RFC 3339).
    #[param(value_type = Option<String>, format = DateTime)]
    since: Option<Timestamp>,
    /// Before then.
    #[param(value_type = Option<String>, format = DateTime)]
    until: Option<Timestamp>,
    /// Of that actor alone.
    actor: Option<String>,
    /// Of that action alone: `ingest`, `reveal.granted`, …
    action: Option<String>,
    /// About that object alone.
    object: Option<String>,
    /// Of that request alone.
    request_id: Option<String>,
    /// Entries at most, 100 unless told.
    #[param(minimum = 1, maximum = 1_000)]
    limit: Option<u16>,
    /// `next` of the page before.
    after: Option<String>,
}

const ENTRIES: &str = "SELECT pg_catalog.to_json(e)::text, e.at::text, e.lane::text, e.position::text FROM (\
    SELECT a.lane, a.position, a.at, a.actor, a.session_user_name AS session_user, a.request_id, a.action, a.object, \
    a.detail, pg_catalog.encode(a.digest, 'hex') AS digest FROM heimdall.audit AS a \
    WHERE ($1 IS NULL OR a.at >= $1::timestamptz) AND ($2 IS NULL OR a.at < $2::timestamptz) \
    AND ($3 IS NULL OR a.actor = $3) AND ($4 IS NULL OR a.action = $4) AND ($5 IS NULL OR a.object = $5) \
    AND ($6 IS NULL OR a.request_id = $6) \
    AND ($7 IS NULL OR (a.at, a.lane, a.position) < ($7::timestamptz, $8::smallint, $9::bigint)) \
    ORDER BY a.at DESC, a.lane DESC, a.position DESC LIMIT $10) AS e";

/// Entries of the audit trail, the latest first.
#[utoipa::path(
    get, path = "/audit", tag = "audit", params(Entries),
    responses((status = OK, description = "A page of entries", body = row::Page<Entry>))
)]
async fn entries(
    State(gateway): State<Arc<Gateway>>,
    caller: Caller,
    Query(asked): Query<Entries>,
) -> Result<Response, Problem> {
    let limit = answer::limit(asked.limit)?;
    let more = answer::one_more(limit);
    let after = answer::after(asked.after.as_deref())?.map(<[String; 3]>::try_from).transpose();
    let after = after.map_err(|_| Problem::bad_request().detail("The cursor is one of another route."))?;
    let [at, lane, position] = after.map(|parts| parts.map(Some)).unwrap_or_default();
    let (since, until) = (asked.since.map(|at| at.to_string()), asked.until.map(|at| at.to_string()));
    let parameters = [
        (&since as _, Type::TEXT),
        (&until as _, Type::TEXT),
        (&asked.actor as _, Type::TEXT),
        (&asked.action as _, Type::TEXT),
        (&asked.object as _, Type::TEXT),
        (&asked.request_id as _, Type::TEXT),
        (&at as _, Type::TEXT),
        (&lane as _, Type::TEXT),
        (&position as _, Type::TEXT),
        (&more as _, Type::INT8),
    ];
    let rows = gateway.database.query(&caller, Access::ReadPrimary, ENTRIES, &parameters).await?;
    Ok(answer::page(&rows, limit, |row| vec![row.get(1), row.get(2), row.get(3)]))
}

const HEADS: &str = "SELECT heimdall.audit_heads()::text";

/// Position and digest of the last entry of each lane: keep them where nobody can change them.
#[utoipa::path(
    get, path = "/audit/heads", tag = "audit",
    responses((status = OK, description = "By lane", body = Heads))
)]
async fn heads(State(gateway): State<Arc<Gateway>>, caller: Caller) -> Result<Response, Problem> {
    answer::object(&gateway.database.query(&caller, Access::ReadPrimary, HEADS, &[]).await?)
}

/// Against what.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Verification {
    /// What `/audit/heads` gave before.
    #[schema(value_type = Option<Object>)]
    known_heads: Option<Box<RawValue>>,
}

const VERIFY: &str = "SELECT pg_catalog.to_json(v)::text FROM heimdall.verify_audit($1::jsonb) AS v";

/// Whether each lane of the trail holds, and up to where.
#[utoipa::path(
    post, path = "/audit/verify", tag = "audit", request_body = Verification, responses(Rows<Lane>)
)]
async fn verify(
    State(gateway): State<Arc<Gateway>>,
    caller: Caller,
    format: Format,
    Json(asked): Json<Verification>,
) -> Result<Response, Problem> {
    let heads = asked.known_heads.as_deref().map(RawValue::get);
    rows::answer_as(Access::ReadPrimary, &gateway, &caller, format, VERIFY, &[(&heads as _, Type::TEXT)])
        .await
}

/// Of which time.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct Time {
    /// From then on (RFC 3339).
    #[param(value_type = Option<String>, format = DateTime)]
    since: Option<Timestamp>,
    /// Before then.
    #[param(value_type = Option<String>, format = DateTime)]
    until: Option<Timestamp>,
}

const EXPORT: &str = "SELECT e FROM heimdall.export_audit($1::timestamptz, $2::timestamptz) AS e";

/// The trail as JSON lines, lane by lane, with all that enters the digests.
#[utoipa::path(
    get, path = "/audit/export", tag = "audit", params(Time),
    responses((status = OK, description = "One entry a line", body = String, content_type = "application/x-ndjson"))
)]
async fn export(
    State(gateway): State<Arc<Gateway>>,
    caller: Caller,
    Query(asked): Query<Time>,
) -> Result<Response, Problem> {
    let (since, until) = (asked.since.map(|at| at.to_string()), asked.until.map(|at| at.to_string()));
    let parameters = [(&since as _, Type::TEXT), (&until as _, Type::TEXT)];
    let entries = gateway.database.stream(&caller, Access::ReadPrimary, EXPORT, &parameters).await?;
    Ok(rows::lines("application/x-ndjson", "\n", entries))
}
