//! What is handed out once and taken back once: authorization codes and refresh tokens.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;

const LIMIT: usize = 10_000;

/// Values, each under a random name that is good for a while and for one use.
pub struct OneTime<T> {
    lifetime: Duration,
    kept: Mutex<HashMap<String, (Instant, T)>>,
}

impl<T> OneTime<T> {
    /// Empty.
    pub fn new(lifetime: Duration) -> OneTime<T> {
        OneTime { lifetime, kept: Mutex::default() }
    }

    /// The name of that value; none where too many are kept.
    pub fn put(&self, value: T) -> Option<String> {
        let name = random()?;
        let now = Instant::now();
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|_, (end, _)| *end > now);
        if kept.len() >= LIMIT {
            return None;
        }
        kept.insert(name.clone(), (now + self.lifetime, value));
        Some(name)
    }

    /// The value of that name, which is gone then.
    pub fn take(&self, name: &str) -> Option<T> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.remove(name).filter(|(end, _)| *end > Instant::now()).map(|(_, value)| value)
    }
}

/// 256 random bits.
pub fn random() -> Option<String> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).ok()?;
    Some(BASE64_URL_SAFE_NO_PAD.encode(bytes))
}
