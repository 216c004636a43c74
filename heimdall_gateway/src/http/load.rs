//! More than can be done is refused before it waits; and nothing takes forever.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::tier::{self, Tier};
use super::{Caller, route};
use crate::gateway::Gateway;
use crate::problem::Problem;

/// What a request may take beside its wait for a connection and its statement: its body has to come, and its answer to be made.
const BESIDE: Duration = Duration::from_secs(20);

/// Refuses with 503 what is beyond the limit.
pub async fn layer(State(gateway): State<Arc<Gateway>>, request: Request, next: Next) -> Response {
    let Ok(_place) = gateway.places.try_acquire() else {
        gateway.metrics.turned_away("requests");
        return busy();
    };
    let database = &gateway.config.database;
    let statement = match tier::of(&route::of(&request)) {
        Tier::Transfer => return next.run(request).await,
        Tier::Upkeep => database.upkeep_timeout,
        Tier::Standard | Tier::Expensive => database.statement_timeout,
    };
    let limit = database.wait + statement + BESIDE;
    match tokio::time::timeout(limit, next.run(request)).await {
        Ok(response) => response,
        Err(_) => Problem::timed_out().into_response(),
    }
}

/// Behind authentication: refuses with 503 what would have to wait for the database behind many others. Those of other tenants
/// wait for another one.
pub async fn of_database(State(gateway): State<Arc<Gateway>>, request: Request, next: Next) -> Response {
    let caller = request.extensions().get::<Caller>();
    if caller.is_some_and(|caller| gateway.database.is_congested(caller)) {
        gateway.metrics.turned_away("database");
        return busy();
    }
    next.run(request).await
}

fn busy() -> Response {
    Problem::unavailable().detail("There is too much to do.").retry_after(1).into_response()
}
