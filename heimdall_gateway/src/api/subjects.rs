//! Erasure of what is stored of somebody. The value is in the body, never in the address.

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
use crate::problem::{BodyProblems, Problem};

/// `/subjects/…`.
pub fn routes() -> OpenApiRouter<Arc<Gateway>> {
    OpenApiRouter::new().routes(routes!(erase_subject)).routes(routes!(list_erasures))
}

/// Who is to be erased, and why.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"kind": "email", "value": "ada@example.org", "reason": "request 4711 under article 17"}))]
struct Erasure {
    /// Kind, in any letter case, or a label of your own.
    kind: String,
    /// The value however it is spelled, or its HMAC.
    value: String,
    /// It is kept: one that names the subject is refused.
    reason: String,
}

const ERASE: &str = "SELECT pg_catalog.to_json(e)::text FROM heimdall.erase_subject($1, $2, $3) AS e";

/// Erases what is stored of an observable.
///
/// Nobody ingests meanwhile; the statement in `vacuum` has to be run afterwards, by the operator of the database.
#[utoipa::path(post, path = "/subjects/erase", tag = "erasure", request_body = Erasure,
    responses((status = OK, description = "What is gone; `tombstone` is null where nothing was known", body = Object,
    example = json!({"tombstone": 1, "vertices": 1, "edges": 2, "records": 0, "changes": 3, "rejects": 0, "vacuum": "VACUUM …"})), BodyProblems))]
async fn erase_subject(
    State(gateway): State<Arc<Gateway>>,
    caller: Caller,
    Json(subject): Json<Erasure>,
) -> Result<Response, Problem> {
    answer::object(
        &gateway
            .database
            .for_upkeep()
            .query(
                &caller,
                Access::Write,
                ERASE,
                &[(&subject.kind, Type::TEXT), (&subject.value, Type::TEXT), (&subject.reason, Type::TEXT)],
            )
            .await?,
    )
}

/// Who.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"kind": "email", "value": "ada@example.org"}))]
struct Subject {
    /// Kind, in any letter case, or a label of your own.
    kind: String,
    /// The value however it is spelled, or its HMAC.
    value: String,
}

const ERASED: &str = "SELECT pg_catalog.to_json(e)::text FROM heimdall.erased($1, $2) AS e";

/// The erasures of an observable, and whether it is known again since.
///
/// Each question is in the audit trail, without the value.
#[utoipa::path(post, path = "/subjects/erased", tag = "erasure", request_body = Subject,
    responses((status = OK, description = "`items`", body = Object), BodyProblems))]
async fn list_erasures(
    State(gateway): State<Arc<Gateway>>,
    caller: Caller,
    Json(subject): Json<Subject>,
) -> Result<Response, Problem> {
    Ok(answer::items(
        &gateway
            .database
            .query(
                &caller,
                Access::Write,
                ERASED,
                &[(&subject.kind, Type::TEXT), (&subject.value, Type::TEXT)],
            )
            .await?,
    ))
}
