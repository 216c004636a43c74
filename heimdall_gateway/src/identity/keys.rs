//! The identity provider: its issuer and its keys.

use jsonwebtoken::jwk::JwkSet;
use serde::Deserialize;
use tokio::sync::OnceCell;
use url::Url;

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
    known: OnceCell<(Discovered, JwkSet)>,
}

impl Provider {
    /// Nothing is asked yet.
    pub fn new(http: reqwest::Client, discovery_url: Url) -> Provider {
        Provider { http, discovery_url, known: OnceCell::new() }
    }

    /// Issuer and keys.
    ///
    /// # Errors
    /// 503 where it does not answer.
    pub async fn known(&self) -> Result<&(Discovered, JwkSet), Problem> {
        let fetch = async {
            let discovered: Discovered =
                self.http.get(self.discovery_url.clone()).send().await?.error_for_status()?.json().await?;
            let keys: JwkSet =
                self.http.get(discovered.jwks_uri.clone()).send().await?.error_for_status()?.json().await?;
            Ok::<_, reqwest::Error>((discovered, keys))
        };
        self.known.get_or_try_init(|| fetch).await.map_err(|error| {
            tracing::warn!(%error, "the identity provider does not answer");
            Problem::unavailable().detail("The identity provider does not answer.").retry_after(5)
        })
    }
}
