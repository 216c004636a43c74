//! Why somebody sees a record, or does not.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use tokio_postgres::types::Type;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::answer;
use crate::database::Access;
use crate::gateway::Gateway;
use crate::http::Caller;
use crate::http::extract::Json;
use crate::problem::{BodyProblems, NotFound, Problem};

/// `/access/explain`.
pub fn routes() -> OpenApiRouter<Arc<Gateway>> {
    OpenApiRouter::new().routes(routes!(explain_access))
}

/// Who and what. The value is in the body, since it may be personal: addresses of requests end up in logs.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"kind": "domain", "value": "evil.example"}))]
struct AccessQuestion {
    /// A role of the database; the caller's own unless given.
    role: Option<String>,
    /// Kind, in any letter case, or a label of your own.
    kind: String,
    /// The value, however it is spelled.
    value: String,
}

const EXPLAIN: &str =
    "SELECT pg_catalog.to_json(e)::text FROM heimdall.explain_access($1::text::name, $2, $3) AS e";

/// Step by step why a role sees a record or does not, and what to grant.
///
/// Each question is in the audit trail, without the value.
#[utoipa::path(post, path = "/access/explain", tag = "policy", request_body = AccessQuestion,
    responses((status = OK, description = "`items`", body = Object,
    example = json!({"items": [{"what": "clearance", "verdict": "amber", "reason": "…"}]})), NotFound, BodyProblems))]
async fn explain_access(
    State(gateway): State<Arc<Gateway>>,
    caller: Caller,
    Json(asked): Json<AccessQuestion>,
) -> Result<Response, Problem> {
    let role = asked.role.as_deref().unwrap_or(&caller.principal.role);
    Ok(answer::items(
        &gateway
            .database
            .query(
                &caller,
                Access::Write,
                EXPLAIN,
                &[(&role, Type::TEXT), (&asked.kind, Type::TEXT), (&asked.value, Type::TEXT)],
            )
            .await?,
    ))
}
