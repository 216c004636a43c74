//! What a source declares about the dialect of its dumps.

use serde::{Deserialize, Serialize};

use super::super::{Format, FormatOptions};
use super::MAX_COLUMNS;
use crate::mapping::MappingError;

/// The longest delimiter, in bytes.
const MAX_DELIMITER: usize = 8;

/// `true`, `false`, or how many lines the header has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum HeaderLines {
    /// One line, or none.
    Present(bool),
    /// So many lines, whose cells make the names together.
    Lines(u8),
}

impl HeaderLines {
    /// How many lines.
    pub fn count(self) -> usize {
        match self {
            HeaderLines::Present(present) => usize::from(present),
            HeaderLines::Lines(lines) => usize::from(lines),
        }
    }
}

/// What becomes of a row with another number of fields than there are columns.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Ragged {
    /// It is put aside. Where a delimiter is missing or too many, the values that follow stand in the wrong columns,
    /// under the wrong rules of protection.
    #[default]
    Reject,
    /// What is missing at its end is absent; what is too much belongs to its last column.
    Fill,
}

impl FormatOptions {
    /// Checks the options of CSV, and that there are none of them where the format is another.
    ///
    /// # Errors
    /// [`MappingError`] with the path of the mistake.
    pub(in super::super) fn check_csv(&self, format: Format) -> Result<(), MappingError> {
        if !matches!(format, Format::Csv | Format::Auto)
            && let Some(option) = self.first_of_csv()
        {
            return fault(option, "an option of csv alone");
        }
        if let Some(delimiter) = &self.delimiter {
            if delimiter.is_empty()
                || delimiter.len() > MAX_DELIMITER
                || delimiter.contains(['\n', '\r', '\0'])
            {
                return fault("delimiter", "not one to eight bytes without line ends");
            }
            let quote = self.quote.as_deref().unwrap_or("\"");
            if !quote.is_empty() && delimiter.starts_with(quote) {
                return fault("delimiter", "begins with the quote");
            }
        }
        for (option, value, may_be_empty) in
            [("quote", &self.quote, true), ("escape", &self.escape, false), ("comment", &self.comment, true)]
        {
            let is_one = |value: &String| {
                value.len() == 1 && value.bytes().all(|byte| byte.is_ascii_graphic())
                    || value.is_empty() && may_be_empty
            };
            if value.as_ref().is_some_and(|value| !is_one(value)) {
                return fault(option, "not a single ASCII character");
            }
        }
        if let Some(columns) = &self.columns {
            let distinct: std::collections::HashSet<&String> = columns.iter().collect();
            if columns.is_empty() || columns.len() > MAX_COLUMNS || distinct.contains(&String::new()) {
                return fault("columns", "not a list of names");
            }
            if distinct.len() < columns.len() {
                return fault("columns", "the same name twice");
            }
        }
        Ok(())
    }

    fn first_of_csv(&self) -> Option<&'static str> {
        [
            ("delimiter", self.delimiter.is_some()),
            ("quote", self.quote.is_some()),
            ("escape", self.escape.is_some()),
            ("comment", self.comment.is_some()),
            ("skip_lines", self.skip_lines.is_some()),
            ("header", self.header.is_some()),
            ("columns", self.columns.is_some()),
            ("ragged", self.ragged.is_some()),
        ]
        .into_iter()
        .find_map(|(option, is_set)| is_set.then_some(option))
    }
}

fn fault(option: &str, problem: &str) -> Result<(), MappingError> {
    Err(MappingError { path: format!("options.{option}"), problem: problem.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_read_and_checked() {
        let options = FormatOptions::parse(
            r#"{"delimiter": "||", "quote": "'", "escape": "\\", "comment": "", "skip_lines": 2, "header": 2,
                "columns": ["a", "b"], "ragged": "fill"}"#,
            Format::Csv,
        )
        .unwrap();
        assert_eq!(options.header.map(HeaderLines::count), Some(2));
        assert_eq!(options.ragged, Some(Ragged::Fill));
        let json = serde_json::to_string(&options).unwrap();
        assert_eq!(FormatOptions::parse(&json, Format::Csv), Ok(options));
        assert_eq!(serde_json::to_string(&FormatOptions::default()).unwrap(), "{}");
    }

    #[test]
    fn a_mistake_is_told_by_its_path() {
        let path = |json, format| FormatOptions::parse(json, format).unwrap_err().path;
        assert_eq!(path(r#"{"delimiter": ""}"#, Format::Csv), "options.delimiter");
        assert_eq!(path(r#"{"delimiter": "'", "quote": "'"}"#, Format::Csv), "options.delimiter");
        assert_eq!(path(r#"{"escape": ""}"#, Format::Csv), "options.escape");
        assert_eq!(path(r#"{"quote": "é"}"#, Format::Csv), "options.quote");
        assert_eq!(path(r#"{"columns": ["a", "a"]}"#, Format::Csv), "options.columns");
        assert_eq!(path(r#"{"header": true}"#, Format::Ndjson), "options.header");
        assert_eq!(path(r#"{"headers": true}"#, Format::Csv), "options");
    }
}
