//! What is to happen to the value of a field.

use serde::{Deserialize, Serialize};

/// The rule of a field. A field without a rule is [`Rule::Encrypt`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Rule {
    /// Stored as it is.
    Keep,
    /// Not stored at all.
    Drop,
    /// Stored as HMAC-SHA-256; as a key, with the original sealed beside it.
    Hash,
    /// Sealed with AES-256-GCM.
    #[default]
    Encrypt,
}
