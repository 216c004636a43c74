//! The row of a format whose records name their fields: names become columns as they come up.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use super::escape::push_json_string;
use super::{MAX_COLUMNS, Row, Sink, recycle};
use crate::mapping::is_plausible_name;

/// The column of all fields that came up when there were [`MAX_COLUMNS`] already, a JSON object: a dump whose
/// records name their fields as they like is no reason to refuse it.
const OTHER_FIELDS: &str = "other_fields";

/// The columns of a dump so far, and the values of one row.
#[derive(Default)]
pub(super) struct Fields {
    slots: HashMap<String, usize, ahash::RandomState>,
    /// Names that the sink does not know yet: those of the last slots.
    new_columns: Vec<String>,
    text: String,
    cells: Vec<Cell>,
    /// The slots of this row in the order in which they were set.
    set: Vec<usize>,
    /// Further values of fields that have one, by slot, in their order.
    repeats: Vec<(usize, Range<usize>)>,
    /// The row at hand.
    row: u64,
    others: Others,
    values: Vec<&'static str>,
}

/// The value of a column, where `row` is the one at hand.
#[derive(Clone, Default)]
struct Cell {
    row: u64,
    text: Range<usize>,
}

/// Fields of a row that have no column of their own.
#[derive(Default)]
struct Others {
    names: HashSet<String, ahash::RandomState>,
    /// The same names in the order in which they were set, and where each begins in `json`.
    set: Vec<(String, usize)>,
    json: String,
}

/// Where the values of a name go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Slot {
    /// To a column.
    Column(usize),
    /// To `other_fields`.
    Other,
}

/// A state of a row to go back to.
#[derive(Clone, Copy, Debug)]
pub(super) struct Mark {
    set: usize,
    columns: usize,
    others: usize,
    text: usize,
}

impl Fields {
    /// Begins a row.
    pub fn clear(&mut self) {
        self.text.clear();
        self.set.clear();
        self.repeats.clear();
        self.row += 1;
        self.others.back_to(0);
    }

