//! What a decoder makes of a dump, by column.

use std::collections::HashMap;

use heimdall_core::format::{Decoder, Format, FormatError, FormatOptions, Malformed, Row, Sink};

/// The rows of a dump.
#[derive(Debug, Default)]
pub struct Rows {
    pub columns: Vec<String>,
    by_name: HashMap<String, usize>,
    /// With a value for every column that there is up to this row.
    pub rows: Vec<Vec<String>>,
    /// Number and reason.
    pub malformed: Vec<(u64, &'static str)>,
}

impl Rows {
    /// Decodes a dump that is whole, of a source that declares nothing.
    pub fn decode(format: Format, dump: &[u8]) -> Rows {
        Rows::declared(format, "{}", dump).expect("a dump")
    }

    /// Decodes a dump of a source with those options, in pieces as they come from a file.
    pub fn declared(format: Format, options: &str, dump: &[u8]) -> Result<Rows, FormatError> {
        let options = FormatOptions::parse(options, format).expect("options");
        let mut rows = Rows::default();
        let mut decoder = Decoder::new(format, &options);
        for piece in dump.chunks(4093) {
            decoder.push(piece, &mut rows)?;
        }
        decoder.finish(&mut rows)?;
        Ok(rows)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// The value of a row, `""` where it has none.
    pub fn value(&self, row: usize, column: &str) -> &str {
        let value = self.by_name.get(column).and_then(|column| self.rows[row].get(*column));
        value.map_or("", String::as_str)
    }
}

impl Sink for Rows {
    type Error = FormatError;

    fn header(&mut self, names: &[String]) -> Result<(), FormatError> {
        self.columns(names)
    }

    fn columns(&mut self, names: &[String]) -> Result<(), FormatError> {
        for name in names {
            self.by_name.insert(name.clone(), self.columns.len());
            self.columns.push(name.clone());
        }
        Ok(())
    }

    fn row(&mut self, row: Row<'_>) -> Result<(), FormatError> {
        self.rows.push((0..self.columns.len()).map(|column| row.value(column).to_owned()).collect());
        Ok(())
    }

    fn malformed(&mut self, row: Malformed<'_>) -> Result<(), FormatError> {
        self.malformed.push((row.number, row.reason));
        Ok(())
    }
}
