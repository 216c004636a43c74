//! Data keys: which there are, and their end. No key is in any answer.

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
use crate::http::extract::{Json, Path};
use crate::problem::{BodyProblems, NotFound, Problem, Refusals};

/// `/keys…`.
pub fn routes() -> OpenApiRouter<Arc<Gateway>> {
    OpenApiRouter::new()
        .routes(routes!(list_keys))
        .routes(routes!(rotate_key))
        .routes(routes!(rotate_keys))
        .routes(routes!(rewrap_keys))
        .routes(routes!(destroy_key))
}

const STATUS: &str = "SELECT pg_catalog.to_json(k)::text FROM heimdall.key_status() AS k ORDER BY k.id";

/// Every data key, how many values it has sealed, the fingerprint of the master key that wraps it, and which of the server's
/// opens it.
#[utoipa::path(get, path = "/keys", tag = "keys", responses((status = OK, description = "`items`", body = Object,
    example = json!({"items": [{"id": 1, "source": "vpn", "created_at": "2026-03-02T08:00:00+00:00", "retired_at": null,
        "destroyed_at": null, "sealed": 12, "master_key": "0f3a…", "opened_by": "current"}]}))))]
async fn list_keys(State(gateway): State<Arc<Gateway>>, caller: Caller) -> Result<Response, Problem> {
    Ok(answer::items(&gateway.database.query(&caller, Access::ReadPrimary, STATUS, &[]).await?))
}

const ROTATE: &str = "SELECT pg_catalog.json_build_object('retired', heimdall.rotate_data_key($1))::text";

/// Retires the data keys that a source uses: its next batch makes a new one.
///
/// What they have sealed stays readable.
#[utoipa::path(post, path = "/keys/{source}/rotate", tag = "keys", params(("source" = String, Path, description = "The source")),
    responses((status = OK, description = "How many", body = Object, example = json!({"retired": 1})), NotFound, Refusals))]
async fn rotate_key(
    State(gateway): State<Arc<Gateway>>,
    caller: Caller,
    Path(source): Path<String>,
) -> Result<Response, Problem> {
    let rows = gateway.database.query(&caller, Access::Write, ROTATE, &[(&source, Type::TEXT)]).await?;
    answer::object(&rows)
}

/// The same of every source.
#[utoipa::path(post, path = "/keys/rotate", tag = "keys",
    responses((status = OK, description = "How many", body = Object, example = json!({"retired": 3})), Refusals))]
async fn rotate_keys(State(gateway): State<Arc<Gateway>>, caller: Caller) -> Result<Response, Problem> {
    let rows =
        gateway.database.query(&caller, Access::Write, ROTATE, &[(&None::<String>, Type::TEXT)]).await?;
    answer::object(&rows)
}

const REWRAP: &str = "SELECT pg_catalog.json_build_object('rewrapped', heimdall.rewrap_keys())::text";

/// Has the master key of now wrap every data key that another one has wrapped.
#[utoipa::path(post, path = "/keys/rewrap", tag = "keys",
    responses((status = OK, description = "How many", body = Object, example = json!({"rewrapped": 3})), Refusals))]
async fn rewrap_keys(State(gateway): State<Arc<Gateway>>, caller: Caller) -> Result<Response, Problem> {
    answer::object(&gateway.database.for_upkeep().query(&caller, Access::Write, REWRAP, &[]).await?)
}

/// A key, and why it goes.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"id": 1, "reason": "the contract with the supplier has ended"}))]
struct KeyToDestroy {
    /// Its id in `/v1/keys`.
    id: i32,
    /// For the audit trail.
    reason: String,
}

const DESTROY: &str = "SELECT pg_catalog.json_build_object('lost', heimdall.destroy_data_key($1, $2))::text";

/// Destroys a data key: what it has sealed can never be opened again.
#[utoipa::path(post, path = "/keys/destroy", tag = "keys", request_body = KeyToDestroy,
    responses((status = OK, description = "How many values are lost", body = Object, example = json!({"lost": 12})), NotFound, BodyProblems))]
async fn destroy_key(
    State(gateway): State<Arc<Gateway>>,
    caller: Caller,
    Json(key): Json<KeyToDestroy>,
) -> Result<Response, Problem> {
    // It waits for uploads that use the key.
    answer::object(
        &gateway
            .database
            .for_upkeep()
            .query(&caller, Access::Write, DESTROY, &[(&key.id, Type::INT4), (&key.reason, Type::TEXT)])
            .await?,
    )
}
