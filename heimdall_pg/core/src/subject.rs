//! Whom or what something is about: one observable, found in text that is in no graph.

use std::borrow::Cow;
use std::collections::HashMap;

use csv_core::{ReadFieldResult, ReaderBuilder};
use serde_json::Value;

use crate::canonical::{CanonicalError, Kind, canonical_observable, extract_observables};
use crate::protect::{HashKeys, hex};

/// What rows may be cut by.
const DELIMITERS: [u8; 4] = *b",;\t|";

/// Shorter words stand in too many texts by chance: a field of its own is still found.
const SHORTEST_WORD: usize = 3;

/// One observable, by its canonical value or by the digest that stands for it.
pub struct Subject {
    kind: Kind,
    label: String,
    value: Named,
    /// As they may stand among other words, in lower case.
    words: Vec<String>,
}

enum Named {
    Canonical(String),
    Digest(String),
}

impl Subject {
    /// The observable that somebody names; what is no kind is a label of the user's own, whose values are text.
    ///
    /// # Errors
    /// Where the value is none of that kind, and no digest either.
    pub fn new(kind: &str, value: &str) -> Result<Subject, CanonicalError> {
        let (kind, label) = match Kind::from_name(kind) {
            Some(kind) => (kind, kind.label()),
            None => (Kind::Text, kind),
        };
        let label = label.to_owned();
        match canonical_observable(kind, value) {
            Ok(canonical) => {
                let mut words = vec![value.trim().to_lowercase(), canonical.to_lowercase()];
                words.retain(|word| word.chars().count() >= SHORTEST_WORD);
                Ok(Subject { kind, label, value: Named::Canonical(canonical.into_owned()), words })
            }
            Err(_) if value.len() == 64 && value.bytes().all(|b| b.is_ascii_hexdigit()) => {
                let value = Named::Digest(value.to_owned());
                Ok(Subject { kind, label, value, words: Vec::new() })
            }
            Err(error) => Err(error),
        }
    }

    /// The label of its vertex.
    pub fn label(&self) -> &str {
        &self.label
    }

    /// What a tombstone knows it by: a digest of its hashed key. Whoever has the hash key tells from a value, or from
    /// the hashed key of a vertex, whether a tombstone is for it; nobody tells the value or the key from a tombstone.
    pub fn tombstone(&self, keys: &mut HashKeys) -> [u8; 32] {
        let digest = match &self.value {
            Named::Canonical(canonical) => Cow::Owned(self.digest(canonical, keys)),
            Named::Digest(digest) => Cow::Borrowed(digest.as_str()),
        };
        keys.digest("Erasure", format!("{}:{digest}", self.label).as_bytes())
    }

    fn digest(&self, canonical: &str, keys: &mut HashKeys) -> String {
        hex(&keys.digest(&self.label, canonical.as_bytes()))
    }

    /// Whether a row as it came names it: as a field, a value of JSON, an observable in free text, each in any
    /// spelling, or as words.
    pub fn is_named_in(&self, raw: &[u8], keys: &mut HashKeys) -> bool {
        let text = String::from_utf8_lossy(raw);
        let lower = text.to_lowercase();
        self.words.iter().any(|word| stands_in(word, &lower))
            || extract_observables(&text)
                .any(|found| found.kind == self.kind && self.is_canonical(&found.canonical, keys))
            || json_values(&text).iter().any(|value| self.is(value, keys))
            || DELIMITERS.iter().any(|by| fields(raw, *by).iter().any(|field| self.is(field, keys)))
    }

    /// Whether a row that is kept as a JSON object of its values names it: in any of them as [`Subject::is_named_in`].
    pub fn is_named_in_fields(&self, fields: &[u8], keys: &mut HashKeys) -> bool {
        match serde_json::from_slice::<HashMap<String, String>>(fields) {
            Ok(fields) => fields.values().any(|value| self.is_named_in(value.as_bytes(), keys)),
            Err(_) => self.is_named_in(fields, keys),
        }
    }

    fn is(&self, spelled: &str, keys: &mut HashKeys) -> bool {
        canonical_observable(self.kind, spelled.trim())
            .is_ok_and(|canonical| self.is_canonical(&canonical, keys))
    }

    fn is_canonical(&self, canonical: &str, keys: &mut HashKeys) -> bool {
        match &self.value {
            Named::Canonical(own) => own == canonical,
            Named::Digest(own) => *own == self.digest(canonical, keys),
        }
    }
}

/// Whether a word stands in a text by itself, both in lower case.
fn stands_in(word: &str, text: &str) -> bool {
    text.match_indices(word).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let after = text[at + word.len()..].chars().next();
        [before, after].into_iter().flatten().all(|beside| !beside.is_alphanumeric())
    })
}

