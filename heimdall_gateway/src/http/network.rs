//! Who comes through a proxy has to be from `HMD_ALLOWED_NETWORKS` as well. Who does not was asked before the handshake.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::ClientAddress;
use crate::gateway::Gateway;
use crate::problem::Problem;

/// Lets by whom the configuration allows.
pub async fn layer(State(gateway): State<Arc<Gateway>>, request: Request, next: Next) -> Response {
    let network = &gateway.config.network;
    // A proxy that names nobody asks for itself: its probes.
    match request.extensions().get::<ClientAddress>() {
        Some(client) if !network.admits(client.0) => {
            Problem::forbidden().detail("Not from this address.").into_response()
        }
        _ => next.run(request).await,
    }
}
