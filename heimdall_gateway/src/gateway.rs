//! What the routes work with.

use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use crate::config::Config;
use crate::database::Database;
use crate::identity::Identity;
use crate::server::Connections;
use crate::tls::{self, Certificates};

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
        let database = Database::new(&config.database, client.clone())?;
        let http = reqwest::Client::builder()
            .tls_backend_preconfigured((*client).clone())
            .redirect(reqwest::redirect::Policy::none())
            .timeout(std::time::Duration::from_secs(10))
            .build()
            .map_err(|error| error.to_string())?;
        let identity = Identity::new(http, config.oidc.clone(), config.roles.clone());
        Ok(Arc::new(Gateway {
            config,
            database,
            identity,
            tls,
            connections: Arc::default(),
            stop: CancellationToken::new(),
        }))
    }

    /// Whether the process was told to stop. What runs is finished; `/ready` says no.
    pub fn stopping(&self) -> bool {
        self.stop.is_cancelled()
    }
}
