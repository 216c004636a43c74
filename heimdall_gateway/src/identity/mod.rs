//! Who asks: tokens of the identity provider, sessions of people, and what their claims give: a database role, and whose database it is.

mod claims;
mod documents;
mod keys;
mod metadata;
mod people;
mod principal;
mod provider;
mod rules;
mod token;
mod verified;

use std::sync::Arc;

use axum::http::{HeaderMap, header};

use crate::config::{Config, Oidc};
use crate::problem::Problem;

pub use people::{People, Returned};
pub use principal::{Principal, Reason, Through};
pub use provider::Provider;

use rules::Rules;
use token::Kind;
use verified::Verified;

/// Tells who asks.
pub struct Identity {
    /// Those who have logged in.
    pub people: People,
    provider: Arc<Provider>,
    verified: Verified,
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
        Ok(Identity {
            people: People::new(config, Arc::clone(&provider))?,
            provider,
            verified: Verified::new(),
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

    /// Whom the token in these headers names.
    ///
    /// # Errors
    /// 401 where that cannot be told, 403 where no role or tenant is given, 503 where the provider is away.
    pub async fn authenticate(&self, headers: &HeaderMap) -> Result<Arc<Principal>, Problem> {
        let token = bearer(headers)?;
        if let Some(principal) = self.verified.get(token) {
            return Ok(principal);
        }
        let claims = token::verify(token, Kind::Access, &self.provider, &self.oidc).await?;
        let principal = Arc::new(Principal::of(&claims, &self.rules)?);
        self.verified.put(token, &principal);
        Ok(principal)
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
