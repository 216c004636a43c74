//! Objects to rows: a column for each path of names, a value for each that is no object.

use std::borrow::Cow;
use std::collections::HashMap;

use super::names::{Id, Names, RECORD};
use super::scan::{INVALID, Scan};
use crate::format::fields::{Mark, Slot};
use crate::format::{Fields, MAX_COLUMNS, Sink};
use crate::mapping::is_plausible_name;

/// How deep objects are flattened; what lies deeper stays JSON text.
const MAX_DEPTH: usize = 16;

/// Why a record is refused whose own names are data.
pub(super) const KEYED_BY_DATA: &str = "a field name that looks like a value";

/// The row of a JSON record.
#[derive(Default)]
pub(super) struct Flat {
    fields: Fields,
    names: Names,
    /// The member that was read last.
    previous: Id,
    row: u64,
    /// The path of the object at hand, with a point at its end.
    path: String,
    /// Memory of [`Scan`].
    open: Vec<u8>,
    dialect: FlatDialect,
    /// Columns that the dialect has named, and the path that each is of.
    given: HashMap<String, String>,
}

/// Names and values.
pub(super) type Pairs = Vec<(String, String)>;

/// Where a dialect flattens otherwise.
#[derive(Clone, Copy, Default)]
pub(super) struct FlatDialect {
    /// The column of a path, where it is not the path itself.
    pub column: Option<fn(&str) -> Option<&str>>,
    /// The names and values that an array at that path stands for.
    pub pairs: Option<fn(&str, &str) -> Option<Pairs>>,
}

/// A member of the row, as far as it is remembered.
#[derive(Clone, Copy)]
struct Known {
    id: Option<Id>,
    slot: Option<Slot>,
}

/// Why an object is not flattened.
enum Stop {
    Malformed(&'static str),
    /// Its names are data, so that it stays one value.
    KeyedByData,
}

impl From<&'static str> for Stop {
    fn from(reason: &'static str) -> Stop {
        Stop::Malformed(reason)
    }
}

impl Flat {
    /// Rows of a dialect.
    pub fn new(dialect: FlatDialect) -> Flat {
        Flat { dialect, ..Flat::default() }
    }

    /// Begins a row.
    pub fn begin(&mut self) {
        self.fields.clear();
        self.row += 1;
        self.previous = RECORD;
        self.path.clear();
    }

