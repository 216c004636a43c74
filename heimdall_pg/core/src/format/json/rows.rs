//! Rows of records: what every dialect does the same way.

use super::flat::{Flat, FlatDialect, Pairs};
use super::scan::{INVALID, Scan};
use crate::format::{Malformed, Sink};

/// Gives rows their numbers.
pub(super) struct Rows {
    flat: Flat,
    count: u64,
    /// Scalars around the array whose elements are read, by path.
    pub around: Pairs,
}

/// A record on its way to become rows.
pub(super) struct Record<'a> {
    rows: &'a mut Rows,
    offset: u64,
    /// The record as it came.
    pub text: &'a str,
}

impl Rows {
    /// None so far.
    pub fn new(dialect: FlatDialect) -> Rows {
        Rows { flat: Flat::new(dialect), count: 0, around: Vec::new() }
    }

    /// A record that begins there.
    pub fn at<'a>(&'a mut self, offset: u64, text: &'a str) -> Record<'a> {
        Record { rows: self, offset, text }
    }

    /// Notes a record that cannot be a row.
    ///
    /// # Errors
    /// What the sink says.
    pub fn malformed<S: Sink>(
        &mut self,
        reason: &'static str,
        offset: u64,
        raw: &[u8],
        sink: &mut S,
    ) -> Result<(), S::Error> {
        self.count += 1;
        sink.malformed(Malformed { number: self.count, offset, reason, raw })
    }
}

impl Record<'_> {
    /// Is it valid JSON? What takes its parts has to know before.
    pub fn is_valid(&self) -> bool {
        let mut scan = Scan::new(self.text, Vec::new());
        scan.skip().is_ok() && scan.rest().is_empty()
    }

    /// Makes one row of it. An element of an array need not be an object.
    ///
    /// # Errors
    /// What the sink says.
    pub fn row<S: Sink>(mut self, element: bool, sink: &mut S) -> Result<(), S::Error> {
        let text = self.text;
        self.part(text, sink, |flat, around| {
            if text.starts_with('{') {
                flat.record(text)?;
            } else if element {
                let mut scan = Scan::new(text, Vec::new());
                scan.skip()?;
                if !scan.rest().is_empty() {
                    return Err(INVALID);
                }
                flat.member("value", text)?;
            } else {
                return Err("not a JSON object");
            }
            around.iter().try_for_each(|(name, value)| flat.set_default(name, value))
        })
    }

    /// Makes a row of a part of it: `fill` does, and is given what is around the record.
    ///
    /// # Errors
    /// What the sink says.
    pub fn part<S: Sink>(
        &mut self,
        raw: &str,
        sink: &mut S,
        fill: impl FnOnce(&mut Flat, &[(String, String)]) -> Result<(), &'static str>,
    ) -> Result<(), S::Error> {
        let Rows { flat, count, around } = &mut *self.rows;
        flat.begin();
        let mark = flat.mark();
        match fill(flat, around) {
            Ok(()) => {
                *count += 1;
                flat.emit(*count, self.offset, sink)
            }
            Err(reason) => {
                flat.back_to(mark);
                self.refuse(reason, raw, sink)
            }
        }
    }

    /// Notes that it, or a part of it, cannot be a row.
    ///
    /// # Errors
    /// What the sink says.
    pub fn refuse<S: Sink>(&mut self, reason: &'static str, raw: &str, sink: &mut S) -> Result<(), S::Error> {
        self.rows.malformed(reason, self.offset, raw.as_bytes(), sink)
    }
}
