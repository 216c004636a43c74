//! Values that a mapping computes from those of a row.

use serde::{Deserialize, Serialize};

use super::check::{MappingError, fault};
use super::condition::When;
use super::named::Named;
use super::pattern::check_pattern;
use super::template::{Piece, pieces};

/// How a value is computed: one of `constant`, `template`, `first`, or `from` with one of what can be done with it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ValueSpec {
    /// The same in every row.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub constant: Option<String>,
    /// Text with values in it; none where one of them is absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub template: Option<String>,
    /// The first of these that has a value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first: Option<Vec<String>>,
    /// What the rest is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// What a pattern finds: its first group where it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pattern: Option<String>,
    /// What stands beside the value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lookup: Option<Named<String>>,
    /// What it is where the lookup does not have the value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub otherwise: Option<String>,
    /// A part of the value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub part: Option<Part>,
    /// The array of what stands between these.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub split: Option<String>,
    /// Whether it is in lower case.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub lower: bool,
    /// What has to hold for it to be there.
    #[serde(skip_serializing_if = "Named::is_empty")]
    pub when: When,
}

/// A part of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// Of a URL: a domain name or an address.
    Host,
    /// Of a mailbox: what follows the `@`.
    Domain,
    /// Of a mailbox: what precedes the `@`.
    #[serde(rename = "local_part")]
    Local,
    /// Of a domain name, a URL or a mailbox: the part that its owner registered.
    RegistrableDomain,
    /// Of a domain name, a URL or a mailbox: the suffix under which names are registered.
    PublicSuffix,
    /// Of a path: what follows the last separator.
    FileName,
}

/// What a value is computed by.
pub enum Form<'m> {
    /// See [`ValueSpec::constant`].
    Constant(&'m str),
    /// See [`ValueSpec::template`].
    Template(Vec<Piece<'m>>),
    /// See [`ValueSpec::first`].
    First(&'m [String]),
    /// Of another value.
    Of(&'m str, Step<'m>),
}

/// What is done with a value.
pub enum Step<'m> {
    /// See [`ValueSpec::pattern`].
    Pattern(&'m str),
    /// See [`ValueSpec::lookup`] and [`ValueSpec::otherwise`].
    Lookup(&'m Named<String>, Option<&'m str>),
    /// See [`ValueSpec::part`].
    Part(Part),
    /// See [`ValueSpec::split`].
    Split(&'m str),
    /// See [`ValueSpec::lower`].
    Lower,
}

impl ValueSpec {
    /// What it is computed by.
    ///
    /// # Errors
    /// What is wrong with it: the member and the problem.
    pub fn form(&self) -> Result<Form<'_>, (&'static str, &'static str)> {
        let steps: Vec<Step<'_>> = [
            self.pattern.as_deref().map(Step::Pattern),
            self.lookup.as_ref().map(|table| Step::Lookup(table, self.otherwise.as_deref())),
            self.part.map(Step::Part),
            self.split.as_deref().map(Step::Split),
            self.lower.then_some(Step::Lower),
        ]
        .into_iter()
        .flatten()
        .collect();
        if self.otherwise.is_some() && self.lookup.is_none() {
            return Err(("otherwise", "belongs to a lookup"));
        }
        if !steps.is_empty() && self.from.is_none() {
            return Err(("from", "is missing: what is it to be taken from?"));
        }
        let many = Err(("", "has to be one of constant, template, first and from"));
        match (&self.constant, &self.template, &self.first, &self.from) {
            (Some(constant), None, None, None) => Ok(Form::Constant(constant)),
            (None, Some(template), None, None) => {
                pieces(template).map(Form::Template).map_err(|problem| ("template", problem))
            }
            (None, None, Some(first), None) if first.is_empty() => Err(("first", "is an empty list")),
            (None, None, Some(first), None) => Ok(Form::First(first)),
            (None, None, None, Some(from)) => {
                let mut steps = steps.into_iter();
                match (steps.next(), steps.next()) {
                    (Some(Step::Split("")), None) => Err(("split", "is empty")),
                    (Some(step), None) => Ok(Form::Of(from, step)),
                    _ => {
                        Err(("", "has to do one thing with the value: pattern, lookup, part, split or lower"))
                    }
                }
            }
            _ => many,
        }
    }

    /// The names of what it is computed from.
    pub fn inputs(&self) -> Vec<&str> {
        match self.form() {
            Ok(Form::Template(pieces)) => pieces
                .into_iter()
                .filter_map(|piece| match piece {
                    Piece::Value(name) => Some(name),
                    Piece::Text(_) => None,
                })
                .collect(),
            Ok(Form::First(first)) => first.iter().map(String::as_str).collect(),
            Ok(Form::Of(from, _)) => vec![from],
            Ok(Form::Constant(_)) | Err(_) => Vec::new(),
        }
    }

    /// Checks the form, and the pattern.
    pub(super) fn check(&self, path: &str) -> Result<(), MappingError> {
        match self.form() {
            Ok(Form::Of(_, Step::Pattern(pattern))) => check_pattern(&format!("{path}.pattern"), pattern),
            Ok(_) => Ok(()),
            Err(("", problem)) => fault(path, problem),
            Err((member, problem)) => fault(format!("{path}.{member}"), problem),
        }
    }
}
