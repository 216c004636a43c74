//! Protecting what is sensitive: rules, TLP marks, keyed hashes and sealed values.

mod hash;
mod rule;
mod seal;
mod secret;
mod tlp;

pub use hash::{HashKeys, hex};
pub use rule::Rule;
pub use seal::{Binding, DataKey, MasterKey, SealError, sealed_data_key};
pub use secret::{Secret, SecretError};
pub use tlp::Tlp;
