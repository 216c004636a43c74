//! HTTP around the routes: who asks, request ids, problems.

mod authenticate;
mod caller;
mod client_address;
mod network;
mod request_id;
mod router;

pub use caller::Caller;
pub use client_address::ClientAddress;
pub use router::router;
