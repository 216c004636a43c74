//! What the routes work with.

use std::sync::Arc;

use crate::config::Config;
use crate::database::Database;
use crate::dev;
use crate::identity::Identity;
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
        let uploads = Uploads::new(database.clone(), config.limits.clone());
        Ok(Arc::new(Gateway { config, database, identity, uploads }))
    }
}
