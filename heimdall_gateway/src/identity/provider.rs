//! The identity provider: its metadata and keys, kept, and asked for anew now and then.
//!
//! Whatever tokens come in, it is asked by one request at a time, and not more often than once in `HMD_OAUTH_KEYS_FLOOR`. What is
//! known is asked for anew, beside the requests, after `HMD_OAUTH_KEYS_REFRESH`.

use std::sync::Arc;
use std::time::{Duration, Instant};

use arc_swap::ArcSwapOption;
use jsonwebtoken::{Algorithm, DecodingKey};
use reqwest::Client;
use serde_json::Value;
use tokio::sync::{Mutex, MutexGuard, Semaphore};
use url::Url;

use super::documents::exchange;
use super::keys::{Key, Keys};
use super::metadata::{Metadata, fits};
use crate::config::{Environment, Oidc};
use crate::dev;
use crate::problem::Problem;

/// For how long what is known holds while the provider is away.
const KEPT: Duration = Duration::from_secs(24 * 3600);

/// Requests that may wait for a key that is not known. Anybody can name such a key: while the provider does not answer, they are
/// not to take all places of those whose keys are known.
const WAITING: usize = 64;

/// What is known of it.
pub struct Known {
    /// What it says of itself.
    pub metadata: Metadata,
    keys: Keys,
    since: Instant,
}

/// The last time that it was asked.
struct Asked {
    at: Instant,
    answered: bool,
}

/// It, asked when first needed.
pub struct Provider {
    http: Client,
    discovery_url: Url,
    environment: Environment,
    floor: Duration,
    refresh: Duration,
    known: ArcSwapOption<Known>,
    asked: Mutex<Option<Asked>>,
    waiting: Semaphore,
}

impl Provider {
    /// Nothing is asked yet.
    pub fn new(http: Client, oidc: &Oidc, environment: Environment) -> Provider {
        Provider {
            http,
            discovery_url: oidc.discovery_url.clone(),
            environment,
            floor: oidc.keys_floor,
            refresh: oidc.keys_refresh,
            known: ArcSwapOption::empty(),
            asked: Mutex::new(None),
            waiting: Semaphore::new(WAITING),
        }
    }

    /// For requests to it.
    pub fn http(&self) -> &Client {
        &self.http
    }

    /// What is known of it.
    ///
    /// # Errors
    /// 503 where nothing is, and it does not answer.
    pub async fn known(self: &Arc<Self>) -> Result<Arc<Known>, Problem> {
        match self.known.load_full() {
            Some(known) if known.since.elapsed() < self.refresh => Ok(known),
            Some(known) if known.since.elapsed() < KEPT => {
                self.ask_by_and_by();
                Ok(known)
            }
            old => self.newer_than(old.as_ref()).await,
        }
    }

    /// The key of that id, for such signatures.
    ///
    /// # Errors
    /// 401 where there is none, 503 where that cannot be told.
    pub async fn key(
        self: &Arc<Self>,
        id: Option<&str>,
        algorithm: Algorithm,
    ) -> Result<DecodingKey, Problem> {
        let known = self.known().await?;
        let known = match known.keys.named(id).is_empty() {
            true => {
                let _waits = self.waiting.try_acquire().map_err(|_| away())?;
                self.newer_than(Some(&known)).await?
            }
            false => known,
        };
        let named = known.keys.named(id);
        let fitting: Vec<&&Key> = named.iter().filter(|key| key.is_for(algorithm)).collect();
        match (fitting.as_slice(), named.is_empty()) {
            ([key], _) => Ok(key.decoding.clone()),
            (_, true) => Err(Problem::unauthenticated().detail("The token's key is not known.")),
            ([], _) => Err(Problem::unauthenticated().detail("The token's key is for other signatures.")),
            _ => Err(Problem::unauthenticated().detail("The token does not tell by which key it is signed.")),
        }
    }

    /// Who waited while another asked has that answer.
    async fn newer_than(&self, old: Option<&Arc<Known>>) -> Result<Arc<Known>, Problem> {
        let mut asked = self.asked.lock().await;
        if let Some(known) = self.known.load_full()
            && old.is_none_or(|old| !Arc::ptr_eq(old, &known))
        {
            return Ok(known);
        }
        match &*asked {
            Some(last) if last.at.elapsed() < self.floor => match self.known.load_full() {
                Some(known) if last.answered => Ok(known),
                _ => Err(away()),
            },
            _ => self.ask(&mut asked).await,
        }
    }

    /// Beside the requests, none of which waits for it.
    fn ask_by_and_by(self: &Arc<Self>) {
        let provider = Arc::clone(self);
        tokio::spawn(async move {
            if let Ok(mut asked) = provider.asked.try_lock()
                && asked.as_ref().is_none_or(|last| last.at.elapsed() >= provider.floor)
            {
                let _ = provider.ask(&mut asked).await;
            }
        });
    }

    async fn ask(&self, asked: &mut MutexGuard<'_, Option<Asked>>) -> Result<Arc<Known>, Problem> {
        // Should this request end half-way, the provider was asked all the same.
        **asked = Some(Asked { at: Instant::now(), answered: false });
        let fetched = self.fetch().await;
        **asked = Some(Asked { at: Instant::now(), answered: fetched.is_ok() });
        match fetched {
            Ok(known) => {
                let known = Arc::new(known);
                self.known.store(Some(Arc::clone(&known)));
                Ok(known)
            }
            Err(reason) => {
                tracing::warn!(reason, "the identity provider cannot be used");
                Err(away())
            }
        }
    }

    async fn fetch(&self) -> Result<Known, String> {
        let no_metadata = |_| "the document at HMD_OAUTH_DISCOVERY_URL is no metadata of OpenID Connect";
        let document: Value =
            serde_json::from_slice(&self.get(&self.discovery_url).await?).map_err(no_metadata)?;
        dev::check_issuer(self.environment, &document)?;
        let metadata: Metadata = serde_json::from_value(document).map_err(no_metadata)?;
        if !fits(&metadata, &self.discovery_url) {
            return Err("the issuer is another than that of HMD_OAUTH_DISCOVERY_URL".to_owned());
        }
        let keys = Keys::read(&self.get(metadata.jwks_uri().url()).await?)?;
        Ok(Known { metadata, keys, since: Instant::now() })
    }

    async fn get(&self, url: &Url) -> Result<Vec<u8>, String> {
        let request = http::Request::get(url.as_str())
            .header(http::header::ACCEPT, "application/json")
            .body(Vec::new());
        let answer = exchange(&self.http, request.map_err(|error| error.to_string())?).await;
        let answer = answer.map_err(|error| error.to_string())?;
        match answer.status() {
            http::StatusCode::OK => Ok(answer.into_body()),
            status => Err(format!("it answers {status}")),
        }
    }
}

/// It does not answer.
pub fn away() -> Problem {
    Problem::unavailable().detail("The identity provider does not answer.").retry_after(5)
}
