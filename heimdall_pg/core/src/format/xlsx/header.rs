//! The header: the first row that looks like one.

use super::super::{FormatError, MAX_COLUMNS};
use super::sheet::Cells;
use crate::format::csv::distinct;

/// How many rows are looked at.
const ROWS: usize = 32;

/// How much text of them is held, in bytes.
const TEXT: usize = 4 << 20;

/// The first rows of a sheet: titles perhaps, the header, and data.
#[derive(Default)]
pub(super) struct Lead {
    rows: Vec<Cells>,
    text: usize,
}

impl Lead {
    /// Takes one row more; `false` where that is the last one.
    pub fn add(&mut self, row: Cells) -> bool {
        self.text += row.len();
        self.rows.push(row);
        self.rows.len() < ROWS && self.text < TEXT
    }

    /// The rows from the header on. It is the first that holds nothing but different texts and is, by two thirds at
    /// least, as wide as the widest; where there is none, the first row.
    pub fn into_rows(self) -> Vec<Cells> {
        let widest = self.rows.iter().map(|row| row.iter().count()).max().unwrap_or(0);
        let is_header = |row: &Cells| {
            let mut names: Vec<&str> = row.iter().map(|cell| cell.text.trim()).collect();
            let width = names.len();
            names.sort_unstable();
            names.dedup();
            names.len() == width && width * 3 >= widest * 2 && row.iter().all(|cell| cell.is_text)
        };
        let header = self.rows.iter().position(is_header).unwrap_or(0);
        self.rows.into_iter().skip(header).collect()
    }
}

/// The columns of a sheet.
#[derive(Default)]
pub(super) struct Header {
    names: Vec<String>,
    /// The first column of the sheet that has a name.
    first: usize,
}

impl Header {
    /// Takes the names from a row. A column between others that has none gets one, and so does the second of a name.
    ///
    /// # Errors
    /// [`FormatError`] where they are no text, or too many.
    pub fn new(row: &Cells) -> Result<Header, FormatError> {
        if row.problem.is_some() {
            return Err(FormatError::HeaderNotText);
        }
        let first = row.iter().map(|cell| cell.column).next().unwrap_or(0);
        let mut cells: Vec<String> = Vec::new();
        for cell in row.iter() {
            let at = cell.column.saturating_sub(first);
            if at >= MAX_COLUMNS {
                return Err(FormatError::TooManyColumns);
            }
            cells.resize(at, String::new());
            cells.push(cell.text.trim().to_owned());
        }
        Ok(Header { names: distinct(&cells), first })
    }

    /// All columns.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// The values of a row by column.
    ///
    /// # Errors
    /// Why the row cannot be taken.
    pub fn arrange<'a>(&self, row: &'a Cells, values: &mut Vec<&'a str>) -> Result<(), &'static str> {
        for cell in row.iter() {
            let at = cell.column.checked_sub(self.first).filter(|at| *at < self.names.len());
            let Some(at) = at else { return Err("more fields than the header has") };
            values.resize(at, "");
            values.push(cell.text);
        }
        Ok(())
    }
}
