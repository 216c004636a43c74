//! Why a dump cannot be decoded.

use thiserror::Error;

use super::{MAX_COLUMNS, MAX_DOCUMENT, MAX_ROW};

/// Why a dump cannot be decoded at all. Holds no value of the dump.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum FormatError {
    /// Longer than [`MAX_ROW`].
    #[error("row {row} is larger than {} MiB", MAX_ROW >> 20)]
    RowTooLarge {
        /// 1 for the first row of data, 0 for the header.
        row: u64,
    },
    /// Longer than [`MAX_DOCUMENT`].
    #[error("the document with row {row} is larger than {} MiB", MAX_DOCUMENT >> 20)]
    DocumentTooLarge {
        /// The first row of the document.
        row: u64,
    },
    /// The dump ends inside a JSON document: it was cut off.
    #[error("the dump ends inside a JSON document, after {rows} rows")]
    UnterminatedDocument {
        /// The rows before.
        rows: u64,
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
