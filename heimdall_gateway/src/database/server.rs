//! One database of one server, and the connections to it.

use std::sync::Arc;
use std::time::Duration;

use deadpool_postgres::{Runtime, Timeouts};
use tokio::time::timeout;
use tokio_postgres::Row;
use tokio_postgres::types::Type;
use tokio_postgres_rustls::MakeRustlsConnect;

use super::address;
use super::connection::{Connections, Object, Pool};
use super::direct::Statements;
use super::failure::{self, Failure};
use super::replica::Replica;
use super::transaction::Parameter;
use crate::config;
use crate::problem::Problem;

/// Connections that are there, and that are made when they are asked for.
#[derive(Clone)]
pub struct Server {
    pool: Pool,
    wait: Duration,
    statements: Statements,
    name: Arc<str>,
    replica: Option<Arc<Replica>>,
}

impl Server {
    /// Connects when first asked: to the database of that name, or to that of the address. A replica is watched from now on.
    ///
    /// # Errors
    /// Where an address is none.
    pub(super) fn new(
        config: &config::Database,
        database: Option<&str>,
        tls: &rustls::ClientConfig,
    ) -> Result<Server, String> {
        let address = address::read(config, database)?;
        let mut primary = Server::at(address.clone(), config, tls)?;
        if let Some(replica) = &config.replica {
            let address = address::read_replica(replica, &address, database, config.wait)?;
            let replica = Replica::new(Server::at(address, config, tls)?, replica.lag);
            primary.replica = Some(Replica::watched(replica, primary.clone()));
        }
        Ok(primary)
    }

    fn at(
        address: tokio_postgres::Config,
        config: &config::Database,
        tls: &rustls::ClientConfig,
    ) -> Result<Server, String> {
        let name = address.get_dbname().unwrap_or_default().into();
        let tls = MakeRustlsConnect::new(address::tls(&address, tls));
        let timeouts =
            Timeouts { wait: Some(config.wait), create: Some(config.wait), recycle: Some(config.wait) };
        let statements = Statements::new(config.prepared);
        let pool = Pool::builder(Connections::new(address, tls, statements.clone()))
            .max_size(config.connections)
            .timeouts(timeouts)
            .runtime(Runtime::Tokio1)
            .build();
        let pool = pool.map_err(|error| error.to_string())?;
        Ok(Server { pool, wait: config.wait, statements, name, replica: None })
    }

    /// Name of the database.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The replica, where there is one.
    pub fn replica(&self) -> Option<&Arc<Replica>> {
        self.replica.as_ref()
    }

    /// The connections that are there and those in use, for metrics.
    pub fn pool(&self) -> &Pool {
        &self.pool
    }

    /// Whether connections may keep statements.
    pub(super) fn keeps_statements(&self) -> bool {
        self.statements.are_kept()
    }

    /// One of the connections.
    pub(super) async fn connection(&self) -> Result<Object, Failure> {
        self.pool.get().await.map_err(|error| Failure::Absent(failure::no_connection(error)))
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
    pub(super) async fn ask(&self, sql: &str, parameters: &[Parameter<'_>]) -> Result<Vec<Row>, Problem> {
        self.twice(|| async {
            let client = self.connection().await?;
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

    /// What lies idle may be dead too.
    pub(super) fn forget_connections(&self) {
        self.pool.retain(|_, _| false);
    }

    /// What does no harm when it is done twice is, where the connection has died. Whatever has killed it has met those that
    /// lie idle too: a new one is made.
    pub(super) async fn twice<T, Work>(&self, work: impl Fn() -> Work) -> Result<T, Problem>
    where
        Work: Future<Output = Result<T, Failure>>,
    {
        let first = work().await;
        if matches!(first, Err(Failure::Broken(_) | Failure::Silent(_))) {
            self.forget_connections();
        }
        match first {
            Err(Failure::Broken(_)) => work().await.map_err(Failure::problem),
            first => first.map_err(Failure::problem),
        }
    }
}
