//! Keeps what users send to Heimdall out of the server's log, its statistics, and the list of what runs.
//!
//! Postgres logs the statement of an error, the line of a COPY that failed, the parameters, and with `log_statement`
//! and its kin every statement. Where these have to do with Heimdall, the log gets a report of its own, without them.
//! Statements that have nothing to do with Heimdall are logged as ever.

mod analysis;
mod judge;
mod restate;
mod statement;

use pgrx::{pg_guard, pg_sys};

pub use self::analysis::look;
pub use self::statement::is_ours as statement_is_ours;

static mut PREVIOUS: pg_sys::emit_log_hook_type = None;

/// Sets the hook; called once a process, from `_PG_init`. Loaded with the server, it is there in the postmaster as well,
/// which logs what a process was doing that crashed.
pub fn register() {
    // SAFETY: hooks are set by one thread, before or between statements.
    unsafe {
        PREVIOUS = pg_sys::emit_log_hook;
        pg_sys::emit_log_hook = Some(emit);
    }
}

#[pg_guard]
unsafe extern "C-unwind" fn emit(report: *mut pg_sys::ErrorData) {
    // SAFETY: Postgres gives a valid report; the previous hook is a hook of the same type.
    unsafe {
        let report = &mut *report;
        if !restate::is_restated(report)
            && let Some(restated) = judge::judge(report)
        {
            judge::shorten_for_client(report);
            restate::instead_of(report, restated);
            if !report.output_to_server {
                return;
            }
        }
        if let Some(previous) = PREVIOUS {
            previous(report);
        }
    }
}
