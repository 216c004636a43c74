//! What the cookies hold: the gateway itself remembers nobody, so that any of several can answer.

use jsonwebtoken::get_current_timestamp;
use serde::{Deserialize, Serialize};

use crate::identity::principal::{Principal, Through};
use crate::identity::rules::{Given, Rules};

/// Seconds that a log-in may take.
pub const LOGIN_TAKES: u64 = 600;

/// A log-in that has begun: what is to come back with it.
#[derive(Serialize, Deserialize)]
pub struct Pending {
    /// Binds the answer to this browser.
    pub state: String,
    /// Binds the ID token to this log-in.
    pub nonce: String,
    /// Binds the code to this log-in (RFC 7636).
    pub verifier: String,
    /// Where to go afterwards.
    pub return_to: String,
    /// When it is too late.
    pub until: u64,
}

/// Somebody who has logged in.
#[derive(Clone, Serialize, Deserialize)]
pub struct Session {
    /// Whom the audit trail names.
    pub subject: String,
    /// Role and tenant.
    #[serde(flatten)]
    pub given: Given,
    /// When they logged in.
    pub since: u64,
    /// From when on it is to be renewed.
    pub renew_at: u64,
    /// When it ends unless it was renewed.
    pub expires_at: u64,
    /// What renews it.
    pub refresh_token: Option<String>,
}

impl Session {
    /// Who that is, as long as the operator's rules still give that role and tenant.
    pub fn principal(&self, rules: &Rules) -> Option<Principal> {
        let given = rules.still_give(&self.given).then(|| self.given.clone())?;
        Some(Principal::new(&self.subject, given, Through::Session, self.expires_at))
    }

    /// Their tenant's name, where there are tenants.
    pub fn tenant(&self) -> Option<&str> {
        self.given.tenant.as_ref().map(|tenant| tenant.value.as_str())
    }

    /// Whether it is time to renew it.
    pub fn is_due(&self) -> bool {
        self.refresh_token.is_some() && self.renew_at <= get_current_timestamp()
    }

    /// Whether it has ended.
    pub fn has_expired(&self) -> bool {
        self.expires_at <= get_current_timestamp()
    }
}
