//! What claims give, by the operator's rules: a role of the database and, where there are tenants, whose database it is.

use serde::{Deserialize, Serialize};

use super::claims::Claims;
use super::principal::Reason;
use crate::config::{Config, RoleRule, Tenants};
use crate::problem::Problem;

/// The rules.
#[derive(Clone)]
pub struct Rules {
    pub(super) roles: Vec<RoleRule>,
    pub(super) tenants: Option<Tenants>,
}

/// What somebody was given.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Given {
    /// Role of the database.
    pub role: String,
    /// Why that one.
    pub reason: Reason,
    /// The claim that names the tenant and the tenant that it names, where there are some.
    pub tenant: Option<Reason>,
}

impl Rules {
    /// Those of the configuration.
    pub fn of(config: &Config) -> Rules {
        Rules { roles: config.roles.clone(), tenants: config.tenants.clone() }
    }

    /// What those claims give. Of rules for roles, the first that fits counts; tenants have no order.
    ///
    /// # Errors
    /// 403 where no rule fits, and where not exactly one tenant is named.
    pub fn give(&self, claims: &Claims) -> Result<Given, Problem> {
        let rule = self.roles.iter().find(|rule| claims.holds(&rule.claim, &rule.value));
        let rule = rule.ok_or_else(no_role)?;
        let reason = Reason { claim: rule.claim.clone(), value: rule.value.clone() };
        Ok(Given { role: rule.role.clone(), reason, tenant: self.tenant(claims)? })
    }

    fn tenant(&self, claims: &Claims) -> Result<Option<Reason>, Problem> {
        let Some(Tenants { claim, all }) = &self.tenants else { return Ok(None) };
        let mut named = all.iter().filter(|tenant| claims.holds(claim, &tenant.name));
        let refuse = |why| {
            Problem::forbidden()
                .detail(why)
                .hint("The operator says which claim names a tenant, and which there are: HMD_TENANT_CLAIM, HMD_TENANTS.")
        };
        match (named.next(), named.next()) {
            (Some(tenant), None) => Ok(Some(Reason { claim: claim.clone(), value: tenant.name.clone() })),
            (None, _) => Err(refuse("No claim of yours names a tenant.")),
            (Some(_), Some(_)) => Err(refuse("Your claims name several tenants: a request is one tenant's.")),
        }
    }

    /// Whether what was given once would be given today for the same claims.
    pub fn still_give(&self, given: &Given) -> bool {
        let role = self.roles.iter().any(|rule| {
            rule.claim == given.reason.claim && rule.value == given.reason.value && rule.role == given.role
        });
        let tenant = match (&self.tenants, &given.tenant) {
            (None, None) => true,
            (Some(tenants), Some(tenant)) => {
                tenants.claim == tenant.claim && tenants.all.iter().any(|one| one.name == tenant.value)
            }
            _ => false,
        };
        role && tenant
    }
}

/// Known, and without a role.
pub fn no_role() -> Problem {
    Problem::forbidden()
        .detail("No claim of yours gives a role.")
        .hint("The operator maps claims to roles: HMD_ROLE_MAP.")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Tenant;

    fn rules(claim: Option<&str>) -> Rules {
        let role = |value: &str| RoleRule {
            claim: "groups".to_owned(),
            value: value.to_owned(),
            role: format!("{value}_role"),
        };
        let tenant = |name: &str| Tenant { name: name.to_owned(), database: format!("heimdall_{name}") };
        Rules {
            roles: vec![role("soc"), role("feeds")],
            tenants: claim.map(|claim| Tenants {
                claim: claim.to_owned(),
                all: vec![tenant("acme"), tenant("globex")],
            }),
        }
    }

    fn tenant(claim: &str, claims: &str) -> Result<String, u16> {
        let claims: Claims = serde_json::from_str(claims).expect("claims");
        let given = rules(Some(claim)).give(&claims).map_err(|problem| problem.status)?;
        Ok(given.tenant.expect("there are tenants").value)
    }

    #[test]
    fn exactly_one_tenant_is_named() {
        for claims in [
            r#"{"groups": ["soc"], "org": "acme"}"#,
            r#"{"groups": ["soc"], "org": ["acme"]}"#,
            r#"{"groups": ["soc"], "org": ["acme", "acme", "a company without a database"]}"#,
        ] {
            assert_eq!(tenant("org", claims).as_deref(), Ok("acme"), "{claims}");
        }
        let inside = r#"{"groups": ["soc"], "org": {"name": "globex"}}"#;
        assert_eq!(tenant("org.name", inside).as_deref(), Ok("globex"));
        for claims in [
            r#"{"groups": ["soc"]}"#,
            r#"{"groups": ["soc"], "org": null}"#,
            r#"{"groups": ["soc"], "org": []}"#,
            r#"{"groups": ["soc"], "org": ""}"#,
            r#"{"groups": ["soc"], "org": "ACME"}"#,
            r#"{"groups": ["soc"], "org": "acme globex"}"#,
            r#"{"groups": ["soc"], "org": {"acme": true}}"#,
            r#"{"groups": ["soc"], "org": ["acme", "globex"]}"#,
            r#"{"groups": [], "org": "acme"}"#,
        ] {
            assert_eq!(tenant("org", claims), Err(403), "{claims}");
        }
    }

    #[test]
    fn what_was_given_holds_for_the_rules_that_gave_it() {
        let claims = r#"{"groups": ["soc"], "org": "acme", "company": "acme"}"#;
        let claims: Claims = serde_json::from_str(claims).expect("claims");
        let given = |rules: &Rules| rules.give(&claims).expect("given");
        let (none, by_org, by_company) = (rules(None), rules(Some("org")), rules(Some("company")));
        for (now, before, holds) in [
            (&none, &none, true),
            (&by_org, &by_org, true),
            (&by_org, &none, false),
            (&none, &by_org, false),
            (&by_company, &by_org, false),
        ] {
            assert_eq!(now.still_give(&given(before)), holds);
        }
        let mut without = by_org.clone();
        without.tenants.as_mut().expect("tenants").all.remove(0);
        assert!(!without.still_give(&given(&by_org)), "the tenant is gone");
        let mut without = by_org.clone();
        without.roles.remove(0);
        assert!(!without.still_give(&given(&by_org)), "the rule is gone");
    }
}
