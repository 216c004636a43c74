//! What a mapping has to fulfil beyond its shape.

use thiserror::Error;

use super::condition::When;
use super::named::Named;
use super::path::Path;
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
        for (at, column) in self.columns.iter().enumerate() {
            if column.is_empty() || self.columns[..at].contains(column) {
                return fault(format!("columns[{at}]"), "is empty, or stands there twice");
            }
        }
        self.check_values()?;
        for (name, entity) in &self.entities.0 {
            check_name(&format!("entities.{name}.label"), &entity.label)?;
            if entity.label == RECORD {
                return fault(format!("entities.{name}.label"), "Record is what Heimdall calls a whole row");
            }
            let key = self.check_path(&format!("entities.{name}.key"), &entity.key)?;
            if let Some(problem) =
                self.fields.get(entity.column()).and_then(|field| key_problem(entity, field.rule))
            {
                return fault(format!("fields.{}", entity.column()), problem);
            }
            self.check_properties(&format!("entities.{name}.properties"), &entity.properties, &[&key])?;
            self.check_when(&format!("entities.{name}.when"), &entity.when)?;
            if !entity.options.is_empty() && !entity.options.concern(entity.kind()) {
                return fault(
                    format!("entities.{name}.options"),
                    format!("say nothing about a {}", entity.label),
                );
            }
        }
        for (at, relation) in self.relations.iter().enumerate() {
            check_name(&format!("relations[{at}].type"), &relation.edge_type)?;
            let mut keys = Vec::new();
            for (end, name) in [("from", &relation.from), ("to", &relation.to)] {
                match self.entities.get(name) {
                    Some(entity) => keys.push(self.check_path(end, &entity.key)?),
                    None => {
                        return fault(
                            format!("relations[{at}].{end}"),
                            format!("there is no entity \"{name}\""),
                        );
                    }
                }
            }
            let keys: Vec<&Path<'_>> = keys.iter().collect();
            self.check_properties(&format!("relations[{at}].properties"), &relation.properties, &keys)?;
            self.check_when(&format!("relations[{at}].when"), &relation.when)?;
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

    /// Checks the values that are computed: of what, and that none is computed from itself.
    fn check_values(&self) -> Result<(), MappingError> {
        for (name, value) in &self.values.0 {
            let path = format!("values.{name}");
            if name.is_empty() || name.contains("[]") || self.columns.contains(name) {
                return fault(path, "is the name of a column, or none at all");
            }
            value.check(&path)?;
            for input in value.inputs() {
                self.check_column(&path, input)?;
            }
            self.check_when(&format!("{path}.when"), &value.when)?;
        }
        match self.order_of_values() {
            Ok(_) => Ok(()),
            Err(name) => fault(format!("values.{name}"), "is computed from itself"),
        }
    }

    fn check_when(&self, path: &str, when: &When) -> Result<(), MappingError> {
        for (column, test) in &when.0 {
            let path = format!("{path}.{column}");
            self.check_path(&path, column)?;
            test.check(&path)?;
        }
        Ok(())
    }

    fn check_path<'m>(&self, at: &str, path: &'m str) -> Result<Path<'m>, MappingError> {
        match Path::parse(path) {
            Ok(path) => self.check_column(at, path.column).map(|()| path),
            Err(problem) => fault(at, problem),
        }
    }

    fn check_column(&self, path: &str, column: &str) -> Result<(), MappingError> {
        if column.is_empty() {
            return fault(path, "names no column");
        }
        if column.contains("[]") {
            return fault(path, format!("\"{column}\" is an array: here is place for a column as a whole"));
        }
        let is_known = self.columns.iter().any(|known| known == column) || self.values.get(column).is_some();
        if !self.columns.is_empty() && !is_known {
            return fault(path, format!("\"{column}\" is not among the columns"));
        }
        Ok(())
    }

    /// Properties of what has these keys: a value in an array has to be of an element that a key is in.
    fn check_properties(
        &self,
        path: &str,
        properties: &Named<String>,
        keys: &[&Path<'_>],
    ) -> Result<(), MappingError> {
        for (name, column) in &properties.0 {
            let path = format!("{path}.{name}");
            if RESERVED.contains(&name.as_str()) || name.is_empty() {
                return fault(path, "is a name that Heimdall uses itself");
            }
            let value = self.check_path(&path, column)?;
            if !keys.iter().any(|key| key.shared(&value) == value.levels.len()) {
                return fault(path, format!("\"{column}\" is not in the array that the key is in"));
            }
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
