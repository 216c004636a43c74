//! The row of a format whose records name their fields: names become columns as they come up.

use std::collections::HashMap;
use std::ops::Range;

use super::{MAX_COLUMNS, Row, Sink, recycle};
use crate::format::FormatError;

/// The columns of a dump so far, and the values of one row.
#[derive(Default)]
pub(super) struct Fields {
    slots: HashMap<String, usize, ahash::RandomState>,
    new_columns: Vec<String>,
    text: String,
    ranges: Vec<Option<Range<usize>>>,
    values: Vec<&'static str>,
}

impl Fields {
    /// Begins a row.
    pub fn clear(&mut self) {
        self.text.clear();
        self.ranges.iter_mut().for_each(|range| *range = None);
    }

    /// Sets a field of the row.
    ///
    /// # Errors
    /// Why the row cannot be taken; no value is in it.
    pub fn set(&mut self, name: &str, value: &str) -> Result<(), &'static str> {
        if memchr::memchr(0, value.as_bytes()).is_some() {
            return Err("a NUL character");
        }
        let slot = match self.slots.get(name) {
            Some(slot) => *slot,
            None => self.add(name)?,
        };
        let start = self.text.len();
        self.text.push_str(value);
        match self.ranges.get_mut(slot) {
            Some(range @ None) => *range = Some(start..self.text.len()),
            _ => return Err("the same field twice"),
        }
        Ok(())
    }

    fn add(&mut self, name: &str) -> Result<usize, &'static str> {
        if name.is_empty() {
            return Err("a field without a name");
        }
        if name.contains('\0') {
            return Err("a NUL character");
        }
        let slot = self.slots.len();
        self.slots.insert(name.to_owned(), slot);
        self.new_columns.push(name.to_owned());
        self.ranges.push(None);
        Ok(slot)
    }

    /// Tells the sink of columns that it does not know yet. To be called for a row that is malformed as well.
    ///
    /// # Errors
    /// [`FormatError::TooManyColumns`], or what the sink says.
    pub fn announce<S: Sink>(&mut self, sink: &mut S) -> Result<(), S::Error> {
        if self.slots.len() > MAX_COLUMNS {
            return Err(FormatError::TooManyColumns.into());
        }
        if self.new_columns.is_empty() {
            return Ok(());
        }
        sink.columns(&std::mem::take(&mut self.new_columns))
    }

    /// Hands the row over, and the columns before it that it is the first to have.
    ///
    /// # Errors
    /// As [`Fields::announce`].
    pub fn emit<S: Sink>(
        &mut self,
        number: u64,
        offset: u64,
        raw: &[u8],
        sink: &mut S,
    ) -> Result<(), S::Error> {
        self.announce(sink)?;
        let mut values = recycle(std::mem::take(&mut self.values));
        let text = self.text.as_str();
        values.extend(self.ranges.iter().map(|range| match range {
            Some(range) => text.get(range.clone()).unwrap_or(""),
            None => "",
        }));
        sink.row(Row { number, offset, values: &values, raw: Some(raw) })?;
        self.values = recycle(values);
        Ok(())
    }
}
