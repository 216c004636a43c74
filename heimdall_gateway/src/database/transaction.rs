//! A transaction as somebody: their role, their name and the request's id for the audit trail, set for it alone.

use std::time::Duration;

use deadpool_postgres::Object;
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{CopyInSink, Row, RowStream};

use super::Database;
use super::failure::{no_connection, problem};
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

// Times are written in UTC, whatever the server's zone. A role that may not be taken on is an error of the first.
const AS_CALLER: &str = "SELECT pg_catalog.set_config('role', $1, true), \
    pg_catalog.set_config('heimdall.actor', $2, true), pg_catalog.set_config('heimdall.request_id', $3, true), \
    pg_catalog.set_config('statement_timeout', $4, true), pg_catalog.set_config('timezone', 'UTC', true)";

/// One that is open. Dropped before it is committed, its connection is closed, which rolls it back.
pub struct Transaction {
    client: Option<Object>,
}

impl Transaction {
    async fn connection(database: &Database) -> Result<Transaction, Problem> {
        let client = database.pool.get().await.map_err(no_connection)?;
        Ok(Transaction { client: Some(client) })
    }

    pub(super) async fn begin(
        database: &Database,
        caller: &Caller,
        access: Access,
    ) -> Result<Transaction, Problem> {
        let transaction = Transaction::connection(database).await?;
        let timeout = milliseconds(database.statement_timeout);
        let client = transaction.client();
        let begun = async { client.batch_execute(access.begin()).await };
        let settings: [Parameter<'_>; 4] = as_caller(caller, &timeout);
        let (begun, set) = tokio::join!(biased; begun, client.query_typed(AS_CALLER, &settings));
        begun.and(set).map_err(|error| problem(&error))?;
        Ok(transaction)
    }

    /// Begin, settings, the statement and COMMIT in one round trip. Where one fails, COMMIT rolls back.
    pub(super) async fn begin_with(
        database: &Database,
        caller: &Caller,
        access: Access,
        sql: &str,
        parameters: &[Parameter<'_>],
    ) -> Result<(Transaction, Vec<Row>), Problem> {
        let transaction = Transaction::connection(database).await?;
        let timeout = milliseconds(database.statement_timeout);
        let client = transaction.client();
        let settings: [Parameter<'_>; 4] = as_caller(caller, &timeout);
        // Polled in this order, they are sent in this order.
        let (begun, set, rows, committed) = tokio::join!(
            biased;
            client.batch_execute(access.begin()),
            client.query_typed(AS_CALLER, &settings),
            client.query_typed(sql, parameters),
            client.batch_execute("COMMIT"),
        );
        let rows = begun.and(set).and(rows).and_then(|rows| committed.map(|()| rows));
        match rows {
            Ok(rows) => Ok((transaction, rows)),
            Err(error) => {
                if error.as_db_error().is_some() {
                    transaction.finished();
                }
                Err(problem(&error))
            }
        }
    }

    fn client(&self) -> &Object {
        // It is taken out by what consumes the transaction alone.
        #[allow(clippy::expect_used)]
        self.client.as_ref().expect("the connection is there until the end")
    }

    /// All rows of a statement.
    ///
    /// # Errors
    /// What the database says.
    pub async fn query(&self, sql: &str, parameters: &[Parameter<'_>]) -> Result<Vec<Row>, Problem> {
        self.client().query_typed(sql, parameters).await.map_err(|error| problem(&error))
    }

    /// Rows as they come.
    ///
    /// # Errors
    /// What the database says before the first.
    pub async fn rows(&self, sql: &str, parameters: &[Parameter<'_>]) -> Result<RowStream, Problem> {
        let parameters = parameters.iter().map(|(value, kind)| (*value, kind.clone()));
        self.client().query_typed_raw(sql, parameters).await.map_err(|error| problem(&error))
    }

    /// Where the bytes of COPY … FROM STDIN go.
    ///
    /// # Errors
    /// What the database says.
    pub async fn copy_in(&self, sql: &str) -> Result<CopyInSink<bytes::Bytes>, Problem> {
        self.client().copy_in(sql).await.map_err(|error| problem(&error))
    }

    /// Makes it last.
    ///
    /// # Errors
    /// Where the database does not acknowledge it: then nobody knows whether it lasts.
    pub async fn commit(self) -> Result<(), Problem> {
        self.client().batch_execute("COMMIT").await.map_err(|error| problem(&error))?;
        self.finished();
        Ok(())
    }

    /// It has ended: the connection is for others.
    pub(super) fn finished(mut self) {
        drop(self.client.take());
    }
}

impl Drop for Transaction {
    fn drop(&mut self) {
        if let Some(client) = self.client.take() {
            // What runs is cancelled with the connection that it runs in.
            drop(Object::take(client));
        }
    }
}

fn milliseconds(time: Duration) -> String {
    time.as_millis().to_string()
}

fn as_caller<'a>(caller: &'a Caller, timeout: &'a String) -> [Parameter<'a>; 4] {
    [
        (&caller.principal.role, Type::TEXT),
        (&caller.principal.subject, Type::TEXT),
        (&caller.request_id, Type::TEXT),
        (timeout, Type::TEXT),
    ]
}
