//! Who asks: tokens of the identity provider, sessions of people, and what their claims give: a database role, and whose database it is.

mod bearers;
mod claims;
mod documents;
mod failures;
mod keys;
mod metadata;
mod people;
mod principal;
mod provider;
mod rules;
mod token;
mod verified;

use std::sync::Arc;

use crate::config::Config;
use crate::problem::Problem;

pub use bearers::Bearers;
pub use people::{People, Returned};
pub use principal::{Principal, Reason, Through, Who};
pub use provider::Provider;

use failures::Failures;
use rules::Rules;
use verified::Verified;

/// Tells who asks.
pub struct Identity {
    /// Those who have logged in.
    pub people: People,
    /// Those who bring a token.
    pub bearers: Bearers,
    provider: Arc<Provider>,
}

impl Identity {
    /// With the provider of the configuration, of which nothing is asked yet.
    ///
    /// # Errors
    /// What is wrong with the configuration beyond its form.
    pub fn new(http: reqwest::Client, config: &Config) -> Result<Identity, String> {
        let provider = Arc::new(Provider::new(http, &config.oidc, config.environment));
        let failures = Arc::new(Failures::new(config.limits.failures_per_minute));
        let people = People::new(config, Arc::clone(&provider), Arc::clone(&failures))?;
        let (oidc, rules) = (config.oidc.clone(), Rules::of(config));
        let bearers =
            Bearers { provider: Arc::clone(&provider), verified: Verified::new(), failures, oidc, rules };
        Ok(Identity { people, bearers, provider })
    }

    /// Whether tokens can be checked: the provider's keys are known, or it gives them now.
    ///
    /// # Errors
    /// 503 where it does not answer.
    pub async fn ready(&self) -> Result<(), Problem> {
        self.provider.known().await.map(|_| ())
    }
}
