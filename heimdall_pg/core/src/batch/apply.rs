//! What a rule leaves of a value.

use std::borrow::Cow;

use super::Keys;
use crate::canonical::timestamp::TimeOptions;
use crate::canonical::{Kind, canonical_observable};
use crate::detect::{Options, scrub};
use crate::mapping::FieldRule;
use crate::protect::{Rule, hex, truncate};

/// What a rule leaves of a value, before it is sealed where it is to be; none where nothing is stored.
pub(super) fn apply<'a>(
    keys: &mut Keys,
    field: &FieldRule,
    time: &TimeOptions,
    value: &'a str,
) -> Option<Cow<'a, str>> {
    match field.rule {
        Rule::Drop => None,
        Rule::Keep | Rule::Encrypt => Some(Cow::Borrowed(value)),
        Rule::Hash => Some(digest(keys, value)),
        Rule::Scrub => Some(match &field.options.detect {
            Some(options) => scrub(value, options),
            None => scrub(value, &Options::default()),
        }),
        Rule::Truncate => truncate(value, &field.options, time).map(Cow::Owned),
        Rule::Pseudonymise => {
            let address = canonical_observable(Kind::Ip, value).ok();
            let pseudonym = address.and_then(|address| keys.hash.pseudonyms().of(&address));
            // What is no address has a digest for a pseudonym.
            Some(pseudonym.map_or_else(|| digest(keys, value), Cow::Owned))
        }
    }
}

fn digest(keys: &mut Keys, value: &str) -> Cow<'static, str> {
    hex(&keys.hash.digest("Text", value.as_bytes())).into()
}
