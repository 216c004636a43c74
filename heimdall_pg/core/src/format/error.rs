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
    /// The bytes are of no format that is known, or of too many: see [`super::recognise`].
    #[error("the format of the dump is not recognised")]
    NotRecognised,
    /// More than [`MAX_COLUMNS`].
    #[error("the dump has more than {MAX_COLUMNS} columns")]
    TooManyColumns,
    /// Cut short.
    #[error("the compressed dump ends before its end")]
    CompressionEnds,
    /// Not what its first bytes promised, or its check sum is wrong.
    #[error("the compressed dump is corrupted")]
    CompressionCorrupt,
    /// Something else follows.
    #[error("bytes follow the compressed dump that are no part of it")]
    CompressionRest,
    /// zstd with a window that does not fit into memory.
    #[error("the dump is compressed with a window of more than 64 MiB")]
    CompressionWindow,
    /// More than [`super::FormatOptions::max_expansion`] allows.
    #[error("the dump expands beyond {most} times its compressed size")]
    Expansion {
        /// How many times are allowed.
        most: u32,
    },
    /// XML that declares entities or refers to them, or has a document type beyond its name.
    #[error("entities are refused: the XML declares them or refers to some that XML itself does not know")]
    XmlEntities,
    /// XML that would read other files.
    #[error("XInclude is refused")]
    XmlInclude,
    /// Elements inside of elements without end.
    #[error("the XML nests its elements too deep")]
    XmlDepth,
    /// A tag or text longer than [`MAX_ROW`].
    #[error("the XML holds a tag or a text of more than {} MiB", MAX_ROW >> 20)]
    XmlTooLarge,
    /// Cut short.
    #[error("the XML ends before its first element does")]
    XmlEnds,
    /// Another root element than `nmaprun`, or none.
    #[error("the dump is not an nmap report in XML")]
    NotNmap,
    /// No Office Open XML, encrypted, or broken.
    #[error("the dump is not a workbook in xlsx, or a broken or encrypted one")]
    NotXlsx,
    /// A workbook without the sheet that is asked for.
    #[error("the workbook has no sheet of that name, or none at all")]
    NoSheet,
    /// A workbook that does not fit into memory.
    #[error("the workbook, or the text that its cells share, is larger than 64 MiB")]
    WorkbookTooLarge,
}
