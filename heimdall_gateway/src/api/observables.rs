//! Questions about one observable.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use tokio_postgres::types::Type;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::answer;
use crate::database::Access;
use crate::gateway::Gateway;
use crate::http::Caller;
use crate::http::extract::Query;
use crate::problem::Problem;

/// `/observables/…`.
pub fn routes() -> OpenApiRouter<Arc<Gateway>> {
    OpenApiRouter::new().routes(routes!(lookup))
}

/// A value and what it is.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Observable {
    /// Kind, in any letter case (`ip`, `domain`), or a label of your own.
    kind: String,
    /// The value, however it is spelled.
    value: String,
}

const LOOKUP: &str = "SELECT pg_catalog.to_json(o)::text FROM (SELECT l.key, l.label, l.tlp, l.sightings, l.first_seen, \
    l.last_seen, l.sources FROM heimdall.lookup($1, $2) AS l) AS o";

/// What is known of a value.
#[utoipa::path(get, path = "/observables/lookup", tag = "observables", params(Observable), responses((status = OK)))]
async fn lookup(
    State(gateway): State<Arc<Gateway>>,
    caller: Caller,
    Query(asked): Query<Observable>,
) -> Result<Response, Problem> {
    let rows = gateway
        .database
        .query(&caller, Access::Read, LOOKUP, &[(&asked.kind, Type::TEXT), (&asked.value, Type::TEXT)])
        .await?;
    Ok(answer::items(&rows))
}
