//! `heimdall.reveal_reject()`: a row that was put aside, for those who may see it, with a reason and a trace.

use std::ffi::CStr;

use heimdall_core::batch::reject_record;
use heimdall_core::protect::{Binding, Tlp, sealed_data_key};
use pgrx::pg_sys;
use pgrx::prelude::*;
use serde_json::json;

use super::{fit_reason, not_cleared};
use crate::error::{Error, ok};
use crate::owner::AsOwner;
use crate::session::{Arg, session};
use crate::{audit, clearance, keys};

const SEALED: &CStr = c"
    SELECT r.raw_sealed FROM heimdall.rejects AS r WHERE r.batch = $1 AND r.row_number = $2";

/// What is kept of a row that was put aside: a JSON object of its values, or the row as it came where it could not be
/// decoded, in which what is no text is written as `\xNN`. The reason is written to the audit trail, as is a refusal.
#[pg_extern(volatile, strict, parallel_unsafe)]
fn reveal_reject(batch: i64, row_number: i64, reason: &str) -> String {
    let reason = ok(fit_reason(Some(reason)));
    let record = reject_record(batch, row_number as u64);
    match ok(open(batch, row_number, &record)) {
        Ok((tlp, text)) => {
            let detail = json!({"field": "raw", "tlp": tlp, "reason": reason});
            ok(audit::alone::write("reveal.granted", &record, detail));
            text
        }
        Err((why, error)) => {
            let detail = json!({"field": "raw", "denied": why, "reason": reason});
            ok(audit::alone::write("reveal.denied", &record, detail));
            error.raise()
        }
    }
}

/// The row and its mark, or why it is not given: for the audit trail and for the caller, who is not told whether there is
/// such a row before he is cleared for every one.
type Answer = Result<(Tlp, String), (&'static str, Error)>;

fn open(batch: i64, row_number: i64, record: &str) -> Result<Answer, Error> {
    // SAFETY: a look at who the current user is.
    if clearance::of_role(unsafe { pg_sys::GetUserId() }) < Tlp::Red.level() {
        return Ok(Err(("clearance", not_cleared("row", Tlp::Red.level()))));
    }
    let _owner = AsOwner::new()?;
    session(|session| {
        let found = session.query(SEALED, &[Arg::Int8(batch), Arg::Int8(row_number)])?;
        let Some(sealed) = found.text(0, 1) else {
            let code = PgSqlErrorCode::ERRCODE_NO_DATA_FOUND;
            let error = Error::new(code, format!("no row {row_number} of batch {batch} was put aside"));
            return Ok(Err(("no such record", error)));
        };
        let opened = || -> Result<(Tlp, String), Error> {
            let key = keys::data_key_by_id(session, sealed_data_key(&sealed)?)?;
            let (tlp, row) = key.open(Binding { record, field: "raw" }, &sealed)?;
            Ok((tlp, shown(&row)))
        };
        Ok(opened().map_err(|error| ("cannot be opened", error)))
    })
}

/// The bytes as a text that Postgres takes.
fn shown(row: &[u8]) -> String {
    let escaped = |bytes: &[u8]| bytes.iter().map(|byte| format!("\\x{byte:02x}")).collect::<String>();
    row.utf8_chunks()
        .flat_map(|chunk| [chunk.valid().replace('\0', "\\x00"), escaped(chunk.invalid())])
        .collect()
}
