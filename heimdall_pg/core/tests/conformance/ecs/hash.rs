//! Digests of the document, and where they stand in the line.

use std::collections::BTreeSet;

use heimdall_core::canonical::Kind;
use heimdall_core::canonical::hash::canonical_hash;

use super::event::Event;
use super::observable::{self, Miss};
use super::{SEKOIA, Vector, check};

/// Digits of the digests, by the last part of the field's name.
const DIGITS: [(&str, usize); 5] =
    [("md5", 32), ("sha1", 40), ("sha256", 64), ("sha384", 96), ("sha512", 128)];

const FIELD: &str = "the document has it in the field of another digest";
const NO_DIGEST: &str = "a placeholder, or digits cut short: no digest";
const BASE64: &str = "in Base64 without a name: refused, unless the source declares the digest";
const ONE_SORT: &str = "digits alone or letters alone: not extracted";

#[test]
fn canonical_hashes_of_logs() {
    let listed = &[(FIELD, 4), (NO_DIGEST, 18), (BASE64, 4), (ONE_SORT, 55)];
    check("Digests in logs", "RFC 1321, FIPS 180-4", hashes, &[(SEKOIA, listed)]);
}

fn hashes(event: &Event) -> Vec<Vector> {
    let hashes: BTreeSet<_> =
        event.fields().filter(|(path, _)| *path == "related.hash" || path.contains(".hash.")).collect();
    let vector = |(path, value): (&str, &str)| {
        let last = path.rsplit('.').next().unwrap_or_default();
        let digits = DIGITS.iter().find(|(name, _)| *name == last).map(|(_, digits)| *digits);
        if digits.is_none() && last != "hash" {
            return None;
        }
        let (_, result, reason) = hash(event, value, digits);
        Some((format!("{path}: {value}"), result, reason))
    };
    hashes.into_iter().filter_map(vector).collect()
}

fn hash(event: &Event, value: &str, digits: Option<usize>) -> Vector {
    if digits.is_some_and(|digits| canonical_hash(value).is_ok_and(|text| text.len() != digits)) {
        return (value.to_owned(), Err("not as long as the field says".to_owned()), Some(FIELD));
    }
    let one_sort = |text: &str| {
        let digits = text.bytes().filter(u8::is_ascii_digit).count();
        digits == 0 || digits == text.len()
    };
    let reason = |miss: &Miss<'_>| match miss {
        Miss::Refused(_) if value.ends_with('=') => Some(BASE64),
        Miss::Refused(_) => Some(NO_DIGEST),
        Miss::NotExtracted(word) if one_sort(word.text) => Some(ONE_SORT),
        _ => None,
    };
    observable::vector(event, value, canonical_hash, &[Kind::Hash], reason)
}
