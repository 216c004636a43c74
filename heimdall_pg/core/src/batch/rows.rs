//! A row becomes entities, relations and, where it has to, a `Record`.

use std::rc::Rc;

use zeroize::Zeroizing;

use super::key::stored_value;
use super::properties::{Head, Properties};
use super::reject::Fault;
use super::{Batch, EdgeKey, Node, Original, Seen};
use crate::canonical::parts::has_user_information;
use crate::canonical::timestamp::{ParsedTime, parse_time};
use crate::canonical::{CanonicalError, Kind, canonical_observable, canonical_with};
use crate::format::Row;
use crate::mapping::{EntityPlan, KeyRule, Plan, is_absent};
use crate::protect::{SealError, floor};

/// Stands for the time of a row that has none: earlier than any.
const NO_TIME: i64 = i64::MIN;

impl Batch {
    /// Takes a row, whole or not at all.
    ///
    /// # Errors
    /// [`SealError`]; a bad value puts the row aside instead.
    pub fn add_row(&mut self, plan: &Plan, row: Row<'_>) -> Result<(), SealError> {
        match self.try_row(plan, &row) {
            Ok(()) => {
                self.counts.read += 1;
                self.counts.accepted += 1;
                Ok(())
            }
            Err(fault) => self.reject_row(&plan.columns, &row, fault),
        }
    }

    fn try_row(&mut self, plan: &Plan, row: &Row<'_>) -> Result<(), Fault> {
        let time = time(plan, row)?;
        let mut nodes = std::mem::take(&mut self.row_nodes);
        let found = self.find_entities(plan, row, &mut nodes);
        let done = match found {
            Err(fault) => Err(fault),
            Ok(()) => self.merge_row(plan, row, time, &nodes),
        };
        self.row_nodes = nodes;
        done
    }

    /// Canonicalises all entities of a row before anything is counted.
    fn find_entities(
        &mut self,
        plan: &Plan,
        row: &Row<'_>,
        nodes: &mut Vec<Option<u32>>,
    ) -> Result<(), Fault> {
        nodes.clear();
        for (at, entity) in plan.entities.iter().enumerate() {
            let spelled = entity.column.map_or("", |column| row.value(column));
            nodes.push(if is_absent(spelled) {
                None
            } else {
                let node = self.entity(at, entity, &plan.labels[usize::from(entity.label)], spelled);
                let fault = |error: CanonicalError| Fault {
                    column: entity.column,
                    rule: entity.kind.name(),
                    reason: error.reason,
                };
                Some(node.map_err(fault)?)
            });
        }
        Ok(())
    }

    fn entity(
        &mut self,
        at: usize,
        entity: &EntityPlan,
        label: &str,
        spelled: &str,
    ) -> Result<u32, CanonicalError> {
        if self.by_spelling.len() <= at {
            self.by_spelling.resize_with(at + 1, Default::default);
        }
        // Canonicalisers are idempotent: a value that is there in canonical form is its own canonical form. What is
        // declared of one entity need not hold for another of the same label.
        if entity.options.is_none()
            && let (KeyRule::Keep, Some(values)) =
                (&entity.key_rule, self.by_value.get(usize::from(entity.label)))
            && let Some(node) = values.get(spelled)
        {
            return Ok(*node);
        }
        if let Some(node) = self.by_spelling[at].get(spelled) {
            return Ok(*node);
        }
        let canonical = match &entity.options {
            None => canonical_observable(entity.kind, spelled)?,
            Some(options) => canonical_with(entity.kind, spelled, options)?,
        };
        let node = match &entity.key_rule {
            KeyRule::Keep if canonical == spelled => return Ok(self.node(entity.label, &canonical)),
            KeyRule::Keep => {
                let node = self.node(entity.label, &canonical);
                if entity.kind == Kind::Url {
                    self.keep_original(node, entity, spelled, has_user_information(spelled));
                }
                node
            }
            rule => {
                let value = stored_value(&mut self.keys, rule, label, &canonical);
                let value = value.ok_or_else(|| CanonicalError::new(entity.kind, "not an address"))?;
                let node = self.node(entity.label, &value);
                if *rule == KeyRule::Hash {
                    self.keep_original(node, entity, spelled, false);
                }
                node
            }
        };
        self.by_spelling[at].insert(spelled.into(), node);
        self.size += spelled.len() + 40;
        Ok(node)
    }

