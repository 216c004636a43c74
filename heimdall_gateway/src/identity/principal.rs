//! Somebody known, and as what the database has them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::claims::Claims;
use crate::config::RoleRule;
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
    /// How they are known.
    pub through: Through,
    /// When the token, or what is known of the session, ends, in seconds since 1970.
    pub expires_at: u64,
}

/// The rule that gave a role.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Reason {
    /// The claim.
    pub claim: String,
    /// The value in it.
    pub value: String,
}

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
    /// Whom those claims of a token name.
    ///
    /// # Errors
    /// 403 where no rule fits.
    pub fn of(claims: &Claims, rules: &[RoleRule]) -> Result<Principal, Problem> {
        let rule = rule(claims, rules).ok_or_else(no_role)?;
        Ok(Principal {
            subject: claims.text("sub").unwrap_or_default().to_owned(),
            role: rule.role.clone(),
            reason: Reason { claim: rule.claim.clone(), value: rule.value.clone() },
            through: Through::Token,
            expires_at: claims.time("exp").unwrap_or_default(),
        })
    }
}

/// The first rule that fits.
pub fn rule<'a>(claims: &Claims, rules: &'a [RoleRule]) -> Option<&'a RoleRule> {
    rules.iter().find(|rule| claims.holds(&rule.claim, &rule.value))
}

/// Known, and without a role.
pub fn no_role() -> Problem {
    Problem::forbidden()
        .detail("No claim of yours gives a role.")
        .hint("The operator maps claims to roles: HMD_ROLE_MAP.")
}
