//! Reports and lists in plain text, read for observables line by line.
//!
//! A row is a line that holds observables, with a column for each kind, and the line itself. Where a line stands
//! is no column: a list that was sorted anew has the same rows.

mod reference;

use std::borrow::Cow;

use self::reference::References;
use super::escape::push_json_string;
use super::lines::{Line, TakeLine};
use super::{Fields, Malformed, Sink};
use crate::canonical::domain::listed_domain;
use crate::canonical::{Kind, extract_observables};

/// The column of the line.
const TEXT: &str = "text";
/// The column of what comments before a line refer to.
const REFERENCE: &str = "reference";

/// See the module.
#[derive(Default)]
pub(super) struct Text {
    fields: Fields,
    references: References,
    lines: u64,
}

impl TakeLine for Text {
    /// Rows have the number of their line, under which a person finds them.
    fn line<S: Sink>(&mut self, line: Line<'_>, sink: &mut S) -> Result<(), S::Error> {
        self.lines += 1;
        let (number, offset, raw) = (self.lines, line.offset, line.bytes);
        match self.read(raw) {
            Ok(false) => Ok(()),
            Ok(true) => self.fields.emit(number, offset, sink),
            Err(reason) => {
                self.fields.announce(sink)?;
                sink.malformed(Malformed { number, offset, reason, raw })
            }
        }
    }
}

impl Text {
    /// Sets the fields of a line; false where it is no row.
    fn read(&mut self, line: &[u8]) -> Result<bool, &'static str> {
        self.fields.clear();
        let line = std::str::from_utf8(line).map_err(|_| "not valid UTF-8")?.trim();
        if reference::is_comment(line) {
            self.references.comment(line);
            return Ok(false);
        }
        let mut found: Vec<(Kind, String)> =
            extract_observables(line).map(|observable| (observable.kind, observable.canonical)).collect();
        if found.is_empty() {
            found.extend(name_alone(line).map(|name| (Kind::Domain, name)));
        }
        if found.is_empty() {
            return Ok(false);
        }
        found.sort();
        found.dedup();
        self.fields.set(TEXT, line)?;
        for of_kind in found.chunk_by(|one, other| one.0 == other.0) {
            if let Some((kind, _)) = of_kind.first() {
                let values = of_kind.iter().map(|(_, value)| value.as_str());
                self.fields.set(kind.name(), &json_array(values))?;
            }
        }
        let references = self.references.of_row();
        if !references.is_empty() {
            self.fields.set(REFERENCE, &json_array(references.iter().map(String::as_str)))?;
        }
        Ok(true)
    }
}

/// A line that is a domain and nothing else. In a sentence, `example.pl` is more likely a file; on a line of its own,
/// a member of a list.
fn name_alone(line: &str) -> Option<String> {
    if line.contains(char::is_uppercase) {
        return None;
    }
    listed_domain(line).map(Cow::into_owned)
}

fn json_array<'a>(values: impl Iterator<Item = &'a str>) -> String {
    let mut json = String::from("[");
    for (at, value) in values.enumerate() {
        if at > 0 {
            json.push(',');
        }
        push_json_string(&mut json, value);
    }
    json.push(']');
    json
}

#[cfg(test)]
mod tests;
