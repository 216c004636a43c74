//! Which reports are about a statement that has to do with Heimdall, and what the log gets instead.

use std::ffi::{CStr, c_char};

use heimdall_core::redact::{before_value, is_free_of_values, is_ours, place, statement_of, without_quoted};
use pgrx::{PgLogLevel, PgSqlErrorCode, pg_sys};

use super::restate::Restated;
use super::statement;
use crate::settings;

/// Who has written a report: the function in Postgres.
mod author {
    /// `RAISE` of PL/pgSQL.
    pub const RAISE: &[u8] = b"exec_stmt_raise";
    /// The postmaster, of a process that crashed.
    pub const CRASH: &[u8] = b"LogChildExit";
    /// `log_temp_files`.
    pub const TEMPORARY_FILE: &[u8] = b"ReportTemporaryFileUsage";
    /// `log_lock_waits`.
    pub const LOCK_WAIT: &[u8] = b"ProcSleep";
    /// `log_disconnections`.
    pub const DISCONNECTION: &[u8] = b"log_disconnections";
}

/// What the log gets instead of the report; None where that may stay as it is.
///
/// # Safety
/// A report on its way to the log.
pub unsafe fn judge(report: &pg_sys::ErrorData) -> Option<Restated> {
    // SAFETY: the texts of a report are null or terminated strings; the rest are variables of the process.
    unsafe {
        if bytes(report.funcname) == author::CRASH {
            return crashed(report);
        }
        // The install script names ours in every line, and has no values. Autovacuum and its kin run no statement of a
        // user's, and say which table they are at.
        if pg_sys::creating_extension
            || statement::text().is_none() && pg_sys::MyBackendType != pg_sys::BackendType::B_BACKEND
        {
            return None;
        }
        // A plan may be logged when its statement is over.
        let query = statement::text().unwrap_or_default();
        let knows = statement::session_knows_us();
        let is_log = is_log(report);
        let own = [query, bytes(report.detail), bytes(report.context), bytes(report.internalquery)];
        let is_own = settings::HIDE_ALL_STATEMENTS.get()
            || statement::is_known_as_ours()
            || own.into_iter().any(|text| is_ours(text, knows))
            || is_log && is_ours(bytes(report.message), knows);
        // A deadlock quotes the statements of other sessions.
        if !is_own && !is_ours(bytes(report.detail_log), true) {
            return None;
        }
        let is_free = is_free_of_values(query);
        let (message, detail) = if is_log { logged(report) } else { reported(report) };
        // What does not parse, or names what is not there, may be made of values.
        let is_wrong = !is_log && category(report) == category_of(PgSqlErrorCode::ERRCODE_SYNTAX_ERROR);
        let hide_statement = is_own && (!is_free || is_wrong);
        let is_about_statement = report.elevel >= PgLogLevel::ERROR as i32;
        let note =
            if hide_statement && is_about_statement { statement::hidden(query) } else { String::new() };
        let space: &[u8] = if detail.is_empty() || note.is_empty() { b"" } else { b" " };
        Some(Restated {
            level: report.elevel,
            code: report.sqlerrcode,
            message,
            detail: [detail, space, note.as_bytes()].concat(),
            hint: bytes(report.hint).to_vec(),
            context: if report.hide_ctx { Vec::new() } else { place(bytes(report.context)).to_vec() },
            hide_statement,
        })
    }
}

/// Postgres' own errors about data end with the value: `column name mismatch in header line field 1: got "…"`. The client
/// is told without it too: errors end up in the logs of programs.
///
/// # Safety
/// As [`judge`].
pub unsafe fn shorten_for_client(report: &mut pg_sys::ErrorData) {
    if category(report) != category_of(PgSqlErrorCode::ERRCODE_DATA_EXCEPTION) || is_raised_by_code(report) {
        return;
    }
    // SAFETY: null, or a terminated string of the report's own.
    unsafe {
        let kept = before_value(bytes(report.message)).len();
        if !report.message.is_null() {
            *report.message.add(kept) = 0;
        }
    }
    report.detail = std::ptr::null_mut();
    report.detail_log = std::ptr::null_mut();
}

/// Messages that quote a statement: `log_statement`, `log_min_duration_statement`, auto_explain with its plans, which hold
/// the values that are compared. Details are parameters, or the statement that was prepared, or a parse tree.
///
/// # Safety
/// As [`judge`].
unsafe fn logged(report: &pg_sys::ErrorData) -> (Vec<u8>, &[u8]) {
    // SAFETY: as the caller's.
    let (by, message, detail) =
        unsafe { (bytes(report.funcname), bytes(report.message), bytes(report.detail)) };
    if [author::TEMPORARY_FILE, author::LOCK_WAIT, author::DISCONNECTION].contains(&by) {
        return (message.to_vec(), detail);
    }
    match statement_of(message) {
        Some((said, quoted)) if !is_free_of_values(quoted) => {
            ([said, b" ", statement::hidden(quoted).as_bytes()].concat(), b"")
        }
        Some(_) => (message.to_vec(), b""),
        None => (without_quoted(message), b""),
    }
}

