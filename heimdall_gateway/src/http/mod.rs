//! HTTP around the routes: who asks, request ids, problems.

mod authenticate;
mod caller;
pub mod extract;
mod request_id;
mod router;

pub use caller::Caller;
pub use router::router;
