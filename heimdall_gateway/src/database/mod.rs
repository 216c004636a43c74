//! The database: each request is one transaction as the caller. Works through PgBouncer in transaction mode: nothing is
//! set for a session, and no statement has a name that outlives its transaction.

mod failure;
mod readiness;
mod rows;
mod transaction;

use std::sync::Arc;
use std::time::Duration;

use deadpool_postgres::{Manager, ManagerConfig, Pool, RecyclingMethod, Runtime, Timeouts};
use tokio_postgres::Row;
use tokio_postgres::types::Type;
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::config;
use crate::http::Caller;
use crate::problem::Problem;

pub use failure::problem;
pub use rows::JsonRows;
pub use transaction::{Access, Parameter, Transaction};

/// Its connections.
#[derive(Clone)]
pub struct Database {
    pool: Pool,
    statement_timeout: Duration,
    upkeep_timeout: Duration,
}

impl Database {
    /// Connects when first asked.
    ///
    /// # Errors
    /// Where the address is none.
    pub fn new(config: &config::Database, tls: Arc<rustls::ClientConfig>) -> Result<Database, String> {
        let mut address: tokio_postgres::Config =
            config.url.expose().parse().map_err(|_| "no address of a database".to_owned())?;
        address.application_name("heimdall_gateway").connect_timeout(config.wait);
        let tls = MakeRustlsConnect::new((*tls).clone());
        // Whether a connection is alive shows with its first statement, which costs a round trip less than asking.
        let manager =
            Manager::from_config(address, tls, ManagerConfig { recycling_method: RecyclingMethod::Fast });
        let timeouts =
            Timeouts { wait: Some(config.wait), create: Some(config.wait), recycle: Some(config.wait) };
        let pool = Pool::builder(manager)
            .max_size(config.connections)
            .timeouts(timeouts)
            .runtime(Runtime::Tokio1)
            .build();
        Ok(Database {
            pool: pool.map_err(|error| error.to_string())?,
            statement_timeout: config.statement_timeout,
            upkeep_timeout: config.upkeep_timeout,
        })
    }

    /// The same with time for what goes through all that is stored: rollback, erasure, policies.
    pub fn for_upkeep(&self) -> Database {
        Database { statement_timeout: self.upkeep_timeout, ..self.clone() }
    }

    /// The connections that are there and those in use, for metrics.
    pub fn pool(&self) -> &Pool {
        &self.pool
    }

    /// One statement in a transaction of its own: one round trip.
    ///
    /// # Errors
    /// What the database says, without its values.
    pub async fn query(
        &self,
        caller: &Caller,
        access: Access,
        sql: &str,
        parameters: &[Parameter<'_>],
    ) -> Result<Vec<Row>, Problem> {
        let (transaction, rows) = Transaction::begin_with(self, caller, access, sql, parameters).await?;
        transaction.finished();
        Ok(rows)
    }

    /// A statement whose rows, one JSON text each, are handed on as they come.
    ///
    /// # Errors
    /// What the database says before the first row.
    pub async fn stream(
        &self,
        caller: &Caller,
        sql: &str,
        parameters: &[Parameter<'_>],
    ) -> Result<JsonRows, Problem> {
        let transaction = self.begin(caller, Access::Read).await?;
        JsonRows::start(transaction, sql, parameters).await
    }

    /// A transaction as the caller, of several statements. Dropped, it is rolled back.
    ///
    /// # Errors
    /// 503 where there is no connection, 403 where the caller's role may not be taken on.
    pub async fn begin(&self, caller: &Caller, access: Access) -> Result<Transaction, Problem> {
        Transaction::begin(self, caller, access).await
    }

    /// Whether that backend is in a transaction that was not aborted: asked by another connection, as the gateway itself.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub async fn has_transaction(&self, backend: i32) -> Result<bool, Problem> {
        const SQL: &str = "SELECT FROM pg_catalog.pg_locks AS l \
            WHERE l.locktype OPERATOR(pg_catalog.=) 'virtualxid' AND l.pid OPERATOR(pg_catalog.=) $1 AND l.granted";
        let client = self.pool.get().await.map_err(failure::no_connection)?;
        let rows = client.query_typed(SQL, &[(&backend, Type::INT4)]).await;
        rows.map(|rows| !rows.is_empty()).map_err(|error| problem(&error))
    }
}
