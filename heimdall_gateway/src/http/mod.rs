//! HTTP around the routes: who asks, how often, request ids, the log, problems.

pub mod authenticate;
mod caller;
mod cors;
pub mod extract;
mod load;
mod observe;
pub mod rate;
mod request_id;
mod router;
mod security;
mod tier;

pub use caller::Caller;
pub use rate::Rates;
pub use router::router;
