//! The words of a line, whatever its format.

use std::borrow::Cow;

use heimdall_core::canonical::CanonicalError;
use serde_json::Value;

/// The canonical text of a value of one kind.
pub type Canonicaliser = for<'a> fn(&'a str) -> Result<Cow<'a, str>, CanonicalError>;

/// What stands between values in the formats of logs; a line is cut at the first of these, at the first two,
/// and so on, since every one of them may as well be a part of the value.
const CUTS: [&str; 5] = ["\"'`,;<>()", "|={}", "[]", "/@\\&?*^", ":#%"];

/// The words of a line, cut coarsely first.
fn words(line: &str) -> impl Iterator<Item = &str> {
    (1..=CUTS.len()).flat_map(move |cuts| {
        let cuts = CUTS.get(..cuts).unwrap_or_default();
        let cut = move |c: char| c.is_whitespace() || cuts.iter().any(|cut| cut.contains(c));
        line.split(cut).map(|word| word.trim_end_matches(['.', ':'])).filter(|word| !word.is_empty())
    })
}

/// The first word of the line that has that canonical text.
pub fn spelling<'a>(line: &'a str, canonical: &str, of: Canonicaliser) -> Option<&'a str> {
    words(line).find(|word| of(word).is_ok_and(|text| text == canonical))
}

/// The canonical text of a value of the document, which has to be its own.
pub fn canonical(value: &str, of: Canonicaliser) -> Result<String, String> {
    let text = of(value).map_err(|error| error.reason.to_owned())?;
    match of(&text) {
        Ok(again) if again == text => Ok(text.into_owned()),
        again => Err(format!("{text} becomes {again:?}")),
    }
}

/// The strings in a line that is JSON, decoded, one below the other.
pub fn strings(line: &str) -> Option<String> {
    fn push(value: &Value, out: &mut String) {
        match value {
            Value::String(text) => {
                out.push_str(text);
                out.push('\n');
            }
            Value::Array(values) => values.iter().for_each(|value| push(value, out)),
            Value::Object(object) => object.values().for_each(|value| push(value, out)),
            _ => {}
        }
    }
    let value: Value = serde_json::from_str(line).ok()?;
    let mut out = String::new();
    push(&value, &mut out);
    Some(out)
}
