//! Sessions are renewed once, however many requests of a browser find them due: a refresh token that is used twice may end the
//! session, where the provider gives a new one each time.

use std::convert::Infallible;
use std::time::{Duration, Instant};

use quick_cache::sync::Cache;
use sha2::{Digest, Sha256};

use super::session::Session;
use crate::problem::Problem;

/// For so long, requests that bring the old cookie get what the first one got.
const REMEMBERED: Duration = Duration::from_secs(30);
/// For so long, what has failed is not tried again.
const FAILED: Duration = Duration::from_secs(3);
/// Sessions at most.
const MOST: usize = 10_000;

/// Those of the last moments.
pub struct Renewals(Cache<[u8; 32], Renewal>);

#[derive(Clone)]
struct Renewal {
    at: Instant,
    outcome: Result<Session, Problem>,
}

impl Renewal {
    fn is_over(&self) -> bool {
        self.at.elapsed() > if self.outcome.is_ok() { REMEMBERED } else { FAILED }
    }
}

impl Renewals {
    /// None yet.
    pub fn new() -> Renewals {
        Renewals(Cache::new(MOST))
    }

    /// What `renew` gives, or has given a moment ago, for that refresh token.
    pub async fn once(
        &self,
        refresh_token: &str,
        renew: impl Future<Output = Result<Session, Problem>>,
    ) -> Result<Session, Problem> {
        let key: [u8; 32] = Sha256::digest(refresh_token).into();
        if self.0.get(&key).is_some_and(|renewal| renewal.is_over()) {
            self.0.remove_if(&key, Renewal::is_over);
        }
        let renewal = async { Ok::<_, Infallible>(Renewal { outcome: renew.await, at: Instant::now() }) };
        let Ok(renewal) = self.0.get_or_insert_async(&key, renewal).await;
        renewal.outcome
    }
}
