//! Protecting what is sensitive: rules, TLP marks, keyed hashes and sealed values.

mod hash;
mod key_source;
mod pseudonym;
mod rule;
mod seal;
mod secret;
mod tlp;
mod truncate;
#[cfg(test)]
mod vectors;

pub use hash::{HashKeys, hex};
pub use key_source::{KeyCommand, KeyFile, KeySource, KeySourceError, first_key};
pub use pseudonym::Pseudonyms;
pub use rule::{Rule, RuleOptions, TimeUnit};
pub use seal::{Binding, DataKey, MasterKey, SealError, sealed_data_key};
pub use secret::{Secret, SecretError};
pub use tlp::Tlp;
pub use truncate::{floor, network, truncate};
