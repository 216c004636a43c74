//! Rows of JSON as CSV (RFC 4180).

use std::fmt;

use axum::body::Bytes;
use csv::{Terminator, WriterBuilder};
use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::problem::Problem;

/// The header is the members of the first row, in their order. What is no text, number or boolean is there as JSON; NULL is
/// an empty cell.
///
/// A text that a spreadsheet would run has an apostrophe before it, and one that begins with an apostrophe another one, as
/// in the exports of the database: taking one away gives every value back.
#[derive(Default)]
pub struct Sheet {
    columns: Option<Vec<String>>,
}

impl Sheet {
    /// The lines of some rows.
    ///
    /// # Errors
    /// Where a row is an error, or no object.
    pub fn write(&mut self, rows: Vec<Result<String, Problem>>) -> Result<Bytes, Problem> {
        let mut lines = WriterBuilder::new().terminator(Terminator::CRLF).from_writer(Vec::new());
        for row in rows {
            let row = row?;
            let Members(members) = serde_json::from_str(&row).map_err(|_| Problem::internal())?;
            if self.columns.is_none() {
                let columns: Vec<String> = members.iter().map(|(name, _)| name.clone()).collect();
                lines
                    .write_record(columns.iter().map(|name| guarded(name)))
                    .map_err(|_| Problem::internal())?;
                self.columns = Some(columns);
            }
            let columns = self.columns.iter().flatten();
            let cells = columns.map(|column| {
                let found = members.iter().find(|(name, _)| name == column);
                found.map(|(_, value)| cell(value)).unwrap_or_default()
            });
            lines.write_record(cells).map_err(|_| Problem::internal())?;
        }
        lines.into_inner().map(Bytes::from).map_err(|_| Problem::internal())
    }
}

fn cell(value: &RawValue) -> String {
    match serde_json::from_str::<Option<String>>(value.get()) {
        Ok(Some(text)) => guarded(&text),
        Ok(None) => String::new(),
        Err(_) => value.get().to_owned(),
    }
}

fn guarded(text: &str) -> String {
    let guard = if text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '\'']) { "'" } else { "" };
    format!("{guard}{text}")
}

/// An object, its members in their order and as they are written.
struct Members<'a>(Vec<(String, &'a RawValue)>);

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct InOrder;

        impl<'de> Visitor<'de> for InOrder {
            type Value = Members<'de>;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = object.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }

        deserializer.deserialize_map(InOrder)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(sheet: &mut Sheet, rows: &[&str]) -> String {
        let rows = rows.iter().map(|row| Ok((*row).to_owned())).collect();
        String::from_utf8(sheet.write(rows).unwrap().to_vec()).unwrap()
    }

    #[test]
    fn the_first_row_gives_the_header() {
        let mut sheet = Sheet::default();
        assert_eq!(
            written(&mut sheet, &[r#"{"z":"a,b","a":12345678901234567890123}"#]),
            "z,a\r\n\"a,b\",12345678901234567890123\r\n"
        );
        assert_eq!(written(&mut sheet, &[r#"{"a":null,"z":[1, {"b":2}]}"#]), "\"[1, {\"\"b\"\":2}]\",\r\n");
    }

    #[test]
    fn no_cell_is_run_by_a_spreadsheet() {
        let row = r#"{"a":"=1+1","b":"'x","c":"@x","d":-1,"e":"\tx","f":"a=b"}"#;
        assert_eq!(written(&mut Sheet::default(), &[row]), "a,b,c,d,e,f\r\n'=1+1,''x,'@x,-1,'\tx,a=b\r\n");
    }

    #[test]
    fn no_rows_are_no_lines() {
        assert_eq!(written(&mut Sheet::default(), &[]), "");
    }
}
