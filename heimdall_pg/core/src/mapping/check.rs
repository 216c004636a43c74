//! What a mapping has to fulfil beyond its shape.

use thiserror::Error;

use super::named::Named;
use super::spec::{EntitySpec, FieldRule, Mapping, RECORD};
use crate::canonical::Kind;
use crate::protect::Rule;

/// Longest label and relation type. AGE has trouble beyond 40 characters.
const MAX_NAME: usize = 40;

/// Property names that Heimdall writes itself.
pub(super) const RESERVED: [&str; 3] = ["value", "tlp", "sealed"];

/// What is wrong with a mapping, and where.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{path}: {problem}")]
pub struct MappingError {
    /// Path inside the mapping, `relations[0].from`.
    pub path: String,
    /// What is wrong there.
    pub problem: String,
}

impl Mapping {
    /// Checks what the types do not.
    pub(super) fn check(&self) -> Result<(), MappingError> {
        if self.entities.is_empty() {
            return fault("entities", "names no column: a mapping needs one entity at least");
        }
        for (at, column) in self.columns.iter().enumerate() {
            if column.is_empty() || self.columns[..at].contains(column) {
                return fault(format!("columns[{at}]"), "is empty, or stands there twice");
            }
        }
        for (name, entity) in &self.entities.0 {
            check_name(&format!("entities.{name}.label"), &entity.label)?;
            if entity.label == RECORD {
                return fault(format!("entities.{name}.label"), "Record is what Heimdall calls a whole row");
            }
            self.check_column(&format!("entities.{name}.key"), &entity.key)?;
            if let Some(problem) =
                self.fields.get(&entity.key).and_then(|field| key_problem(entity, field.rule))
            {
                return fault(format!("fields.{}", entity.key), problem);
            }
            self.check_properties(&format!("entities.{name}.properties"), &entity.properties)?;
            if !entity.options.is_empty() && !entity.options.concern(entity.kind()) {
                return fault(
                    format!("entities.{name}.options"),
                    format!("say nothing about a {}", entity.label),
                );
            }
        }
        for (at, relation) in self.relations.iter().enumerate() {
            check_name(&format!("relations[{at}].type"), &relation.edge_type)?;
            for (end, name) in [("from", &relation.from), ("to", &relation.to)] {
                if self.entities.get(name).is_none() {
                    return fault(format!("relations[{at}].{end}"), format!("there is no entity \"{name}\""));
                }
            }
            self.check_properties(&format!("relations[{at}].properties"), &relation.properties)?;
        }
        if let Some(time) = &self.time {
            self.check_column("time", time)?;
        }
        for (column, field) in &self.fields.0 {
            self.check_column(&format!("fields.{column}"), column)?;
            check_options(&format!("fields.{column}.options"), field)?;
        }
        if let Some(field) = &self.default {
            check_options("default.options", field)?;
        }
        let labels = self.labels();
        if let Some(twice) = self.edge_types().into_iter().find(|edge_type| labels.contains(edge_type)) {
            return fault("relations", format!("\"{twice}\" is a label and a relation type"));
        }
        Ok(())
    }

    fn check_column(&self, path: &str, column: &str) -> Result<(), MappingError> {
        if column.is_empty() {
            return fault(path, "names no column");
        }
        if !self.columns.is_empty() && !self.columns.iter().any(|known| known == column) {
            return fault(path, format!("\"{column}\" is not among the columns"));
        }
        Ok(())
    }

    fn check_properties(&self, path: &str, properties: &Named<String>) -> Result<(), MappingError> {
        for (name, column) in &properties.0 {
            if RESERVED.contains(&name.as_str()) || name.is_empty() {
                return fault(format!("{path}.{name}"), "is a name that Heimdall uses itself");
            }
            self.check_column(&format!("{path}.{name}"), column)?;
        }
        Ok(())
    }
}

/// Why a rule cannot be that of a key.
pub(super) fn key_problem(entity: &EntitySpec, rule: Rule) -> Option<&'static str> {
    match rule {
        Rule::Drop => Some("cannot be dropped: an entity is made of it"),
        Rule::Scrub => Some("is the key of an entity: only free text can be scrubbed"),
        Rule::Truncate | Rule::Pseudonymise if entity.kind() != Kind::Ip => {
            Some("is the key of an entity: only the key of an Ip can be truncated or pseudonymised")
        }
        _ => None,
    }
}

pub(super) fn check_options(path: &str, field: &FieldRule) -> Result<(), MappingError> {
    match field.options.problem(field.rule) {
        Some(problem) => fault(path, problem),
        None => Ok(()),
    }
}

fn check_name(path: &str, name: &str) -> Result<(), MappingError> {
    let mut characters = name.chars();
    let starts = characters.next().is_some_and(|first| first.is_ascii_alphabetic());
    if starts && name.len() <= MAX_NAME && characters.all(|c| c.is_ascii_alphanumeric() || c == '_') {
        return Ok(());
    }
    fault(
        path,
        format!("\"{name}\" has to be a letter, then letters, digits or underscores, {MAX_NAME} at most"),
    )
}

pub(super) fn fault<T>(path: impl Into<String>, problem: impl Into<String>) -> Result<T, MappingError> {
    Err(MappingError { path: path.into(), problem: problem.into() })
}
