//! What an error of the database is to a caller. Messages of Heimdall hold no values and are handed on; those of Postgres
//! itself may quote what they complain of, and are not.

use deadpool_postgres::PoolError;
use tokio_postgres::Error;
use tokio_postgres::error::{DbError, SqlState};

use crate::problem::Problem;

/// Why there is no connection.
pub fn no_connection(error: PoolError) -> Problem {
    match error {
        PoolError::Backend(error) => problem(&error),
        error => {
            tracing::warn!(%error, "no connection to the database");
            away()
        }
    }
}

fn away() -> Problem {
    Problem::unavailable().detail("The database does not answer.").retry_after(2)
}

/// The problem that an error is.
pub fn problem(error: &Error) -> Problem {
    let Some(db) = error.as_db_error() else {
        tracing::warn!(%error, "the connection to the database failed");
        return away();
    };
    let code = db.code();
    let problem = match code.code() {
        // The server stops, starts, or has no place.
        "57P01" | "57P02" | "57P03" | "53300" | "08000" | "08003" | "08006" | "08P01" => return away(),
        "57014" => Problem::too_slow(),
        "53200" | "53100" | "53400" => Problem::unavailable().retry_after(10),
        "42501" | "25006" => Problem::forbidden(),
        "42704" | "42P01" | "P0002" | "3F000" => Problem::not_found(),
        "42710" | "23505" | "55006" | "55P03" | "40001" | "40P01" => Problem::conflict(),
        _ if from_heimdall(db) && (code.code().starts_with("22") || code.code().starts_with("42")) => {
            Problem::bad_request()
        }
        _ if from_heimdall(db) && *code != SqlState::INTERNAL_ERROR => Problem::refused(),
        "22P02" | "22007" | "22008" | "22003" | "22021" | "22P05" | "54001" => Problem::bad_request(),
        _ if code.code().starts_with("42") => Problem::bad_request(),
        _ => Problem::internal(),
    };
    if problem.status == 500 {
        tracing::error!(sqlstate = code.code(), "the database failed");
    }
    let problem = problem.code(code.code());
    if !from_heimdall(db) {
        return problem;
    }
    let detail = match db.detail() {
        Some(detail) => format!("{}: {detail}", db.message()),
        None => db.message().to_owned(),
    };
    let problem = problem.detail(detail);
    match db.hint() {
        Some(hint) => problem.hint(hint),
        None => problem,
    }
}

/// Whether the extension has raised it: from Rust, or by RAISE.
fn from_heimdall(error: &DbError) -> bool {
    error.file().is_some_and(|file| file.ends_with(".rs")) || error.routine() == Some("exec_stmt_raise")
}
