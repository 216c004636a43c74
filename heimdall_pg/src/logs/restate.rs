//! Says something else to the log than to the client.
//!
//! A hook may keep a report from the log, and change nothing else of it. The log gets a second report, which for Postgres
//! is a message for the log alone; when it passes the hook in its turn, it is given the level and the texts.

use std::cell::RefCell;
use std::ffi::{CString, c_char};
use std::ptr::null_mut;

use pgrx::pg_sys;

/// A report without values.
pub struct Restated {
    pub level: i32,
    pub code: i32,
    pub message: Vec<u8>,
    pub detail: Vec<u8>,
    pub hint: Vec<u8>,
    pub context: Vec<u8>,
    pub hide_statement: bool,
}

thread_local! {
    static PENDING: RefCell<Option<Restated>> = const { RefCell::new(None) };
}

unsafe extern "C-unwind" {
    fn errstart(level: i32, domain: *const c_char) -> bool;
    fn errfinish(file: *const c_char, line: i32, function: *const c_char);
}

/// Logs that instead of the report.
///
/// # Safety
/// A report on its way to the log.
pub unsafe fn instead_of(report: &mut pg_sys::ErrorData, restated: Restated) {
    let (file, line, function) = (report.filename, report.lineno, report.funcname);
    PENDING.set(Some(restated));
    // SAFETY: `ereport` at a level that returns; the names are those of the report, which outlives this one.
    unsafe {
        if errstart(pg_sys::LOG_SERVER_ONLY as i32, null_mut()) {
            errfinish(file, line, function);
            report.output_to_server = false;
        }
    }
    // Where errors are not to be logged, but what ends a session is.
    if let Some(restated) = PENDING.take() {
        // SAFETY: as the caller's.
        unsafe { fill(report, restated) };
    }
}

/// Whether this is the second report; if so it has its texts now.
///
/// # Safety
/// As [`instead_of`].
pub unsafe fn is_restated(report: &mut pg_sys::ErrorData) -> bool {
    let Some(restated) = PENDING.take() else { return false };
    // SAFETY: as the caller's.
    unsafe { fill(report, restated) };
    true
}

/// # Safety
/// As [`instead_of`].
unsafe fn fill(report: &mut pg_sys::ErrorData, restated: Restated) {
    report.elevel = restated.level;
    report.sqlerrcode = restated.code;
    report.hide_stmt = restated.hide_statement;
    report.hide_ctx = false;
    report.message = owned(restated.message);
    report.detail = owned(restated.detail);
    report.detail_log = null_mut();
    report.hint = owned(restated.hint);
    report.context = owned(restated.context);
    report.internalquery = null_mut();
    report.cursorpos = 0;
    report.internalpos = 0;
}

/// A copy in the memory that the report lives in; null for nothing.
fn owned(text: Vec<u8>) -> *mut c_char {
    match CString::new(text) {
        // SAFETY: a terminated string, which is copied.
        Ok(text) if !text.is_empty() => unsafe { pg_sys::pstrdup(text.as_ptr()) },
        _ => null_mut(),
    }
}
