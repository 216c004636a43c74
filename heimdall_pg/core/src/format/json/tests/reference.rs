//! The scanner against serde_json: the same texts are valid, and mean the same.

use proptest::collection::vec;
use proptest::prelude::*;
use serde::de::IgnoredAny;
use serde_json::Value;

use super::super::super::tests::decode;
use super::super::super::{Format, MAX_COLUMNS};
use super::super::scan::Scan;
use super::super::{parts, unescape};

/// Values of every kind, with strings that need escapes.
pub(super) fn value() -> impl Strategy<Value = Value> {
    let scalar = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        string().prop_map(Value::from),
    ];
    scalar.prop_recursive(4, 40, 5, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..5).prop_map(Value::from),
            vec((name(), inner), 0..5).prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

/// Objects that are rows: no name looks like a value.
pub(super) fn object() -> impl Strategy<Value = Value> {
    vec((name(), value()), 0..6).prop_map(|members| Value::Object(members.into_iter().collect()))
}

fn name() -> impl Strategy<Value = String> {
    proptest::sample::select(vec!["a", "b", "user name", "é\"\\", "id", "orig_h", "_x"])
        .prop_map(str::to_owned)
}

fn string() -> impl Strategy<Value = String> {
    "[ -~]{0,20}|[\\x01-\\x7f]{0,12}|[é€😀\"\\\\/\n\t a-z]{0,40}"
}

/// JSON with a few bytes changed, left out or put in.
fn mutated() -> impl Strategy<Value = Vec<u8>> {
    let change = (
        any::<prop::sample::Index>(),
        0..4_u8,
        prop_oneof![any::<u8>(), proptest::sample::select(b"{}[]\",:\\ue+-.01tfn \n".to_vec())],
    );
    (value(), any::<bool>(), vec(change, 0..4)).prop_map(|(value, pretty, changes)| {
        let mut text = if pretty {
            serde_json::to_vec_pretty(&value).unwrap()
        } else {
            serde_json::to_vec(&value).unwrap()
        };
        for (at, what, byte) in changes {
            let at = at.index(text.len().max(1));
            match what {
                0 => text.insert(at.min(text.len()), byte),
                1 if at < text.len() => drop(text.remove(at)),
                2 => text.truncate(at),
                _ if at < text.len() => text[at] = byte,
                _ => {}
            }
        }
        text
    })
}

/// What the row of an object has to be, by a slow and simple way.
fn flattened(object: &Value, path: &str, fields: &mut Vec<(String, String)>) {
    for (name, value) in object.as_object().unwrap() {
        let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
        match value {
            Value::Object(_) => flattened(value, &path, fields),
            Value::Null => fields.push((path, String::new())),
            Value::String(text) => fields.push((path, text.clone())),
            other => fields.push((path, other.to_string())),
        }
    }
}

proptest! {
    #[test]
    fn the_same_texts_are_valid(text in mutated()) {
        let Ok(text) = std::str::from_utf8(&text) else { return Ok(()) };
        let mut scan = Scan::new(text, Vec::new());
        scan.space();
        let skipped = scan.skip().is_ok();
        scan.space();
        let valid = skipped && scan.rest().is_empty();
        prop_assert_eq!(valid, serde_json::from_str::<IgnoredAny>(text).is_ok());
        // The flattener walks on its own; numbers out of range and halves of pairs are all that serde_json minds more.
        if text.starts_with('{') && !text.contains('\n') {
            let kept = decode(Format::Ndjson, text.as_bytes(), 7).unwrap();
            if !valid {
                prop_assert_eq!((kept.rows.len(), kept.malformed.len()), (0, 1));
            } else if kept.rows.is_empty() {
                prop_assert_ne!(kept.malformed[0].1, "not a JSON object");
                let halves = serde_json::from_str::<Value>(text).is_err();
                prop_assert!(halves || kept.malformed[0].1 != "not valid JSON");
            }
        }
    }

    #[test]
    fn rows_are_what_serde_json_reads(objects in vec(object(), 1..6)) {
        let dump: String = objects.iter().map(|object| format!("{object}\n")).collect();
        let kept = decode(Format::Ndjson, dump.as_bytes(), 1 << 16).unwrap();
        prop_assert_eq!(kept.malformed, vec![]);
        prop_assert!(kept.columns.len() < MAX_COLUMNS);
        for (object, row) in objects.iter().zip(&kept.rows) {
            let mut fields = Vec::new();
            flattened(object, "", &mut fields);
            for (column, name) in kept.columns.iter().enumerate() {
                let expected = fields.iter().find(|(path, _)| path == name).map_or("", |(_, value)| value);
                prop_assert_eq!(row.get(column).map_or("", String::as_str), expected);
            }
        }
    }

    #[test]
    fn parts_are_what_serde_json_reads(value in value(), pretty in any::<bool>()) {
        let text = if pretty { serde_json::to_string_pretty(&value) } else { serde_json::to_string(&value) }.unwrap();
        let reparsed = |text: &str| serde_json::from_str::<Value>(text).unwrap();
        let elements: Vec<Value> = parts::Elements::of(&text).map(reparsed).collect();
        prop_assert_eq!(elements, value.as_array().map_or(Vec::new(), |array| array.iter().map(|value| reparsed(&value.to_string())).collect()));
        let members: Vec<String> = parts::Members::of(&text).map(|(name, _)| name.into_owned()).collect();
        prop_assert_eq!(members, value.as_object().map_or(Vec::new(), |object| object.keys().cloned().collect::<Vec<_>>()));
    }

    #[test]
    fn escapes_mean_what_serde_json_reads(raw in r#"([a-zé😀]|\\["\\/bfnrt]|\\u[0-9a-fA-F]{4}|\\ud[89a-f][0-9]{2}){0,8}"#) {
        let mut text = String::new();
        let read = unescape::append(&raw, &mut text);
        match serde_json::from_str::<String>(&format!("\"{raw}\"")) {
            Ok(expected) if expected.contains('\0') => prop_assert_eq!(read, Err("a NUL character")),
            Ok(expected) => prop_assert_eq!((read, text), (Ok(()), expected)),
            Err(_) => prop_assert!(read.is_err()),
        }
    }
}
