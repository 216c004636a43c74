//! From bytes to batches: the one way in behind every function, view and upload.
//!
//! An [`Upload`] takes chunks and decodes them; an [`Intake`] takes rows that are decoded already. Both
//! hand full batches to a [`Store`], so that memory stays bounded whatever the size of the dump.

mod intake;
mod preview;
mod retry;
#[cfg(test)]
mod tests;
mod upload;

pub use intake::{FLUSH_BYTES, Intake};
pub use preview::{PREVIEW_ROWS, Preview};
pub use retry::{PutAside, Retry};
pub use upload::Upload;

use thiserror::Error;

use crate::batch::{Counts, Flush};
use crate::format::FormatError;
use crate::mapping::{Mapping, PlanError};
use crate::protect::SealError;

/// Where batches go.
pub trait Store {
    /// What may go wrong, the pipeline included.
    type Error: From<IngestError>;

    /// A mapping was inferred; the source is to keep it.
    ///
    /// # Errors
    /// Where it cannot be kept.
    fn adopt(&mut self, mapping: &Mapping) -> Result<(), Self::Error>;

    /// Stores a batch that is full; more follow.
    ///
    /// # Errors
    /// Where it cannot be stored.
    fn flush(&mut self, flush: Flush<'_>) -> Result<(), Self::Error>;

    /// Stores what is left at the end of an upload.
    ///
    /// # Errors
    /// Where it cannot be stored.
    fn flush_last(&mut self, flush: Flush<'_>) -> Result<(), Self::Error>;
}

/// Why a dump is not ingested. Holds no value of the dump.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum IngestError {
    /// It cannot be decoded.
    #[error(transparent)]
    Format(#[from] FormatError),
    /// The mapping does not fit it.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// A value cannot be sealed.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// There is no mapping, and no column.
    #[error("no mapping can be inferred: no row of the dump could be decoded")]
    NothingInferred,
    /// Not even a header.
    #[error("the dump is empty")]
    Empty,
    /// More rows are bad than the source allows.
    #[error("{rejected} of {read} rows are bad, more than the source allows")]
    TooManyRejects {
        /// Bad rows.
        rejected: u64,
        /// Rows so far.
        read: u64,
        /// The first bad row and what is wrong with it.
        first: FirstReject,
    },
}

/// What is wrong with the first bad row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FirstReject {
    /// 1 for the first row of data.
    pub row: u64,
    /// The column at fault.
    pub column: Option<String>,
    /// The kind that the value was to be, or `format`.
    pub rule: &'static str,
    /// Why.
    pub reason: &'static str,
}

/// What a finished upload amounts to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finished {
    /// Keyed digest of columns, rows and mapping: the same dump gives the same, whichever way it came in.
    pub digest: [u8; 32],
    /// Rows.
    pub counts: Counts,
    /// Columns, with how many rows have a value there.
    pub fields: Vec<(String, u64)>,
    /// The rule under which each was stored, as a JSON object.
    pub rules: String,
}
