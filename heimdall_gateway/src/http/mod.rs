//! HTTP around the routes: who asks, how often, request ids, the log, problems.

pub mod authenticate;
mod caller;
mod client_address;
mod cors;
pub mod extract;
mod host;
pub mod load;
mod network;
mod observe;
pub mod rate;
mod request_id;
mod route;
mod router;
mod security;
pub mod share;
mod tier;
mod unread;

pub use caller::Caller;
pub use client_address::ClientAddress;
pub use rate::Rates;
pub use router::router;
pub use share::Shares;