/// Errors, warnings and notices. Ours hold no values, and what users raise in PL/pgSQL is what they want to say.
///
/// # Safety
/// As [`judge`].
unsafe fn reported(report: &pg_sys::ErrorData) -> (Vec<u8>, &[u8]) {
    use PgSqlErrorCode::{
        ERRCODE_BAD_COPY_FILE_FORMAT, ERRCODE_CONNECTION_EXCEPTION, ERRCODE_DATA_EXCEPTION,
        ERRCODE_INSUFFICIENT_RESOURCES, ERRCODE_INTEGRITY_CONSTRAINT_VIOLATION,
        ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE, ERRCODE_OPERATOR_INTERVENTION, ERRCODE_SYSTEM_ERROR,
        ERRCODE_T_R_DEADLOCK_DETECTED, ERRCODE_TRANSACTION_ROLLBACK,
    };
    // SAFETY: as the caller's.
    let (message, detail) = unsafe { (bytes(report.message), bytes(report.detail)) };
    if is_raised_by_code(report) {
        return if quotes_what_was_given(report) {
            (without_quoted(message), b"")
        } else {
            (message.to_vec(), detail)
        };
    }
    let code = report.sqlerrcode;
    if code == ERRCODE_T_R_DEADLOCK_DETECTED as i32 {
        return (message.to_vec(), detail);
    }
    // What these quote are names of tables and constraints; the keys at which it happened are in the detail.
    let quotes_names = [
        ERRCODE_CONNECTION_EXCEPTION,
        ERRCODE_INSUFFICIENT_RESOURCES,
        ERRCODE_INTEGRITY_CONSTRAINT_VIOLATION,
        ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE,
        ERRCODE_OPERATOR_INTERVENTION,
        ERRCODE_SYSTEM_ERROR,
        ERRCODE_TRANSACTION_ROLLBACK,
    ];
    if quotes_names.into_iter().any(|known| category_of(known) == category(report)) {
        return (message.to_vec(), b"");
    }
    if code == ERRCODE_BAD_COPY_FILE_FORMAT as i32 {
        // The columns that are named are those of the inbox.
        return (before_value(message).to_vec(), b"");
    }
    let is_about_data = category(report) == category_of(ERRCODE_DATA_EXCEPTION);
    // Notices end with values as well: `skipping row due to data type incompatibility at line 2 for column "a": "…"`.
    let cut = is_about_data || report.elevel < PgLogLevel::ERROR as i32;
    (without_quoted(if cut { before_value(message) } else { message }), b"")
}

/// Raised by Rust, or by `RAISE`, with a text that was chosen for it.
fn is_raised_by_code(report: &pg_sys::ErrorData) -> bool {
    // SAFETY: null, or terminated strings.
    let (file, function) = unsafe { (bytes(report.filename), bytes(report.funcname)) };
    file.ends_with(b".rs") || function == author::RAISE
}

/// What says that a name, a value or a path is wrong quotes what was given, and that may be a dump where it should not
/// be; a panic may quote anything.
fn quotes_what_was_given(report: &pg_sys::ErrorData) -> bool {
    use PgSqlErrorCode::{
        ERRCODE_INTERNAL_ERROR, ERRCODE_INVALID_NAME, ERRCODE_INVALID_PARAMETER_VALUE,
        ERRCODE_UNDEFINED_FILE, ERRCODE_UNDEFINED_OBJECT,
    };
    [
        ERRCODE_INTERNAL_ERROR,
        ERRCODE_INVALID_NAME,
        ERRCODE_INVALID_PARAMETER_VALUE,
        ERRCODE_UNDEFINED_FILE,
        ERRCODE_UNDEFINED_OBJECT,
    ]
    .into_iter()
    .any(|code| report.sqlerrcode == code as i32)
}

/// What the postmaster says of a process that crashed, with the statement in its detail.
///
/// # Safety
/// As [`judge`].
unsafe fn crashed(report: &pg_sys::ErrorData) -> Option<Restated> {
    // SAFETY: as the caller's.
    let (message, detail) = unsafe { (bytes(report.message), bytes(report.detail)) };
    let (said, statement) = statement_of(detail)?;
    if !is_ours(statement, true) || is_free_of_values(statement) {
        return None;
    }
    Some(Restated {
        level: report.elevel,
        code: report.sqlerrcode,
        message: message.to_vec(),
        detail: [said, b" ", statement::hidden(statement).as_bytes()].concat(),
        hint: Vec::new(),
        context: Vec::new(),
        hide_statement: true,
    })
}

/// Messages for the operator, which no statement has caused to be wrong.
///
/// # Safety
/// As [`judge`].
unsafe fn is_log(report: &pg_sys::ErrorData) -> bool {
    // SAFETY: as the caller's.
    let is_raised = unsafe { bytes(report.funcname) } == author::RAISE;
    !is_raised && (report.elevel == pg_sys::LOG as i32 || report.elevel == pg_sys::LOG_SERVER_ONLY as i32)
}

const CATEGORY: i32 = 0xfff;

fn category(report: &pg_sys::ErrorData) -> i32 {
    report.sqlerrcode & CATEGORY
}

fn category_of(code: PgSqlErrorCode) -> i32 {
    code as i32 & CATEGORY
}

/// # Safety
/// Null, or a terminated string that outlives what is made of it.
unsafe fn bytes<'a>(text: *const c_char) -> &'a [u8] {
    if text.is_null() {
        return b"";
    }
    // SAFETY: as the caller's.
    unsafe { CStr::from_ptr(text).to_bytes() }
}
