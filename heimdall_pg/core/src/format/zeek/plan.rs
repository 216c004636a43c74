//! What a header makes of a line: decided once, so that a line costs little more than finding its separators.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::collections::HashMap;
use std::ops::Range;

use super::cut::cut;
use super::header::Header;
use super::value::{Shape, bool_text, decimal_text, push_member, push_unescaped, time_text};

/// The column that says which log a row is from.
const PATH: &str = "_path";

/// Columns by name, in the order in which they came up in the dump. A header in the middle adds what is new.
#[derive(Default)]
pub(super) struct Slots {
    by_name: HashMap<String, usize, ahash::RandomState>,
}

impl Slots {
    pub fn len(&self) -> usize {
        self.by_name.len()
    }

    fn slot(&mut self, name: &str, new: &mut Vec<String>) -> usize {
        if let Some(slot) = self.by_name.get(name) {
            return *slot;
        }
        let slot = self.by_name.len();
        self.by_name.insert(name.to_owned(), slot);
        new.push(name.to_owned());
        slot
    }
}

/// How the lines under a header are read.
pub(super) struct Plan {
    separator: u8,
    set_separator: String,
    empty: String,
    unset: String,
    /// Where the name of the log goes.
    path: Option<(usize, String)>,
    columns: Vec<Column>,
}

struct Column {
    slot: usize,
    shape: Shape,
    is_array: bool,
}

/// Values that are not in the line as they are.
#[derive(Default)]
pub(super) struct Made {
    text: String,
    /// Slots, and where their values stand in the text.
    places: Vec<(usize, Range<usize>)>,
    /// Where the fields of the line end.
    ends: Vec<usize>,
    bytes: Vec<u8>,
    member: String,
}

impl Plan {
    /// The plan of a header, and the columns that come up with it.
    ///
    /// # Errors
    /// Why no line can be read under it.
    pub fn new(header: &Header, slots: &mut Slots) -> Result<(Plan, Vec<String>), &'static str> {
        let [separator @ 0..0x80] = header.separator[..] else {
            return Err("a separator that is not one ASCII character");
        };
        if header.fields.is_empty() {
            return Err("no #fields line before it");
        }
        if !header.types.is_empty() && header.types.len() != header.fields.len() {
            return Err("#fields and #types do not go together");
        }
        let names = &header.fields;
        if names.iter().enumerate().any(|(at, name)| name.is_empty() || names[..at].contains(name)) {
            return Err("a column of #fields has no name of its own");
        }
        let mut new = Vec::new();
        let has_path = !header.path.is_empty() && !names.iter().any(|name| name == PATH);
        let path = has_path.then(|| (slots.slot(PATH, &mut new), header.path.clone()));
        let types = header.types.iter().map(String::as_str).chain(std::iter::repeat("string"));
        let columns = names.iter().zip(types).map(|(name, kind)| {
            let (shape, is_array) = Shape::of(kind);
            Column { slot: slots.slot(name, &mut new), shape, is_array }
        });
        let columns = columns.collect();
        let (set_separator, empty) = (header.set_separator.clone(), header.empty.clone());
        Ok((Plan { separator, set_separator, empty, unset: header.unset.clone(), path, columns }, new))
    }

    /// Fills the values of a line by slot, all of which are there and empty.
    ///
    /// # Errors
    /// Why the line cannot be taken.
    pub fn read<'a>(
        &'a self,
        line: &'a [u8],
        made: &'a mut Made,
        values: &mut [&'a str],
    ) -> Result<(), &'static str> {
        let line = std::str::from_utf8(line).map_err(|_| "not valid UTF-8")?;
        let special = memchr::memchr2(0, b'\\', line.as_bytes());
        let has_escapes = special.is_some();
        if special.is_some_and(|at| line.as_bytes()[at..].contains(&0)) {
            return Err("a NUL character");
        }
        made.text.clear();
        made.places.clear();
        if let Some((slot, path)) = &self.path
            && let Some(value) = values.get_mut(*slot)
        {
            *value = path;
        }
        let mut ends = std::mem::take(&mut made.ends);
        cut(line.as_bytes(), self.separator, &mut ends);
        let number = ends.len();
        let mut start = 0;
        for (column, end) in self.columns.iter().zip(&ends) {
            let field = line.get(start..*end).unwrap_or_default();
            start = end + 1;
            if let Some(text) = self.value(column, field, has_escapes, made)
                && let Some(value) = values.get_mut(column.slot)
            {
                *value = text;
            }
        }
        made.ends = ends;
        match number.cmp(&self.columns.len()) {
            Ordering::Less => return Err("fewer fields than #fields names"),
            Ordering::Greater => return Err("more fields than #fields names"),
            Ordering::Equal => {}
        }
        for (slot, place) in &made.places {
            if let (Some(value), Some(text)) = (values.get_mut(*slot), made.text.get(place.clone())) {
                *value = text;
            }
        }
        Ok(())
    }

    /// The value of a field, where it is a part of the line. Otherwise it has none, or it is made.
    fn value<'a>(
        &self,
        column: &Column,
        field: &'a str,
        has_escapes: bool,
        made: &mut Made,
    ) -> Option<&'a str> {
        if field == self.unset {
            return None;
        }
        if column.is_array {
            let start = made.text.len();
            self.push_array(column.shape, field, made);
            made.places.push((column.slot, start..made.text.len()));
            return None;
        }
        match column.shape {
            Shape::Number => Some(field),
            Shape::Time => match time_text(field) {
                Cow::Borrowed(field) => Some(field),
                Cow::Owned(text) => {
                    let start = made.text.len();
                    made.text.push_str(&text);
                    made.places.push((column.slot, start..made.text.len()));
                    None
                }
            },
            Shape::Decimal => Some(decimal_text(field)),
            Shape::Bool => Some(bool_text(field)),
            Shape::Text if field == self.empty => None,
            Shape::Text if has_escapes && field.contains('\\') => {
                let start = made.text.len();
                push_unescaped(&mut made.text, field, &mut made.bytes);
                made.places.push((column.slot, start..made.text.len()));
                None
            }
            Shape::Text => Some(field),
        }
    }

    fn push_array(&self, shape: Shape, field: &str, made: &mut Made) {
        made.text.push('[');
        let mut rest = Some(field).filter(|field| *field != self.empty && !field.is_empty());
        let mut is_first = true;
        while let Some(members) = rest {
            let member;
            (member, rest) = self.split_member(members);
            if !std::mem::take(&mut is_first) {
                made.text.push(',');
            }
            if member == self.unset {
                made.text.push_str("null");
            } else if member == self.empty {
                push_member(&mut made.text, shape, "");
            } else if member.contains('\\') {
                made.member.clear();
                push_unescaped(&mut made.member, member, &mut made.bytes);
                push_member(&mut made.text, shape, &made.member);
            } else {
                push_member(&mut made.text, shape, member);
            }
        }
        made.text.push(']');
    }

    /// The first member of a set, and those behind it.
    fn split_member<'a>(&self, members: &'a str) -> (&'a str, Option<&'a str>) {
        let separator = self.set_separator.as_bytes();
        let place = match separator {
            [] => None,
            [byte] => memchr::memchr(*byte, members.as_bytes()),
            _ => memchr::memmem::find(members.as_bytes(), separator),
        };
        match place.and_then(|at| Some((members.get(..at)?, members.get(at + separator.len()..)?))) {
            Some((member, rest)) => (member, Some(rest)),
            None => (members, None),
        }
    }
}
