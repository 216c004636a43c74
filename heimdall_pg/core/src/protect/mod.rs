//! Protecting what is sensitive: rules, TLP marks, keyed hashes and sealed values.

mod hash;
mod pseudonym;
mod rule;
mod seal;
mod secret;
mod tlp;
mod truncate;

pub use hash::{HashKeys, hex};
pub use pseudonym::Pseudonyms;
pub use rule::{Rule, RuleOptions, TimeUnit};
pub use seal::{Binding, DataKey, MasterKey, SealError, sealed_data_key};
pub use secret::{Secret, SecretError};
pub use tlp::Tlp;
pub use truncate::{floor, network, truncate};
