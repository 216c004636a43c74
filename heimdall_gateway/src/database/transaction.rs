//! A transaction as somebody: their role, their name and the request's id for the audit trail, set for it alone.

use std::time::Duration;

use postgres_protocol::escape::{escape_identifier, escape_literal};
use tokio::time::timeout;
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{CopyInSink, Row, RowStream, Statement};

use super::answer::Answer;
use super::connection::Object;
use super::failure::{Failure, problem};
use super::notice::Notice;
use super::replica::Writer;
use super::{Database, Server};
use crate::http::Caller;
use crate::problem::Problem;

/// A value and its type: typed, a statement needs no name and no round trip of its own.
pub type Parameter<'a> = (&'a (dyn ToSql + Sync), Type);

/// What a transaction may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Read alone. A replica may have the answer.
    Read,
    /// Read alone, and where it is written: what is in no table, or what a copy that is behind would give for wrong.
    ReadPrimary,
    /// Whatever the role may.
    Write,
    /// The same, and fails with 40001 where what is written has changed since it was read in this transaction.
    WriteUnchanged,
}

impl Access {
    fn begin(self) -> &'static str {
        match self {
            Access::Read | Access::ReadPrimary => "BEGIN READ ONLY",
            Access::Write => "BEGIN",
            Access::WriteUnchanged => "BEGIN ISOLATION LEVEL REPEATABLE READ",
        }
    }

    fn writes(self) -> bool {
        matches!(self, Access::Write | Access::WriteUnchanged)
    }
}

/// Begins as the caller. Times are written in UTC, whatever the server's zone. A statement whose client has gone ends within a
/// second, and a transaction that hears nothing from us too, some time later. SET is not planned: an empty transaction with these
/// ran 13,000 to 16,000 times a second, with `set_config` in a SELECT 8,000 to 9,500 times.
///
/// What tells that an answer is not whole comes whatever the settings of role and database say.
fn begin(access: Access, caller: &Caller, limit: Duration) -> String {
    let role = escape_identifier(&caller.principal.role);
    let [actor, request] = [&caller.principal.subject, &caller.request_id].map(|text| escape_literal(text));
    let (begin, limit) = (access.begin(), limit.as_millis());
    format!(
        "{begin}; SET LOCAL ROLE {role}; SET LOCAL heimdall.actor = {actor}; SET LOCAL heimdall.request_id = {request}; \
         SET LOCAL statement_timeout = {limit}; SET LOCAL timezone = 'UTC'; SET LOCAL client_connection_check_interval = 1000; \
         SET LOCAL idle_in_transaction_session_timeout = 120000; SET LOCAL client_min_messages = notice"
    )
}

// In a transaction that has failed, COMMIT is no error: it rolls back. Another statement is one.
const COMMIT: &str = "SELECT; COMMIT";

/// One that is open. Dropped before it is committed, its connection is closed, which rolls it back.
pub struct Transaction {
    client: Option<Object>,
    /// How long the database may be silent.
    patience: Duration,
    writer: Option<Writer>,
}

impl Transaction {
    async fn connection(database: &Database, server: &Server) -> Result<Transaction, Failure> {
        let client = server.connection().await?;
        Ok(Transaction { client: Some(client), patience: database.patience(), writer: None })
    }

    /// Begin and settings, in one round trip. Without a limit, a statement may take as long as it does.
    pub(super) async fn begin(
        database: &Database,
        server: &Server,
        caller: &Caller,
        access: Access,
        limit: Option<Duration>,
    ) -> Result<Transaction, Failure> {
        let mut transaction = Transaction::connection(database, server).await?;
        transaction.writer =
            server.replica().filter(|_| access.writes()).map(|replica| replica.writer(caller));
        let begin = begin(access, caller, limit.unwrap_or_default());
        let begun = timeout(transaction.patience, transaction.client().batch_execute(&begin)).await;
        begun.map_err(|_| Failure::silence())??;
        Ok(transaction)
    }

