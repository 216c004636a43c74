//! HTTP around the routes: who asks, how often, request ids, the log, problems.

mod authenticate;
mod caller;
mod cors;
mod load;
mod observe;
mod rate;
mod request_id;
mod router;
mod security;
mod tier;

pub use caller::Caller;
pub use rate::Rates;
pub use router::router;
