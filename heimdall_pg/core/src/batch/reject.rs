//! Rows that are put aside.

use serde::{Serialize, Serializer};

use super::Batch;
use crate::format::Row;
use crate::mapping::Plan;
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
    /// What [`Reject::sealed_raw`] holds.
    pub encoding: Encoding,
    /// The row, sealed.
    pub sealed_raw: String,
}

/// How a row is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// As it came: it could not be decoded.
    Raw,
    /// As a JSON object of its values: it needs nothing of its dump to be tried again.
    Fields,
}

impl Encoding {
    /// The name in SQL.
    pub const fn name(self) -> &'static str {
        match self {
            Encoding::Raw => "raw",
            Encoding::Fields => "fields",
        }
    }

    /// The encoding of that name.
    pub fn from_name(name: &str) -> Option<Encoding> {
        [Encoding::Raw, Encoding::Fields].into_iter().find(|encoding| encoding.name() == name)
    }
}

/// The values of a row by their columns, those that are there.
struct Fields<'a> {
    columns: &'a [String],
    row: &'a Row<'a>,
}

impl Serialize for Fields<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer
            .collect_map(self.columns.iter().zip(self.row.values).filter(|(_, value)| !value.is_empty()))
    }
}

/// What is wrong with a row, before it is put aside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fault {
    /// Position in [`crate::mapping::Plan::inputs`].
    pub column: Option<u16>,
    pub rule: &'static str,
    pub reason: &'static str,
}

/// The record key that what is kept of a row is bound to, as the field `raw`.
pub fn reject_record(batch: i64, row: u64) -> String {
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
        (encoding, raw): (Encoding, &[u8]),
    ) -> Result<(), SealError> {
        let record = reject_record(self.id, row);
        let sealed_raw = self.keys.data.seal(Binding { record: &record, field: "raw" }, Tlp::Red, raw)?;
        self.size += sealed_raw.len() + size_of::<Reject>();
        self.counts.read += 1;
        self.counts.rejected += 1;
        self.rejects.push(Reject { row, offset, column, rule, reason, encoding, sealed_raw });
        Ok(())
    }

    /// Puts a row aside that has been decoded.
    ///
    /// # Errors
    /// [`SealError`].
    pub(super) fn reject_row(&mut self, plan: &Plan, row: &Row<'_>, fault: Fault) -> Result<(), SealError> {
        let column = fault.column.and_then(|at| plan.inputs.get(usize::from(at)));
        let column = column.map(|input| input.name.clone());
        // Names and values are text: there is nothing that could not be written.
        let fields = serde_json::to_vec(&Fields { columns: &plan.columns, row }).unwrap_or_default();
        let fault = (column, fault.rule, fault.reason);
        self.reject(row.number, row.offset, fault, (Encoding::Fields, &fields))
    }
}
