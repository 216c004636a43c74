//! Those who bring a token with each request (RFC 6750): machines, and pages of other origins.

use std::net::IpAddr;
use std::sync::Arc;

use axum::http::{HeaderMap, header};

use super::Principal;
use super::failures::Failures;
use super::provider::Provider;
use super::rules::Rules;
use super::token::{self, Kind};
use super::verified::Verified;
use crate::config::Oidc;
use crate::problem::Problem;

/// Who brings a token.
pub struct Bearers {
    pub(super) provider: Arc<Provider>,
    pub(super) verified: Verified,
    pub(super) failures: Arc<Failures>,
    pub(super) oidc: Oidc,
    pub(super) rules: Rules,
}

impl Bearers {
    /// Whom the token in these headers names, which came from that address.
    ///
    /// # Errors
    /// 401 where that cannot be told, 403 where no role or tenant is given, 429 where too much from there did not hold, 503 where the
    /// provider is away.
    pub async fn known(&self, headers: &HeaderMap, address: IpAddr) -> Result<Arc<Principal>, Problem> {
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

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;
    use std::time::Duration;

    use super::*;
    use crate::config::{Client, Environment, Secret};
    use crate::identity::{Reason, Through};

    /// A provider that is away: what comes to it gets 503.
    fn bearers(failures: u32) -> Bearers {
        let client = || Client { id: String::new(), secret: Secret::new("") };
        let oidc = Oidc {
            discovery_url: "https://localhost:1/".parse().expect("a URL"),
            people: client(),
            machines: client(),
            audiences: Vec::new(),
            scope: String::new(),
            leeway: Duration::ZERO,
            keys_floor: Duration::ZERO,
            keys_refresh: Duration::ZERO,
        };
        let _ = rustls::crypto::ring::default_provider().install_default();
        let provider = Provider::new(reqwest::Client::new(), &oidc, Environment::Production);
        Bearers {
            provider: Arc::new(provider),
            verified: Verified::new(),
            failures: Arc::new(Failures::new(failures)),
            oidc,
            rules: Rules { roles: Vec::new(), tenants: None },
        }
    }

    /// Whom a token named that has ended.
    fn over() -> Arc<Principal> {
        let reason = Reason { claim: "groups".to_owned(), value: "soc".to_owned() };
        Arc::new(Principal {
            subject: "ada".to_owned(),
            role: "soc_analyst".to_owned(),
            tenant: None,
            reason,
            through: Through::Token,
            expires_at: 0,
        })
    }

    async fn status(bearers: &Bearers, token: &str) -> u16 {
        let value = format!("Bearer {token}").parse().expect("a header");
        let headers = HeaderMap::from_iter([(header::AUTHORIZATION, value)]);
        let known = bearers.known(&headers, Ipv4Addr::LOCALHOST.into()).await;
        known.map_or_else(|problem| problem.status, |_| 200)
    }

    /// `{"alg":"ES256"}`, `{}`, and a signature.
    fn token(signature: &str) -> String {
        format!("eyJhbGciOiJFUzI1NiJ9.e30.{signature}")
    }

    #[tokio::test]
    async fn one_that_has_held_is_checked_again_whoever_else_guesses() {
        let bearers = bearers(1);
        bearers.verified.put(&token("held"), &over());
        assert_eq!(status(&bearers, "guess").await, 401);
        assert_eq!(status(&bearers, &token("new")).await, 429);
        assert_eq!(status(&bearers, &token("held")).await, 503);
        assert_eq!(status(&bearers, &token("held")).await, 503, "that nobody could tell is no failure");
    }

    #[tokio::test]
    async fn one_that_holds_no_more_has_had_its_chance() {
        let bearers = bearers(2);
        assert_eq!(status(&bearers, "first guess").await, 401);
        bearers.verified.put("held", &over());
        assert_eq!(status(&bearers, "held").await, 401);
        assert_eq!(status(&bearers, "held").await, 429);
    }

    #[tokio::test]
    async fn a_provider_that_is_away_is_nobodys_failure() {
        let bearers = bearers(1);
        for _ in 0..3 {
            assert_eq!(status(&bearers, &token("new")).await, 503);
        }
    }
}
