//! The plaintext of what is sealed. The database asks for the reason, and has it in the audit trail before it gives anything.

use std::sync::Arc;

use axum::extract::State;
use serde::{Deserialize, Serialize};
use tokio_postgres::Row;
use tokio_postgres::types::Type;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::database::Access;
use crate::gateway::Gateway;
use crate::http::Caller;
use crate::http::extract::Json;
use crate::problem::Problem;

/// `/reveal`, `/reveal-key`.
pub fn routes() -> OpenApiRouter<Arc<Gateway>> {
    OpenApiRouter::new().routes(routes!(reveal)).routes(routes!(reveal_key))
}

/// What was sealed.
#[derive(Serialize, ToSchema)]
struct Plaintext {
    /// As it was in the dump.
    plaintext: String,
}

impl Plaintext {
    fn of(rows: &[Row]) -> Result<axum::Json<Plaintext>, Problem> {
        let plaintext = rows.first().and_then(|row| row.get(0)).ok_or_else(Problem::not_found)?;
        Ok(axum::Json(Plaintext { plaintext }))
    }
}

/// A property of an observable, and why it is to be seen.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct OfValue {
    /// Kind.
    #[schema(example = "email")]
    kind: String,
    /// The value, or its HMAC.
    #[schema(example = "ada@example.org")]
    value: String,
    /// The property; `value` is the original of a personal value.
    #[schema(example = "value")]
    field: String,
    /// 3 to 500 characters, without any value: the audit trail keeps it.
    #[schema(min_length = 3, max_length = 500, example = "case 4711")]
    reason: String,
}

const REVEAL: &str = "SELECT heimdall.reveal($1, $2, $3, $4)";

/// The plaintext of a sealed property of an observable.
#[utoipa::path(
    post, path = "/reveal", tag = "reveal",
    request_body = OfValue, responses((status = OK, description = "The plaintext", body = Plaintext))
)]
async fn reveal(
    State(gateway): State<Arc<Gateway>>,
    caller: Caller,
    Json(asked): Json<OfValue>,
) -> Result<axum::Json<Plaintext>, Problem> {
    let parameters = [
        (&asked.kind as _, Type::TEXT),
        (&asked.value as _, Type::TEXT),
        (&asked.field as _, Type::TEXT),
        (&asked.reason as _, Type::TEXT),
    ];
    Plaintext::of(&gateway.database.query(&caller, Access::Write, REVEAL, &parameters).await?)
}

/// A property of a vertex or an edge, and why it is to be seen.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct OfKey {
    /// `Label:value` of a vertex, or `TYPE:from>to` of an edge.
    #[schema(example = "Record:00ff")]
    key: String,
    /// The property.
    #[schema(example = "note")]
    field: String,
    /// 3 to 500 characters, without any value: the audit trail keeps it.
    #[schema(min_length = 3, max_length = 500, example = "case 4711")]
    reason: String,
}

const REVEAL_KEY: &str = "SELECT heimdall.reveal_key($1, $2, $3)";

/// The plaintext of a sealed property of a vertex or an edge, by its key.
#[utoipa::path(
    post, path = "/reveal-key", tag = "reveal",
    request_body = OfKey, responses((status = OK, description = "The plaintext", body = Plaintext))
)]
async fn reveal_key(
    State(gateway): State<Arc<Gateway>>,
    caller: Caller,
    Json(asked): Json<OfKey>,
) -> Result<axum::Json<Plaintext>, Problem> {
    let parameters =
        [(&asked.key as _, Type::TEXT), (&asked.field as _, Type::TEXT), (&asked.reason as _, Type::TEXT)];
    Plaintext::of(&gateway.database.query(&caller, Access::Write, REVEAL_KEY, &parameters).await?)
}
