//! Development: a certificate authority and an identity provider for one's own machine. Neither does anything outside
//! development, and a gateway in production refuses what they have made.

pub mod certificates;
mod file;
pub mod identity;
mod refusal;

pub use refusal::{check_authorities, check_issuer, check_listen, only_here};

/// The organisation in the names of the development authority, by which production knows it.
pub const ORGANISATION: &str = "Heimdall development";

/// The member of the discovery document by which production knows the development identity provider.
pub const DISCOVERY_MARK: &str = "heimdall_development";