    /// What the user wrote is kept: the canonical form follows from it, not the reverse.
    fn keep_original(&mut self, node: u32, entity: &EntityPlan, spelled: &str, says_more: bool) {
        let original = &mut self.nodes[node as usize].original;
        if original.as_ref().is_none_or(|original| says_more && !original.says_more) {
            let plain = Zeroizing::new(spelled.trim_ascii().to_owned());
            *original = Some(Original { plain, tlp: entity.original_tlp, says_more });
            self.size += spelled.len();
        }
    }

    /// The node of a label and canonical value, made where it is not there.
    pub(super) fn node(&mut self, label: u16, value: &str) -> u32 {
        let at = usize::from(label);
        if self.by_value.len() <= at {
            self.by_value.resize_with(at + 1, Default::default);
        }
        if let Some(node) = self.by_value[at].get(value) {
            return *node;
        }
        let node = self.nodes.len() as u32;
        let value: Rc<str> = value.into();
        self.size += value.len() + 48 + size_of::<Node>();
        self.by_value[at].insert(Rc::clone(&value), node);
        let (seen, properties) = (Seen::default(), Head::default());
        self.nodes.push(Node { label, at: node, value, original: None, seen, properties });
        node
    }

    fn merge_row(
        &mut self,
        plan: &Plan,
        row: &Row<'_>,
        time: Option<ParsedTime>,
        nodes: &[Option<u32>],
    ) -> Result<(), Fault> {
        let at = time.map(|time| time.timestamp.micros());
        let record = if plan.relations.is_empty() || has_leftovers(plan, row) {
            self.record(plan, row, time, nodes)
        } else {
            None
        };
        if record.is_none() && nodes.iter().all(Option::is_none) {
            return Err(Fault {
                column: None,
                rule: "row",
                reason: "no value in any column that the mapping names",
            });
        }
        for (node, entity) in nodes.iter().zip(&plan.entities) {
            let Some(node) = *node else { continue };
            let stored = &mut self.nodes[node as usize];
            stored.seen.add(row.number, at);
            set(&mut self.properties, &mut stored.properties, plan, &entity.properties, row, at);
            if let Some(derive) = plan.derive.as_ref().filter(|_| entity.derives) {
                self.derive(derive, node, row.number, at);
            }
            if let Some(record) = record {
                self.edge(EdgeKey { edge_type: 0, from: node, to: record }, row.number, at);
            }
        }
        for relation in &plan.relations {
            let (Some(from), Some(to)) = (nodes[relation.from], nodes[relation.to]) else {
                continue;
            };
            let edge = self.edges.entry(EdgeKey { edge_type: relation.edge_type, from, to }).or_default();
            edge.seen.add(row.number, at);
            set(&mut self.properties, &mut edge.properties, plan, &relation.properties, row, at);
        }
        Ok(())
    }

    pub(super) fn edge(&mut self, key: EdgeKey, row: u64, at: Option<i64>) {
        self.edges.entry(key).or_default().seen.add(row, at);
    }
}

/// Sets those properties of a record that the row has.
pub(super) fn set(
    properties: &mut Properties,
    head: &mut Head,
    plan: &Plan,
    positions: &[u16],
    row: &Row<'_>,
    at: Option<i64>,
) {
    for position in positions {
        let column = plan.properties[usize::from(*position)].column;
        let value = column.map_or("", |column| row.value(column)).trim_ascii();
        if !is_absent(value) {
            properties.set(head, *position, at.unwrap_or(NO_TIME), value);
        }
    }
}

fn has_leftovers(plan: &Plan, row: &Row<'_>) -> bool {
    plan.leftovers.iter().any(|position| {
        let column = plan.properties[usize::from(*position)].column;
        column.is_some_and(|column| !is_absent(row.value(column)))
    })
}

fn time(plan: &Plan, row: &Row<'_>) -> Result<Option<ParsedTime>, Fault> {
    let spelled = plan.time.map_or("", |column| row.value(column));
    if is_absent(spelled) {
        return Ok(None);
    }
    match parse_time(spelled, &plan.time_options) {
        Ok(mut time) => {
            if let Some(unit) = plan.time_unit {
                time.timestamp = floor(time.timestamp, unit);
            }
            Ok(Some(time))
        }
        Err(error) => Err(Fault { column: plan.time, rule: Kind::Timestamp.name(), reason: error.reason }),
    }
}
