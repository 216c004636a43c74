//! What would become of a row, value by value: the row is taken as any other, and forgotten.

use super::apply::apply;
use super::cells::{Cells, Derived};
use super::nodes::Nodes;
use super::{Batch, Reject};
use crate::canonical::timestamp::parse_time;
use crate::canonical::{Kind, kind_of};
use crate::format::Row;
use crate::mapping::{EntityPlan, FieldRule, Index, KeyRule, Pairing, Plan, Source, is_absent};
use crate::protect::{Rule, SealError, Tlp, floor};

/// Stands for a value that is stored sealed.
const SEALED: &str = "[sealed]";

/// Something that would come of a row. Holds of its values what would be stored in clear.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// What it is about.
    pub shown: Shown,
    /// The column or computed value, the label, or the edge type.
    pub name: String,
    /// What a value is.
    pub kind: Option<&'static str>,
    /// The value as it is stored.
    pub canonical: Option<String>,
    /// The rule that has made it so.
    pub rule: Option<Rule>,
    /// The mark of what is stored.
    pub tlp: Option<Tlp>,
    /// What it becomes, or why nothing.
    pub becomes: String,
}

/// See [`Line`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shown {
    /// A value of the row.
    Field,
    /// A vertex.
    Vertex,
    /// An edge.
    Edge,
    /// The row is put aside.
    Reject,
}

impl Shown {
    /// The name in SQL.
    pub const fn name(self) -> &'static str {
        match self {
            Shown::Field => "field",
            Shown::Vertex => "vertex",
            Shown::Edge => "edge",
            Shown::Reject => "reject",
        }
    }
}

impl Line {
    fn of(shown: Shown, name: &str, becomes: String) -> Line {
        Line { shown, name: name.to_owned(), kind: None, canonical: None, rule: None, tlp: None, becomes }
    }

    /// That a row is put aside.
    pub fn reject(column: Option<&str>, rule: &'static str, reason: &str) -> Line {
        let name = column.unwrap_or_default();
        Line { kind: Some(rule), ..Line::of(Shown::Reject, name, format!("put aside: {reason}")) }
    }
}

impl Batch {
    /// What would come of a row. The batch is as empty afterwards as it has to be before.
    ///
    /// # Errors
    /// [`SealError`].
    pub fn preview(&mut self, plan: &Plan, row: Row<'_>) -> Result<Vec<Line>, SealError> {
        self.add_row(plan, row)?;
        let lines = match self.rejects.last() {
            Some(Reject { column, rule, reason, .. }) => vec![Line::reject(column.as_deref(), rule, reason)],
            None => {
                let (nodes, derived) =
                    (std::mem::take(&mut self.row_nodes), std::mem::take(&mut self.row_derived));
                let mut lines = self.fields(plan, &row, &derived, &nodes);
                (self.row_nodes, self.row_derived) = (nodes, derived);
                lines.extend(self.records(plan));
                lines
            }
        };
        self.flush(plan);
        Ok(lines)
    }

    fn fields(&mut self, plan: &Plan, row: &Row<'_>, derived: &Derived, nodes: &Nodes) -> Vec<Line> {
        let cells = Cells::new(plan, row, derived);
        let mut found = self.keys_of(cells, nodes);
        found.extend(self.properties_of(cells, nodes));
        found.extend(self.time_of(cells));
        let has_record = self.nodes.iter().any(|node| node.label == 0);
        found.extend(self.record_properties(cells, nodes, has_record));
        let computed = plan.inputs.iter().map(|input| input.name.as_str()).filter(|name| plan.computes(name));
        let names: Vec<&str> = plan.columns.iter().map(String::as_str).chain(computed).collect();
        let mut lines = Vec::new();
        for name in names {
            let value = match plan.columns.iter().position(|column| column == name) {
                Some(column) => row.value(column),
                None => plan.input_named(name).map_or("", |input| cells.value(input)),
            };
            if is_absent(value) {
                continue;
            }
            let (own, others): (Vec<Line>, Vec<Line>) = found.into_iter().partition(|line| line.name == name);
            found = others;
            if own.is_empty() {
                let rule = plan.property_rule(name).rule;
                let becomes = if rule == Rule::Drop { "dropped" } else { "not stored" };
                let line = Line::of(Shown::Field, name, becomes.to_owned());
                lines.push(Line { kind: shape(value), rule: (rule == Rule::Drop).then_some(rule), ..line });
            } else {
                lines.extend(own);
            }
        }
        lines
    }

    fn keys_of(&self, cells: Cells<'_>, nodes: &Nodes) -> Vec<Line> {
        let mut lines = Vec::new();
        for (at, entity) in cells.plan.entities.iter().enumerate() {
            let name = entity.source.and_then(|source| cells.plan.name_of(source)).unwrap_or_default();
            for found in nodes.of(at) {
                let line =
                    Line::of(Shown::Field, name, format!("vertex {}", self.key_of(cells.plan, found.node)));
                lines.push(Line {
                    kind: Some(entity.kind.name()),
                    canonical: self.nodes.get(found.node as usize).map(|node| node.value.to_string()),
                    rule: Some(rule_of(entity)),
                    tlp: Some(cells.plan.tlp),
                    ..line
                });
            }
        }
        lines
    }

