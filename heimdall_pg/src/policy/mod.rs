//! Rules of fields in SQL: `sql/041_policy.sql`.

mod opening;
pub mod reapply;
pub mod rekey;

use heimdall_core::mapping::{Mapping, Policy};
use pgrx::JsonB;
use pgrx::prelude::*;

use crate::error::{Error, ok};
use crate::mapping::{invalid, parse_jsonb};

/// A policy from its JSON.
pub fn parse(json: &str) -> Result<Policy, Error> {
    Policy::parse(json).map_err(|error| {
        invalid("policy", &error)
            .hint("The rules are keep, drop, hash, encrypt, scrub, truncate and pseudonymise.")
    })
}

/// The vertex labels of a mapping under a policy.
#[pg_extern(immutable, strict, parallel_safe, name = "_mapping_labels_under")]
pub fn mapping_labels_under(mapping: JsonB, policy: JsonB) -> Vec<String> {
    parse_jsonb(&mapping).under(&ok(parse(&policy.0.to_string()))).labels()
}

/// Raises where a policy is not valid, or has a rule for a key of the mapping that no key can have.
#[pg_extern(immutable, parallel_safe, name = "_check_policy")]
pub fn check_policy(policy: JsonB, mapping: Option<JsonB>) {
    let policy = ok(parse(&policy.0.to_string()));
    if let Some(mapping) = mapping {
        ok(policy.check(&parse_jsonb(&mapping)).map_err(|error| {
            invalid("rule", &error)
                .hint("Keys can be kept, hashed and encrypted, those of an Ip truncated and pseudonymised.")
        }));
    }
}

/// What is to happen to each of these fields, and to those that the mapping names: its use, the rule in effect, its
/// mark, the options of the rule, and who says so.
#[pg_extern(immutable, parallel_safe, name = "_field_policies")]
#[allow(clippy::type_complexity)]
pub fn field_policies(
    mapping: Option<JsonB>,
    policy: JsonB,
    fields: Vec<String>,
) -> TableIterator<
    'static,
    (
        name!(field, String),
        name!(used_as, Option<String>),
        name!(rule, String),
        name!(tlp, i32),
        name!(options, JsonB),
        name!(origin, String),
    ),
> {
    let mapping = mapping.map_or_else(Mapping::default, |mapping| parse_jsonb(&mapping));
    let policy = ok(parse(&policy.0.to_string()));
    let mut all = mapping.named_fields();
    all.extend(policy.fields.0.iter().map(|(field, _)| field.clone()));
    all.extend(fields);
    all.sort_unstable();
    all.dedup();
    TableIterator::new(all.into_iter().map(move |field| {
        let found = mapping.field_policy(&policy, &field);
        let options = serde_json::to_value(&found.stated.options).unwrap_or_default();
        let tlp = i32::from(found.tlp.level());
        let (rule, origin) = (found.rule.name().to_owned(), found.origin.name().to_owned());
        (field, found.used_as, rule, tlp, JsonB(options), origin)
    }))
}
