//! `heimdall.ingest_…`: a dump as an argument, or as a file of the server.

use std::fs::File;
use std::io::Read;

use heimdall_core::format::Format;
use pgrx::pg_sys;
use pgrx::prelude::*;

use super::dump::{CHUNK, Dump};
use super::inbox;
use super::report::Report;
use super::retry::retry;
use super::upload::{Outcome, Source};
use crate::error::{Error, ok};
use crate::progress::Way;
use crate::subtransaction::{Subtransaction, Verdict};

/// A function that gives a row of report, or none. `pg_extern` wants the columns in the signature itself.
macro_rules! ingest_functions {
    ($($(#[$doc:meta])* $name:ident($($argument:ident: $type:ty),*) => $report:expr;)*) => {$(
        $(#[$doc])*
        #[pg_extern(volatile, strict, parallel_unsafe)]
        fn $name(
            $($argument: $type),*
        ) -> TableIterator<
            'static,
            (
                name!(batch, i64),
                name!(duplicate, bool),
                name!(rows_read, i64),
                name!(rows_accepted, i64),
                name!(rows_rejected, i64),
                name!(vertices_created, i64),
                name!(vertices_merged, i64),
                name!(edges_created, i64),
                name!(edges_merged, i64),
                name!(milliseconds, f64),
            ),
        > {
            rows(ok($report))
        }
    )*};
}

ingest_functions! {
    /// Ingests CSV with a header line.
    ingest_csv(source: &str, data: &str) => ingest_bytes(source, Some(Format::Csv), data.as_bytes());
    /// Ingests NDJSON.
    ingest_ndjson(source: &str, data: &str) => ingest_bytes(source, Some(Format::Ndjson), data.as_bytes());
    /// Ingests a dump in the format of its source.
    ingest(source: &str, data: &[u8]) => ingest_bytes(source, None, data);
    /// Ingests a file that the server can read. Takes the role `pg_read_server_files`.
    ingest_file(source: &str, path: &str) => ingest_path(source, path);
    /// Tries again the rows that a batch has put aside, with the mapping and the options that its source has now. The
    /// batch is 0 where none was accepted.
    retry_rejects(batch: i64) => retry(batch);
    /// Says what `ingest` would report, and stores nothing. The batch is 0, or that of which it is a duplicate.
    dry_run(source: &str, data: &[u8]) => try_bytes(source, data);
    /// The report of the last dump that came by COPY, or by INSERT, in this transaction; no row where none has.
    last_report() => Ok::<_, Error>(inbox::last_report());
}

type Row = (i64, bool, i64, i64, i64, i64, i64, i64, i64, f64);

fn rows(report: impl Into<Option<Report>>) -> TableIterator<'static, Row> {
    let row = |report: Report| {
        let totals = report.totals;
        (
            report.batch,
            report.duplicate,
            report.rows_read,
            report.rows_accepted,
            report.rows_rejected,
            totals.vertices_created as i64,
            totals.vertices_merged as i64,
            totals.edges_created as i64,
            totals.edges_merged as i64,
            report.milliseconds,
        )
    };
    TableIterator::new(report.into().map(row))
}

fn ingest_bytes(source: &str, format: Option<Format>, data: &[u8]) -> Result<Report, Error> {
    let source = Source::load(source)?;
    let source = match format {
        Some(format) => source.for_format(format),
        None => source,
    };
    run(source, Way::Function, data.len() as u64, |dump| dump.push(data))
}

/// All of it is done, and taken back: nothing else tells what would become of a dump.
fn try_bytes(source: &str, data: &[u8]) -> Result<Report, Error> {
    Subtransaction::run(|| {
        let report = ingest_bytes(source, None, data)?;
        let batch = if report.duplicate { report.batch } else { 0 };
        Ok(Verdict::TakeBack(Report { batch, ..report }))
    })
}

fn ingest_path(source: &str, path: &str) -> Result<Report, Error> {
    // SAFETY: a look at the rights of the caller, who is the current user: no switch has been made yet.
    let allowed = unsafe {
        pg_sys::has_privs_of_role(pg_sys::GetUserId(), pg_sys::Oid::from(pg_sys::ROLE_PG_READ_SERVER_FILES))
    };
    if !allowed {
        return Err(Error::new(
            PgSqlErrorCode::ERRCODE_INSUFFICIENT_PRIVILEGE,
            "permission denied to read a file of the server",
        )
        .detail("Only roles with the privileges of \"pg_read_server_files\" may.")
        .hint("psql's \\copy heimdall_in.<source> FROM … sends a file of your own."));
    }
    let unreadable = |error: std::io::Error| {
        let (code, why) = match error.kind() {
            std::io::ErrorKind::NotFound => (PgSqlErrorCode::ERRCODE_UNDEFINED_FILE, "there is no such file"),
            std::io::ErrorKind::PermissionDenied => {
                (PgSqlErrorCode::ERRCODE_INSUFFICIENT_PRIVILEGE, "the server's user may not read it")
            }
            _ => (PgSqlErrorCode::ERRCODE_IO_ERROR, "the system reports an input error"),
        };
        Error::new(code, format!("the file \"{path}\" cannot be read: {why}"))
            .hint("The path is one of the server, read as the server's user.")
    };
    let mut file = File::open(path).map_err(unreadable)?;
    let metadata = file.metadata().map_err(unreadable)?;
    if !metadata.is_file() {
        return Err(Error::new(
            PgSqlErrorCode::ERRCODE_WRONG_OBJECT_TYPE,
            format!("\"{path}\" is not a regular file"),
        ));
    }
    let mut buffer = vec![0u8; CHUNK];
    run(Source::load(source)?, Way::File, metadata.len(), |dump| {
        loop {
            let read = file.read(&mut buffer).map_err(unreadable)?;
            if read == 0 {
                return Ok(());
            }
            dump.push(&buffer[..read])?;
        }
    })
}

/// Feeds a dump through the pipeline, in a savepoint: a long dump may turn out to be a duplicate only after
/// parts of it were written.
fn run(
    source: Source,
    way: Way,
    total: u64,
    feed: impl FnOnce(&mut Dump) -> Result<(), Error>,
) -> Result<Report, Error> {
    let mut dump = Dump::begin(source, way, Some(total))?;
    Subtransaction::run(|| {
        feed(&mut dump)?;
        Ok(match dump.end()?.0 {
            Outcome::Stored(report) => Verdict::Keep(report),
            Outcome::Duplicate(report) => Verdict::TakeBack(report),
        })
    })
}
