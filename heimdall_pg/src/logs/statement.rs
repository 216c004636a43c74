//! What is known of the statement that runs.

use std::cell::Cell;
use std::ffi::CStr;

use heimdall_core::redact::{is_free_of_values, named};
use pgrx::pg_sys;

thread_local! {
    /// When the last statement began that has to do with Heimdall. It holds after the end of the transaction, when the
    /// duration of the statement is logged.
    static OURS: Cell<Option<pg_sys::TimestampTz>> = const { Cell::new(None) };
}

/// The one that runs has to do with Heimdall, whatever its text says: it may call a function of the user's that calls
/// one of ours. Told at the first sight of it, be that when it is analysed or when one of our functions is called.
pub fn is_ours() {
    // SAFETY: a variable of the backend.
    let began = unsafe { pg_sys::GetCurrentStatementStartTimestamp() };
    if OURS.replace(Some(began)) != Some(began) {
        hide_activity();
    }
}

/// Whether it is.
pub fn is_known_as_ours() -> bool {
    // SAFETY: a variable of the backend.
    OURS.get() == Some(unsafe { pg_sys::GetCurrentStatementStartTimestamp() })
}

/// Whether the session has used Heimdall, or has its schema on the path.
pub fn session_knows_us() -> bool {
    // SAFETY: a setting of the backend; null, or a terminated string.
    OURS.get().is_some()
        || unsafe {
            let path = pg_sys::namespace_search_path;
            !path.is_null() && memchr::memmem::find(CStr::from_ptr(path).to_bytes(), b"heimdall").is_some()
        }
}

/// The text that the client has sent, where there is one.
pub fn text<'a>() -> Option<&'a [u8]> {
    // SAFETY: null, or a terminated string that lives as long as its statement.
    unsafe {
        let query = pg_sys::debug_query_string;
        (!query.is_null()).then(|| CStr::from_ptr(query).to_bytes())
    }
}

/// What is said instead of a statement.
pub fn hidden(statement: &[u8]) -> String {
    match named(statement) {
        names if names.is_empty() => "(hidden by heimdall)".to_owned(),
        names => format!("(hidden by heimdall: {names})"),
    }
}

/// Takes the statement out of `pg_stat_activity`: from there it gets into the reports of deadlocks and of crashes, which
/// other processes write.
fn hide_activity() {
    let Some(statement) = text().filter(|statement| !is_free_of_values(statement)) else { return };
    let shown = hidden(statement) + "\0";
    // SAFETY: a terminated string, which is copied.
    unsafe { pg_sys::pgstat_report_activity(pg_sys::BackendState::STATE_RUNNING, shown.as_ptr().cast()) };
}
