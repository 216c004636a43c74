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
use crate::telemetry::metrics::{Of, Source, State, Tenant};
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
        let metrics = Arc::new(Metrics::default());
        let database =
            Database::new(&config.database, config.tenants.as_ref(), &shown, Arc::clone(&metrics))?;
        let http = reqwest::Client::builder()
            .tls_backend_preconfigured(client.clone())
            .redirect(reqwest::redirect::Policy::none())
            .timeout(std::time::Duration::from_secs(10))
            .build()
            .map_err(|error| error.to_string())?;
        let identity = Identity::new(http, &config)?;
        let (rates, places) = (Rates::new(&config.limits), Semaphore::new(config.limits.requests));
        let shares = Shares::new(config.database.connections.div_ceil(2), config.database.wait);
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
            let tenant = Tenant::named(tenant);
            let (mut idle, mut busy, mut waiting) = (0, 0, 0);
            for server in [server].into_iter().chain(server.replica().map(|replica| replica.server())) {
                let pool = server.pool().status();
                idle += pool.available;
                busy += pool.size.saturating_sub(pool.available);
                waiting += pool.waiting;
            }
            for (state, number) in [("idle", idle), ("busy", busy)] {
                let state = State { state, tenant: tenant.clone() };
                self.metrics.connections.get_or_create(&state).set(count(number));
            }
            self.metrics.waiting.of(&tenant).set(count(waiting));
        }
        self.metrics.certificate_days.set(self.tls.status().days_left());
        self.measure_replicas();
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

    fn measure_replicas(&self) {
        // Of one that does not answer nobody knows how far it is behind.
        self.metrics.replica_lag.clear();
        for (_, server) in self.database.servers() {
            let Some(replica) = server.replica() else { continue };
            let of = Of { database: server.name().to_owned() };
            self.metrics.replica_up.get_or_create(&of).set(replica.ready().is_ok().into());
            if let Some(lag) = replica.lag() {
                self.metrics.replica_lag.get_or_create(&of).set(lag.as_secs_f64());
            }
        }
    }
}