    /// Adds the members of an object that is the whole text.
    ///
    /// # Errors
    /// Why it cannot be a row.
    pub fn record(&mut self, text: &str) -> Result<(), &'static str> {
        let mut scan = Scan::new(text, std::mem::take(&mut self.open));
        let read = self.object(&mut scan, Some(RECORD), 1);
        let whole = scan.rest().is_empty();
        self.open = scan.end();
        match read {
            Ok(()) if whole => Ok(()),
            Ok(()) => Err(INVALID),
            Err(Stop::Malformed(reason)) => Err(reason),
            Err(Stop::KeyedByData) => Err(KEYED_BY_DATA),
        }
    }

    /// Adds a member whose value is the whole text, as if it were one of the record.
    ///
    /// # Errors
    /// Why it cannot be in a row.
    pub fn member(&mut self, name: &str, text: &str) -> Result<(), &'static str> {
        let mut scan = Scan::new(text, std::mem::take(&mut self.open));
        self.path.clear();
        let read = self.named(&mut scan, Some(RECORD), 1, name);
        self.open = scan.end();
        match read {
            Ok(()) => Ok(()),
            Err(Stop::Malformed(reason)) => Err(reason),
            Err(Stop::KeyedByData) => Err(KEYED_BY_DATA),
        }
    }

    /// Adds a field.
    ///
    /// # Errors
    /// Why it cannot be in a row.
    pub fn set(&mut self, name: &str, value: &str) -> Result<(), &'static str> {
        self.fields.set(name, value)
    }

    /// Adds a field unless the row has it, or it has no value.
    ///
    /// # Errors
    /// Why it cannot be in a row.
    pub fn set_default(&mut self, name: &str, value: &str) -> Result<(), &'static str> {
        if value.is_empty() {
            return Ok(());
        }
        let slot = self.fields.slot(name)?;
        if self.fields.has(slot, name) { Ok(()) } else { self.fields.put(slot, name, value) }
    }

    /// The state of the row, for [`Flat::back_to`].
    pub fn mark(&self) -> Mark {
        self.fields.mark()
    }

    /// Takes back what was added since.
    pub fn back_to(&mut self, mark: Mark) {
        if let Some(columns) = self.fields.back_to(mark) {
            self.names.forget(columns);
        }
    }

    /// Hands the row over.
    ///
    /// # Errors
    /// What the sink says.
    pub fn emit<S: Sink>(&mut self, number: u64, offset: u64, sink: &mut S) -> Result<(), S::Error> {
        self.fields.emit(number, offset, sink)
    }

    fn object(&mut self, scan: &mut Scan<'_>, parent: Option<Id>, depth: usize) -> Result<(), Stop> {
        scan.expect(b'{')?;
        scan.space();
        if scan.take(b'}') {
            return Ok(());
        }
        loop {
            let name = scan.key()?.decode()?;
            self.named(scan, parent, depth, &name)?;
            scan.space();
            if !scan.take(b',') {
                break;
            }
            scan.space();
        }
        Ok(scan.expect(b'}')?)
    }

    /// The value of a member.
    fn named(
        &mut self,
        scan: &mut Scan<'_>,
        parent: Option<Id>,
        depth: usize,
        name: &str,
    ) -> Result<(), Stop> {
        if name.is_empty() {
            return Err(Stop::Malformed("a field without a name"));
        }
        let found = parent.and_then(|parent| self.names.find(parent, self.previous, name));
        let member = match found {
            Some((id, member)) => {
                self.previous = id;
                if !member.meet(self.row) {
                    return Err(Stop::Malformed("the same field twice"));
                }
                if !member.plausible {
                    return Err(Stop::KeyedByData);
                }
                Known { id: Some(id), slot: member.slot }
            }
            None if !is_plausible_name(name) => return Err(Stop::KeyedByData),
            None => Known { id: None, slot: None },
        };
        match scan.peek() {
            Some(b'"') => match scan.string()?.decode()? {
                Cow::Borrowed(text) => self.value(member, name, text),
                Cow::Owned(text) => self.value(member, name, &text),
            },
            Some(b'{') if depth < MAX_DEPTH => self.inside(scan, member, depth, name),
            Some(b'[') => {
                let text = scan.value()?;
                self.array(member, name, &text)
            }
            Some(b'{') => {
                let text = scan.value()?;
                self.value(member, name, &text)
            }
            _ => {
                let text = scan.plain_scalar()?;
                self.value(member, name, if text == "null" { "" } else { text })
            }
        }
    }

    /// An object in the object.
    fn inside(&mut self, scan: &mut Scan<'_>, member: Known, depth: usize, name: &str) -> Result<(), Stop> {
        let (mark, start, parent) = (self.fields.mark(), scan.at(), self.path.len());
        self.path.push_str(name);
        self.path.push('.');
        let read = self.object(scan, member.id, depth + 1);
        self.path.truncate(parent);
        let Err(Stop::KeyedByData) = read else { return read };
        self.back_to(mark);
        scan.back_to(start);
        let text = scan.value()?;
        self.value(member, name, &text)
    }

    fn array(&mut self, member: Known, name: &str, text: &str) -> Result<(), Stop> {
        let Some(pairs) = self.dialect.pairs else { return self.value(member, name, text) };
        let path = format!("{}{name}", self.path);
        let Some(pairs) = pairs(&path, text) else { return self.value(member, name, text) };
        let mark = self.fields.mark();
        for (field, value) in &pairs {
            let set = is_plausible_name(field).then(|| {
                let path = format!("{}{field}", self.path);
                let column = self.column(&path).to_owned();
                self.fields.set(&column, value)
            });
            if !matches!(set, Some(Ok(()))) {
                self.back_to(mark);
                return self.value(member, name, text);
            }
        }
        Ok(())
    }

    /// A value of the row.
    #[inline]
    fn value(&mut self, member: Known, name: &str, text: &str) -> Result<(), Stop> {
        match member.slot {
            Some(slot @ Slot::Column(_)) => Ok(self.fields.put(slot, "", text)?),
            _ => self.first_value(member, name, text),
        }
    }

    /// A value of a member whose column is not known, or which has none.
    fn first_value(&mut self, member: Known, name: &str, text: &str) -> Result<(), Stop> {
        let parent = self.path.len();
        self.path.push_str(name);
        let path = std::mem::take(&mut self.path);
        let put = self.put(member, &path, text);
        self.path = path;
        self.path.truncate(parent);
        put
    }

    fn put(&mut self, member: Known, path: &str, text: &str) -> Result<(), Stop> {
        let column = self.column(path);
        if !is_plausible_name(column) {
            return Err(Stop::KeyedByData);
        }
        let slot = self.fields.slot(column)?;
        if let Some(id) = member.id {
            self.names.set_slot(id, slot);
        }
        Ok(self.fields.put(slot, column, text)?)
    }

    /// The column of a path. A name that the dialect gives is not given to two.
    fn column<'a>(&mut self, path: &'a str) -> &'a str {
        let Some(column) = self.dialect.column.and_then(|column| column(path)) else { return path };
        if let Some(of) = self.given.get(column) {
            return if of == path { column } else { path };
        }
        if self.fields.knows(column) || self.given.len() >= MAX_COLUMNS {
            return path;
        }
        self.given.insert(column.to_owned(), path.to_owned());
        column
    }
}