    /// Begin, settings, a statement that reads, and COMMIT in one round trip. Where one fails, COMMIT rolls back.
    pub(super) async fn read(
        database: &Database,
        server: &Server,
        caller: &Caller,
        sql: &str,
        parameters: &[Parameter<'_>],
    ) -> Result<Answer, Failure> {
        let transaction = Transaction::connection(database, server).await?;
        let begin = begin(Access::Read, caller, database.statement_timeout);
        let client = transaction.client();
        let kept = match server.keeps_statements() {
            true => timeout(transaction.patience, kept(client, sql, parameters)).await.ok().flatten(),
            false => None,
        };
        // Polled in this order, they are sent in this order.
        let all = async {
            tokio::join!(
                biased;
                client.batch_execute(&begin),
                async {
                    match &kept {
                        Some(statement) => {
                            let values: Vec<_> = parameters.iter().map(|(value, _)| *value).collect();
                            client.query(statement, &values).await
                        }
                        None => client.query_typed(sql, parameters).await,
                    }
                },
                client.batch_execute("COMMIT"),
            )
        };
        let (begun, rows, committed) =
            timeout(transaction.patience, all).await.map_err(|_| Failure::silence())?;
        let rows = begun.and(rows).and_then(|rows| committed.map(|()| rows));
        let failure = match rows {
            Ok(rows) => {
                let notices = transaction.notices();
                transaction.finished();
                return Ok(Answer { rows, notices });
            }
            Err(error) => Failure::from(error),
        };
        // All of them were answered: the connection is as good as before.
        if matches!(failure, Failure::Refused(_)) {
            transaction.finished();
        }
        Err(failure)
    }

    /// A statement and COMMIT in one round trip. Gives what the caller is told where nobody knows whether it was done.
    pub(super) async fn write(self, sql: &str, parameters: &[Parameter<'_>]) -> Result<Answer, Problem> {
        let client = self.client();
        let both =
            async { tokio::join!(biased; client.query_typed(sql, parameters), client.batch_execute(COMMIT)) };
        let both = timeout(self.patience, both).await;
        self.wrote();
        let (rows, committed) = both.map_err(|_| Failure::silence().of_end())?;
        match rows.and_then(|rows| committed.map(|()| rows)) {
            Ok(rows) => {
                let notices = self.notices();
                self.finished();
                Ok(Answer { rows, notices })
            }
            Err(error) => Err(Failure::from(error).of_end()),
        }
    }

    #[allow(clippy::expect_used, reason = "it is taken by those that take the transaction itself")]
    fn client(&self) -> &Object {
        self.client.as_ref().expect("the connection is there until the end")
    }

    /// All rows of a statement.
    ///
    /// # Errors
    /// What the database says.
    pub async fn query(&self, sql: &str, parameters: &[Parameter<'_>]) -> Result<Vec<Row>, Problem> {
        let rows = timeout(self.patience, self.client().query_typed(sql, parameters)).await;
        rows.map_err(|_| Failure::silence().problem())?.map_err(|error| problem(&error))
    }

    /// Rows as they come.
    pub(super) async fn rows(&self, sql: &str, parameters: &[Parameter<'_>]) -> Result<RowStream, Failure> {
        let parameters = parameters.iter().map(|(value, kind)| (*value, kind.clone()));
        let rows = timeout(self.patience, self.client().query_typed_raw(sql, parameters)).await;
        Ok(rows.map_err(|_| Failure::silence())??)
    }

    /// Where the bytes of COPY … FROM STDIN go. The statement has a name, which is given up with the end of the COPY and
    /// so before that of the transaction: behind PgBouncer, no other connection meets it.
    ///
    /// # Errors
    /// What the database says.
    pub async fn copy_in(&self, sql: &str) -> Result<CopyInSink<bytes::Bytes>, Problem> {
        let sink = timeout(self.patience, self.client().copy_in(sql)).await;
        sink.map_err(|_| Failure::silence().problem())?.map_err(|error| problem(&error))
    }

    /// Makes it last.
    ///
    /// # Errors
    /// Where the database does not acknowledge it: then nobody knows whether it lasts, and the problem says so.
    pub async fn commit(self) -> Result<(), Problem> {
        let committed = timeout(self.patience, self.client().batch_execute(COMMIT)).await;
        self.wrote();
        committed
            .map_err(|_| Failure::silence())
            .and_then(|committed| committed.map_err(Failure::from))
            .map_err(Failure::of_end)?;
        self.finished();
        Ok(())
    }

    /// What the database has said besides the answers that have come.
    pub(super) fn notices(&self) -> Vec<Notice> {
        self.client().notices()
    }

    /// How long the database may be silent.
    pub(super) fn patience(&self) -> Duration {
        self.patience
    }

    /// Whoever has written is to find it, also where it is not known whether it was stored.
    fn wrote(&self) {
        if let Some(writer) = &self.writer {
            writer.wrote();
        }
    }

    /// It has ended: the connection is for others.
    fn finished(mut self) {
        drop(self.client.take());
    }
}

impl Drop for Transaction {
    fn drop(&mut self) {
        if let Some(client) = self.client.take() {
            // The server sees that nobody waits any more for what runs there, and ends it.
            drop(Object::take(client));
        }
    }
}

/// The statement as this connection keeps it, parsed and planned. Where it cannot be had, it goes as others do, and what is
/// wrong with it shows then.
async fn kept(client: &Object, sql: &str, parameters: &[Parameter<'_>]) -> Option<Statement> {
    let types: Vec<Type> = parameters.iter().map(|(_, kind)| kind.clone()).collect();
    client.prepare_typed_cached(sql, &types).await.ok()
}
