//! Somebody known, and as what the database has them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::claims::Claims;
use super::rules::{Given, Rules};
use crate::problem::Problem;

/// Somebody who asks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Principal {
    /// `sub` of the token: whom the audit trail names.
    pub subject: String,
    /// Role of the database in which they ask.
    pub role: String,
    /// Why that one.
    pub reason: Reason,
    /// Whose database they ask, where the gateway has tenants.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tenant: Option<String>,
    /// How they are known.
    pub through: Through,
    /// When the token, or what is known of the session, ends, in seconds since 1970.
    pub expires_at: u64,
}

/// Why something was given: a rule's claim, and the value in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Reason {
    /// The claim.
    pub claim: String,
    /// The value in it.
    pub value: String,
}

/// A tenant and a subject: people of two tenants are two, though both are called the same.
pub type Who = (Option<String>, String);

/// How somebody is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Through {
    /// The request has brought a token.
    Token,
    /// They have logged in with a browser.
    Session,
}

impl Principal {
    /// By what limits tell callers apart.
    pub fn who(&self) -> Who {
        (self.tenant.clone(), self.subject.clone())
    }

    /// Whom those claims of a token name.
    ///
    /// # Errors
    /// 403 where no rule gives a role, and where not exactly one tenant is named.
    pub fn of(claims: &Claims, rules: &Rules) -> Result<Principal, Problem> {
        let subject = claims.text("sub").unwrap_or_default();
        let expires_at = claims.time("exp").unwrap_or_default();
        Ok(Principal::new(subject, rules.give(claims)?, Through::Token, expires_at))
    }

    /// Somebody, with what they were given.
    pub fn new(subject: &str, given: Given, through: Through, expires_at: u64) -> Principal {
        Principal {
            subject: subject.to_owned(),
            role: given.role,
            reason: given.reason,
            tenant: given.tenant.map(|tenant| tenant.value),
            through,
            expires_at,
        }
    }
}
