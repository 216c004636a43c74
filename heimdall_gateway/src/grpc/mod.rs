//! gRPC, on the same port: tokens, roles, limits and log are those of the REST API.

mod ingest;
mod service;
mod status;

use std::sync::Arc;

use axum::{Router, middleware};
use tonic::service::Routes;

use crate::gateway::Gateway;
use crate::http::{authenticate, load, rate, share};

/// What `proto/heimdall.proto` says.
#[allow(missing_docs, clippy::all)]
mod proto {
    tonic::include_proto!("heimdall.v1");

    /// The same for reflection.
    pub const DESCRIPTORS: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/heimdall.bin"));
}

/// The services. Reflection says what there is, which is no secret; the rest wants to know who asks.
///
/// # Errors
/// Where the descriptors that were compiled in cannot be read.
pub fn router(gateway: &Arc<Gateway>) -> Result<Router, String> {
    let reflection = tonic_reflection::server::Builder::configure()
        .register_encoded_file_descriptor_set(proto::DESCRIPTORS)
        .build_v1()
        .map_err(|error| error.to_string())?;
    let service = proto::heimdall_server::HeimdallServer::new(service::Service::new(Arc::clone(gateway)));
    let ours = Routes::new(service)
        .into_axum_router()
        .reset_fallback()
        .layer(middleware::from_fn_with_state(Arc::clone(gateway), share::layer))
        .layer(middleware::from_fn_with_state(Arc::clone(gateway), rate::layer))
        .layer(middleware::from_fn_with_state(Arc::clone(gateway), load::of_database))
        .layer(middleware::from_fn_with_state(Arc::clone(gateway), authenticate::layer))
        .layer(middleware::from_fn(status::layer));
    Ok(ours.merge(Routes::new(reflection).into_axum_router().reset_fallback()))
}
