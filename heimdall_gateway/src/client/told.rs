//! What became of each dump: a line for people, or an object for programs, on standard output.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::Value;

use super::failure::{Failure, Problem};

/// What became of a dump.
#[derive(Serialize)]
pub struct Told {
    file: String,
    stored: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    report: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<Problem>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

impl Told {
    /// Of that file.
    pub fn new(file: &str, outcome: Result<Value, Failure>) -> Told {
        let (report, problem, error) = match outcome {
            Ok(report) => (Some(report), None, None),
            Err(Failure::Refused { problem, .. }) => (None, Some(problem), None),
            Err(failure) => (None, None, Some(failure.to_string())),
        };
        Told { file: file.to_owned(), stored: report.is_some(), report, problem, error }
    }

    /// Says it: with `json` all of it on standard output, otherwise what went wrong on standard error. Whether it is stored.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn say(&self, json: bool) -> io::Result<bool> {
        if json {
            let mut line = serde_json::to_vec(self)?;
            line.push(b'\n');
            return io::stdout().write_all(&line).map(|()| self.stored);
        }
        let said = match &self.report {
            Some(report) => writeln!(io::stdout(), "{}: {}", self.file, words(report)),
            None => {
                let problem = self.problem.as_ref().map(ToString::to_string);
                let why = problem.or_else(|| self.error.clone()).unwrap_or_default();
                writeln!(io::stderr(), "{}: not stored: {why}", self.file)
            }
        };
        said.map(|()| self.stored)
    }
}

fn words(report: &Value) -> String {
    let number = |name: &str| report.get(name).and_then(Value::as_i64).unwrap_or_default();
    let batch = number("batch");
    if report.get("duplicate") == Some(&Value::Bool(true)) {
        return format!("was there already, as batch {batch}; nothing was changed");
    }
    let (read, accepted, rejected) = (number("rows_read"), number("rows_accepted"), number("rows_rejected"));
    format!("batch {batch}: {read} rows, {accepted} stored, {rejected} put aside")
}
