//! The log of the Linux audit daemon: the records of one event, which share its serial number, become one row.
//!
//! Records of several events come interleaved, so a few events are kept open.

mod event;
mod record;
mod socket;
mod value;

use std::collections::VecDeque;

use super::lines::{Line, TakeLine};
use super::{Fields, MAX_ROW, Malformed, Sink};
use event::Event;
use record::Record;

/// Events that are kept open, for records that are still to come.
const WINDOW: usize = 32;

/// The open events, in the order of their first records.
#[derive(Default)]
pub(super) struct Auditd {
    open: VecDeque<Open>,
    /// Bytes of all of them, at most [`MAX_ROW`].
    held: usize,
    fields: Fields,
    rows: u64,
}

/// An event whose records come in.
struct Open {
    /// Node, time and serial number, as written.
    id: String,
    offset: u64,
    /// Its records, one a line.
    raw: Vec<u8>,
}

impl TakeLine for Auditd {
    fn line<S: Sink>(&mut self, line: Line<'_>, sink: &mut S) -> Result<(), S::Error> {
        let raw = line.bytes.trim_ascii();
        // `ausearch` draws a line between events, and writes their time once more.
        if raw.is_empty() || raw == b"----" || raw.starts_with(b"time->") {
            return Ok(());
        }
        let record = match std::str::from_utf8(raw) {
            Err(_) => Err("not valid UTF-8"),
            Ok(text) if text.contains('\0') => Err("a NUL character"),
            Ok(text) => Record::parse(text).ok_or("no record of the audit log"),
        };
        match record {
            Ok(record) => self.take(&record, raw, line.offset, sink),
            Err(reason) => {
                self.rows += 1;
                sink.malformed(Malformed { number: self.rows, offset: line.offset, reason, raw })
            }
        }
    }

    fn end<S: Sink>(&mut self, sink: &mut S) -> Result<(), S::Error> {
        while !self.open.is_empty() {
            self.close(0, sink)?;
        }
        Ok(())
    }
}

impl Auditd {
    fn take<S: Sink>(
        &mut self,
        record: &Record<'_>,
        raw: &[u8],
        offset: u64,
        sink: &mut S,
    ) -> Result<(), S::Error> {
        while self.held + raw.len() >= MAX_ROW && !self.open.is_empty() {
            self.close(0, sink)?;
        }
        let id = record.id();
        let at = match self.open.iter().position(|open| open.id == id) {
            Some(at) => at,
            None => {
                if self.open.len() >= WINDOW {
                    self.close(0, sink)?;
                }
                self.open.push_back(Open { id, offset, raw: Vec::new() });
                self.open.len() - 1
            }
        };
        if let Some(open) = self.open.get_mut(at) {
            if !open.raw.is_empty() {
                open.raw.push(b'\n');
            }
            open.raw.extend_from_slice(raw);
            self.held += raw.len() + 1;
        }
        if record.kind == "EOE" { self.close(at, sink) } else { Ok(()) }
    }

    /// Hands an event over.
    fn close<S: Sink>(&mut self, at: usize, sink: &mut S) -> Result<(), S::Error> {
        let Some(Open { offset, raw, .. }) = self.open.remove(at) else { return Ok(()) };
        self.held = if self.open.is_empty() { 0 } else { self.held.saturating_sub(raw.len() + 1) };
        self.rows += 1;
        let number = self.rows;
        self.fields.clear();
        let read = std::str::from_utf8(&raw)
            .map_err(|_| "not valid UTF-8")
            .and_then(|lines| Event::new(&mut self.fields).read(lines));
        match read {
            Ok(()) => self.fields.emit(number, offset, sink),
            Err(reason) => {
                self.fields.announce(sink)?;
                sink.malformed(Malformed { number, offset, reason, raw: &raw })
            }
        }
    }
}

#[cfg(test)]
mod tests;
