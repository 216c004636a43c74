//! A row becomes entities, relations and, where it has to, a `Record`.

use std::rc::Rc;

use zeroize::Zeroizing;

use super::cells::Cells;
use super::key::stored_value;
use super::nodes::Nodes;
use super::properties::{Head, Properties};
use super::reject::Fault;
use super::{Batch, EdgeKey, Node, Original, Seen};
use crate::canonical::parts::has_user_information;
use crate::canonical::timestamp::{ParsedTime, parse_time};
use crate::canonical::{CanonicalError, Kind, canonical_observable, canonical_with};
use crate::format::Row;
use crate::mapping::{EntityPlan, Index, KeyRule, Plan, Source, is_absent};
use crate::protect::{SealError, floor};

/// Stands for the time of a row that has none: earlier than any.
const NO_TIME: i64 = i64::MIN;

/// The most edges that the relations of a row give.
const MAX_PAIRS: usize = 10_000;

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
            Err(fault) => self.reject_row(plan, &row, fault),
        }
    }

    fn try_row(&mut self, plan: &Plan, row: &Row<'_>) -> Result<(), Fault> {
        let (mut nodes, mut derived) =
            (std::mem::take(&mut self.row_nodes), std::mem::take(&mut self.row_derived));
        let done = match derived.read(plan, row) {
            Err(fault) => Err(fault),
            Ok(()) => self.take_row(Cells::new(plan, row, &derived), &mut nodes),
        };
        (self.row_nodes, self.row_derived) = (nodes, derived);
        done
    }

    fn take_row(&mut self, cells: Cells<'_>, nodes: &mut Nodes) -> Result<(), Fault> {
        let time = time(cells)?;
        self.find_entities(cells, nodes)?;
        check_pairs(cells.plan, nodes)?;
        self.merge_row(cells, time, nodes)
    }

    /// Canonicalises all entities of a row before anything is counted.
    fn find_entities(&mut self, cells: Cells<'_>, nodes: &mut Nodes) -> Result<(), Fault> {
        nodes.clear();
        for (at, entity) in cells.plan.entities.iter().enumerate() {
            match entity.source {
                Some(source @ Source::One(input)) => {
                    self.find(cells, (at, entity, source), (Index::default(), cells.value(input)), nodes)?;
                }
                Some(source @ Source::Elements(array)) => {
                    for element in cells.elements(array) {
                        self.find(cells, (at, entity, source), element, nodes)?;
                    }
                }
                None => {}
            }
            nodes.end();
        }
        Ok(())
    }

    fn find(
        &mut self,
        cells: Cells<'_>,
        (at, entity, source): (usize, &EntityPlan, Source),
        (index, spelled): (Index, &str),
        nodes: &mut Nodes,
    ) -> Result<(), Fault> {
        if is_absent(spelled) || !cells.hold(&entity.when, [index; 2]) {
            return Ok(());
        }
        let label = &cells.plan.labels[usize::from(entity.label)];
        match self.entity(at, entity, label, spelled) {
            Ok(node) => nodes.push(node, index),
            Err(_) if entity.lenient => {}
            Err(error) => {
                let column = Some(cells.plan.input_of(source));
                return Err(Fault { column, rule: entity.kind.name(), reason: error.reason });
            }
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
                if *rule == KeyRule::Hash && entity.keeps_original {
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

    fn merge_row(&mut self, cells: Cells<'_>, time: Option<ParsedTime>, nodes: &Nodes) -> Result<(), Fault> {
        let Cells { plan, row, .. } = cells;
        let at = time.map(|time| time.timestamp.micros());
        let record = if plan.relations.is_empty() || has_leftovers(cells) {
            self.record(cells, time, nodes)
        } else {
            None
        };
        if record.is_none() && nodes.is_empty() {
            return Err(Fault {
                column: None,
                rule: "row",
                reason: "no value in any column that the mapping names",
            });
        }
        for (position, entity) in plan.entities.iter().enumerate() {
            for found in nodes.of(position) {
                let stored = &mut self.nodes[found.node as usize];
                stored.seen.add(row.number, at);
                set(
                    &mut self.properties,
                    &mut stored.properties,
                    cells,
                    &entity.properties,
                    [found.index; 2],
                    at,
                );
                if let Some(derive) = plan.derive.as_ref().filter(|_| entity.derives) {
                    self.derive(derive, found.node, row.number, at);
                }
                if let Some(record) = record {
                    self.edge(EdgeKey { edge_type: 0, from: found.node, to: record }, row.number, at);
                }
            }
        }
        for relation in &plan.relations {
            for (from, to) in nodes.pairs(relation.from, relation.to, relation.depth) {
                let ends = [from.index, to.index];
                if !cells.hold(&relation.when, ends) {
                    continue;
                }
                let key = EdgeKey { edge_type: relation.edge_type, from: from.node, to: to.node };
                let edge = self.edges.entry(key).or_default();
                edge.seen.add(row.number, at);
                set(&mut self.properties, &mut edge.properties, cells, &relation.properties, ends, at);
            }
        }
        Ok(())
    }

    pub(super) fn edge(&mut self, key: EdgeKey, row: u64, at: Option<i64>) {
        self.edges.entry(key).or_default().seen.add(row, at);
    }
}

/// Sets those properties of a record that the row has for these elements.
pub(super) fn set(
    properties: &mut Properties,
    head: &mut Head,
    cells: Cells<'_>,
    positions: &[u16],
    ends: [Index; 2],
    at: Option<i64>,
) {
    for position in positions {
        let property = &cells.plan.properties[usize::from(*position)];
        let value = cells.paired(property.source, property.pairing, ends).trim_ascii();
        if !is_absent(value) {
            properties.set(head, *position, at.unwrap_or(NO_TIME), value);
        }
    }
}

fn has_leftovers(cells: Cells<'_>) -> bool {
    cells.plan.leftovers.iter().any(|position| {
        let property = &cells.plan.properties[usize::from(*position)];
        !is_absent(cells.paired(property.source, property.pairing, [Index::default(); 2]))
    })
}

/// Two long arrays that are not one would give each of their pairs.
fn check_pairs(plan: &Plan, nodes: &Nodes) -> Result<(), Fault> {
    if plan.arrays.is_empty() {
        return Ok(());
    }
    let pairs =
        plan.relations.iter().flat_map(|relation| nodes.pairs(relation.from, relation.to, relation.depth));
    if pairs.take(MAX_PAIRS + 1).count() > MAX_PAIRS {
        return Err(Fault {
            column: None,
            rule: "relation",
            reason: "arrays that would give more than 10000 edges",
        });
    }
    Ok(())
}

fn time(cells: Cells<'_>) -> Result<Option<ParsedTime>, Fault> {
    let plan = cells.plan;
    let spelled = plan.time.map_or("", |input| cells.value(input));
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
