//! What the key of an entity says of its canonical value.

use std::borrow::Cow;

use super::Keys;
use crate::mapping::KeyRule;
use crate::protect::{hex, network};

/// The value in the key of a vertex with that label. None where it has to be an address and is none.
pub(super) fn stored_value<'v>(
    keys: &mut Keys,
    rule: &KeyRule,
    label: &str,
    canonical: &'v str,
) -> Option<Cow<'v, str>> {
    match rule {
        KeyRule::Keep => Some(Cow::Borrowed(canonical)),
        KeyRule::Hash => Some(Cow::Owned(hex(&keys.hash.digest(label, canonical.as_bytes())))),
        KeyRule::Network(options) => network(canonical, options).map(Cow::Owned),
        KeyRule::Pseudonym => keys.hash.pseudonyms().of(canonical).map(Cow::Owned),
    }
}