    /// Sets a field of the row.
    ///
    /// # Errors
    /// Why the row cannot be taken; no value is in it.
    pub fn set(&mut self, name: &str, value: &str) -> Result<(), &'static str> {
        if memchr::memchr(0, value.as_bytes()).is_some() {
            return Err("a NUL character");
        }
        let slot = self.slot(name)?;
        self.put(slot, name, value)
    }

    /// Gives a field of the row a value, in formats whose records may repeat a name: the values of a repeated one
    /// become a JSON array.
    ///
    /// # Errors
    /// As [`Fields::set`].
    pub fn append(&mut self, name: &str, value: &str) -> Result<(), &'static str> {
        let slot = self.slot(name)?;
        match slot {
            Slot::Column(column) if self.has(slot, name) => {
                if memchr::memchr(0, value.as_bytes()).is_some() {
                    return Err("a NUL character");
                }
                let start = self.text.len();
                self.text.push_str(value);
                self.repeats.push((column, start..self.text.len()));
                Ok(())
            }
            _ => self.set(name, value),
        }
    }

    /// False where data chose a name that looks like a value, and that no column is to have. Names are looked
    /// into once only, as those of columns are plausible already.
    pub fn may_name(&self, name: &str) -> bool {
        self.knows(name) || is_plausible_name(name)
    }

    /// The first value of a field of the row, where it has one.
    pub fn get(&self, name: &str) -> Option<&str> {
        let cell = self.cells.get(*self.slots.get(name)?)?;
        if cell.row == self.row { self.text.get(cell.text.clone()) } else { None }
    }

    /// Where the field of that name goes. Always the same, once the sink knows the column.
    ///
    /// # Errors
    /// The name cannot be one.
    pub fn slot(&mut self, name: &str) -> Result<Slot, &'static str> {
        if name == OTHER_FIELDS {
            return Ok(Slot::Other);
        }
        if let Some(slot) = self.slots.get(name) {
            return Ok(Slot::Column(*slot));
        }
        if name.is_empty() {
            return Err("a field without a name");
        }
        if name.contains('\0') {
            return Err("a NUL character");
        }
        // The last column is kept for all others.
        let room = self.slots.len() + 1 < MAX_COLUMNS;
        Ok(if room { Slot::Column(self.add(name)) } else { Slot::Other })
    }

    /// Is there a column of that name?
    pub fn knows(&self, name: &str) -> bool {
        self.slots.contains_key(name)
    }

    /// Has the row that field?
    pub fn has(&self, slot: Slot, name: &str) -> bool {
        match slot {
            Slot::Column(slot) => self.cells.get(slot).is_some_and(|cell| cell.row == self.row),
            Slot::Other => self.others.names.contains(name),
        }
    }

    /// Sets a field whose slot is known and whose value has no NUL character.
    ///
    /// # Errors
    /// The row has it already.
    #[inline]
    pub fn put(&mut self, slot: Slot, name: &str, value: &str) -> Result<(), &'static str> {
        let Slot::Column(slot) = slot else { return self.others.add(name, value) };
        let start = self.text.len();
        match self.cells.get_mut(slot) {
            Some(cell) if cell.row != self.row => {
                self.text.push_str(value);
                *cell = Cell { row: self.row, text: start..self.text.len() };
                self.set.push(slot);
                Ok(())
            }
            _ => Err("the same field twice"),
        }
    }

    /// The state of the row, for [`Fields::back_to`].
    pub fn mark(&self) -> Mark {
        Mark {
            set: self.set.len(),
            columns: self.slots.len(),
            others: self.others.set.len(),
            text: self.text.len(),
        }
    }

    /// Takes back what was set since, and the columns that came up; `Some` with how many are left
    /// where there were any.
    pub fn back_to(&mut self, mark: Mark) -> Option<usize> {
        for slot in self.set.drain(mark.set.min(self.set.len())..) {
            if let Some(cell) = self.cells.get_mut(slot) {
                cell.row = 0;
            }
        }
        self.text.truncate(mark.text);
        self.others.back_to(mark.others);
        let fewer = mark.columns < self.slots.len();
        while mark.columns < self.slots.len()
            && let Some(name) = self.new_columns.pop()
        {
            self.slots.remove(&name);
            self.cells.pop();
        }
        fewer.then_some(mark.columns)
    }

    /// Makes one value, a JSON array, of the values of each field that has several.
    fn join_repeats(&mut self) {
        let mut repeats = std::mem::take(&mut self.repeats);
        repeats.sort_by_key(|(slot, _)| *slot);
        for group in repeats.chunk_by(|one, other| one.0 == other.0) {
            let Some(cell) = group.first().and_then(|(slot, _)| self.cells.get_mut(*slot)) else { continue };
            let all = std::iter::once(&cell.text).chain(group.iter().map(|(_, range)| range));
            let values: Vec<&str> = all.map(|range| self.text.get(range.clone()).unwrap_or("")).collect();
            let array = serde_json::Value::from(values).to_string();
            let start = self.text.len();
            self.text.push_str(&array);
            cell.text = start..self.text.len();
        }
        repeats.clear();
        self.repeats = repeats;
    }

    fn add(&mut self, name: &str) -> usize {
        let slot = self.slots.len();
        self.slots.insert(name.to_owned(), slot);
        self.new_columns.push(name.to_owned());
        self.cells.push(Cell::default());
        slot
    }

    /// Tells the sink of columns that it does not know yet. To be called for a row that is malformed as well,
    /// unless the row was taken back.
    ///
    /// # Errors
    /// What the sink says.
    pub fn announce<S: Sink>(&mut self, sink: &mut S) -> Result<(), S::Error> {
        if self.new_columns.is_empty() {
            return Ok(());
        }
        sink.columns(&std::mem::take(&mut self.new_columns))
    }

    /// Hands the row over, and the columns before it that it is the first to have.
    ///
    /// # Errors
    /// What the sink says.
    pub fn emit<S: Sink>(&mut self, number: u64, offset: u64, sink: &mut S) -> Result<(), S::Error> {
        if !self.others.json.is_empty() {
            let slot = match self.slots.get(OTHER_FIELDS) {
                Some(slot) => *slot,
                None => self.add(OTHER_FIELDS),
            };
            let start = self.text.len();
            self.text.push_str(&self.others.json);
            self.text.push('}');
            if let Some(cell) = self.cells.get_mut(slot) {
                *cell = Cell { row: self.row, text: start..self.text.len() };
            }
        }
        self.announce(sink)?;
        self.join_repeats();
        let mut values = recycle(std::mem::take(&mut self.values));
        let (text, row) = (self.text.as_str(), self.row);
        values.extend(
            self.cells
                .iter()
                .map(|cell| if cell.row == row { text.get(cell.text.clone()).unwrap_or("") } else { "" }),
        );
        sink.row(Row { number, offset, values: &values })?;
        self.values = recycle(values);
        Ok(())
    }
}

