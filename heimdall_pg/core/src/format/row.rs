//! What decoders give, and what takes it.

use super::FormatError;

/// A decoded row. An empty value and an absent one are the same.
#[derive(Clone, Copy, Debug)]
pub struct Row<'a> {
    /// 1 for the first row of data.
    pub number: u64,
    /// Where the row begins in the text of the dump (unpacked, in UTF-8, without byte order mark), in bytes.
    pub offset: u64,
    /// Values by column; may be shorter than the columns, the rest is absent.
    pub values: &'a [&'a str],
}

impl<'a> Row<'a> {
    /// The value of a column, or `""`.
    pub fn value(&self, column: usize) -> &'a str {
        self.values.get(column).copied().unwrap_or("")
    }
}

/// A row that cannot be decoded.
#[derive(Clone, Copy, Debug)]
pub struct Malformed<'a> {
    /// 1 for the first row of data.
    pub number: u64,
    /// Where the row begins in the text of the dump (unpacked, in UTF-8, without byte order mark), in bytes.
    pub offset: u64,
    /// Why. Holds no value of the row.
    pub reason: &'static str,
    /// The row as it came.
    pub raw: &'a [u8],
}

/// What takes the rows of a dump.
pub trait Sink {
    /// What may go wrong, decoding included.
    type Error: From<FormatError>;

    /// All columns of a dump whose rows have the same ones, as in CSV. Comes once, before the first row, and instead of
    /// [`Sink::columns`].
    ///
    /// # Errors
    /// Where the sink cannot go on.
    fn header(&mut self, names: &[String]) -> Result<(), Self::Error>;

    /// Columns follow those that are known already: rows of the dump name their fields.
    ///
    /// # Errors
    /// Where the sink cannot go on.
    fn columns(&mut self, names: &[String]) -> Result<(), Self::Error>;

    /// # Errors
    /// Where the sink cannot go on; a bad value is no such case.
    fn row(&mut self, row: Row<'_>) -> Result<(), Self::Error>;

    /// # Errors
    /// Where the sink cannot go on.
    fn malformed(&mut self, row: Malformed<'_>) -> Result<(), Self::Error>;
}

/// Clears a vector of slices and gives its allocation to slices of another lifetime.
pub(super) fn recycle<'a>(mut values: Vec<&str>) -> Vec<&'a str> {
    values.clear();
    values.into_iter().map(|_| "").collect()
}
