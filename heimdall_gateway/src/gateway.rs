//! What the routes work with.

use std::sync::Arc;

use tokio::sync::Semaphore;

use crate::api::health::LastLook;
use crate::config::Config;
use crate::database::Database;
use crate::dev;
use crate::http::Rates;
use crate::identity::Identity;
use crate::telemetry::Metrics;
use crate::telemetry::metrics::State;
use crate::tls;
use crate::uploads::Uploads;

/// The parts of a gateway that runs.
pub struct Gateway {
    /// What it was told.
    pub config: Config,
    /// The database.
    pub database: Database,
    /// Who asks.
    pub identity: Identity,
    /// How often they may.
    pub rates: Rates,
    /// A place for each request that may run at a time.
    pub places: Semaphore,
    /// Numbers.
    pub metrics: Metrics,
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
        dev::check(&config)?;
        let client = tls::client_config(config.tls.authorities.as_deref())?;
        let database = Database::new(&config.database, client.clone())?;
        let http = reqwest::Client::builder()
            .tls_backend_preconfigured((*client).clone())
            .redirect(reqwest::redirect::Policy::none())
            .timeout(std::time::Duration::from_secs(10))
            .build()
            .map_err(|error| error.to_string())?;
        let identity = Identity::new(http, config.oidc.clone(), config.roles.clone(), config.environment);
        let (rates, places) = (Rates::new(&config.limits), Semaphore::new(config.limits.requests));
        let uploads = Uploads::new(database.clone(), config.limits.clone());
        let metrics = Metrics::default();
        Ok(Arc::new(Gateway {
            config,
            database,
            identity,
            rates,
            places,
            metrics,
            last_look: LastLook::default(),
            uploads,
        }))
    }

    /// Brings up to date those numbers that are states.
    pub fn measure(&self) {
        let pool = self.database.pool().status();
        let count = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
        self.metrics.connections.get_or_create(&State { state: "idle" }).set(count(pool.available));
        self.metrics
            .connections
            .get_or_create(&State { state: "busy" })
            .set(count(pool.size.saturating_sub(pool.available)));
        self.metrics.waiting.set(count(pool.waiting));
    }
}
