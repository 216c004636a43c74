//! What the directives of a log say of the rows below them.

use std::borrow::Cow;

use super::TIMESTAMP;
use crate::format::MAX_COLUMNS;

/// The directives so far.
#[derive(Default)]
pub(super) struct Directives {
    fields: Vec<String>,
    fault: Option<&'static str>,
    /// Rows have a day of their own.
    has_date: bool,
    /// A field has the name of the column that is added.
    has_timestamp: bool,
    /// The day of `#Date`, for logs whose rows have the time only.
    date: String,
    is_local: bool,
    /// Spaces of a value are written as plus signs.
    is_microsoft: bool,
}

impl Directives {
    /// Takes a line that begins with `#`. Remarks and what is not known are passed over.
    pub fn read(&mut self, line: &[u8]) {
        let line = String::from_utf8_lossy(line);
        let Some((name, value)) = line.split_once(':') else { return };
        let value = value.trim();
        match name.to_ascii_lowercase().as_str() {
            // With this line a log begins.
            "#version" => *self = Directives { is_microsoft: self.is_microsoft, ..Directives::default() },
            "#software" => self.is_microsoft = value.starts_with("Microsoft"),
            "#time format" => self.is_local = value.eq_ignore_ascii_case("local"),
            "#date" => self.date = value.split_whitespace().next().unwrap_or_default().to_owned(),
            "#fields" => self.set_fields(value),
            _ => {}
        }
    }

    fn set_fields(&mut self, names: &str) {
        self.fields = names.split_whitespace().map(str::to_owned).collect();
        if self.fields.len() > MAX_COLUMNS {
            self.fields.clear();
            self.fault = Some("#Fields names more fields than a dump may have");
            return;
        }
        let names = &self.fields;
        self.has_date = names.iter().any(|name| name == "date");
        self.has_timestamp = names.iter().any(|name| name == TIMESTAMP);
        let is_twice = |(at, name)| names.iter().take(at).any(|before: &String| before == name);
        self.fault = names.iter().enumerate().any(is_twice).then_some("#Fields names a field twice");
    }

    /// The fields of a row, in their order.
    ///
    /// # Errors
    /// Why there are none.
    pub fn fields(&self) -> Result<&[String], &'static str> {
        match self.fault {
            Some(reason) => Err(reason),
            None if self.fields.is_empty() => Err("no #Fields line before it"),
            None => Ok(&self.fields),
        }
    }

    /// The value of a field: `-` is none. IIS writes the spaces of a user agent as plus signs; a plus sign that
    /// was one cannot be told from them.
    pub fn value<'a>(&self, field: &str, word: Cow<'a, str>) -> Cow<'a, str> {
        if word == "-" {
            return Cow::Borrowed("");
        }
        if self.is_microsoft && field.eq_ignore_ascii_case("cs(User-Agent)") && word.contains('+') {
            return Cow::Owned(word.replace('+', " "));
        }
        word
    }

    /// Date and time of a row as one: in UTC, as the format has it, unless the log says that it has local time.
    pub fn timestamp(&self, date: &str, time: &str) -> Option<String> {
        let date = if self.has_date { date } else { &self.date };
        if date.is_empty() || time.is_empty() || self.has_timestamp {
            return None;
        }
        Some(format!("{date}T{time}{}", if self.is_local { "" } else { "Z" }))
    }
}
