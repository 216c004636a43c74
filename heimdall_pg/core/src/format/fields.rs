//! The row of a format whose records name their fields: names become columns as they come up.

use std::collections::HashMap;
use std::ops::Range;

use super::{MAX_COLUMNS, Row, Sink, recycle};
use crate::format::FormatError;
use crate::mapping::is_plausible_name;

/// The columns of a dump so far, and the values of one row.
#[derive(Default)]
pub(super) struct Fields {
    slots: HashMap<String, usize, ahash::RandomState>,
    new_columns: Vec<String>,
    text: String,
    ranges: Vec<Option<Range<usize>>>,
    /// Further values of fields that have one, by slot, in their order.
    repeats: Vec<(usize, Range<usize>)>,
    values: Vec<&'static str>,
}

impl Fields {
    /// Begins a row.
    pub fn clear(&mut self) {
        self.text.clear();
        self.ranges.iter_mut().for_each(|range| *range = None);
        self.repeats.clear();
    }

    /// False where data chose a name that looks like a value, and that no column is to have. Names are looked
    /// into once only, as those of columns are plausible already.
    pub fn may_name(&self, name: &str) -> bool {
        self.slots.contains_key(name) || is_plausible_name(name)
    }

    /// The first value of a field of the row, where it has one.
    pub fn get(&self, name: &str) -> Option<&str> {
        let range = self.ranges.get(*self.slots.get(name)?)?.clone()?;
        self.text.get(range)
    }

    /// Sets a field of the row.
    ///
    /// # Errors
    /// Why the row cannot be taken; no value is in it.
    pub fn set(&mut self, name: &str, value: &str) -> Result<(), &'static str> {
        let (slot, value) = self.put(name, value)?;
        match self.ranges.get_mut(slot) {
            Some(range @ None) => *range = Some(value),
            _ => return Err("the same field twice"),
        }
        Ok(())
    }

    /// Gives a field of the row a value, in formats whose records may repeat a name: the values of a repeated one
    /// become a JSON array.
    ///
    /// # Errors
    /// As [`Fields::set`].
    pub fn append(&mut self, name: &str, value: &str) -> Result<(), &'static str> {
        let (slot, value) = self.put(name, value)?;
        match self.ranges.get_mut(slot) {
            Some(range @ None) => *range = Some(value),
            _ => self.repeats.push((slot, value)),
        }
        Ok(())
    }

    /// Keeps a value, and finds the slot of its field.
    fn put(&mut self, name: &str, value: &str) -> Result<(usize, Range<usize>), &'static str> {
        if memchr::memchr(0, value.as_bytes()).is_some() {
            return Err("a NUL character");
        }
        let slot = match self.slots.get(name) {
            Some(slot) => *slot,
            None => self.add(name)?,
        };
        let start = self.text.len();
        self.text.push_str(value);
        Ok((slot, start..self.text.len()))
    }

    /// Makes one value, a JSON array, of the values of each field that has several.
    fn join_repeats(&mut self) {
        let mut repeats = std::mem::take(&mut self.repeats);
        repeats.sort_by_key(|(slot, _)| *slot);
        for group in repeats.chunk_by(|one, other| one.0 == other.0) {
            let Some(Some(first)) = group.first().and_then(|(slot, _)| self.ranges.get_mut(*slot)) else {
                continue;
            };
            let all = std::iter::once(&*first).chain(group.iter().map(|(_, range)| range));
            let values: Vec<&str> = all.map(|range| self.text.get(range.clone()).unwrap_or("")).collect();
            let array = serde_json::Value::from(values).to_string();
            let start = self.text.len();
            self.text.push_str(&array);
            *first = start..self.text.len();
        }
        repeats.clear();
        self.repeats = repeats;
    }

    fn add(&mut self, name: &str) -> Result<usize, &'static str> {
        if name.is_empty() {
            return Err("a field without a name");
        }
        if name.contains('\0') {
            return Err("a NUL character");
        }
        let slot = self.slots.len();
        // One too many is enough for the dump to end: a single row cannot bring millions.
        if slot > MAX_COLUMNS {
            return Err("too many columns");
        }
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
        self.join_repeats();
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
