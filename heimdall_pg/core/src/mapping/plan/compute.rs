//! Computed values, compiled.

use std::borrow::Cow;
use std::collections::HashMap;

use regex::Regex;

use super::parts::Condition;
use crate::canonical::domain::{public_suffix, registrable_domain};
use crate::canonical::parts::url_host;
use crate::canonical::{Kind, canonical_observable};
use crate::mapping::elements::MAX_ELEMENTS;
use crate::mapping::pattern::compile;
use crate::mapping::template::Piece;
use crate::mapping::value::{Form, Part, Step, ValueSpec};

/// Longest text that a template makes, in bytes: one of templates doubles its length with each.
const MAX_TEXT: usize = 1 << 20;

/// A value that is computed for each row. Inputs are positions in [`super::Plan::inputs`].
#[derive(Clone, Debug)]
pub struct ComputedPlan {
    formula: Formula,
    /// What has to hold.
    pub when: Vec<Condition>,
}

#[derive(Clone, Debug)]
enum Formula {
    Constant(String),
    /// Text, and the value that follows it; none at the end.
    Template(Vec<(String, Option<u16>)>),
    First(Vec<u16>),
    Pattern(u16, Regex),
    Lookup(u16, HashMap<String, String>, Option<String>),
    Part(u16, Part),
    Split(u16, String),
    Lower(u16),
    /// A mapping with what cannot be compiled is refused.
    Nothing,
}

impl ComputedPlan {
    /// Compiles; `input` gives the position of a name.
    pub(super) fn new(
        spec: &ValueSpec,
        when: Vec<Condition>,
        mut input: impl FnMut(&str) -> u16,
    ) -> ComputedPlan {
        let formula = match spec.form() {
            Ok(Form::Constant(constant)) => Formula::Constant(constant.to_owned()),
            Ok(Form::Template(pieces)) => Formula::Template(template(pieces, input)),
            Ok(Form::First(names)) => Formula::First(names.iter().map(|name| input(name)).collect()),
            Ok(Form::Of(from, step)) => {
                let from = input(from);
                match step {
                    Step::Pattern(pattern) => {
                        compile(pattern).map_or(Formula::Nothing, |pattern| Formula::Pattern(from, pattern))
                    }
                    Step::Lookup(table, otherwise) => {
                        Formula::Lookup(from, table.0.iter().cloned().collect(), otherwise.map(str::to_owned))
                    }
                    Step::Part(part) => Formula::Part(from, part),
                    Step::Split(separator) => Formula::Split(from, separator.to_owned()),
                    Step::Lower => Formula::Lower(from),
                }
            }
            Err(_) => Formula::Nothing,
        };
        ComputedPlan { formula, when }
    }

    /// The value; `input` gives those that it is computed from, and none for what is absent.
    ///
    /// # Errors
    /// Why it is too much of a value.
    pub fn compute<'v>(
        &self,
        input: impl Fn(u16) -> Option<&'v str>,
    ) -> Result<Option<String>, &'static str> {
        let value = match &self.formula {
            Formula::Constant(constant) => Some(constant.clone()),
            Formula::Template(pieces) => {
                let mut text = String::new();
                for (before, value) in pieces {
                    text.push_str(before);
                    let Some(value) = value else { break };
                    let Some(value) = input(*value) else { return Ok(None) };
                    if text.len() + value.len() > MAX_TEXT {
                        return Err("a computed value of more than 1 MiB");
                    }
                    text.push_str(value);
                }
                Some(text)
            }
            Formula::First(inputs) => inputs.iter().find_map(|at| input(*at)).map(str::to_owned),
            Formula::Pattern(from, pattern) => {
                let found = input(*from).and_then(|value| pattern.captures(value));
                // The first group where the pattern has one, else the whole.
                let group = found.and_then(|found| found.get(usize::from(found.len() > 1)));
                group.map(|group| group.as_str().to_owned())
            }
            Formula::Lookup(from, table, otherwise) => {
                input(*from).and_then(|value| table.get(value).or(otherwise.as_ref()).cloned())
            }
            Formula::Part(from, part) => input(*from).and_then(|value| part_of(*part, value)),
            Formula::Split(from, separator) => match input(*from) {
                None => None,
                Some(value) if value.matches(separator.as_str()).nth(MAX_ELEMENTS - 1).is_some() => {
                    return Err("an array of more than 1000 elements");
                }
                Some(value) => {
                    let parts: Vec<&str> = value.split(separator.as_str()).map(str::trim_ascii).collect();
                    serde_json::to_string(&parts).ok()
                }
            },
            Formula::Lower(from) => input(*from).map(str::to_lowercase),
            Formula::Nothing => None,
        };
        Ok(value)
    }

    /// Whether it may have a value, where that can be said of what it is computed from.
    pub(super) fn is_there(&self, is_there: impl Fn(u16) -> bool) -> bool {
        match &self.formula {
            Formula::Constant(_) => true,
            Formula::Template(pieces) => pieces.iter().filter_map(|(_, value)| *value).all(is_there),
            Formula::First(inputs) => inputs.iter().any(|at| is_there(*at)),
            Formula::Pattern(from, _)
            | Formula::Lookup(from, _, _)
            | Formula::Part(from, _)
            | Formula::Split(from, _)
            | Formula::Lower(from) => is_there(*from),
            Formula::Nothing => false,
        }
    }
}

fn template(pieces: Vec<Piece<'_>>, mut input: impl FnMut(&str) -> u16) -> Vec<(String, Option<u16>)> {
    let mut compiled: Vec<(String, Option<u16>)> = Vec::new();
    let mut text = String::new();
    for piece in pieces {
        match piece {
            Piece::Text(more) => text.push_str(&more),
            Piece::Value(name) => compiled.push((std::mem::take(&mut text), Some(input(name)))),
        }
    }
    compiled.push((text, None));
    compiled
}

fn part_of(part: Part, value: &str) -> Option<String> {
    let owned = |part: Cow<'_, str>| part.into_owned();
    match part {
        Part::Host => host(value),
        Part::Domain => mailbox(value).map(|(_, domain)| domain),
        Part::Local => mailbox(value).map(|(local, _)| local),
        Part::RegistrableDomain => registrable_domain(&name(value)?).map(owned),
        Part::PublicSuffix => public_suffix(&name(value)?).map(owned),
        Part::FileName => value.rsplit(['/', '\\']).next().filter(|name| !name.is_empty()).map(str::to_owned),
    }
}

fn host(value: &str) -> Option<String> {
    let url = canonical_observable(Kind::Url, value).ok()?;
    url_host(&url).map(|(_, host)| host.into_owned())
}

fn mailbox(value: &str) -> Option<(String, String)> {
    let address = canonical_observable(Kind::Email, value).ok()?;
    address.rsplit_once('@').map(|(local, domain)| (local.to_owned(), domain.to_owned()))
}

/// The domain name that a value is, or has.
fn name(value: &str) -> Option<String> {
    let domain = canonical_observable(Kind::Domain, value).ok().map(Cow::into_owned);
    domain.or_else(|| mailbox(value).map(|(_, domain)| domain)).or_else(|| host(value))
}
