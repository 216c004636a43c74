//! W3C extended log file format (working draft WD-logfile-960323), as IIS, CloudFront, proxies and the Windows
//! firewall write it: directives name the fields, and may come again in the middle.

mod directives;
mod words;

use std::borrow::Cow;

use self::directives::Directives;
use self::words::words;
use super::lines::{Line, TakeLine};
use super::{Fields, Malformed, Sink};

/// The column of date and time as one.
const TIMESTAMP: &str = "timestamp";

/// See the module.
#[derive(Default)]
pub(super) struct W3c {
    directives: Directives,
    fields: Fields,
    rows: u64,
}

impl TakeLine for W3c {
    fn line<S: Sink>(&mut self, line: Line<'_>, sink: &mut S) -> Result<(), S::Error> {
        let raw = line.bytes.trim_ascii();
        if raw.is_empty() {
            return Ok(());
        }
        if raw.starts_with(b"#") {
            self.directives.read(raw);
            return Ok(());
        }
        self.rows += 1;
        let (number, offset) = (self.rows, line.offset);
        // Not trimmed: behind a tab, the last field may be empty.
        match self.row(line.bytes) {
            Ok(()) => self.fields.emit(number, offset, sink),
            Err(reason) => {
                self.fields.announce(sink)?;
                sink.malformed(Malformed { number, offset, reason, raw: line.bytes })
            }
        }
    }
}

impl W3c {
    fn row(&mut self, line: &[u8]) -> Result<(), &'static str> {
        self.fields.clear();
        let line = std::str::from_utf8(line).map_err(|_| "not valid UTF-8")?;
        let names = self.directives.fields()?;
        let mut words = words(line);
        let (mut date, mut time) = (Cow::Borrowed(""), Cow::Borrowed(""));
        for name in names {
            let word = words.next().ok_or("fewer fields than #Fields names")?;
            let value = self.directives.value(name, word);
            self.fields.set(name, &value)?;
            match name.as_str() {
                "date" => date = value,
                "time" => time = value,
                _ => {}
            }
        }
        if words.next().is_some() {
            return Err("more fields than #Fields names");
        }
        match self.directives.timestamp(&date, &time) {
            Some(timestamp) => self.fields.set(TIMESTAMP, &timestamp),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests;
