//! A vertex that was keyed under one rule gets the key that it would have under another.

use serde_json::{Map, Value};
use zeroize::Zeroizing;

use super::Keys;
use super::key::stored_value;
use super::reapply::Opened;
use crate::canonical::{canonical_observable, canonical_with};
use crate::mapping::{EntitySpec, KeyRule, Mapping, key_rule};
use crate::protect::{Binding, SealError};

/// The key that a vertex of an entity has under the rules of a mapping, as label and value; its properties become those of
/// a vertex with that key. None where it has that key already, or what it is the key of is not known: a network does
/// not tell its addresses. `original` opens what is sealed beside a key, `open` whatever else is sealed: see [`rebind`].
///
/// # Errors
/// What `open` says, or [`SealError`].
pub fn rekey<E: From<SealError>>(
    keys: &mut Keys,
    mapping: &Mapping,
    entity: &EntitySpec,
    (label, value): (&str, &str),
    properties: &mut Map<String, Value>,
    original: impl FnOnce(Binding<'_>, &str) -> Result<Option<Opened>, E>,
    open: impl FnMut(Binding<'_>, &str) -> Result<Option<Opened>, E>,
) -> Result<Option<(String, String)>, E> {
    let record = format!("{label}:{value}");
    let original =
        match properties.get("sealed").and_then(|sealed| sealed.get("value")).and_then(Value::as_str) {
            Some(sealed) => {
                original(Binding { record: &record, field: "value" }, sealed)?.map(|(_, plain)| plain)
            }
            None => None,
        };
    let options = entity.options.clone().or(&mapping.options);
    let canonical = |spelled: &str| {
        if options.concern(entity.kind()) {
            canonical_with(entity.kind(), spelled, &options).map(|value| value.into_owned())
        } else {
            canonical_observable(entity.kind(), spelled).map(|value| value.into_owned())
        }
    };
    let is_digest = value.len() == 64 && value.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    let (canonical, spelled) = match &original {
        Some(original) if is_digest => match canonical(original) {
            Ok(canonical) => (canonical, original.clone()),
            Err(_) => return Ok(None),
        },
        Some(original) => (value.to_owned(), original.clone()),
        // What a digest is of is not known.
        None if is_digest && canonical(value).is_err() => return Ok(None),
        None => (value.to_owned(), Zeroizing::new(value.to_owned())),
    };
    let (stored_label, rule) = (mapping.stored_label(entity).to_owned(), key_rule(mapping, entity));
    let Some(stored) = stored_value(keys, &rule, &stored_label, &canonical) else { return Ok(None) };
    if stored_label == label && stored == value {
        return Ok(None);
    }
    let (stored, key) = (stored.clone().into_owned(), format!("{stored_label}:{stored}"));
    rebind(keys, &record, &key, properties, open)?;
    properties.insert("value".to_owned(), Value::String(stored.clone()));
    // Beside a hash, and where it says more than the key does, what was written is kept.
    let is_kept = match rule {
        KeyRule::Hash => mapping.keeps_original(entity),
        KeyRule::Keep => *spelled != canonical && !is_digest,
        KeyRule::Network(_) | KeyRule::Pseudonym => false,
    };
    let mark = mapping.rule(entity.column()).unwrap_or_default().mark();
    let text = keys.data.seal(Binding { record: &key, field: "value" }, mark, spelled.as_bytes())?;
    let sealed = properties.entry("sealed").or_insert_with(|| Value::Object(Map::new()));
    if let Value::Object(sealed) = sealed {
        sealed.remove("value");
        if is_kept {
            sealed.insert("value".to_owned(), Value::String(text));
        }
    }
    if properties.get("sealed").and_then(Value::as_object).is_some_and(Map::is_empty) {
        properties.remove("sealed");
    }
    Ok(Some((stored_label, stored)))
}

/// Binds the sealed properties of a record to the key that it has from now on. True where there are any. What `open` gives
/// nothing of does not come along.
///
/// # Errors
/// What `open` says, or [`SealError`].
pub fn rebind<E: From<SealError>>(
    keys: &mut Keys,
    before: &str,
    after: &str,
    properties: &mut Map<String, Value>,
    mut open: impl FnMut(Binding<'_>, &str) -> Result<Option<Opened>, E>,
) -> Result<bool, E> {
    let Some(Value::Object(sealed)) = properties.get_mut("sealed") else { return Ok(false) };
    let had_any = !sealed.is_empty();
    for (field, value) in std::mem::take(sealed) {
        let Value::String(text) = &value else { continue };
        if let Some((tlp, plain)) = open(Binding { record: before, field: &field }, text)? {
            let bound = keys.data.seal(Binding { record: after, field: &field }, tlp, plain.as_bytes())?;
            sealed.insert(field, Value::String(bound));
        }
    }
    if sealed.is_empty() {
        properties.remove("sealed");
    }
    Ok(had_any)
}
