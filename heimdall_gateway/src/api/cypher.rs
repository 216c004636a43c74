//! Cypher that reads.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use serde_json::value::RawValue;
use tokio_postgres::types::Type;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::format::Format;
use super::row::Returned;
use super::rows::{self, Rows};
use crate::gateway::Gateway;
use crate::http::Caller;
use crate::http::extract::Json;
use crate::problem::Problem;

/// `/cypher`.
pub fn routes() -> OpenApiRouter<Arc<Gateway>> {
    OpenApiRouter::new().routes(routes!(cypher))
}

/// A query.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Question {
    /// Cypher, 64 KiB at most.
    #[schema(example = "MATCH (n:Ip) WHERE n.value = $ip RETURN n.value AS address")]
    query: String,
    /// What `$name` stands for in it.
    #[schema(value_type = Option<Object>, example = json!({"ip": "192.0.2.1"}))]
    parameters: Option<Box<RawValue>>,
    /// Rows at most, 1,000 unless told.
    #[schema(minimum = 1)]
    limit: Option<i32>,
}

const CYPHER: &str = "SELECT c::text FROM heimdall.cypher($1, $2::jsonb, $3) AS c";

/// The rows of a Cypher query that only reads, as objects with a member for each column.
///
/// A vertex or an edge has its label and its properties, and no id: those of AGE mean nothing elsewhere.
#[utoipa::path(post, path = "/cypher", tag = "search", request_body = Question, responses(Rows<Returned>))]
async fn cypher(
    State(gateway): State<Arc<Gateway>>,
    caller: Caller,
    format: Format,
    Json(asked): Json<Question>,
) -> Result<Response, Problem> {
    let limit = format.limit(asked.limit, 1000)?;
    let parameters = asked.parameters.as_deref().map_or("{}", RawValue::get);
    let parameters =
        [(&asked.query as _, Type::TEXT), (&parameters as _, Type::TEXT), (&limit as _, Type::INT4)];
    rows::answer(&gateway, &caller, format, CYPHER, &parameters).await
}
