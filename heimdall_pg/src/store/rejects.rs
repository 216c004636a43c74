//! Rows that are put aside.

use std::ffi::CStr;

use heimdall_core::batch::Flush;

use crate::error::Error;
use crate::session::{Arg, Array, Session};

const INSERT: &CStr = c"
    INSERT INTO heimdall.rejects (batch, row_number, byte_offset, column_name, rule, reason, raw_sealed)
    SELECT $1, r.row_number, r.byte_offset, nullif(r.column_name, ''), r.rule, r.reason, r.raw_sealed
    FROM (SELECT pg_catalog.unnest($2::pg_catalog.int8[]) AS row_number,
                 pg_catalog.unnest($3::pg_catalog.int8[]) AS byte_offset,
                 pg_catalog.unnest($4::pg_catalog.text[]) AS column_name,
                 pg_catalog.unnest($5::pg_catalog.text[]) AS rule,
                 pg_catalog.unnest($6::pg_catalog.text[]) AS reason,
                 pg_catalog.unnest($7::pg_catalog.text[]) AS raw_sealed) AS r";

pub(super) fn store(session: &Session, flush: &Flush<'_>) -> Result<(), Error> {
    let rejects = flush.rejects();
    if rejects.is_empty() {
        return Ok(());
    }
    let rows = Array::ints(rejects.iter().map(|reject| reject.row as i64));
    let offsets = Array::ints(rejects.iter().map(|reject| reject.offset as i64));
    let columns = Array::texts(rejects.iter().map(|reject| reject.column.as_deref().unwrap_or("")));
    let rules = Array::texts(rejects.iter().map(|reject| reject.rule));
    let reasons = Array::texts(rejects.iter().map(|reject| reject.reason));
    let raws = Array::texts(rejects.iter().map(|reject| reject.sealed_raw.as_str()));
    let args = [
        Arg::Int8(flush.batch()),
        Arg::Array(&rows),
        Arg::Array(&offsets),
        Arg::Array(&columns),
        Arg::Array(&rules),
        Arg::Array(&reasons),
        Arg::Array(&raws),
    ];
    session.query(INSERT, &args)?;
    Ok(())
}