    fn properties_of(&mut self, cells: Cells<'_>, nodes: &Nodes) -> Vec<Line> {
        let plan = cells.plan;
        let mut lines = Vec::new();
        for (at, entity) in plan.entities.iter().enumerate() {
            for found in nodes.of(at) {
                let owner = self.key_of(plan, found.node);
                lines.extend(self.stored(cells, &entity.properties, [found.index; 2], &owner));
            }
        }
        for relation in &plan.relations {
            for (from, to) in nodes.pairs(relation.from, relation.to, relation.depth) {
                let ends = [from.index, to.index];
                if cells.hold(&relation.when, ends) {
                    let edge = self.edge_of(plan, relation.edge_type, from.node, to.node);
                    lines.extend(self.stored(cells, &relation.properties, ends, &edge));
                }
            }
        }
        lines
    }

    fn stored(&mut self, cells: Cells<'_>, positions: &[u16], ends: [Index; 2], owner: &str) -> Vec<Line> {
        let mut lines = Vec::new();
        for property in positions.iter().filter_map(|at| cells.plan.properties.get(usize::from(*at))) {
            let value = cells.paired(property.source, property.pairing, ends).trim_ascii();
            if !is_absent(value) {
                let name = cells.plan.name_of(property.source).unwrap_or_default();
                let becomes = format!("property {} of {owner}", property.name);
                lines.push(self.under_rule(cells.plan, name, value, &property.rule, becomes));
            }
        }
        lines
    }

    fn time_of(&mut self, cells: Cells<'_>) -> Option<Line> {
        let plan = cells.plan;
        let input = plan.time?;
        let mut time = parse_time(cells.value(input), &plan.time_options).ok()?;
        if let Some(unit) = plan.time_unit {
            time.timestamp = floor(time.timestamp, unit);
        }
        let name = plan.name_of(Source::One(input))?;
        let keep = FieldRule::of(Rule::Keep);
        let written = plan.written_time.and_then(|at| plan.properties.get(usize::from(at)));
        let rule = written.map_or(&keep, |written| &written.rule);
        let line = self.under_rule(plan, name, &time.to_rfc3339(), rule, "time".to_owned());
        Some(Line { kind: Some(Kind::Timestamp.name()), ..line })
    }

    fn record_properties(&mut self, cells: Cells<'_>, nodes: &Nodes, has_record: bool) -> Vec<Line> {
        let plan = cells.plan;
        let untaken = plan.untaken.iter().filter(|(_, entities)| !nodes.have_any(entities));
        let untaken = untaken.map(|(position, _)| position);
        let kept = plan.leftovers.iter().chain(&plan.asides).chain(untaken).filter(|_| has_record);
        let mut lines = Vec::new();
        for property in kept.filter_map(|at| plan.properties.get(usize::from(*at))) {
            let value = cells.paired(property.source, Pairing::NONE, [Index::default(); 2]).trim_ascii();
            if !is_absent(value) {
                let name = plan.name_of(property.source).unwrap_or_default();
                lines.push(self.under_rule(plan, name, value, &property.rule, "record property".to_owned()));
            }
        }
        lines
    }

    /// What a rule leaves of a value that is no key.
    fn under_rule(
        &mut self,
        plan: &Plan,
        name: &str,
        value: &str,
        rule: &FieldRule,
        becomes: String,
    ) -> Line {
        let is_sealed = rule.is_sealed(plan.tlp);
        let left = apply(&mut self.keys, rule, &plan.time_options, value).map(|left| left.into_owned());
        Line {
            kind: shape(value),
            becomes: if left.is_some() { becomes } else { "dropped".to_owned() },
            canonical: if is_sealed { left.map(|_| SEALED.to_owned()) } else { left },
            rule: Some(rule.rule),
            tlp: Some(if is_sealed { rule.mark() } else { plan.tlp }),
            ..Line::of(Shown::Field, name, String::new())
        }
    }

    /// The vertices and edges of the batch.
    fn records(&self, plan: &Plan) -> Vec<Line> {
        let stored =
            |shown, name: &str, becomes| Line { tlp: Some(plan.tlp), ..Line::of(shown, name, becomes) };
        let mut vertices: Vec<Line> = (self.nodes.iter().filter(|node| node.seen.count > 0))
            .map(|node| {
                let label = &plan.labels[usize::from(node.label)];
                let canonical = Some(node.value.to_string());
                Line { canonical, ..stored(Shown::Vertex, label, self.key_of(plan, node.at)) }
            })
            .collect();
        let edges = self.edges.keys().map(|edge| {
            let name = &plan.edge_types[usize::from(edge.edge_type)];
            stored(Shown::Edge, name, self.edge_of(plan, edge.edge_type, edge.from, edge.to))
        });
        let mut edges: Vec<Line> = edges.collect();
        vertices.sort_by(|a, b| a.becomes.cmp(&b.becomes));
        edges.sort_by(|a, b| a.becomes.cmp(&b.becomes));
        vertices.extend(edges);
        vertices
    }

    fn key_of(&self, plan: &Plan, node: u32) -> String {
        let node = &self.nodes[node as usize];
        format!("{}:{}", plan.labels[usize::from(node.label)], node.value)
    }

    fn edge_of(&self, plan: &Plan, edge_type: u16, from: u32, to: u32) -> String {
        let edge_type = &plan.edge_types[usize::from(edge_type)];
        format!("{} -[{edge_type}]-> {}", self.key_of(plan, from), self.key_of(plan, to))
    }
}

/// The rule that a key is stored under.
fn rule_of(entity: &EntityPlan) -> Rule {
    match entity.key_rule {
        KeyRule::Keep => Rule::Keep,
        KeyRule::Hash => Rule::Hash,
        KeyRule::Network(_) => Rule::Truncate,
        KeyRule::Pseudonym => Rule::Pseudonymise,
    }
}

/// What a value looks like.
fn shape(value: &str) -> Option<&'static str> {
    kind_of(value).map(|guess| guess.kind.name())
}