impl Others {
    fn add(&mut self, name: &str, value: &str) -> Result<(), &'static str> {
        if !self.names.insert(name.to_owned()) {
            return Err("the same field twice");
        }
        self.set.push((name.to_owned(), self.json.len()));
        if !value.is_empty() {
            self.json.push(if self.json.is_empty() { '{' } else { ',' });
            push_json_string(&mut self.json, name);
            self.json.push(':');
            push_json_string(&mut self.json, value);
        }
        Ok(())
    }

    fn back_to(&mut self, count: usize) {
        for (name, start) in self.set.drain(count.min(self.set.len())..).rev() {
            self.names.remove(&name);
            self.json.truncate(start);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::Kept;
    use super::*;

    #[test]
    fn names_without_a_column_of_their_own_are_gathered_in_one() {
        let mut kept = Kept::default();
        let mut fields = Fields::default();
        fields.clear();
        for column in 1..MAX_COLUMNS {
            fields.set(&format!("c{column}"), "x").unwrap();
        }
        fields.emit(1, 0, &mut kept).unwrap();
        fields.clear();
        fields.set("c7", "y").unwrap();
        fields.set("new", "a\"b").unwrap();
        let mark = fields.mark();
        fields.set("newer", "1").unwrap();
        assert_eq!(fields.set("newer", "2"), Err("the same field twice"));
        fields.back_to(mark);
        fields.set("nothing", "").unwrap();
        fields.set(OTHER_FIELDS, "of the dump").unwrap();
        fields.emit(2, 0, &mut kept).unwrap();
        fields.clear();
        fields.emit(3, 0, &mut kept).unwrap();
        assert_eq!(kept.columns.len(), MAX_COLUMNS);
        assert_eq!(kept.columns.last().unwrap(), OTHER_FIELDS);
        assert_eq!(kept.rows[1][6], "y");
        let json = r#"{"new":"a\"b","other_fields":"of the dump"}"#;
        assert_eq!(kept.rows[1].last().unwrap(), json);
        assert!(kept.rows[2].iter().all(String::is_empty));
    }

    #[test]
    fn what_is_taken_back_was_never_there() {
        let mut kept = Kept::default();
        let mut fields = Fields::default();
        fields.clear();
        fields.set("a", "1").unwrap();
        let mark = fields.mark();
        fields.set("b", "2").unwrap();
        assert_eq!(fields.back_to(mark), Some(1));
        assert_eq!(fields.back_to(mark), None);
        fields.set("c", "3").unwrap();
        fields.emit(1, 0, &mut kept).unwrap();
        assert_eq!(
            (kept.columns, kept.rows),
            (vec!["a".into(), "c".into()], vec![vec!["1".into(), "3".into()]])
        );
    }
}
