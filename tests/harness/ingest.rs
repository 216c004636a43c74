//! Dumps in, reports out.

use std::io::Write;

use postgres::GenericClient;
use postgres::types::ToSql;

use crate::Failure;

/// What an ingest function reported.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    /// Number of the batch.
    pub batch: i64,
    /// The dump was there already.
    pub duplicate: bool,
    /// Rows of the dump.
    pub read: i64,
    /// Rows that are in the graph.
    pub accepted: i64,
    /// Rows that were put aside.
    pub rejected: i64,
    /// Vertices made.
    pub vertices_created: i64,
    /// Vertices that were there.
    pub vertices_merged: i64,
    /// Edges made.
    pub edges_created: i64,
    /// Edges that were there.
    pub edges_merged: i64,
}

/// Ingests by `heimdall.ingest(source, bytea)`. The dump is a parameter, so that no statement holds it.
///
/// # Errors
/// What the server says.
pub fn ingest(client: &mut impl GenericClient, source: &str, dump: &[u8]) -> Result<Report, Failure> {
    report(client, "SELECT * FROM heimdall.ingest($1, $2)", &[&source, &dump])
}

/// Runs an ingest function with these arguments.
///
/// # Errors
/// What the server says.
pub fn report(
    client: &mut impl GenericClient,
    call: &str,
    arguments: &[&(dyn ToSql + Sync)],
) -> Result<Report, Failure> {
    let row = client.query_one(call, arguments).map_err(Failure::from)?;
    Ok(Report {
        batch: row.get("batch"),
        duplicate: row.get("duplicate"),
        read: row.get("rows_read"),
        accepted: row.get("rows_accepted"),
        rejected: row.get("rows_rejected"),
        vertices_created: row.get("vertices_created"),
        vertices_merged: row.get("vertices_merged"),
        edges_created: row.get("edges_created"),
        edges_merged: row.get("edges_merged"),
    })
}

/// Sends a file as `\copy` does; gives the number of rows that COPY counts.
///
/// # Errors
/// What the server says.
pub fn copy(client: &mut impl GenericClient, statement: &str, dump: &[u8]) -> Result<u64, Failure> {
    send(client, statement, dump).map_err(Failure::from)
}

/// The same where the connection may break.
///
/// # Errors
/// What the server says, or that it says nothing any more.
pub fn send(client: &mut impl GenericClient, statement: &str, dump: &[u8]) -> Result<u64, postgres::Error> {
    let mut writer = client.copy_in(statement)?;
    if let Err(error) = writer.write_all(dump) {
        return Err(error
            .into_inner()
            .and_then(|inner| inner.downcast::<postgres::Error>().ok())
            .map_or_else(|| panic!("not an error of the connection"), |error| *error));
    }
    writer.finish()
}
