//! The token to bring: the one that was given, or the provider's for our own credentials, until it ends.

use std::time::{Duration, Instant};

use reqwest::StatusCode;
use serde::Deserialize;
use url::Url;

use super::failure::{Failure, Problem};
use crate::config::Secret;
use crate::config::client::Identity;

/// A token that ends so soon is not begun with.
const SPARE: Duration = Duration::from_secs(30);

/// Where tokens come from.
pub struct Tokens {
    http: reqwest::Client,
    identity: Identity,
    held: Option<(Secret, Option<Instant>)>,
}

#[derive(Deserialize)]
struct Discovered {
    token_endpoint: Url,
}

#[derive(Deserialize)]
struct Granted {
    access_token: String,
    expires_in: Option<u64>,
}

impl Tokens {
    /// Nothing is asked yet.
    pub fn new(http: reqwest::Client, identity: Identity) -> Tokens {
        Tokens { http, identity, held: None }
    }

    /// One that holds for a while.
    ///
    /// # Errors
    /// What the provider says.
    pub async fn get(&mut self) -> Result<Secret, Failure> {
        if let Identity::Token(token) = &self.identity {
            return Ok(token.clone());
        }
        match &self.held {
            Some((token, until)) if until.is_none_or(|until| until > Instant::now() + SPARE) => {
                Ok(token.clone())
            }
            _ => self.fetch().await,
        }
    }

    /// The gateway does not take it. Whether there may be another.
    pub fn forget(&mut self) -> bool {
        self.held.take().is_some()
    }

    /// Client credentials (RFC 6749, 4.4).
    async fn fetch(&mut self) -> Result<Secret, Failure> {
        let Identity::Credentials { discovery_url, client, scope } = &self.identity else {
            return Err(Failure::Odd("no credentials"));
        };
        let answer = self.http.get(discovery_url.clone()).send().await?;
        let answer = provider_says(answer.status()).map(|()| answer)?;
        let discovered: Discovered = answer
            .json()
            .await
            .map_err(|_| Failure::Odd("the provider's document names no token_endpoint"))?;
        let same = discovered.token_endpoint.origin() == discovery_url.origin();
        if discovered.token_endpoint.scheme() != "https" && !same {
            return Err(Failure::Odd("the provider takes secrets without TLS"));
        }
        let mut form = vec![("grant_type", "client_credentials")];
        form.extend(scope.as_deref().map(|scope| ("scope", scope)));
        let request = self.http.post(discovered.token_endpoint).form(&form);
        let answer =
            request.basic_auth(encoded(&client.id), Some(encoded(client.secret.expose()))).send().await?;
        provider_says(answer.status())?;
        let granted: Granted =
            answer.json().await.map_err(|_| Failure::Odd("the provider gives no access_token"))?;
        let until =
            granted.expires_in.map(|seconds| Instant::now() + Duration::from_secs(seconds.min(86_400)));
        let token = Secret::new(granted.access_token);
        self.held = Some((token.clone(), until));
        Ok(token)
    }
}

/// Name and secret are form-encoded before they are put together (RFC 6749, 2.3.1).
fn encoded(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

fn provider_says(status: StatusCode) -> Result<(), Failure> {
    if status.is_success() {
        return Ok(());
    }
    let mut problem = Problem::of_status(status);
    problem.detail = Some("This is what the identity provider says.".to_owned());
    if status.is_client_error() {
        problem.hint =
            Some("HMD_OAUTH_M2M_ID and HMD_OAUTH_M2M_SECRET are who the client is there.".to_owned());
    }
    Err(Failure::Refused { problem, retry_after: None })
}
