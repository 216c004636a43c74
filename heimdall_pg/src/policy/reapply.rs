//! Brings what is stored under the rules of now: `heimdall.reapply_policy()`.

use std::collections::HashMap;

use heimdall_core::batch::{Changed, Keys, reapply};
use heimdall_core::mapping::{FieldRule, Mapping};
use heimdall_core::protect::Binding;
use pgrx::prelude::*;
use pgrx::{JsonB, PgSqlErrorCode};
use serde_json::{Map, Value};

use super::opening::Opening;
use super::parse;
use crate::error::{Error, ok};
use crate::keys;
use crate::mapping::parse_jsonb;
use crate::owner::AsOwner;
use crate::session::{Session, session};

type Rules = HashMap<String, FieldRule>;

/// The rule in effect of each of these fields, as a JSON object: what a batch keeps of the rules that it was stored under.
#[pg_extern(immutable, strict, parallel_safe, name = "_rules_of")]
pub fn rules_of(mapping: JsonB, policy: JsonB, fields: Vec<String>) -> JsonB {
    let mapping = parse_jsonb(&mapping).under(&ok(parse(&policy.0.to_string())));
    JsonB(serde_json::from_str(&mapping.rules_json(&fields)).unwrap_or_default())
}

/// The labels and edge types of which records have properties that are filled from these fields.
#[pg_extern(immutable, strict, parallel_safe, name = "_stored_labels")]
pub fn stored_labels(mapping: JsonB, fields: Vec<String>) -> Vec<String> {
    let stored = parse_jsonb(&mapping).stored_properties(&fields);
    let mut labels: Vec<String> = stored.into_iter().map(|(label, _, _)| label).collect();
    labels.dedup();
    labels
}

/// The rules that hold of what was stored under the first and then brought under the second.
#[pg_extern(immutable, strict, parallel_safe, name = "_rules_after")]
pub fn rules_after(before: JsonB, after: JsonB) -> JsonB {
    let (before, after) = (ok(rules(before.0)), ok(rules(after.0)));
    let then = |(field, after): (&String, &FieldRule)| {
        let rule = before.get(field).map_or_else(|| after.clone(), |before| before.then(after));
        (field.clone(), serde_json::to_value(rule).unwrap_or_default())
    };
    JsonB(Value::Object(after.iter().map(then).collect()))
}

/// Properties of records of a label or an edge type, brought under the rules of now: `before` are the rules under which
/// each was stored. Gives those that have changed, with their places. For the owner of the extension.
#[pg_extern(volatile, strict, parallel_unsafe, name = "_under_rules")]
pub fn under_rules(
    source: &str,
    mapping: JsonB,
    after: JsonB,
    label: &str,
    records: Vec<String>,
    properties: Vec<String>,
    before: Vec<JsonB>,
) -> TableIterator<'static, (name!(at, i64), name!(properties, String))> {
    let mapping = parse_jsonb(&mapping);
    let work = Work { mapping: &mapping, label, after: ok(rules(after.0)) };
    let changed = ok(session(|session| work.run(session, source, &records, &properties, before)));
    TableIterator::new(changed)
}

struct Work<'a> {
    mapping: &'a Mapping,
    label: &'a str,
    after: Rules,
}

impl Work<'_> {
    fn run(
        &self,
        session: &Session<'_>,
        source: &str,
        records: &[String],
        properties: &[String],
        before: Vec<JsonB>,
    ) -> Result<Vec<(i64, String)>, Error> {
        let _owner = AsOwner::new()?;
        let mut keys = Keys { hash: keys::hash_keys()?, data: keys::data_key(session, source)? };
        let mut opening = Opening::new(session, source);
        let fields: Vec<String> = self.after.keys().cloned().collect();
        let mut names = self.mapping.stored_properties(&fields);
        names.retain(|(label, _, _)| label == self.label);
        let unstated = FieldRule::default();
        let mut found = Vec::new();
        for ((at, before), (record, text)) in (1..).zip(before).zip(records.iter().zip(properties)) {
            let before = rules(before.0)?;
            let changed: Vec<Changed<'_>> = names
                .iter()
                .map(|(_, name, field)| Changed {
                    name,
                    before: before.get(field).unwrap_or(&unstated),
                    after: self.after.get(field).unwrap_or(&unstated),
                })
                .filter(|changed| changed.before != changed.after)
                .collect();
            let Ok(mut properties) = serde_json::from_str::<Map<String, Value>>(text) else { continue };
            let open = |binding: Binding<'_>, sealed: &str| opening.own(binding, sealed);
            let time = &self.mapping.options.time;
            if reapply(&mut keys, time, record, &mut properties, &changed, open)? {
                found.push((at, Value::Object(properties).to_string()));
            }
        }
        Ok(found)
    }
}

fn rules(json: Value) -> Result<Rules, Error> {
    serde_json::from_value(json).map_err(|_| {
        Error::new(PgSqlErrorCode::ERRCODE_DATA_CORRUPTED, "the rules of a batch cannot be read")
    })
}
