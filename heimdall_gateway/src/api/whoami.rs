//! Who one is here, and why.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::database::Access;
use crate::gateway::Gateway;
use crate::http::Caller;
use crate::identity::Principal;
use crate::problem::Problem;

/// `/whoami`.
pub fn routes() -> OpenApiRouter<Arc<Gateway>> {
    OpenApiRouter::new().routes(routes!(whoami))
}

/// Somebody, as gateway and database know them.
#[derive(Serialize, ToSchema)]
struct Whoami {
    #[serde(flatten)]
    principal: Principal,
    /// What the database makes of the role.
    database: Rights,
}

/// What a role of the database may do and see.
#[derive(Serialize, Deserialize, ToSchema)]
struct Rights {
    /// Which of Heimdall's roles it is a member of.
    member_of: Vec<String>,
    /// The highest level that it may see: 0 (clear) to 4 (red), -1 without any.
    clearance: i16,
}

const RIGHTS: &str = "SELECT pg_catalog.json_build_object('member_of', ARRAY(SELECT r.rolname FROM pg_catalog.pg_roles AS r \
    WHERE r.rolname LIKE 'heimdall\\_%' AND pg_catalog.pg_has_role(r.oid, 'MEMBER') ORDER BY r.rolname), \
    'clearance', heimdall.clearance())::text";

/// Whom the token or session names, the database role in which they ask, the claim that gave it, and what that role may.
#[utoipa::path(get, path = "/whoami", tag = "identity", responses((status = OK, body = Whoami)))]
async fn whoami(State(gateway): State<Arc<Gateway>>, caller: Caller) -> Result<Json<Whoami>, Problem> {
    let rows = gateway.database.query(&caller, Access::Read, RIGHTS, &[]).await?;
    let rights = rows.first().and_then(|row| row.try_get(0).ok());
    let database = rights.and_then(|text| serde_json::from_str(text).ok()).ok_or_else(Problem::internal)?;
    Ok(Json(Whoami { principal: (*caller.principal).clone(), database }))
}
