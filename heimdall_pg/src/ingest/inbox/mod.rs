//! The inboxes: views with three triggers each, in which nothing is ever stored.
//!
//! `\copy heimdall_in.<source>` takes [`rows`], `COPY heimdall_in.stream` takes the bytes of a dump in [chunks](stream).
//! BEFORE STATEMENT opens an upload, INSTEAD OF INSERT hands over each row, AFTER STATEMENT stores the rest. The uploads
//! in between are kept in [`frames`], and die with their transaction or savepoint.

mod frames;
mod reports;
mod rows;
mod stream;
mod trigger;

pub use frames::register_callbacks;
pub use reports::last as last_report;

use pgrx::pg_sys;
use pgrx::{PgLogLevel, PgSqlErrorCode, function_name};

use super::upload::Outcome;
use crate::error::Error;

/// Tells how an upload through an inbox has ended; there is no row of report to give, which [`reports`] keeps instead. What a duplicate has written before
/// it turned out to be one cannot be taken back by itself.
fn tell(outcome: Outcome, has_flushed: bool) -> Result<(), Error> {
    match outcome {
        Outcome::Stored(report) => {
            notice(
                PgSqlErrorCode::ERRCODE_SUCCESSFUL_COMPLETION,
                format!(
                    "batch {}: {} rows accepted, {} rejected",
                    report.batch, report.rows_accepted, report.rows_rejected
                ),
            );
            reports::add(report);
            Ok(())
        }
        Outcome::Duplicate(report) if has_flushed => Err(Error::new(
            PgSqlErrorCode::ERRCODE_UNIQUE_VIOLATION,
            format!("this dump is batch {} already", report.batch),
        )
        .detail(report.json())
        .hint("Nothing was changed. The detail is the report of that batch.")),
        Outcome::Duplicate(report) => {
            let message = format!("this dump is batch {} already: nothing was changed", report.batch);
            notice(PgSqlErrorCode::ERRCODE_WARNING, message);
            reports::add(report);
            Ok(())
        }
    }
}

fn notice(code: PgSqlErrorCode, message: String) {
    pg_sys::panic::ErrorReport::new(code, message, function_name!()).report(PgLogLevel::NOTICE);
}

fn misused() -> Error {
    Error::new(
        PgSqlErrorCode::ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED,
        "this is a trigger of an inbox of Heimdall",
    )
}
