//! A transaction as somebody: their role, their name and the request's id for the audit trail, set for it alone.

use std::time::Duration;

use deadpool_postgres::Object;
use tokio::time::timeout;
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{CopyInSink, Row, RowStream};

use super::Database;
use super::failure::{Failure, no_connection, problem};
use crate::http::Caller;
use crate::problem::Problem;

/// A value and its type: typed, a statement needs no name and no round trip of its own.
pub type Parameter<'a> = (&'a (dyn ToSql + Sync), Type);

/// What a transaction may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Read alone.
    Read,
    /// Whatever the role may.
    Write,
    /// The same, and fails with 40001 where what is written has changed since it was read in this transaction.
    WriteUnchanged,
}

impl Access {
    fn begin(self) -> &'static str {
        match self {
            Access::Read => "BEGIN READ ONLY",
            Access::Write => "BEGIN",
            Access::WriteUnchanged => "BEGIN ISOLATION LEVEL REPEATABLE READ",
        }
    }
}

// Times are written in UTC, whatever the server's zone. A statement whose client has gone ends within a second, and a
// transaction that hears nothing from us too, some time later. A role that may not be taken on is an error of the first.
const AS_CALLER: &str = "SELECT pg_catalog.set_config('role', $1, true), \
    pg_catalog.set_config('heimdall.actor', $2, true), pg_catalog.set_config('heimdall.request_id', $3, true), \
    pg_catalog.set_config('statement_timeout', $4, true), pg_catalog.set_config('timezone', 'UTC', true), \
    pg_catalog.set_config('client_connection_check_interval', '1000', true), \
    pg_catalog.set_config('idle_in_transaction_session_timeout', '120000', true)";

// In a transaction that has failed, COMMIT is no error: it rolls back. Another statement is one.
const COMMIT: &str = "SELECT; COMMIT";

/// One that is open. Dropped before it is committed, its connection is closed, which rolls it back.
pub struct Transaction {
    client: Option<Object>,
    /// How long the database may be silent.
    patience: Duration,
}

impl Transaction {
    async fn connection(database: &Database) -> Result<Transaction, Failure> {
        let client = database.pool.get().await.map_err(|error| Failure::Refused(no_connection(error)))?;
        Ok(Transaction { client: Some(client), patience: database.patience() })
    }

    /// Begin and settings, in one round trip. Without a limit, a statement may take as long as it does.
    pub(super) async fn begin(
        database: &Database,
        caller: &Caller,
        access: Access,
        limit: Option<Duration>,
    ) -> Result<Transaction, Failure> {
        let transaction = Transaction::connection(database).await?;
        let limit = milliseconds(limit.unwrap_or_default());
        let client = transaction.client();
        let settings: [Parameter<'_>; 4] = as_caller(caller, &limit);
        // Polled in this order, they are sent in this order.
        let both = async {
            tokio::join!(
                biased;
                client.batch_execute(access.begin()),
                client.query_typed(AS_CALLER, &settings),
            )
        };
        let (begun, set) = timeout(transaction.patience, both).await.map_err(|_| Failure::silence())?;
        begun.and(set)?;
        Ok(transaction)
    }

    /// Begin, settings, a statement that reads, and COMMIT in one round trip. Where one fails, COMMIT rolls back.
    pub(super) async fn read(
        database: &Database,
        caller: &Caller,
        sql: &str,
        parameters: &[Parameter<'_>],
    ) -> Result<Vec<Row>, Failure> {
        let transaction = Transaction::connection(database).await?;
        let limit = milliseconds(database.statement_timeout);
        let client = transaction.client();
        let settings: [Parameter<'_>; 4] = as_caller(caller, &limit);
        let all = async {
            tokio::join!(
                biased;
                client.batch_execute(Access::Read.begin()),
                client.query_typed(AS_CALLER, &settings),
                client.query_typed(sql, parameters),
                client.batch_execute("COMMIT"),
            )
        };
        let (begun, set, rows, committed) =
            timeout(transaction.patience, all).await.map_err(|_| Failure::silence())?;
        let rows = begun.and(set).and(rows).and_then(|rows| committed.map(|()| rows));
        let failure = match rows {
            Ok(rows) => {
                transaction.finished();
                return Ok(rows);
            }
            Err(error) => Failure::from(error),
        };
        // All four were answered: the connection is as good as before.
        if matches!(failure, Failure::Refused(_)) {
            transaction.finished();
        }
        Err(failure)
    }

    /// A statement and COMMIT in one round trip. Gives what the caller is told where nobody knows whether it was done.
    pub(super) async fn write(self, sql: &str, parameters: &[Parameter<'_>]) -> Result<Vec<Row>, Problem> {
        let client = self.client();
        let both =
            async { tokio::join!(biased; client.query_typed(sql, parameters), client.batch_execute(COMMIT)) };
        let (rows, committed) =
            timeout(self.patience, both).await.map_err(|_| Failure::silence().of_end())?;
        match rows.and_then(|rows| committed.map(|()| rows)) {
            Ok(rows) => {
                self.finished();
                Ok(rows)
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
        committed
            .map_err(|_| Failure::silence())
            .and_then(|committed| committed.map_err(Failure::from))
            .map_err(Failure::of_end)?;
        self.finished();
        Ok(())
    }

    /// How long the database may be silent.
    pub(super) fn patience(&self) -> Duration {
        self.patience
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

fn milliseconds(time: Duration) -> String {
    time.as_millis().to_string()
}

fn as_caller<'a>(caller: &'a Caller, limit: &'a String) -> [Parameter<'a>; 4] {
    [
        (&caller.principal.role, Type::TEXT),
        (&caller.principal.subject, Type::TEXT),
        (&caller.request_id, Type::TEXT),
        (limit, Type::TEXT),
    ]
}
