//! Decoders: bytes in, rows out.
//!
//! A decoder is an incremental state machine: it takes chunks cut anywhere and hands every row to a
//! [`Sink`] as soon as it is complete. Memory is bounded by [`MAX_ROW`], whatever the size of the dump.

mod csv;
mod ndjson;

pub use self::csv::{CsvDecoder, encode_row};
pub use self::ndjson::NdjsonDecoder;

use thiserror::Error;

/// The largest row that is decoded, in bytes.
pub const MAX_ROW: usize = 16 << 20;

/// The most columns that a dump may have.
pub const MAX_COLUMNS: usize = 1600;

/// The formats, by the name that `create_source` takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// RFC 4180 with a header line.
    Csv,
    /// One JSON object a line.
    Ndjson,
}

impl Format {
    /// Every format.
    pub const ALL: [Format; 2] = [Format::Csv, Format::Ndjson];

    /// The name in SQL.
    pub const fn name(self) -> &'static str {
        match self {
            Format::Csv => "csv",
            Format::Ndjson => "ndjson",
        }
    }

    /// The format of that name.
    pub fn from_name(name: &str) -> Option<Format> {
        Format::ALL.into_iter().find(|format| format.name() == name)
    }
}

/// A decoded row. An empty value and an absent one are the same.
#[derive(Clone, Copy, Debug)]
pub struct Row<'a> {
    /// 1 for the first row of data.
    pub number: u64,
    /// Where the row begins in the dump, in bytes.
    pub offset: u64,
    /// Values by column; may be shorter than the columns, the rest is absent.
    pub values: &'a [&'a str],
    /// The row as it came, where the decoder has it at hand.
    pub raw: Option<&'a [u8]>,
}

impl<'a> Row<'a> {
    /// The value of a column, or `""`.
    pub fn value(&self, column: usize) -> &'a str {
        self.values.get(column).copied().unwrap_or("")
    }

    /// The row as it came, or as CSV where the decoder did not keep it.
    pub fn raw(&self) -> Vec<u8> {
        match self.raw {
            Some(raw) => raw.to_vec(),
            None => encode_row(self.values.iter().map(|value| value.as_bytes())),
        }
    }
}

/// A row that cannot be decoded.
#[derive(Clone, Copy, Debug)]
pub struct Malformed<'a> {
    /// 1 for the first row of data.
    pub number: u64,
    /// Where the row begins in the dump, in bytes.
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

    /// Columns follow those that are known already. CSV calls this once, before the first row.
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

/// Why a dump cannot be decoded at all. Holds no value of the dump.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum FormatError {
    /// Longer than [`MAX_ROW`].
    #[error("row {row} is larger than {} MiB", MAX_ROW >> 20)]
    RowTooLarge {
        /// 1 for the first row of data, 0 for the header.
        row: u64,
    },
    /// The dump ends inside a quoted field.
    #[error("the dump ends inside a quoted field that began in row {row}")]
    UnterminatedQuote {
        /// 1 for the first row of data, 0 for the header.
        row: u64,
    },
    /// The header line is not UTF-8, or holds a NUL byte.
    #[error("the header line is not valid text")]
    HeaderNotText,
    /// A column name occurs twice or is empty.
    #[error("column {column} of the header has no name, or one that another column has as well")]
    HeaderNames {
        /// 1 for the first column.
        column: usize,
    },
    /// More than [`MAX_COLUMNS`].
    #[error("the dump has more than {MAX_COLUMNS} columns")]
    TooManyColumns,
}

/// A decoder of any format.
pub enum Decoder {
    /// See [`CsvDecoder`].
    Csv(Box<CsvDecoder>),
    /// See [`NdjsonDecoder`].
    Ndjson(Box<NdjsonDecoder>),
}

impl Decoder {
    /// A decoder at the beginning of a dump.
    pub fn new(format: Format) -> Decoder {
        match format {
            Format::Csv => Decoder::Csv(Box::default()),
            Format::Ndjson => Decoder::Ndjson(Box::default()),
        }
    }

    /// Decodes a chunk, however it is cut.
    ///
    /// # Errors
    /// What the decoder or the sink says; the decoder is not to be used any more then.
    pub fn push<S: Sink>(&mut self, chunk: &[u8], sink: &mut S) -> Result<(), S::Error> {
        match self {
            Decoder::Csv(decoder) => decoder.push(chunk, sink),
            Decoder::Ndjson(decoder) => decoder.push(chunk, sink),
        }
    }

    /// Ends the dump.
    ///
    /// # Errors
    /// As [`Decoder::push`].
    pub fn finish<S: Sink>(&mut self, sink: &mut S) -> Result<(), S::Error> {
        match self {
            Decoder::Csv(decoder) => decoder.finish(sink),
            Decoder::Ndjson(decoder) => decoder.finish(sink),
        }
    }
}

/// Clears a vector of slices and gives its allocation to slices of another lifetime.
fn recycle<'a>(mut values: Vec<&str>) -> Vec<&'a str> {
    values.clear();
    values.into_iter().map(|_| "").collect()
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// Keeps everything, as text.
    #[derive(Default)]
    pub(crate) struct Kept {
        pub columns: Vec<String>,
        pub rows: Vec<Vec<String>>,
        pub malformed: Vec<(u64, &'static str)>,
    }

    impl Sink for Kept {
        type Error = FormatError;

        fn columns(&mut self, names: &[String]) -> Result<(), FormatError> {
            self.columns.extend_from_slice(names);
            Ok(())
        }

        fn row(&mut self, row: Row<'_>) -> Result<(), FormatError> {
            self.rows.push(row.values.iter().map(|value| (*value).to_owned()).collect());
            Ok(())
        }

        fn malformed(&mut self, row: Malformed<'_>) -> Result<(), FormatError> {
            self.malformed.push((row.number, row.reason));
            Ok(())
        }
    }

    /// Decodes `dump` in chunks of `size` bytes.
    pub(crate) fn decode(format: Format, dump: &[u8], size: usize) -> Result<Kept, FormatError> {
        let mut kept = Kept::default();
        let mut decoder = Decoder::new(format);
        for chunk in dump.chunks(size.max(1)) {
            decoder.push(chunk, &mut kept)?;
        }
        decoder.finish(&mut kept)?;
        Ok(kept)
    }
}
