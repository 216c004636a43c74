//! The gateway's binary before a database of a test's own, with an authority and an issuer of tokens.

mod authority;
mod dev_identity;
mod issuer;
mod process;

pub use authority::{Authority, write_key};
pub use dev_identity::DevIdentity;
pub use issuer::Issuer;
pub use process::{Answer, Gateway, Settings};
