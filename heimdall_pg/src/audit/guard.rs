//! What is in the trail stays in there as it is.

use pgrx::prelude::*;
use pgrx::{pg_guard, pg_sys};

use crate::error::Error;
use crate::raw::version_1;

/// Trigger of the trail before UPDATE, DELETE and TRUNCATE: raises, whoever it is.
#[unsafe(no_mangle)]
#[pg_guard]
pub extern "C-unwind" fn heimdall_audit_is_append_only(_call: pg_sys::FunctionCallInfo) -> pg_sys::Datum {
    Error::new(
        PgSqlErrorCode::ERRCODE_INSUFFICIENT_PRIVILEGE,
        "entries of the audit trail are never changed or removed",
    )
    .hint(
        "heimdall.export_audit() brings them elsewhere; heimdall.verify_audit() says whether all are there.",
    )
    .raise()
}

version_1!(pg_finfo_heimdall_audit_is_append_only);
