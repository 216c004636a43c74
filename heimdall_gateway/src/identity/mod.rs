//! Who asks: tokens of the identity provider, sessions of people, and what their claims give: a database role, and whose database it is.

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

use std::net::IpAddr;
use std::sync::Arc;

use axum::http::{HeaderMap, header};

use crate::config::{Config, Oidc};
use crate::problem::Problem;

pub use people::{People, Returned};
pub use principal::{Principal, Reason, Through, Who};
pub use provider::Provider;

use failures::Failures;
use rules::Rules;
use token::Kind;
use verified::Verified;

/// Tells who asks.
pub struct Identity {
    /// Those who have logged in.
    pub people: People,
    provider: Arc<Provider>,
    verified: Verified,
    failures: Arc<Failures>,
    oidc: Oidc,
    rules: Rules,
}

impl Identity {
    /// With the provider of the configuration, of which nothing is asked yet.
    ///
    /// # Errors
    /// What is wrong with the configuration beyond its form.
    pub fn new(http: reqwest::Client, config: &Config) -> Result<Identity, String> {
        let provider = Arc::new(Provider::new(http, &config.oidc, config.environment));
        let failures = Arc::new(Failures::new(config.limits.failures_per_minute));
        Ok(Identity {
            people: People::new(config, Arc::clone(&provider), Arc::clone(&failures))?,
            provider,
            verified: Verified::new(),
            failures,
            oidc: config.oidc.clone(),
            rules: Rules::of(config),
        })
    }

    /// Whether tokens can be checked: the provider's keys are known, or it gives them now.
    ///
    /// # Errors
    /// 503 where it does not answer.
    pub async fn ready(&self) -> Result<(), Problem> {
        self.provider.known().await.map(|_| ())
    }

    /// Whom the token in these headers names, which came from that address.
    ///
    /// # Errors
    /// 401 where that cannot be told, 403 where no role or tenant is given, 429 where too much from there did not hold, 503 where the
    /// provider is away.
    pub async fn authenticate(
        &self,
        headers: &HeaderMap,
        address: IpAddr,
    ) -> Result<Arc<Principal>, Problem> {
        let token = bearer(headers)?;
        if let Some(principal) = self.verified.get(token) {
            return Ok(principal);
        }
        // Who shares an address with those who guess is not kept out with them.
        if !self.verified.has_held(token) {
            self.failures.check(address)?;
        }
        let checked = self.check(token).await;
        match &checked {
            Ok(principal) => self.verified.put(token, principal),
            Err(problem) if problem.status < 500 => {
                self.verified.forget(token);
                self.failures.count(address);
            }
            Err(_) => {}
        }
        checked
    }

    async fn check(&self, token: &str) -> Result<Arc<Principal>, Problem> {
        let claims = token::verify(token, Kind::Access, &self.provider, &self.oidc).await?;
        Principal::of(&claims, &self.rules).map(Arc::new)
    }
}

/// The one token (RFC 6750).
fn bearer(headers: &HeaderMap) -> Result<&str, Problem> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let (Some(value), None) = (values.next(), values.next()) else {
        return Err(Problem::unauthenticated().detail("The request does not bring one token."));
    };
    value
        .to_str()
        .ok()
        .and_then(|value| value.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .map(|(_, token)| token.trim())
        .ok_or_else(|| Problem::unauthenticated().detail("The header Authorization brings no token."))
}
