//! What the routes work with.

use std::sync::Arc;

use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use crate::api::health::LastLook;
use crate::config::Config;
use crate::database::Database;
use crate::http::Rates;
use crate::identity::Identity;
use crate::server::Connections;
use crate::telemetry::Metrics;
use crate::telemetry::metrics::{Of, Source, State};
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
    /// Connections in figures.
    pub connections: Arc<Connections>,
    /// Cancelled when the process was told to stop: nothing new is begun.
    pub stop: CancellationToken,
    /// How often they may.
    pub rates: Rates,
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
        let client = tls::client_config(config.tls.authorities.as_deref())?;
        let metrics = Arc::new(Metrics::default());
        let database = Database::new(&config.database, &client, Arc::clone(&metrics))?;
        let http = reqwest::Client::builder()
            .tls_backend_preconfigured((*client).clone())
            .redirect(reqwest::redirect::Policy::none())
            .timeout(std::time::Duration::from_secs(10))
            .build()
            .map_err(|error| error.to_string())?;
        let identity = Identity::new(http, &config)?;
        let (rates, places) = (Rates::new(&config.limits), Semaphore::new(config.limits.requests));
        let uploads = Uploads::new(database.clone(), config.limits.clone(), Arc::clone(&metrics));
        Ok(Arc::new(Gateway {
            config,
            database,
            identity,
            tls,
            connections: Arc::default(),
            stop: CancellationToken::new(),
            rates,
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
        let (mut idle, mut busy, mut waiting) = (0, 0, 0);
        let replicas = self.database.servers().filter_map(|server| Some(server.replica()?.server()));
        for server in self.database.servers().chain(replicas) {
            let pool = server.pool().status();
            idle += pool.available;
            busy += pool.size.saturating_sub(pool.available);
            waiting += pool.waiting;
        }
        let count = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
        self.metrics.connections.get_or_create(&State { state: "idle" }).set(count(idle));
        self.metrics.connections.get_or_create(&State { state: "busy" }).set(count(busy));
        self.metrics.waiting.set(count(waiting));
        self.metrics.clients.set(i64::try_from(self.connections.open()).unwrap_or(i64::MAX));
        self.metrics.certificate_days.set(self.tls.status().days_left());
        self.measure_replicas();
        // A source that is gone has no age.
        self.metrics.feed_age.clear();
        let mut up = true;
        for server in self.database.servers() {
            let feeds = server.feeds().await;
            up &= feeds.is_ok();
            for (source, age) in feeds.unwrap_or_default() {
                if let Some(age) = age {
                    self.metrics.feed_age.get_or_create(&Source { source }).set(age);
                }
            }
        }
        self.metrics.database_up.set(up.into());
    }

    fn measure_replicas(&self) {
        // Of one that does not answer nobody knows how far it is behind.
        self.metrics.replica_lag.clear();
        for server in self.database.servers() {
            let Some(replica) = server.replica() else { continue };
            let of = Of { database: server.name().to_owned() };
            self.metrics.replica_up.get_or_create(&of).set(replica.ready().is_ok().into());
            if let Some(lag) = replica.lag() {
                self.metrics.replica_lag.get_or_create(&of).set(lag.as_secs_f64());
            }
        }
    }
}
