//! The gateway's binary before a database of a test's own, with an authority and an issuer of tokens.

mod authority;
mod browser;
mod dev_identity;
mod identity_provider;
mod issuer;
mod pgbouncer;
mod process;
mod proxy;

pub use authority::{Authority, write_key};
pub use browser::Browser;
pub use dev_identity::DevIdentity;
pub use identity_provider::IdentityProvider;
pub use issuer::Issuer;
pub use pgbouncer::PgBouncer;
pub use process::{Answer, Gateway, Settings};
pub use proxy::{Fault, Proxy, Towards};
