//! Rows that are put aside.

use super::Batch;
use crate::protect::{Binding, SealError, Tlp};

/// A row that is not in the graph, and why. The row itself is sealed.
#[derive(Clone, Debug)]
pub struct Reject {
    /// 1 for the first row of data.
    pub row: u64,
    /// Where the row begins in the dump, in bytes.
    pub offset: u64,
    /// The column whose value is at fault; none where it is the row as a whole.
    pub column: Option<String>,
    /// The kind of the value, or what else it was to be: `format`, `row`, `array`, `computed`, `relation`.
    pub rule: &'static str,
    /// Why.
    pub reason: &'static str,
    /// The row as it came, sealed.
    pub sealed_raw: String,
}

/// What is wrong with a row, before it is put aside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fault {
    /// Position in [`crate::mapping::Plan::inputs`].
    pub column: Option<u16>,
    pub rule: &'static str,
    pub reason: &'static str,
}

/// The record key that the raw text of a rejected row is bound to.
pub(super) fn reject_record(batch: i64, row: u64) -> String {
    format!("reject:{batch}:{row}")
}

impl Batch {
    /// Puts a row aside.
    ///
    /// # Errors
    /// [`SealError`].
    pub fn reject(
        &mut self,
        row: u64,
        offset: u64,
        (column, rule, reason): (Option<String>, &'static str, &'static str),
        raw: &[u8],
    ) -> Result<(), SealError> {
        let record = reject_record(self.id, row);
        let sealed_raw = self.keys.data.seal(Binding { record: &record, field: "raw" }, Tlp::Red, raw)?;
        self.size += sealed_raw.len() + size_of::<Reject>();
        self.counts.read += 1;
        self.counts.rejected += 1;
        self.rejects.push(Reject { row, offset, column, rule, reason, sealed_raw });
        Ok(())
    }
}
