//! CEF, ArcSight's Common Event Format (Micro Focus, version 26): `CEF:0|vendor|product|version|signature|name|severity|`
//! and an extension of `key=value` pairs whose values hold spaces.

use std::borrow::Cow;

use super::records::LineFormat;
use super::syslog::Years;
use super::{Fields, FormatOptions, marked, pairs};

/// The columns of the header, in its order.
const HEADER: [&str; 7] =
    ["cef.version", "device.vendor", "device.product", "device.version", "signature", "name", "severity"];

/// See the module.
pub(super) struct Cef {
    years: Years,
    /// Names of the labels in a row, as `cs1Label`.
    labels: Vec<String>,
}

impl Cef {
    pub fn new(options: &FormatOptions) -> Cef {
        Cef { years: Years::beginning(options.year), labels: Vec::new() }
    }
}

impl LineFormat for Cef {
    fn read(&mut self, line: &str, fields: &mut Fields) -> Result<(), &'static str> {
        let mut rest = marked::begin(line, "CEF:", &mut self.years, fields)?;
        for (at, column) in HEADER.iter().enumerate() {
            let (part, after) = match marked::part(rest) {
                Some(cut) => cut,
                // Without an extension the last bar may lack.
                None if at + 1 == HEADER.len() => (rest, ""),
                None => return Err("a header of less than seven parts"),
            };
            marked::set_part(column, part, fields)?;
            rest = after;
        }
        self.extension(rest, fields)
    }
}

impl Cef {
    fn extension(&mut self, text: &str, fields: &mut Fields) -> Result<(), &'static str> {
        self.labels.clear();
        let (lead, found) = pairs::spaced(text, |key| fields.may_name(key));
        if !lead.is_empty() {
            fields.append("text", lead)?;
        }
        for (key, value) in found {
            marked::set_attribute(key, &unescape(value), fields)?;
            if key.len() > "Label".len() && key.ends_with("Label") {
                self.labels.push(key.to_owned());
            }
        }
        self.labelled(fields)
    }

    /// Labels are chosen by data and name no columns: `cs1Label=Rule cs1=42` gives `{"Rule":"42"}` in `labels`.
    fn labelled(&self, fields: &mut Fields) -> Result<(), &'static str> {
        let mut labels = serde_json::Map::new();
        for key in &self.labels {
            let value = key.strip_suffix("Label").and_then(|key| fields.get(key));
            if let (Some(label), Some(value)) = (fields.get(key).filter(|label| !label.is_empty()), value) {
                labels.insert(label.to_owned(), value.into());
            }
        }
        if labels.is_empty() {
            Ok(())
        } else {
            fields.set("labels", &serde_json::Value::from(labels).to_string())
        }
    }
}

/// A value without its escapes: `\=`, `\\`, `\n` and `\r`.
///
/// Many a writer escapes nothing but `=`: where a backslash precedes anything else, as in `C:\Users\new`, the
/// others in the value are what they are as well.
fn unescape(value: &str) -> Cow<'_, str> {
    if memchr::memchr(b'\\', value.as_bytes()).is_none() {
        return Cow::Borrowed(value);
    }
    let escapes = escapes_all(value);
    let mut text = String::with_capacity(value.len());
    let mut chars = value.chars().peekable();
    while let Some(char) = chars.next() {
        let escaped = match (char, chars.peek()) {
            ('\\', Some('=')) => '=',
            ('\\', Some(next @ ('\\' | '|'))) if escapes => *next,
            ('\\', Some('n')) if escapes => '\n',
            ('\\', Some('r')) if escapes => '\r',
            _ => {
                text.push(char);
                continue;
            }
        };
        chars.next();
        text.push(escaped);
    }
    Cow::Owned(text)
}

/// True where every backslash begins an escape.
fn escapes_all(value: &str) -> bool {
    let mut bytes = value.bytes();
    while let Some(byte) = bytes.next() {
        if byte == b'\\' && !matches!(bytes.next(), Some(b'\\' | b'=' | b'|' | b'n' | b'r')) {
            return false;
        }
    }
    true
}

#[cfg(test)]
mod tests;
