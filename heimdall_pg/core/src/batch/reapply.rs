//! Properties that were stored under one rule, brought under another.

use serde_json::{Map, Value};
use zeroize::Zeroizing;

use super::Keys;
use super::apply::apply;
use crate::canonical::timestamp::TimeOptions;
use crate::mapping::FieldRule;
use crate::protect::{Binding, SealError, Tlp};

/// The mark and the plaintext of a sealed value.
pub type Opened = (Tlp, Zeroizing<String>);

/// A property whose rule has changed.
pub struct Changed<'a> {
    /// Name of the property.
    pub name: &'a str,
    /// The rule under which it was stored.
    pub before: &'a FieldRule,
    /// The rule under which it is to be.
    pub after: &'a FieldRule,
}

/// Brings properties of a record, as the graph and the change log have them, under other rules. What the rule before
/// has left is all there is: a digest stays one, and a rule that cannot be applied to it leaves no more than it would
/// have of the value. True where anything has changed. `open` opens a sealed value; what it gives nothing of stays as it is.
///
/// # Errors
/// What `open` says, or [`SealError`].
pub fn reapply<E: From<SealError>>(
    keys: &mut Keys,
    time: &TimeOptions,
    record: &str,
    properties: &mut Map<String, Value>,
    changed: &[Changed<'_>],
    mut open: impl FnMut(Binding<'_>, &str) -> Result<Option<Opened>, E>,
) -> Result<bool, E> {
    let mark = properties.get("tlp").and_then(Value::as_i64).and_then(|level| i16::try_from(level).ok());
    let mark = mark.map_or(Tlp::Red, Tlp::from_level);
    let mut has_changed = false;
    for Changed { name, before, after } in changed {
        let binding = Binding { record, field: name };
        let clear = properties.get(*name).and_then(Value::as_str).map(|text| Zeroizing::new(text.to_owned()));
        let stored = match (clear, sealed(properties, name)) {
            (Some(clear), _) => clear,
            (None, Some(sealed)) => match open(binding, &sealed)? {
                Some((_, plain)) => plain,
                None => continue,
            },
            (None, None) => continue,
        };
        has_changed = true;
        properties.remove(*name);
        if let Some(Value::Object(sealed)) = properties.get_mut("sealed") {
            sealed.remove(*name);
        }
        let Some(left) = left(keys, time, before, after, &stored) else { continue };
        if after.is_sealed(mark) {
            let text = keys.data.seal(binding, after.mark(), left.as_bytes())?;
            let all = properties.entry("sealed").or_insert_with(|| Value::Object(Map::new()));
            if let Value::Object(all) = all {
                all.insert((*name).to_owned(), Value::String(text));
            }
        } else {
            properties.insert((*name).to_owned(), Value::String(left.to_string()));
        }
    }
    if properties.get("sealed").and_then(Value::as_object).is_some_and(Map::is_empty) {
        properties.remove("sealed");
    }
    Ok(has_changed)
}

fn sealed(properties: &Map<String, Value>, name: &str) -> Option<String> {
    properties.get("sealed")?.get(name)?.as_str().map(str::to_owned)
}

/// What is left of a value under the second rule, of which the first has left `stored`.
fn left(
    keys: &mut Keys,
    time: &TimeOptions,
    before: &FieldRule,
    after: &FieldRule,
    stored: &str,
) -> Option<Zeroizing<String>> {
    // What was digested or replaced before cannot be had back, and is not to be taken for the value itself.
    let was_cut = !before.rule.keeps_all();
    if was_cut && (after.rule.keeps_all() || (after.rule == before.rule && after.options == before.options)) {
        return Some(Zeroizing::new(stored.to_owned()));
    }
    apply(keys, after, time, stored).map(|left| Zeroizing::new(left.into_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protect::{HashKeys, MasterKey, Rule, RuleOptions, Secret};

    const RECORD: &str = "Record:00ff";

    fn keys() -> Keys {
        let secret = Secret::parse(&"0123456789abcdef".repeat(4)).unwrap();
        let (data, _) = MasterKey::new(&secret).new_data_key(1).unwrap();
        Keys { hash: HashKeys::new(&secret), data }
    }

    /// A value under a rule, and then under each of the others in turn: what is left, and whether it is sealed.
    fn walk(value: &str, rules: &[FieldRule]) -> Vec<Option<(String, bool)>> {
        let (mut keys, time) = (keys(), TimeOptions::NONE);
        let mut properties = Map::new();
        properties.insert("tlp".to_owned(), 2.into());
        properties.insert("other".to_owned(), "stays".into());
        properties.insert("note".to_owned(), value.into());
        let mut before = FieldRule::of(Rule::Keep);
        rules
            .iter()
            .map(|after| {
                // The key that has sealed it opens it, though it is lent out for sealing meanwhile.
                let mut opened = Vec::new();
                if let Some(sealed) = sealed(&properties, "note") {
                    let binding = Binding { record: RECORD, field: "note" };
                    let (_, plain) = keys.data.open(binding, &sealed).unwrap();
                    opened.push(String::from_utf8(plain.to_vec()).unwrap());
                }
                let changed = [Changed { name: "note", before: &before, after }];
                let open = |_: Binding<'_>, _: &str| {
                    Ok::<_, SealError>(Some((Tlp::Red, Zeroizing::new(opened.remove(0)))))
                };
                reapply(&mut keys, &time, RECORD, &mut properties, &changed, open).unwrap();
                before = before.then(after);
                assert_eq!((&properties["other"], &properties["tlp"]), (&"stays".into(), &2.into()));
                let clear =
                    properties.get("note").and_then(Value::as_str).map(|text| (text.to_owned(), false));
                clear.or_else(|| {
                    let sealed = sealed(&properties, "note")?;
                    let (_, plain) =
                        keys.data.open(Binding { record: RECORD, field: "note" }, &sealed).unwrap();
                    Some((String::from_utf8(plain.to_vec()).unwrap(), true))
                })
            })
            .collect()
    }

    fn text(text: &str, is_sealed: bool) -> Option<(String, bool)> {
        Some((text.to_owned(), is_sealed))
    }

    #[test]
    fn what_is_whole_goes_under_any_rule() {
        let of = FieldRule::of;
        let found = walk("192.0.2.7", &[of(Rule::Encrypt), of(Rule::Keep), of(Rule::Truncate)]);
        assert_eq!(found, [text("192.0.2.7", true), text("192.0.2.7", false), text("192.0.2.0/24", false)]);
        let red = FieldRule { tlp: Some(Tlp::Red), ..of(Rule::Keep) };
        assert_eq!(walk("x", &[red, of(Rule::Drop)]), [text("x", true), None]);
    }

    #[test]
    fn what_is_lost_stays_lost() {
        let of = FieldRule::of;
        let found = walk("ada", &[of(Rule::Hash), of(Rule::Keep), of(Rule::Hash)]);
        let digest = found[0].clone().unwrap();
        assert_eq!((digest.0.len(), digest.1), (64, false));
        assert_eq!((&found[1], &found[2]), (&found[0], &found[0]));
        let found = walk("ada", &[of(Rule::Hash), of(Rule::Encrypt), of(Rule::Keep)]);
        assert_eq!(found[1..], [text(&digest.0, true), text(&digest.0, false)]);
        // A digest is no address and no time: nothing of it is left.
        assert_eq!(walk("ada", &[of(Rule::Hash), of(Rule::Truncate)])[1], None);
    }

    #[test]
    fn what_is_cut_is_cut_further() {
        let options = RuleOptions { ipv4: Some(16), ..RuleOptions::default() };
        let shorter = FieldRule { options, ..FieldRule::of(Rule::Truncate) };
        let found = walk("192.0.2.7", &[FieldRule::of(Rule::Truncate), shorter]);
        assert_eq!(found[1], text("192.0.0.0/16", false));
    }
}
