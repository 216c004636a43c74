//! What the routes work with.

use std::sync::Arc;

use futures_util::future::join_all;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use crate::api::health::LastLook;
use crate::config::Config;
use crate::database::Database;
use crate::http::{Rates, Shares};
use crate::identity::Identity;
use crate::telemetry::Metrics;
use crate::telemetry::metrics::{Source, State, Tenant};
use crate::tls::{self, Certificates};
use crate::uploads::Uploads;

/// The parts of a gateway that runs.
pub struct Gateway {
    /// What it was told.
    pub config: Config,
    /// The database.
    pub database: Database,
    /// Who asks.
    pub identity: Identity,
    /// What we show to clients.
    pub tls: Arc<Certificates>,
    /// Cancelled when the process was told to stop: nothing new is begun.
    pub stop: CancellationToken,
    /// How often they may.
    pub rates: Rates,
    /// How much they may have running at a time.
    pub shares: Shares,
    /// A place for each request that may run at a time.
    pub places: Semaphore,
    /// Numbers.
    pub metrics: Arc<Metrics>,
    /// What `/ready` saw last.
    pub last_look: LastLook,
    /// Uploads that run.
    pub uploads: Arc<Uploads>,
}

impl Gateway {
    /// Puts it together. Nothing is connected yet: neither database nor identity provider need to be there.
    ///
    /// # Errors
    /// What is wrong with the configuration beyond its form.
    pub fn new(config: Config) -> Result<Arc<Gateway>, String> {
        let tls = Certificates::load(&config)
            .map_err(|refusals| refusals.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))?;
        let client = tls::reloaded_client_config(Arc::clone(&tls))?;
        let shown = tls::database_config(&client, &config.tls, config.environment)
            .map_err(|refusal| refusal.to_string())?;
        let database = Database::new(&config.database, config.tenants.as_ref(), &shown)?;
        let http = reqwest::Client::builder()
            .tls_backend_preconfigured(client.clone())
            .redirect(reqwest::redirect::Policy::none())
            .timeout(std::time::Duration::from_secs(10))
            .build()
            .map_err(|error| error.to_string())?;
        let identity = Identity::new(http, &config)?;
        let (rates, places) = (Rates::new(&config.limits), Semaphore::new(config.limits.requests));
        let shares = Shares::new(&config.database);
        let metrics = Arc::new(Metrics::default());
        let uploads = Uploads::new(database.clone(), config.limits.clone(), Arc::clone(&metrics));
        Ok(Arc::new(Gateway {
            config,
            database,
            identity,
            tls,
            stop: CancellationToken::new(),
            rates,
            shares,
            places,
            metrics,
            last_look: LastLook::default(),
            uploads,
        }))
    }

    /// Whether the process was told to stop. What runs is finished; `/ready` says no.
    pub fn stopping(&self) -> bool {
        self.stop.is_cancelled()
    }

    /// Brings up to date those numbers that are states.
    pub async fn measure(&self) {
        let count = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
        for (tenant, server) in self.database.servers() {
            let (pool, tenant) = (server.pool().status(), Tenant::named(tenant));
            let idle = State { state: "idle", tenant: tenant.clone() };
            let busy = State { state: "busy", tenant: tenant.clone() };
            self.metrics.connections.get_or_create(&idle).set(count(pool.available));
            self.metrics
                .connections
                .get_or_create(&busy)
                .set(count(pool.size.saturating_sub(pool.available)));
            self.metrics.waiting.of(&tenant).set(count(pool.waiting));
        }
        self.metrics.certificate_days.set(self.tls.status().days_left());
        // A database that does not answer holds up no other.
        let told = join_all(
            self.database
                .servers()
                .map(|(tenant, server)| async move { (Tenant::named(tenant), server.feeds().await) }),
        )
        .await;
        // A source that is gone has no age.
        self.metrics.feed_age.clear();
        for (tenant, feeds) in told {
            self.metrics.database_up.of(&tenant).set(feeds.is_ok().into());
            for (source, age) in feeds.unwrap_or_default() {
                if let Some(age) = age {
                    let source = Source { source, tenant: tenant.clone() };
                    self.metrics.feed_age.get_or_create(&source).set(age);
                }
            }
        }
    }
}
