//! The COPY of one dump, in a transaction of its own as the caller. What is not committed is not there.

use std::pin::Pin;

use bytes::{BufMut, Bytes, BytesMut};
use futures_util::SinkExt;
use tokio_postgres::CopyInSink;
use tokio_postgres::types::Type;

use super::report::Report;
use crate::database::{Access, Database, Server, Transaction, problem};
use crate::http::Caller;
use crate::problem::Problem;

// What limits questions does not limit uploads: they end when nothing comes any more.
const BEGIN: &str = "SELECT pg_catalog.pg_backend_pid(), \
    EXISTS (SELECT FROM heimdall.source AS s WHERE s.name OPERATOR(pg_catalog.=) $1), \
    pg_catalog.set_config('statement_timeout', '0', true)";

const COPY: &str = "COPY heimdall_in.stream (source, chunk) FROM STDIN BINARY";

const REPORT: &str = "SELECT pg_catalog.to_json(r)::text FROM heimdall.last_report() AS r";

/// Signature, no flags, no extension of the header.
const HEADER: &[u8] = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";

/// Stands where the number of fields of a row would be.
const TRAILER: &[u8] = &(-1_i16).to_be_bytes();

/// Bytes of a chunk: so many that a row of COPY costs nothing, so few that they may wait in memory.
const CHUNK: usize = 128 << 10;

/// A COPY that is open. Dropped, it is as if it had never been.
pub struct Copy {
    // Dropped first, which says CopyFail, before the transaction closes its connection.
    sink: Pin<Box<CopyInSink<Bytes>>>,
    transaction: Transaction,
    server: Server,
    backend: i32,
    /// What stands before the length of each chunk: the number of fields, and the first, which is the source.
    before: Bytes,
    waiting: BytesMut,
}

impl Copy {
    /// Begins a dump of that source.
    ///
    /// # Errors
    /// 403, 404 and 503 are known here. What else is wrong with the source comes with its first chunk.
    pub async fn begin(database: &Database, caller: &Caller, source: &str) -> Result<Copy, Problem> {
        let transaction = database.begin(caller, Access::Write).await?;
        let rows = transaction.query(BEGIN, &[(&source, Type::TEXT)]).await?;
        let row = rows.first().ok_or_else(Problem::internal)?;
        if !row.get::<_, bool>(1) {
            return Err(Problem::not_found().detail("There is no such source."));
        }
        let mut before = BytesMut::with_capacity(6 + source.len());
        before.put_i16(2);
        before.put_i32(length(source.as_bytes())?);
        before.put_slice(source.as_bytes());
        let sink = Box::pin(transaction.copy_in(COPY).await?);
        let mut copy = Copy {
            sink,
            transaction,
            server: database.server(caller)?.clone(),
            backend: row.get(0),
            before: before.freeze(),
            waiting: BytesMut::new(),
        };
        copy.send(Bytes::from_static(HEADER)).await?;
        // Also a dump without a byte is a dump, and what is wrong with the source is known before the client has sent much.
        copy.chunk(Bytes::new()).await?;
        Ok(copy)
    }

    /// Where it is stored.
    pub fn server(&self) -> &Server {
        &self.server
    }

    /// Process of the server, by which others see how far it is.
    pub fn backend(&self) -> i32 {
        self.backend
    }

    /// Takes the next bytes. Returns when there is room for more.
    ///
    /// # Errors
    /// 503 where the connection is gone.
    pub async fn push(&mut self, bytes: &[u8]) -> Result<(), Problem> {
        self.waiting.extend_from_slice(bytes);
        if self.waiting.len() >= CHUNK { self.flush().await } else { Ok(()) }
    }

    /// Whether bytes wait for others to make a chunk.
    pub fn has_waiting(&self) -> bool {
        !self.waiting.is_empty()
    }

    /// Hands on what waits.
    ///
    /// # Errors
    /// 503 where the connection is gone.
    pub async fn flush(&mut self) -> Result<(), Problem> {
        let waiting = self.waiting.split().freeze();
        if waiting.is_empty() { Ok(()) } else { self.chunk(waiting).await }
    }

    /// All bytes have come: stores the rest, and makes it last.
    ///
    /// # Errors
    /// What the database says. Then nothing is there, unless the problem is that the outcome is not known.
    pub async fn finish(mut self) -> Result<Report, Problem> {
        self.flush().await?;
        self.send(Bytes::from_static(TRAILER)).await?;
        self.sink.as_mut().finish().await.map_err(|error| of_dump(&error))?;
        let rows = self.transaction.query(REPORT, &[]).await?;
        let report = rows.first().and_then(|row| serde_json::from_str(row.get(0)).ok());
        let report = report.ok_or_else(Problem::internal)?;
        self.transaction.commit().await?;
        Ok(report)
    }

    /// Why a COPY has failed of which [`super::watch`] says so. Nothing is there.
    pub async fn failure(mut self) -> Problem {
        match self.sink.as_mut().finish().await {
            Err(error) => of_dump(&error),
            Ok(_) => Problem::internal(),
        }
    }

    async fn chunk(&mut self, chunk: Bytes) -> Result<(), Problem> {
        let mut before = BytesMut::with_capacity(self.before.len() + 4);
        before.put_slice(&self.before);
        before.put_i32(length(&chunk)?);
        self.sink.feed(before.freeze()).await.map_err(|error| problem(&error))?;
        self.send(chunk).await
    }

    async fn send(&mut self, bytes: Bytes) -> Result<(), Problem> {
        self.sink.send(bytes).await.map_err(|error| problem(&error))
    }
}

/// What the database says of a dump: the request was well-formed, whatever is in the dump. Of one that is there already,
/// and of which parts had been written before that was known, it gives an error instead of a report.
fn of_dump(error: &tokio_postgres::Error) -> Problem {
    let problem = problem(error);
    let kind = match (problem.status, problem.code.as_deref()) {
        (_, Some("23505")) => Problem::duplicate(),
        // The source is there; a dump is not.
        (400, _) | (_, Some("P0002")) => Problem::refused(),
        _ => return problem,
    };
    Problem { detail: problem.detail, hint: problem.hint, code: problem.code, ..kind }
}

fn length(field: &[u8]) -> Result<i32, Problem> {
    i32::try_from(field.len()).map_err(|_| Problem::too_large())
}
