//! Access logs in the common log format and what was made of it, and the error logs beside them, of Apache and nginx.

mod access;
mod apache_error;
mod nginx_error;
mod token;

use super::lines::{Line, TakeLine};
use super::{Fields, Malformed, Sink};

/// A line of an error log.
pub(super) fn is_error(line: &str) -> bool {
    apache_error::Entry::of(line).is_some_and(|entry| entry.has_time())
        || nginx_error::Entry::of(line).is_some()
}

/// See the module.
#[derive(Default)]
pub(super) struct Clf {
    fields: Fields,
    rows: u64,
}

impl TakeLine for Clf {
    fn line<S: Sink>(&mut self, line: Line<'_>, sink: &mut S) -> Result<(), S::Error> {
        let raw = line.bytes.trim_ascii();
        if raw.is_empty() {
            return Ok(());
        }
        self.rows += 1;
        let (number, offset) = (self.rows, line.offset);
        self.fields.clear();
        match read(raw, &mut self.fields) {
            Ok(()) => self.fields.emit(number, offset, sink),
            Err(reason) => {
                self.fields.announce(sink)?;
                sink.malformed(Malformed { number, offset, reason, raw })
            }
        }
    }
}

fn read(line: &[u8], fields: &mut Fields) -> Result<(), &'static str> {
    let line = std::str::from_utf8(line).map_err(|_| "not valid UTF-8")?;
    if let Some(parts) = access::split(line) {
        access::read(&parts, fields)
    } else if let Some(entry) = apache_error::Entry::of(line) {
        entry.set(fields)
    } else if let Some(entry) = nginx_error::Entry::of(line) {
        entry.set(fields)
    } else {
        Err("neither a line of an access log nor of an error log")
    }
}

/// Sets a field that has a value: `-` is none.
fn set(fields: &mut Fields, name: &str, value: &str) -> Result<(), &'static str> {
    if matches!(value, "" | "-") { Ok(()) } else { fields.set(name, value) }
}

#[cfg(test)]
mod tests;
