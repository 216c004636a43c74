//! In front of `/v1`: nobody unknown comes further.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::header;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::Caller;
use super::request_id::RequestId;
use crate::gateway::Gateway;

/// Puts the [`Caller`] into the request, or answers with why not. A token counts before a session; where there is one that does
/// not hold, no session stands in for it.
pub async fn layer(State(gateway): State<Arc<Gateway>>, mut request: Request, next: Next) -> Response {
    let identity = &gateway.identity;
    let known = match request.headers().contains_key(header::AUTHORIZATION) {
        true => identity.authenticate(request.headers()).await.map(|principal| (principal, None)),
        false => identity.people.known(request.method(), request.headers()).await,
    };
    let (principal, cookies) = match known {
        Ok(known) => known,
        Err(problem) => return problem.into_response(),
    };
    let request_id = request.extensions().get::<RequestId>().map(|id| id.0.clone()).unwrap_or_default();
    let caller = Caller { principal, request_id };
    request.extensions_mut().insert(caller.clone());
    let mut response = (cookies, next.run(request).await).into_response();
    // For the log.
    response.extensions_mut().insert(caller);
    response
}
