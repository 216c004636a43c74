//! The database: each request is one transaction as the caller. Works through PgBouncer in transaction mode: nothing is
//! set for a session, and no statement has a name that outlives its transaction, unless connections
//! go straight to the server or `HMD_DATABASE_PREPARED` says so. See docs/decisions/0043-faults-on-the-way.md.

mod address;
mod answer;
mod connection;
mod direct;
mod failure;
mod notice;
mod passfile;
mod readiness;
mod replica;
mod rows;
mod server;
mod transaction;

use std::sync::Arc;
use std::time::Duration;

use crate::config;
use crate::http::Caller;
use crate::problem::Problem;
use crate::telemetry::Metrics;
use crate::telemetry::metrics::At;
use crate::tenants::ByTenant;

pub use answer::Answer;
pub use failure::problem;
pub use notice::Notice;
pub use replica::Replica;
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
    metrics: Arc<Metrics>,
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
        metrics: Arc<Metrics>,
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
            metrics,
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

    /// One statement in a transaction of its own. What reads takes one round trip, at the replica where that can, and is tried
    /// once more where the connection has died; what writes takes two, so that nothing is done twice.
    ///
    /// # Errors
    /// What the database says, without its values.
    pub async fn query(
        &self,
        caller: &Caller,
        access: Access,
        sql: &str,
        parameters: &[Parameter<'_>],
    ) -> Result<Answer, Problem> {
        if !matches!(access, Access::Read | Access::ReadPrimary) {
            return self.begin(caller, access).await?.write(sql, parameters).await;
        }
        let server = self.server(caller)?;
        if let Some(replica) = replica(server, caller, access) {
            let read = Transaction::read(self, replica.server(), caller, sql, parameters).await;
            if let Some(answer) = replica.settle(read) {
                self.count_read("replica");
                return answer;
            }
        }
        self.count_read("primary");
        server.twice(|| Transaction::read(self, server, caller, sql, parameters)).await
    }

    /// A statement whose rows, one JSON text each, are handed on as they come, however long that takes.
    ///
    /// # Errors
    /// What the database says before the first row.
    pub async fn stream(
        &self,
        caller: &Caller,
        access: Access,
        sql: &str,
        parameters: &[Parameter<'_>],
    ) -> Result<JsonRows, Problem> {
        let start = async |server: &Server| {
            let transaction = Transaction::begin(self, server, caller, access, None).await?;
            JsonRows::start(transaction, sql, parameters).await
        };
        let server = self.server(caller)?;
        if let Some(replica) = replica(server, caller, access)
            && let Some(rows) = replica.settle(start(replica.server()).await)
        {
            self.count_read("replica");
            return rows;
        }
        self.count_read("primary");
        server.twice(|| start(server)).await
    }

    /// A transaction as the caller, of several statements. Dropped, it is rolled back.
    ///
    /// # Errors
    /// 503 where there is no connection, 403 where the caller's role may not be taken on.
    pub async fn begin(&self, caller: &Caller, access: Access) -> Result<Transaction, Problem> {
        let server = self.server(caller)?;
        server.twice(|| Transaction::begin(self, server, caller, access, Some(self.statement_timeout))).await
    }

    fn count_read(&self, server: &'static str) {
        self.metrics.reads.get_or_create(&At { server }).inc();
    }

    /// A statement may take its time, and its answer as long as one waits for a connection.
    fn patience(&self) -> Duration {
        self.statement_timeout + self.wait
    }
}

/// Where a read may go instead.
fn replica<'a>(server: &'a Server, caller: &Caller, access: Access) -> Option<&'a Replica> {
    let replica = server.replica().filter(|_| access == Access::Read)?;
    replica.serves(&caller.principal.subject).then_some(replica)
}
