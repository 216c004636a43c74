//! What a decoder makes of a dump, by column.

use std::collections::HashMap;

use heimdall_core::format::{Decoder, Format, FormatError, FormatOptions, Malformed, Row, Sink};

/// The rows of a dump.
#[derive(Default)]
pub struct Rows {
    pub columns: Vec<String>,
    by_name: HashMap<String, usize>,
    rows: Vec<Vec<String>>,
    /// The reasons.
    pub malformed: Vec<&'static str>,
}

impl Rows {
    /// Decodes a dump, in pieces as they come from a file.
    pub fn decode(format: Format, dump: &[u8]) -> Rows {
        let mut rows = Rows::default();
        let mut decoder = Decoder::new(format, &FormatOptions::default());
        for piece in dump.chunks(1 << 16) {
            decoder.push(piece, &mut rows).expect("a dump");
        }
        decoder.finish(&mut rows).expect("a dump");
        rows
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
        self.rows.push(row.values.iter().map(|value| (*value).to_owned()).collect());
        Ok(())
    }

    fn malformed(&mut self, row: Malformed<'_>) -> Result<(), FormatError> {
        self.malformed.push(row.reason);
        Ok(())
    }
}
