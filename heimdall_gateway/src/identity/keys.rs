//! The identity provider: its issuer and its keys.

use jsonwebtoken::jwk::JwkSet;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::sync::OnceCell;
use url::Url;

use crate::config::Environment;
use crate::dev;
use crate::problem::Problem;

/// What the discovery document says.
#[derive(Clone, Debug, Deserialize)]
pub struct Discovered {
    /// The only issuer we believe.
    pub issuer: String,
    /// Where its keys are.
    pub jwks_uri: Url,
}

/// The provider, asked when first needed.
pub struct Provider {
    http: reqwest::Client,
    discovery_url: Url,
    environment: Environment,
    known: OnceCell<(Discovered, JwkSet)>,
}

impl Provider {
    /// Nothing is asked yet.
    pub fn new(http: reqwest::Client, discovery_url: Url, environment: Environment) -> Provider {
        Provider { http, discovery_url, environment, known: OnceCell::new() }
    }

    /// Issuer and keys.
    ///
    /// # Errors
    /// 503 where it does not answer.
    pub async fn known(&self) -> Result<&(Discovered, JwkSet), Problem> {
        let fetch = async {
            let document: Value = self.fetch(&self.discovery_url).await?;
            dev::check_issuer(self.environment, &document)?;
            let discovered: Discovered =
                serde_json::from_value(document).map_err(|error| error.to_string())?;
            let keys = self.fetch(&discovered.jwks_uri).await?;
            Ok::<_, String>((discovered, keys))
        };
        self.known.get_or_try_init(|| fetch).await.map_err(|error| {
            tracing::warn!(%error, "the identity provider does not answer");
            Problem::unavailable().detail("The identity provider does not answer.").retry_after(5)
        })
    }

    async fn fetch<T: DeserializeOwned>(&self, url: &Url) -> Result<T, String> {
        let fetch = async { self.http.get(url.clone()).send().await?.error_for_status()?.json().await };
        fetch.await.map_err(|error: reqwest::Error| error.to_string())
    }
}
