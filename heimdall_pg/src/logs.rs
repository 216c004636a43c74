//! Keeps what users send to Heimdall out of the server's log.
//!
//! Postgres logs the statement of an error, the line of a COPY that failed, and with `log_statement` every
//! statement. Where these carry a dump or a value to be looked up, they are left out; message, detail and hint,
//! which hold no values, stay.

use std::cell::Cell;
use std::ffi::{CStr, c_char};

use memchr::{memchr, memmem};
use pgrx::{PgLogLevel, PgSqlErrorCode, pg_guard, pg_sys};

/// Functions and views that are given values. Names alone, since users may have the schema on their path.
const NAMES: [&[u8]; 16] = [
    b"heimdall.",
    b"heimdall_in",
    b"ingest_csv",
    b"ingest_ndjson",
    b"ingest(",
    b"infer_mapping",
    b"lookup(",
    b"neighbors(",
    b"correlate(",
    b"search(",
    b"timeline(",
    b"as_of(",
    b"provenance(",
    b"canonical",
    b"_unseal",
    b"reveal",
];

/// A statement of this length is taken for one that carries data.
const LONG: usize = 1 << 20;

thread_local! {
    static DUMP_IN_HAND: Cell<bool> = const { Cell::new(false) };
}

static mut PREVIOUS: pg_sys::emit_log_hook_type = None;

/// Sets the hook; called once a process, from `_PG_init`.
pub fn register() {
    // SAFETY: hooks are set by one thread, before or between statements.
    unsafe {
        PREVIOUS = pg_sys::emit_log_hook;
        pg_sys::emit_log_hook = Some(emit);
    }
}

/// From now to the end of the transaction, whatever is logged may be about a dump.
pub fn dump_in_hand(yes: bool) {
    DUMP_IN_HAND.set(yes);
}

#[pg_guard]
unsafe extern "C-unwind" fn emit(report: *mut pg_sys::ErrorData) {
    // SAFETY: Postgres gives a valid report, and its query string while there is one; the previous hook is a
    // hook of the same type.
    unsafe {
        let query = pg_sys::debug_query_string;
        // EXECUTE names no function; with `log_statement`, the detail shows the statement that was prepared.
        let detail = (*report).detail;
        let texts = [query, detail.cast_const()];
        let carries =
            |text: *const c_char| !text.is_null() && carries_values(CStr::from_ptr(text).to_bytes());
        if DUMP_IN_HAND.get() || texts.into_iter().any(carries) {
            hide(&mut *report, query);
        }
        if let Some(previous) = PREVIOUS {
            previous(report);
        }
    }
}

fn carries_values(query: &[u8]) -> bool {
    if query.len() > LONG {
        return true;
    }
    let query = query.to_ascii_lowercase();
    NAMES.iter().any(|name| memmem::find(&query, name).is_some())
}

/// # Safety
/// `query` is null or a terminated string.
unsafe fn hide(report: &mut pg_sys::ErrorData, query: *const c_char) {
    report.hide_stmt = true;
    report.hide_ctx = true;
    if report.elevel >= PgLogLevel::ERROR as i32 {
        // SAFETY: Postgres' texts are terminated strings.
        unsafe { cut_value(report) };
        return;
    }
    // `log_statement` and its kin put the statement into the message and its parameters into the detail;
    // auto_explain puts plans there, with the values that they compare.
    if report.elevel != pg_sys::LOG as i32 || report.message.is_null() || query.is_null() {
        return;
    }
    // SAFETY: both are terminated strings, and neither is null.
    let (message, query) =
        unsafe { (CStr::from_ptr(report.message).to_bytes(), CStr::from_ptr(query).to_bytes()) };
    let Some(at) = memmem::find(message, query).or_else(|| memchr(b'\n', message)) else {
        return;
    };
    let mut kept = message[..at].to_vec();
    kept.extend_from_slice(b" (hidden by heimdall)\0");
    // SAFETY: a terminated string, copied into the memory that the report lives in.
    report.message = unsafe { pg_sys::pstrdup(kept.as_ptr().cast()) };
    report.detail = std::ptr::null_mut();
    report.detail_log = std::ptr::null_mut();
}

/// Postgres' own errors about data end with the value: `column name mismatch in header line field 1: got "…"`.
/// The client gets the shorter message as well: a report goes to both.
///
/// # Safety
/// Message and format are null or terminated strings.
unsafe fn cut_value(report: &mut pg_sys::ErrorData) {
    const CATEGORY: i32 = 0xfff;
    let about_data = report.sqlerrcode & CATEGORY == PgSqlErrorCode::ERRCODE_DATA_EXCEPTION as i32;
    if !about_data || report.message.is_null() || report.message_id.is_null() {
        return;
    }
    // SAFETY: terminated strings, see above; the message is memory of the report's own.
    unsafe {
        // What Rust raises is passed on as it is: it holds no values.
        if CStr::from_ptr(report.message_id) == c"%s" {
            return;
        }
        if let Some(at) = memchr(b':', CStr::from_ptr(report.message).to_bytes()) {
            *report.message.add(at) = 0;
        }
    }
    report.detail = std::ptr::null_mut();
    report.detail_log = std::ptr::null_mut();
}
