//! Tokens that were checked a moment ago, so that a token of many requests costs one check of its signature.

use std::sync::Arc;

use jsonwebtoken::get_current_timestamp;
use quick_cache::sync::Cache;
use sha2::{Digest, Sha256};

use super::Principal;

/// Tokens at most; beyond, those least used go.
const MOST: usize = 10_000;

/// Seconds for which a check holds. A key that the provider has withdrawn is believed for so much longer.
const HOLDS: u64 = 60;

/// By digest: a dump of memory shows no token.
pub struct Verified(Cache<[u8; 32], (Arc<Principal>, u64)>);

impl Verified {
    /// None yet.
    pub fn new() -> Verified {
        Verified(Cache::new(MOST))
    }

    /// Whom a token names that was checked.
    pub fn get(&self, token: &str) -> Option<Arc<Principal>> {
        let (principal, until) = self.0.get(&digest(token))?;
        (get_current_timestamp() < until).then_some(principal)
    }

    /// Whether a token has held before, even if that has to be checked again.
    pub fn has_held(&self, token: &str) -> bool {
        self.0.peek(&digest(token)).is_some()
    }

    /// One holds no more.
    pub fn forget(&self, token: &str) {
        self.0.remove(&digest(token));
    }

    /// One was checked.
    pub fn put(&self, token: &str, principal: &Arc<Principal>) {
        let until = principal.expires_at.min(get_current_timestamp() + HOLDS);
        self.0.insert(digest(token), (Arc::clone(principal), until));
    }
}

fn digest(token: &str) -> [u8; 32] {
    Sha256::digest(token).into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identity::{Reason, Through};

    fn until(expires_at: u64) -> Arc<Principal> {
        let reason = Reason { claim: "groups".to_owned(), value: "soc".to_owned() };
        Arc::new(Principal {
            subject: "ada".to_owned(),
            role: "soc_analyst".to_owned(),
            reason,
            tenant: None,
            through: Through::Token,
            expires_at,
        })
    }

    #[test]
    fn a_check_holds_no_longer_than_its_token() {
        let (verified, now) = (Verified::new(), get_current_timestamp());
        verified.put("lasting", &until(now + 3600));
        verified.put("over", &until(now));
        assert!(verified.get("lasting").is_some());
        assert!(verified.get("over").is_none());
        assert!(verified.has_held("over"), "it is known all the same");
        verified.forget("over");
        assert!(!verified.has_held("over"));
        assert!(verified.get("another").is_none());
    }

    #[test]
    fn there_is_room_for_so_many() {
        let (verified, now) = (Verified::new(), get_current_timestamp());
        let principal = until(now + 3600);
        for number in 0..2 * MOST {
            verified.put(&number.to_string(), &principal);
        }
        assert!(verified.0.len() <= MOST);
    }
}
