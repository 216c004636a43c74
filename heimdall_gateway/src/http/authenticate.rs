//! In front of `/v1`: nobody unknown comes further.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::header;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::request_id::RequestId;
use super::{Caller, ClientAddress};
use crate::gateway::Gateway;
use crate::problem::Problem;

/// Puts the [`Caller`] into the request, or answers with why not. A token counts before a session; where there is one that does
/// not hold, no session stands in for it.
pub async fn layer(State(gateway): State<Arc<Gateway>>, mut request: Request, next: Next) -> Response {
    let Some(&ClientAddress(address)) = request.extensions().get() else {
        return Problem::internal().into_response();
    };
    let (identity, headers) = (&gateway.identity, request.headers());
    let known = match headers.contains_key(header::AUTHORIZATION) {
        true => identity.bearers.known(headers, address).await.map(|principal| (principal, None)),
        false => identity.people.known(request.method(), headers, address).await,
    };
    let (principal, cookies) = match known {
        Ok(known) => known,
        Err(problem) => {
            if problem.status == 429 {
                gateway.metrics.turned_away("failures");
            }
            return problem.into_response();
        }
    };
    let request_id = request.extensions().get::<RequestId>().map(|id| id.0.clone()).unwrap_or_default();
    let caller = Caller { principal, request_id };
    request.extensions_mut().insert(caller.clone());
    let mut response = (cookies, next.run(request).await).into_response();
    // For the log.
    response.extensions_mut().insert(caller);
    response
}
