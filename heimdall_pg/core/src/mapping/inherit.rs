//! Rules of columns, and those that computed values have from what they are computed of.

use super::path::column_of;
use super::policy::Policy;
use super::spec::{EntitySpec, FieldRule, Mapping};
use crate::protect::{Rule, RuleOptions, Tlp};

impl Mapping {
    /// The rule of a column or a computed value, where one is stated.
    pub fn rule(&self, column: &str) -> Option<FieldRule> {
        self.fields.get(column).cloned()
    }

    /// The rule of a column or a computed value that is neither key nor time: of a computed value that has none, the
    /// strictest of what it is computed of.
    pub fn property_rule(&self, column: &str) -> FieldRule {
        match (self.rule(column), self.values.get(column)) {
            (Some(rule), _) => rule,
            (None, Some(value)) => {
                strictest(value.inputs().into_iter().map(|input| self.property_rule(input)))
                    .unwrap_or(FieldRule::of(Rule::Keep))
            }
            (None, None) => self.default.clone().unwrap_or_default(),
        }
    }

    /// States the rules that computed values have from what they are computed of: what is not to be kept of a column is
    /// not to be had back by computing. A rule of the mapping for a computed value goes before those that the mapping has for
    /// columns, and only a rule of the policy for it before those that the policy has for them.
    pub(super) fn bind_values(&mut self, policy: &Policy) {
        // What the policy says of computed values, by name: of itself, or since it says so of what they are computed of.
        let mut set = policy.fields.clone();
        for at in self.order_of_values().unwrap_or_default() {
            let Some((name, value)) = self.values.0.get(at) else { continue };
            if policy.fields.get(name).is_some() {
                continue;
            }
            let inputs = value.inputs();
            let binding = |rule: FieldRule| rule.binding(self.tlp);
            let imposed =
                strictest(inputs.iter().filter_map(|input| set.get(input).cloned().and_then(binding)));
            let stated = self.fields.position(name);
            let rule = match stated.and_then(|stated| self.fields.0.get(stated)) {
                Some((_, stated)) => {
                    imposed.clone().and_then(|imposed| strictest([stated.clone(), imposed].into_iter()))
                }
                None => strictest(inputs.iter().filter_map(|input| self.rule(input).and_then(binding))),
            };
            let name = name.clone();
            set.0.extend(imposed.map(|imposed| (name.clone(), imposed)));
            match (rule, stated.and_then(|stated| self.fields.0.get_mut(stated))) {
                (Some(rule), Some((_, stated))) => *stated = rule,
                (Some(rule), None) => self.fields.0.push((name, rule)),
                (None, _) => {}
            }
        }
    }

    /// Whether what was written is sealed beside a key that does not tell it. Not beside that of a computed value of which
    /// what it is computed of is not kept.
    pub fn keeps_original(&self, entity: &EntitySpec) -> bool {
        let rule = self.fields.get(entity.column()).map(|field| field.rule);
        self.values.get(entity.column()).is_none()
            || !matches!(rule, Some(Rule::Truncate | Rule::Pseudonymise))
    }

    /// Positions of the computed values, each after those that it is computed from.
    ///
    /// # Errors
    /// The name of one that is computed from itself.
    pub(super) fn order_of_values(&self) -> Result<Vec<usize>, &str> {
        let mut order: Vec<usize> = Vec::new();
        while order.len() < self.values.0.len() {
            let is_ready = |at: &usize| {
                let Some((_, value)) = self.values.0.get(*at) else { return false };
                let tested = value.when.0.iter().map(|(path, _)| column_of(path));
                value
                    .inputs()
                    .into_iter()
                    .chain(tested)
                    .all(|name| self.values.position(name).is_none_or(|before| order.contains(&before)))
            };
            let waiting: Vec<usize> = (0..self.values.0.len()).filter(|at| !order.contains(at)).collect();
            let ready: Vec<usize> = waiting.iter().copied().filter(is_ready).collect();
            if ready.is_empty() {
                let name =
                    waiting.first().and_then(|at| self.values.0.get(*at)).map(|(name, _)| name.as_str());
                return Err(name.unwrap_or_default());
            }
            order.extend(ready);
        }
        Ok(order)
    }
}

impl FieldRule {
    /// What it says to values computed of its own, in records with that mark; none where all of the value may be known there.
    fn binding(self, record: Tlp) -> Option<FieldRule> {
        match self.rule {
            Rule::Keep if self.is_sealed(record) => Some(FieldRule { rule: Rule::Encrypt, ..self }),
            Rule::Keep => None,
            _ => Some(self),
        }
    }
}

/// The rule for a value in which those of others meet; none where there are none. Two that leave different things of a value
/// leave a digest, without which nothing would be left of their difference.
fn strictest(rules: impl Iterator<Item = FieldRule>) -> Option<FieldRule> {
    rules.map(|rule| carried(&rule)).reduce(|one, other| {
        let tlp = one.tlp.max(other.tlp);
        let (a, b) = (strictness(one.rule), strictness(other.rule));
        let rule = match a.max(b) {
            DROPPED => FieldRule::of(Rule::Drop),
            _ if a.min(b) >= CUT && (a != b || one.options != other.options) => {
                FieldRule::of(Rule::Pseudonymise)
            }
            _ if a >= b => one,
            _ => other,
        };
        FieldRule { tlp, ..rule }
    })
}

/// From here on, a rule leaves something else than the value.
const CUT: u8 = 2;

/// Nothing is left.
const DROPPED: u8 = 5;

fn strictness(rule: Rule) -> u8 {
    match rule {
        Rule::Keep => 0,
        Rule::Encrypt => 1,
        Rule::Hash => CUT,
        Rule::Truncate => 3,
        Rule::Scrub | Rule::Pseudonymise => 4,
        Rule::Drop => DROPPED,
    }
}

/// What a rule means for a value in which the one that it is stated for is only a part: nothing can be scrubbed without
/// what stands around it, and the beginning of the whole is not that of the part.
fn carried(field: &FieldRule) -> FieldRule {
    let (rule, options, tlp) = match field.rule {
        Rule::Scrub => (Rule::Pseudonymise, RuleOptions::default(), field.tlp),
        Rule::Truncate => (field.rule, RuleOptions { characters: None, ..field.options.clone() }, field.tlp),
        // The mark of what is sealed is red unless it is said, and the highest counts.
        Rule::Encrypt => (field.rule, RuleOptions::default(), Some(field.mark())),
        _ => (field.rule, field.options.clone(), field.tlp),
    };
    FieldRule { rule, tlp, options }
}
