//! The database: each request is one transaction as the caller. Works through PgBouncer in transaction mode: nothing is
//! set for a session, and no statement has a name that outlives its transaction, unless `HMD_DATABASE_PREPARED` allows it. See docs/decisions/0043-faults-on-the-way.md.

mod address;
mod failure;
mod passfile;
mod readiness;
mod rows;
mod transaction;

use std::time::Duration;

use deadpool_postgres::{Manager, ManagerConfig, Object, Pool, RecyclingMethod, Runtime, Timeouts};
use tokio::time::timeout;
use tokio_postgres::Row;
use tokio_postgres::types::Type;
use tokio_postgres_rustls::MakeRustlsConnect;

use self::failure::Failure;
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
    wait: Duration,
    prepared: bool,
    statement_timeout: Duration,
    upkeep_timeout: Duration,
}

impl Database {
    /// Connects when first asked.
    ///
    /// # Errors
    /// Where the address is none.
    pub fn new(config: &config::Database, tls: &rustls::ClientConfig) -> Result<Database, String> {
        let address = address::read(config)?;
        let tls = MakeRustlsConnect::new(address::tls(&address, tls));
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
            wait: config.wait,
            prepared: config.prepared,
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

    /// One statement in a transaction of its own. What reads takes one round trip, and is tried once more where the
    /// connection has died; what writes takes two, so that nothing is done twice.
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
        match access {
            Access::Read => self.twice(|| Transaction::read(self, caller, sql, parameters)).await,
            access => self.begin(caller, access).await?.write(sql, parameters).await,
        }
    }

    /// A statement whose rows, one JSON text each, are handed on as they come, however long that takes.
    ///
    /// # Errors
    /// What the database says before the first row.
    pub async fn stream(
        &self,
        caller: &Caller,
        sql: &str,
        parameters: &[Parameter<'_>],
    ) -> Result<JsonRows, Problem> {
        self.twice(|| async {
            let transaction = Transaction::begin(self, caller, Access::Read, None).await?;
            JsonRows::start(transaction, sql, parameters).await
        })
        .await
    }

    /// A transaction as the caller, of several statements. Dropped, it is rolled back.
    ///
    /// # Errors
    /// 503 where there is no connection, 403 where the caller's role may not be taken on.
    pub async fn begin(&self, caller: &Caller, access: Access) -> Result<Transaction, Problem> {
        self.twice(|| Transaction::begin(self, caller, access, Some(self.statement_timeout))).await
    }

    /// Whether that backend is in a transaction that was not aborted: asked by another connection, as the gateway itself.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub async fn has_transaction(&self, backend: i32) -> Result<bool, Problem> {
        const SQL: &str = "SELECT FROM pg_catalog.pg_locks AS l \
            WHERE l.locktype OPERATOR(pg_catalog.=) 'virtualxid' AND l.pid OPERATOR(pg_catalog.=) $1 AND l.granted";
        Ok(!self.ask(SQL, &[(&backend, Type::INT4)]).await?.is_empty())
    }

    /// A question of the gateway's own.
    async fn ask(&self, sql: &str, parameters: &[Parameter<'_>]) -> Result<Vec<Row>, Problem> {
        self.twice(|| async {
            let client =
                self.pool.get().await.map_err(|error| Failure::Refused(failure::no_connection(error)))?;
            match timeout(self.wait, client.query_typed(sql, parameters)).await {
                Ok(rows) => Ok(rows?),
                Err(_) => {
                    drop(Object::take(client));
                    Err(Failure::silence())
                }
            }
        })
        .await
    }

    /// What does no harm when it is done twice is, where the connection has died. Whatever has killed it has met those that
    /// lie idle too: a new one is made.
    async fn twice<T, Work>(&self, work: impl Fn() -> Work) -> Result<T, Problem>
    where
        Work: Future<Output = Result<T, Failure>>,
    {
        let first = work().await;
        if matches!(first, Err(Failure::Broken(_) | Failure::Silent(_))) {
            self.pool.retain(|_, _| false);
        }
        match first {
            Err(Failure::Broken(_)) => work().await.map_err(Failure::problem),
            first => first.map_err(Failure::problem),
        }
    }

    /// A statement may take its time, and its answer as long as one waits for a connection.
    fn patience(&self) -> Duration {
        self.statement_timeout + self.wait
    }
}
