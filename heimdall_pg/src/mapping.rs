//! Mappings in SQL.

use heimdall_core::format::{Decoder, Format};
use heimdall_core::mapping::{Mapping, MappingError, Policy, Sample};
use heimdall_core::pipeline::IngestError;
use pgrx::prelude::*;
use pgrx::{JsonB, PgSqlErrorCode};

use crate::error::{Error, ok};

/// A mapping from its JSON.
pub fn parse(json: &str) -> Result<Mapping, Error> {
    Mapping::parse(json).map_err(|error| {
        invalid("mapping", &error).hint("heimdall.infer_mapping() shows a mapping for a sample of the dump.")
    })
}

/// A policy from its JSON.
pub fn parse_policy(json: &str) -> Result<Policy, Error> {
    Policy::parse(json).map_err(|error| {
        invalid("policy", &error)
            .hint("The rules are keep, drop, hash, encrypt, scrub, truncate and pseudonymise.")
    })
}

fn invalid(what: &str, error: &MappingError) -> Error {
    let code = PgSqlErrorCode::ERRCODE_INVALID_PARAMETER_VALUE;
    Error::new(code, format!("the {what} is not valid: {}", error.problem))
        .detail(format!("The mistake is at {}.", error.path))
}

fn parse_jsonb(mapping: &JsonB) -> Mapping {
    ok(parse(&mapping.0.to_string()))
}

/// Raises where a mapping is not valid.
#[pg_extern(immutable, strict, parallel_safe)]
pub fn check_mapping(mapping: JsonB) {
    parse_jsonb(&mapping);
}

/// The vertex labels of a mapping.
#[pg_extern(immutable, strict, parallel_safe, name = "_mapping_labels")]
fn mapping_labels(mapping: JsonB) -> Vec<String> {
    parse_jsonb(&mapping).labels()
}

/// The vertex labels of a mapping under a policy.
#[pg_extern(immutable, strict, parallel_safe, name = "_mapping_labels_under")]
pub fn mapping_labels_under(mapping: JsonB, policy: JsonB) -> Vec<String> {
    parse_jsonb(&mapping).under(&ok(parse_policy(&policy.0.to_string()))).labels()
}

/// Raises where a policy is not valid, or has a rule for a key of the mapping that no key can have.
#[pg_extern(immutable, parallel_safe, name = "_check_policy")]
pub fn check_policy(policy: JsonB, mapping: Option<JsonB>) {
    let policy = ok(parse_policy(&policy.0.to_string()));
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
    let policy = ok(parse_policy(&policy.0.to_string()));
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

/// The edge types of a mapping.
#[pg_extern(immutable, strict, parallel_safe, name = "_mapping_edge_types")]
pub fn mapping_edge_types(mapping: JsonB) -> Vec<String> {
    parse_jsonb(&mapping).edge_types()
}

/// The formats that a dump may have.
#[pg_extern(immutable, parallel_safe)]
pub fn formats() -> Vec<&'static str> {
    Format::ALL.iter().map(|format| format.name()).collect()
}

/// The format of that name.
pub fn format(name: &str) -> Result<Format, Error> {
    Format::from_name(name).ok_or_else(|| {
        Error::new(PgSqlErrorCode::ERRCODE_INVALID_PARAMETER_VALUE, format!("there is no format \"{name}\""))
            .hint(format!("The formats are: {}.", formats().join(", ")))
    })
}

/// The mapping that a sample suggests, to be looked at and edited. Stores nothing.
#[pg_extern(immutable, strict, parallel_safe)]
fn infer_mapping(sample: &str, format: default!(&str, "'csv'")) -> JsonB {
    let inferred = || -> Result<Mapping, Error> {
        let format = self::format(format)?;
        let mut decoder = Decoder::new(format);
        let mut rows = Sample::default();
        decoder.push(sample.as_bytes(), &mut rows).map_err(IngestError::from)?;
        decoder.finish(&mut rows).map_err(IngestError::from)?;
        Ok(rows
            .mapping(format == Format::Csv)
            .map_err(IngestError::from)?
            .ok_or(IngestError::NothingInferred)?)
    };
    let mapping = ok(inferred());
    JsonB(serde_json::from_str(&mapping.to_json()).unwrap_or_default())
}
