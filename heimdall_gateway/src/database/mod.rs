//! The database: each request is one transaction as the caller. Works through PgBouncer in transaction mode: nothing is
//! set for a session, and no statement has a name that outlives its transaction. See docs/decisions/0043-faults-on-the-way.md.

mod address;
mod failure;
mod rows;
mod transaction;

use std::time::Duration;

use deadpool_postgres::{Manager, ManagerConfig, Pool, RecyclingMethod, Runtime, Timeouts};
use tokio::time::timeout;
use tokio_postgres::Row;
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
    statement_timeout: Duration,
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
            statement_timeout: config.statement_timeout,
        })
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
            Access::Write => self.begin(caller, access).await?.write(sql, parameters).await,
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

    /// The same for an upload, whose COPY may take as long as bytes come.
    ///
    /// # Errors
    /// 503 where there is no connection, 403 where the caller's role may not be taken on.
    pub async fn begin_upload(&self, caller: &Caller) -> Result<Transaction, Problem> {
        self.twice(|| Transaction::begin(self, caller, Access::Write, None)).await
    }

    /// Whether it answers and has the graph, for `/ready`.
    ///
    /// # Errors
    /// Why not.
    pub async fn answers(&self) -> Result<(), Problem> {
        self.twice(|| async {
            let client =
                self.pool.get().await.map_err(|error| Failure::Refused(failure::no_connection(error)))?;
            match timeout(self.wait, client.query_typed("SELECT 1", &[])).await {
                Ok(answer) => Ok(answer.map(drop)?),
                Err(_) => {
                    drop(deadpool_postgres::Object::take(client));
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