/// The fields of a row that is cut by that byte; a quote need not be closed.
fn fields(row: &[u8], by: u8) -> Vec<String> {
    let mut reader = ReaderBuilder::new().delimiter(by).build();
    let (mut found, mut at) = (Vec::new(), 0);
    let mut field = vec![0; row.len() + 1];
    loop {
        let (result, read, written) = reader.read_field(&row[at..], &mut field);
        at += read;
        // A field is never longer than the row; at the end of the input the reader is told so by an empty one.
        if !matches!(result, ReadFieldResult::OutputFull | ReadFieldResult::End) {
            found.push(String::from_utf8_lossy(&field[..written]).into_owned());
        }
        if matches!(result, ReadFieldResult::OutputFull | ReadFieldResult::End)
            || at >= row.len() && written == 0
        {
            return found;
        }
    }
}

/// The strings and numbers of a text that is JSON.
fn json_values(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut waiting: Vec<Value> = serde_json::from_str(text).into_iter().collect();
    while let Some(value) = waiting.pop() {
        match value {
            Value::String(text) => found.push(text),
            Value::Number(number) => found.push(number.to_string()),
            Value::Array(values) => waiting.extend(values),
            Value::Object(members) => waiting.extend(members.into_iter().map(|(_, value)| value)),
            Value::Null | Value::Bool(_) => {}
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protect::Secret;

    fn keys() -> HashKeys {
        HashKeys::new(&Secret::parse(&"0123456789abcdef".repeat(4)).unwrap())
    }

    fn is_named(kind: &str, value: &str, raw: &[u8]) -> bool {
        Subject::new(kind, value).unwrap().is_named_in(raw, &mut keys())
    }

    #[test]
    fn a_row_names_it_in_any_spelling() {
        for raw in [
            b"2026-01-01,Ada@Example.org,x".as_slice(),
            b"\"2026-01-01\",\"ada@example.org\"",
            b"2026-01-01;  ADA@EXAMPLE.ORG ;x",
            b"x\tada@example.org",
            br#"{"who": {"mail": ["x", "Ada@Example.Org"]}}"#,
            br#"{"who": "ada@exam"#,
            b"she wrote from ada[at]example[.]org yesterday",
            b"\xff,ada@example.org,\xff",
            b"\"an open quote, ada@example.org",
        ] {
            let is_cut = raw.ends_with(b"exam");
            assert_eq!(
                is_named("email", "ada@example.org", raw),
                !is_cut,
                "{}",
                String::from_utf8_lossy(raw)
            );
        }
        assert!(is_named("phone", "+442079460000", b"1,+44 20 7946 0000,x"));
        assert!(is_named("phone", "+44 20 7946 0000", br#"{"phone": "+44 (20) 7946-0000"}"#));
        assert!(is_named("ip", "192.0.2.1", b"::ffff:192.0.2.1,x"));
        assert!(is_named("user", "ada", b"the note, says ADA called"));
        assert!(is_named("Badge", "No 17", b"x,No 17,y"));
    }

    #[test]
    fn a_row_of_somebody_else_does_not() {
        for raw in [b"2026-01-01,adam,192.0.2.11".as_slice(), b"", b",,,", br#"{"who": "canada"}"#, b"ad a"] {
            assert!(!is_named("user", "ada", raw), "{}", String::from_utf8_lossy(raw));
            assert!(!is_named("ip", "192.0.2.1", raw));
        }
        // Too short to be looked for among other words.
        assert!(!is_named("user", "al", b"note: al fresco"));
        assert!(is_named("user", "al", b"x,AL,y"));
    }

    #[test]
    fn a_digest_names_what_it_stands_for() {
        let mut keys = keys();
        let digest = hex(&keys.digest("Email", b"ada@example.org"));
        let (by_digest, by_value) =
            (Subject::new("email", &digest).unwrap(), Subject::new("email", "Ada@example.org").unwrap());
        assert!(by_digest.is_named_in(b"x,Ada@Example.org", &mut keys));
        assert!(!by_digest.is_named_in(b"x,grace@example.org", &mut keys));
        assert_eq!(by_digest.tombstone(&mut keys), by_value.tombstone(&mut keys));
        assert_ne!(hex(&by_value.tombstone(&mut keys)), digest);
        assert_eq!(by_value.label(), "Email");
    }

    #[test]
    fn tombstones_tell_kinds_and_values_apart() {
        let mut keys = keys();
        let mut of = |kind, value| Subject::new(kind, value).unwrap().tombstone(&mut keys);
        assert_ne!(of("user", "ada"), of("user", "grace"));
        assert_ne!(of("user", "ada"), of("host", "ada"));
    }
}
