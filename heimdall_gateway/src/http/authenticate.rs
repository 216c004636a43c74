//! In front of `/v1`: nobody unknown comes further.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::Caller;
use super::request_id::RequestId;
use crate::gateway::Gateway;

/// Puts the [`Caller`] into the request, or answers with why not.
pub async fn layer(State(gateway): State<Arc<Gateway>>, mut request: Request, next: Next) -> Response {
    match gateway.identity.authenticate(request.headers()).await {
        Ok(principal) => {
            let request_id =
                request.extensions().get::<RequestId>().map(|id| id.0.clone()).unwrap_or_default();
            request.extensions_mut().insert(Caller { principal, request_id });
            next.run(request).await
        }
        Err(problem) => problem.into_response(),
    }
}
