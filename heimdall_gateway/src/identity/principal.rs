//! Somebody known, and as what the database has them.

use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::config::RoleRule;
use crate::problem::Problem;

/// Somebody who asks.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Principal {
    /// `sub` of the token: whom the audit trail names.
    pub subject: String,
    /// Role of the database in which they ask.
    pub role: String,
    /// Why that one.
    pub reason: Reason,
    /// When the token ends, in seconds since 1970.
    pub expires_at: u64,
}

/// The rule that gave a role.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Reason {
    /// The claim.
    pub claim: String,
    /// The value in it.
    pub value: String,
}

impl Principal {
    /// Whom those claims name.
    ///
    /// # Errors
    /// 401 without a subject, 403 where no rule fits.
    pub fn of(claims: &Value, rules: &[RoleRule]) -> Result<Principal, Problem> {
        let subject = claims
            .get("sub")
            .and_then(Value::as_str)
            .filter(|subject| {
                !subject.is_empty()
                    && subject.chars().count() <= 255
                    && !subject.chars().any(char::is_control)
            })
            .ok_or_else(|| {
                Problem::unauthenticated().detail("The token names no subject that can be recorded.")
            })?;
        let rule = rules.iter().find(|rule| has(claims, rule)).ok_or_else(|| {
            Problem::forbidden()
                .detail("No claim of yours gives a role.")
                .hint("The operator maps claims to roles: HMD_ROLE_MAP.")
        })?;
        Ok(Principal {
            subject: subject.to_owned(),
            role: rule.role.clone(),
            reason: Reason { claim: rule.claim.clone(), value: rule.value.clone() },
            expires_at: claims.get("exp").and_then(Value::as_u64).unwrap_or(0),
        })
    }
}

fn has(claims: &Value, rule: &RoleRule) -> bool {
    let found = claims
        .get(&rule.claim)
        .or_else(|| rule.claim.split('.').try_fold(claims, |value, name| value.get(name)));
    match found {
        Some(Value::String(text)) if rule.claim == "scope" => text.split(' ').any(|word| word == rule.value),
        Some(Value::String(text)) => *text == rule.value,
        Some(Value::Array(list)) => list.iter().any(|value| value.as_str() == Some(&rule.value)),
        _ => false,
    }
}
