//! The database: each request is one transaction as the caller. Works through PgBouncer in transaction mode: nothing is
//! set for a session, and no statement has a name that outlives its transaction, unless connections
//! go straight to the server or `HMD_DATABASE_PREPARED` says so. See docs/decisions/0043-faults-on-the-way.md.

mod address;
mod direct;
mod failure;
mod passfile;
mod readiness;
mod rows;
mod server;
mod transaction;

use std::sync::Arc;
use std::time::Duration;

use tokio_postgres::Row;

use crate::config;
use crate::http::Caller;
use crate::problem::Problem;
use crate::tenants::ByTenant;

pub use failure::problem;
pub use rows::JsonRows;
pub use server::Server;
pub use transaction::{Access, Parameter, Transaction};

/// It, and how long we wait for it.
#[derive(Clone)]
pub struct Database {
    servers: Arc<ByTenant<Server>>,
    wait: Duration,
    statement_timeout: Duration,
    upkeep_timeout: Duration,
}

impl Database {
    /// Connects when first asked.
    ///
    /// # Errors
    /// Where the address is none.
    pub fn new(
        config: &config::Database,
        tenants: Option<&config::Tenants>,
        tls: &rustls::ClientConfig,
    ) -> Result<Database, String> {
        let servers: Result<ByTenant<Server>, String> = match tenants {
            Some(tenants) => tenants
                .all
                .iter()
                .map(|tenant| {
                    Ok((Some(tenant.name.clone()), Server::new(config, Some(&tenant.database), tls)?))
                })
                .collect(),
            None => Server::new(config, None, tls).map(|server| ByTenant::from_iter([(None, server)])),
        };
        Ok(Database {
            servers: Arc::new(servers?),
            wait: config.wait,
            statement_timeout: config.statement_timeout,
            upkeep_timeout: config.upkeep_timeout,
        })
    }

    /// The same with time for what goes through all that is stored: rollback, erasure, policies.
    pub fn for_upkeep(&self) -> Database {
        Database { statement_timeout: self.upkeep_timeout, ..self.clone() }
    }

    /// The one where somebody's requests go: their tenant's.
    ///
    /// # Errors
    /// As [`ByTenant::of`].
    pub fn server(&self, caller: &Caller) -> Result<&Server, Problem> {
        self.servers.of(caller)
    }

    /// All of them, each with its tenant: for probes and numbers.
    pub fn servers(&self) -> impl Iterator<Item = (Option<&str>, &Server)> {
        self.servers.iter()
    }

    /// Whether so many wait for a connection to the caller's that nobody else should.
    pub fn is_congested(&self, caller: &Caller) -> bool {
        self.server(caller).is_ok_and(|server| {
            let pool = server.pool().status();
            pool.waiting > 4 * pool.max_size
        })
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
            Access::Read => {
                self.server(caller)?.twice(|| Transaction::read(self, caller, sql, parameters)).await
            }
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
        self.server(caller)?
            .twice(|| async {
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
        self.server(caller)?
            .twice(|| Transaction::begin(self, caller, access, Some(self.statement_timeout)))
            .await
    }

    /// A statement may take its time, and its answer as long as one waits for a connection.
    fn patience(&self) -> Duration {
        self.statement_timeout + self.wait
    }
}
