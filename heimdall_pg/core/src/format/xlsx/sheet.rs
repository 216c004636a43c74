//! The rows of a sheet.

use std::ops::Range;

use quick_xml::events::{BytesStart, Event};

use super::super::{FormatError, MAX_ROW};
use super::cell::number;
use super::package::{Package, Part, append, attribute};
use super::strings::{rich_text, unescape};
use super::workbook::Workbook;

/// The last column that a sheet can have, `XFD`.
const LAST_COLUMN: usize = 16_383;

/// The cells of a row that have a value.
#[derive(Debug, Default)]
pub(super) struct Cells {
    /// The number of the row in the sheet.
    pub number: u64,
    /// Why the row cannot be taken.
    pub problem: Option<&'static str>,
    text: String,
    cells: Vec<(usize, Range<usize>, bool)>,
}

/// A cell with a value.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cell<'a> {
    /// 0 for `A`.
    pub column: usize,
    pub text: &'a str,
    /// Whether it holds a text, and no number, date or truth value.
    pub is_text: bool,
}

impl Cells {
    /// Whether no cell has a value.
    pub fn is_blank(&self) -> bool {
        self.cells.is_empty() && self.problem.is_none()
    }

    /// Bytes of text.
    pub fn len(&self) -> usize {
        self.text.len()
    }

    /// From left to right, as the sheet has them.
    pub fn iter(&self) -> impl Iterator<Item = Cell<'_>> {
        self.cells.iter().map(|(column, range, is_text)| Cell {
            column: *column,
            text: self.text.get(range.clone()).unwrap_or_default(),
            is_text: *is_text,
        })
    }

    fn add(&mut self, column: usize, text: &str, is_text: bool) -> Result<(), FormatError> {
        if text.trim().is_empty() {
            return Ok(());
        }
        if self.text.len() + text.len() > MAX_ROW {
            return Err(FormatError::RowTooLarge { row: self.number });
        }
        if memchr::memchr(0, text.as_bytes()).is_some() {
            self.problem = Some("a NUL character");
        }
        if self.cells.last().is_some_and(|(last, ..)| *last >= column) {
            self.problem = Some("cells out of their order");
        }
        let start = self.text.len();
        self.text.push_str(text);
        self.cells.push((column, start..self.text.len(), is_text));
        Ok(())
    }
}

/// Hands over every row that the sheet has.
///
/// # Errors
/// [`FormatError`] where it cannot be read, or what `take` says.
pub(super) fn read<E: From<FormatError>>(
    package: &mut Package<'_>,
    workbook: &Workbook,
    mut take: impl FnMut(Cells) -> Result<(), E>,
) -> Result<(), E> {
    let mut part = package.part(&workbook.sheet)?.ok_or(FormatError::NoSheet)?;
    let mut row = Cells::default();
    let mut column = 0;
    loop {
        match part.next()? {
            Event::Start(tag) if tag.local_name().as_ref() == "row" => {
                let before = row.number;
                let number = attribute(&tag, "r")?.and_then(|number| number.parse().ok());
                row = Cells { number: number.unwrap_or(before + 1), ..Cells::default() };
                column = 0;
            }
            Event::Start(tag) if tag.local_name().as_ref() == "c" => {
                let cell = Tag::of(&tag, column)?;
                column = cell.column + 1;
                cell.read(&mut part, workbook, &mut row)?;
            }
            Event::Empty(tag) if tag.local_name().as_ref() == "c" => {
                column = Tag::of(&tag, column)?.column + 1;
            }
            Event::End(tag) if tag.local_name().as_ref() == "row" => {
                part.repeated(row.len());
                let number = row.number;
                take(std::mem::take(&mut row))?;
                row.number = number;
            }
            Event::End(tag) if tag.local_name().as_ref() == "sheetData" => return Ok(()),
            Event::Eof => return Err(FormatError::NotXlsx.into()),
            Event::Empty(tag) if tag.local_name().as_ref() == "sheetData" => return Ok(()),
            _ => {}
        }
    }
}

/// The tag of a cell.
struct Tag {
    column: usize,
    style: usize,
    kind: String,
}

impl Tag {
    /// Where the tag does not say which column it is, it is the next one.
    fn of(tag: &BytesStart<'_>, next: usize) -> Result<Tag, FormatError> {
        let column = match attribute(tag, "r")? {
            Some(reference) => column(&reference).ok_or(FormatError::NotXlsx)?,
            None => next,
        };
        if column > LAST_COLUMN {
            return Err(FormatError::NotXlsx);
        }
        let style = attribute(tag, "s")?.and_then(|style| style.parse().ok()).unwrap_or_default();
        Ok(Tag { column, style, kind: attribute(tag, "t")?.unwrap_or_default() })
    }

    /// Reads up to the end of the cell. A formula has the value that it had when the workbook was saved.
    fn read(&self, part: &mut Part<'_>, workbook: &Workbook, row: &mut Cells) -> Result<(), FormatError> {
        let (mut value, mut inside) = (String::new(), false);
        loop {
            let event = part.next()?;
            match &event {
                Event::Start(tag) if tag.local_name().as_ref() == "v" => inside = true,
                Event::End(tag) if tag.local_name().as_ref() == "v" => inside = false,
                Event::Start(tag) if tag.local_name().as_ref() == "is" => {
                    drop(event);
                    rich_text(part, "is", &mut value)?;
                }
                Event::End(tag) if tag.local_name().as_ref() == "c" => break,
                Event::Eof => return Err(FormatError::NotXlsx),
                event if inside => append(event, &mut value)?,
                _ => {}
            }
            if value.len() > MAX_ROW {
                return Err(FormatError::RowTooLarge { row: row.number });
            }
        }
        match self.kind.as_str() {
            _ if value.is_empty() => Ok(()),
            "s" => match value.trim().parse().ok().and_then(|number| workbook.strings.get(number)) {
                Some(text) => row.add(self.column, text, true),
                None => {
                    row.problem = Some("a text that the workbook does not have");
                    Ok(())
                }
            },
            "str" | "inlineStr" => row.add(self.column, &unescape(&value), true),
            "b" => row.add(self.column, if value.trim() == "1" { "true" } else { "false" }, false),
            // What a formula fails with is no value.
            "e" => Ok(()),
            "d" => row.add(self.column, value.trim(), false),
            _ => {
                let shown = workbook.styles.shown(self.style);
                row.add(self.column, &number(&value, shown, workbook.since_1904), false)
            }
        }
    }
}

/// The column of a reference such as `AB12`, from 0.
fn column(reference: &str) -> Option<usize> {
    let letters = reference.trim_end_matches(|digit: char| digit.is_ascii_digit());
    if letters.is_empty() || letters.len() > 3 {
        return None;
    }
    let letter = |byte: u8| byte.is_ascii_uppercase().then(|| usize::from(byte - b'A') + 1);
    letters.bytes().try_fold(0, |column, byte| Some(column * 26 + letter(byte)?)).map(|column| column - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_have_letters() {
        for (letters_of, number) in [("A", 0), ("Z", 25), ("AA", 26), ("XFD", LAST_COLUMN)] {
            assert_eq!(column(&format!("{letters_of}7")), Some(number));
        }
        for reference in ["", "7", "ABCD1", "a1", "É1"] {
            assert_eq!(column(reference), None, "{reference}");
        }
    }
}
