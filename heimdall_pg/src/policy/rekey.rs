//! Gives vertices the keys that they have under the rules of now: for `heimdall.reapply_policy()`.

use std::cell::RefCell;

use heimdall_core::batch::{Keys, rebind, rekey};
use heimdall_core::protect::Binding;
use pgrx::JsonB;
use pgrx::prelude::*;
use serde_json::{Map, Value};

use super::opening::Opening;
use super::parse;
use crate::error::{Error, ok};
use crate::keys;
use crate::mapping::parse_jsonb;
use crate::owner::AsOwner;
use crate::session::session;

type Rekeyed = (i64, String, String, String);

/// Vertices of entities with that label in the mapping, all under one rule: the label, the value and the properties that
/// each has under the rules of now. Only of those that are to have another key. For the owner of the extension.
#[pg_extern(volatile, strict, parallel_unsafe, name = "_rekeyed")]
pub fn rekeyed(
    source: &str,
    mapping: JsonB,
    policy: JsonB,
    entity_label: &str,
    records: Vec<String>,
    properties: Vec<String>,
) -> TableIterator<
    'static,
    (name!(at, i64), name!(label, String), name!(value, String), name!(properties, String)),
> {
    let mapping = parse_jsonb(&mapping).under(&ok(parse(&policy.0.to_string())));
    let found = || -> Result<Vec<Rekeyed>, Error> {
        let Some(entity) =
            mapping.entities.0.iter().map(|(_, entity)| entity).find(|entity| entity.label == entity_label)
        else {
            return Ok(Vec::new());
        };
        let _owner = AsOwner::new()?;
        session(|session| {
            let mut keys = Keys { hash: keys::hash_keys()?, data: keys::data_key(session, source)? };
            let mut opening = Opening::new(session, source);
            let mut found = Vec::new();
            for (at, (record, text)) in (1..).zip(records.iter().zip(&properties)) {
                let (Some(key), Ok(mut properties)) =
                    (record.split_once(':'), serde_json::from_str::<Map<String, Value>>(text))
                else {
                    continue;
                };
                let opening = RefCell::new(&mut opening);
                let original = |binding: Binding<'_>, sealed: &str| opening.borrow_mut().any(binding, sealed);
                let open = |binding: Binding<'_>, sealed: &str| opening.borrow_mut().own(binding, sealed);
                let rekeyed = rekey(&mut keys, &mapping, entity, key, &mut properties, original, open)?;
                if let Some((label, value)) = rekeyed {
                    found.push((at, label, value, Value::Object(properties).to_string()));
                }
            }
            Ok(found)
        })
    };
    TableIterator::new(ok(found()))
}

/// Properties of records that have other keys now, with what is sealed in them bound to these; those of records that have
/// nothing sealed are left out. For the owner of the extension.
#[pg_extern(volatile, strict, parallel_unsafe, name = "_rebound")]
pub fn rebound(
    source: &str,
    before: Vec<String>,
    after: Vec<String>,
    properties: Vec<String>,
) -> TableIterator<'static, (name!(at, i64), name!(properties, String))> {
    let found = || -> Result<Vec<(i64, String)>, Error> {
        let _owner = AsOwner::new()?;
        session(|session| {
            let mut keys = Keys { hash: keys::hash_keys()?, data: keys::data_key(session, source)? };
            let mut opening = Opening::new(session, source);
            let mut found = Vec::new();
            for ((at, text), (before, after)) in (1..).zip(&properties).zip(before.iter().zip(&after)) {
                let Ok(mut properties) = serde_json::from_str::<Map<String, Value>>(text) else { continue };
                let open = |binding: Binding<'_>, sealed: &str| opening.own(binding, sealed);
                if before != after && rebind(&mut keys, before, after, &mut properties, open)? {
                    found.push((at, Value::Object(properties).to_string()));
                }
            }
            Ok(found)
        })
    };
    TableIterator::new(ok(found()))
}
