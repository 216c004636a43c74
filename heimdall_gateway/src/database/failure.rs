//! What an error of the database is to a caller. Messages of Heimdall hold no values and are handed on; those of Postgres
//! itself may quote what they complain of, and are not.

use std::error::Error as _;

use deadpool_postgres::PoolError;
use tokio_postgres::Error;
use tokio_postgres::error::{DbError, SqlState};

use crate::problem::Problem;

/// The server stops, starts, or has broken off; or PgBouncer says so of it.
const GONE: [&str; 7] = ["57P01", "57P02", "57P03", "08000", "08003", "08006", "08P01"];

/// What may be the matter with a standby, or with how it is set up, and not with the question: it has to go on with what it
/// replays, writes nothing, lacks a key or the library.
const OF_STANDBY: [&str; 6] = ["40001", "40P01", "25006", "55000", "F0000", "58P01"];

/// Why a transaction did not come to its end.
#[derive(Debug)]
pub enum Failure {
    /// There is no connection.
    Absent(Problem),
    /// The connection broke. Another one may do, where asking twice does no harm.
    Broken(Problem),
    /// The database did not answer in time.
    Silent(Problem),
    /// What the database says.
    Refused(Problem),
}

impl Failure {
    /// What the caller is told.
    pub fn problem(self) -> Problem {
        match self {
            Failure::Absent(problem)
            | Failure::Broken(problem)
            | Failure::Silent(problem)
            | Failure::Refused(problem) => problem,
        }
    }

    /// What the caller is told where the end of a write was not acknowledged.
    pub fn of_end(self) -> Problem {
        match self {
            Failure::Absent(problem) | Failure::Refused(problem) => problem,
            Failure::Broken(_) | Failure::Silent(_) => Problem::outcome_unknown()
                .detail("The database has not acknowledged the end: whether it was done is not known.")
                .hint(
                    "Look whether it was, or send it again: a dump that is there already is not taken twice.",
                )
                .retry_after(2),
        }
    }

    /// Whether the primary may have the answer that a replica has not.
    pub fn is_of_replica(&self) -> bool {
        match self {
            Failure::Absent(_) | Failure::Broken(_) | Failure::Silent(_) => true,
            Failure::Refused(problem) => {
                problem.status == 503
                    || problem.code.as_deref().is_some_and(|code| OF_STANDBY.contains(&code))
            }
        }
    }

    /// Of an answer that has not come.
    pub fn silence() -> Failure {
        tracing::warn!("the database does not answer in time");
        Failure::Silent(away())
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Failure {
        let is_broken = match error.as_db_error() {
            Some(db) => GONE.contains(&db.code().code()),
            None => error.is_closed() || error.source().is_some_and(|cause| cause.is::<std::io::Error>()),
        };
        let problem = problem(&error);
        if is_broken { Failure::Broken(problem) } else { Failure::Refused(problem) }
    }
}

/// Why there is no connection: the server lets us in nowhere, or not into that database. Whoever asks can do nothing about it.
pub fn no_connection(error: PoolError) -> Problem {
    match error {
        PoolError::Backend(error) => match error.code() {
            Some(code) => {
                tracing::warn!(sqlstate = code.code(), "the database does not let the gateway in");
                away()
            }
            None => problem(&error),
        },
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
        tracing::warn!(error = why(error), "the connection to the database failed");
        return away();
    };
    let code = db.code();
    let problem = match code.code() {
        gone if GONE.contains(&gone) => return away(),
        // It has no place.
        "53300" => return away(),
        "57014" => Problem::too_slow(),
        "53200" | "53100" | "53400" => Problem::unavailable().retry_after(10),
        "42501" | "25006" => Problem::forbidden()
            .detail("The role in which you ask may not do this.")
            .hint("GET /v1/whoami says which it is, and why."),
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

/// The error with its causes: what TLS or the system says.
fn why(error: &Error) -> String {
    let causes = std::iter::successors(error.source(), |&cause| cause.source());
    causes.fold(error.to_string(), |text, cause| format!("{text}: {cause}"))
}

/// Whether the extension has raised it: from Rust, or by RAISE.
fn from_heimdall(error: &DbError) -> bool {
    error.file().is_some_and(|file| file.ends_with(".rs")) || error.routine() == Some("exec_stmt_raise")
}
