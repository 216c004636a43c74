//! What leaves: observables in clear with their edges, as STIX 2.1 or CSV. Of any size, as it comes.

use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use futures_util::{StreamExt, stream};
use jiff::Timestamp;
use serde::Deserialize;
use tokio_postgres::types::Type;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::asked::{Asked, list};
use super::format::acceptable;
use super::row::Bundle;
use super::rows;
use crate::database::{Access, JsonRows};
use crate::gateway::Gateway;
use crate::http::Caller;
use crate::problem::Problem;

/// `/export/…`.
pub fn routes() -> OpenApiRouter<Arc<Gateway>> {
    OpenApiRouter::new().routes(routes!(export_stix)).routes(routes!(export_csv))
}

/// What is to leave. Without any of it, all that is `green` or lower.
#[derive(Deserialize, IntoParams, ToSchema)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct Selection {
    /// Of one kind or label alone.
    kind: Option<String>,
    /// These values alone.
    #[serde(default, deserialize_with = "list")]
    #[param(style = Form, explode = false)]
    observables: Option<Vec<String>>,
    /// What that source has seen, as it has seen it.
    source: Option<String>,
    /// What a batch saw from then on (RFC 3339).
    #[param(value_type = Option<String>, format = DateTime)]
    #[schema(value_type = Option<String>, format = DateTime)]
    since: Option<Timestamp>,
    /// And before then.
    #[param(value_type = Option<String>, format = DateTime)]
    #[schema(value_type = Option<String>, format = DateTime)]
    until: Option<Timestamp>,
    /// Marked so or lower, `green` unless told.
    max_tlp: Option<String>,
}

impl Selection {
    async fn stream(&self, gateway: &Gateway, caller: &Caller, sql: &str) -> Result<JsonRows, Problem> {
        let (since, until) = (self.since.map(|at| at.to_string()), self.until.map(|at| at.to_string()));
        let parameters = [
            (&self.kind as _, Type::TEXT),
            (&self.observables as _, Type::TEXT_ARRAY),
            (&self.source as _, Type::TEXT),
            (&since as _, Type::TEXT),
            (&until as _, Type::TEXT),
            (&self.max_tlp as _, Type::TEXT),
        ];
        gateway.database.stream(caller, Access::Read, sql, &parameters).await
    }
}

/// How STIX is written.
#[derive(Clone, Copy)]
enum Form {
    /// One bundle.
    Bundle,
    /// One object a line.
    Lines,
}

const FORMS: [(&str, Form); 3] = [
    ("application/stix+json", Form::Bundle),
    ("application/json", Form::Bundle),
    ("application/x-ndjson", Form::Lines),
];

const STIX: &str = "SELECT o::text FROM heimdall.export_stix($1, $2, $3, $4::timestamptz, $5::timestamptz, \
    coalesce($6, 'green')) AS o";

/// Observables and their edges as STIX 2.1: a bundle, or one object a line.
#[utoipa::path(
    method(get, post), path = "/export/stix", tag = "export", params(Selection), request_body = Selection,
    responses((status = OK, description = "The objects, what one refers to before it", content(
        (Bundle = "application/stix+json"), (String = "application/x-ndjson")
    )))
)]
async fn export_stix(
    State(gateway): State<Arc<Gateway>>,
    caller: Caller,
    headers: HeaderMap,
    Asked(asked): Asked<Selection>,
) -> Result<Response, Problem> {
    let form = acceptable(&headers, &FORMS)?;
    let objects = asked.stream(&gateway, &caller, STIX).await?;
    Ok(rows::varying(match form {
        Form::Lines => rows::lines("application/x-ndjson", "\n", objects),
        Form::Bundle => bundle(objects),
    }))
}

fn bundle(objects: JsonRows) -> Response {
    let begin = format!(r#"{{"type":"bundle","id":"bundle--{}","objects":["#, Uuid::new_v4());
    let objects = objects.enumerate().map(|(place, object)| {
        let separator = if place == 0 { "" } else { "," };
        object.map(|object| format!("{separator}{object}").into()).map_err(rows::cut)
    });
    let end = stream::once(async { Ok("]}".into()) });
    let body = stream::once(async { Ok(begin.into()) }).chain(objects).chain(end);
    rows::streamed("application/stix+json;version=2.1", body)
}

const CSV: &str = "SELECT l FROM heimdall.export_csv($1, $2, $3, $4::timestamptz, $5::timestamptz, \
    coalesce($6, 'green')) AS l";

/// Observables as CSV (RFC 4180), with a header.
#[utoipa::path(
    method(get, post), path = "/export/csv", tag = "export", params(Selection), request_body = Selection,
    responses((status = OK, description = "One observable a line", body = String, content_type = "text/csv"))
)]
async fn export_csv(
    State(gateway): State<Arc<Gateway>>,
    caller: Caller,
    Asked(asked): Asked<Selection>,
) -> Result<Response, Problem> {
    let lines = asked.stream(&gateway, &caller, CSV).await?;
    Ok(rows::lines("text/csv; charset=utf-8; header=present", "\r\n", lines))
}
