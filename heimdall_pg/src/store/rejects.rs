//! Rows that are put aside.

use std::ffi::CStr;

use heimdall_core::batch::{Flush, Reject};

use crate::error::Error;
use crate::session::{Arg, Array, Session};

const INSERT: &CStr = c"
    INSERT INTO heimdall.rejects (batch, row_number, byte_offset, column_name, rule, reason, raw_sealed, encoding)
    SELECT $1, r.row_number, r.byte_offset, nullif(r.column_name, ''), r.rule, r.reason, r.raw_sealed, r.encoding
    FROM (SELECT pg_catalog.unnest($2::pg_catalog.int8[]) AS row_number,
                 pg_catalog.unnest($3::pg_catalog.text[]) AS column_name,
                 pg_catalog.unnest($4::pg_catalog.text[]) AS rule,
                 pg_catalog.unnest($5::pg_catalog.text[]) AS reason,
                 pg_catalog.unnest($6::pg_catalog.int8[]) AS byte_offset,
                 pg_catalog.unnest($7::pg_catalog.text[]) AS raw_sealed,
                 pg_catalog.unnest($8::pg_catalog.text[]) AS encoding) AS r";

const LEAVE_OPEN: &CStr = c"
    UPDATE heimdall.rejects AS o
    SET retried_in = NULL, column_name = nullif(r.column_name, ''), rule = r.rule, reason = r.reason
    FROM (SELECT pg_catalog.unnest($2::pg_catalog.int8[]) AS row_number,
                 pg_catalog.unnest($3::pg_catalog.text[]) AS column_name,
                 pg_catalog.unnest($4::pg_catalog.text[]) AS rule,
                 pg_catalog.unnest($5::pg_catalog.text[]) AS reason) AS r
    WHERE o.batch = $1 AND o.row_number = r.row_number";

/// Which rows, and why.
struct Reasons {
    rows: Array,
    columns: Array,
    rules: Array,
    reasons: Array,
}

impl Reasons {
    fn of(rejects: &[Reject]) -> Reasons {
        Reasons {
            rows: Array::ints(rejects.iter().map(|reject| reject.row as i64)),
            columns: Array::texts(rejects.iter().map(|reject| reject.column.as_deref().unwrap_or(""))),
            rules: Array::texts(rejects.iter().map(|reject| reject.rule)),
            reasons: Array::texts(rejects.iter().map(|reject| reject.reason)),
        }
    }

    fn args(&self, batch: i64) -> Vec<Arg<'_>> {
        let arrays = [&self.rows, &self.columns, &self.rules, &self.reasons];
        [Arg::Int8(batch)].into_iter().chain(arrays.map(Arg::Array)).collect()
    }
}

pub(super) fn store(session: &Session, flush: &Flush<'_>) -> Result<(), Error> {
    let rejects = flush.rejects();
    if rejects.is_empty() {
        return Ok(());
    }
    let reasons = Reasons::of(rejects);
    let offsets = Array::ints(rejects.iter().map(|reject| reject.offset as i64));
    let raws = Array::texts(rejects.iter().map(|reject| reject.sealed_raw.as_str()));
    let encodings = Array::texts(rejects.iter().map(|reject| reject.encoding.name()));
    let mut args = reasons.args(flush.batch());
    args.extend([&offsets, &raws, &encodings].map(Arg::Array));
    session.query(INSERT, &args)?;
    Ok(())
}

/// Rows of that batch, tried again, have failed again: they stay as they are, with the reason of now.
pub(super) fn leave_open(session: &Session, flush: &Flush<'_>, batch: i64) -> Result<(), Error> {
    if flush.rejects().is_empty() {
        return Ok(());
    }
    session.query(LEAVE_OPEN, &Reasons::of(flush.rejects()).args(batch))?;
    Ok(())
}
