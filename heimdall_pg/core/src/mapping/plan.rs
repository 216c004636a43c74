//! A mapping compiled against the columns of a dump: names become positions.

mod parts;

use thiserror::Error;

pub use self::parts::{DerivePlan, EntityPlan, KeyRule, PropertyPlan, RelationPlan};

use super::check::RESERVED;
use super::named::Named;
use super::spec::{FieldRule, HAS_HOST, Mapping, OBSERVED_IN, RECORD, SUBDOMAIN_OF};
use super::{EntitySpec, is_plausible_name};
use crate::canonical::Kind;
use crate::canonical::timestamp::TimeOptions;
use crate::protect::{Rule, TimeUnit, Tlp};

/// See the module.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Vertex labels; the first is that of whole rows.
    pub labels: Vec<String>,
    /// Edge types; the first is that from an entity to the row it was seen in.
    pub edge_types: Vec<String>,
    /// The entities of a row.
    pub entities: Vec<EntityPlan>,
    /// The relations of a row.
    pub relations: Vec<RelationPlan>,
    /// Where what follows from values goes; none where nothing does.
    pub derive: Option<DerivePlan>,
    /// Position of the time.
    pub time: Option<usize>,
    /// What the source declares about it.
    pub time_options: TimeOptions,
    /// How exact the time is that is stored; as it was written unless a rule says otherwise.
    pub time_unit: Option<TimeUnit>,
    /// The property of the vertex of a row that keeps the time as it was written, in [`Plan::properties`].
    pub written_time: Option<u16>,
    /// The mark of vertices and edges.
    pub tlp: Tlp,
    /// Everything that is filled from a column and is no key; the lists below hold positions in here.
    pub properties: Vec<PropertyPlan>,
    /// Columns that are neither key, property nor time, and are not dropped.
    pub leftovers: Vec<u16>,
    /// Names of all columns so far.
    pub columns: Vec<String>,
    by_name: Vec<usize>,
    uses: Vec<Use>,
    mapping: Mapping,
}

/// What a column is for.
#[derive(Clone, Copy, Debug, Default)]
struct Use {
    entity: Option<usize>,
    dropped: bool,
}

/// Why a mapping does not fit a dump. Names the mapping's columns, never the dump's: in a dump without a
/// header line those are values.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum PlanError {
    /// The dump has no such column.
    #[error("the mapping names the column \"{column}\", which the dump does not have")]
    NoSuchColumn {
        /// As the mapping calls it.
        column: String,
        /// How many columns the dump has.
        columns: usize,
    },
    /// A column name looks like a value.
    #[error("the name of column {column} looks like a value, not like a name")]
    HeaderIsData {
        /// 1 for the first column.
        column: usize,
    },
}

impl Plan {
    /// Compiles; columns are added as the dump shows them.
    pub fn new(mapping: &Mapping) -> Plan {
        let mut labels = mapping.labels();
        labels.sort_by_key(|label| label != RECORD);
        let mut edge_types = mapping.edge_types();
        edge_types.sort_by_key(|edge_type| edge_type != OBSERVED_IN);
        let mut properties = Vec::new();
        let entities = mapping.entities.0.iter().map(|(_, spec)| EntityPlan {
            label: position(&labels, mapping.stored_label(spec)),
            kind: spec.kind(),
            options: Some(spec.options.clone().or(&mapping.options))
                .filter(|options| options.concern(spec.kind())),
            column: None,
            key_rule: key_rule(mapping, spec),
            original_tlp: mapping.rule(&spec.key).unwrap_or_default().mark(),
            properties: intern(&mut properties, mapping, &spec.properties),
            derives: key_rule(mapping, spec) == KeyRule::Keep && mapping.derives(spec.kind()),
        });
        let entities: Vec<EntityPlan> = entities.collect();
        let relations = mapping.relations.iter().filter_map(|spec| {
            Some(RelationPlan {
                from: mapping.entities.position(&spec.from)?,
                edge_type: position(&edge_types, &spec.edge_type),
                to: mapping.entities.position(&spec.to)?,
                properties: intern(&mut properties, mapping, &spec.properties),
            })
        });
        let relations = relations.collect();
        let derive = entities.iter().any(|entity| entity.derives).then(|| DerivePlan {
            domain: position(&labels, Kind::Domain.label()),
            ip: position(&labels, Kind::Ip.label()),
            has_host: position(&edge_types, HAS_HOST),
            subdomain_of: position(&edge_types, SUBDOMAIN_OF),
        });
        Plan {
            derive,
            entities,
            relations,
            properties,
            time: None,
            time_options: mapping.options.time.clone(),
            time_unit: None,
            written_time: None,
            tlp: mapping.tlp,
            leftovers: Vec::new(),
            columns: Vec::new(),
            by_name: Vec::new(),
            uses: Vec::new(),
            mapping: mapping.clone(),
            labels,
            edge_types,
        }
    }

    /// Takes columns that follow those known.
    ///
    /// # Errors
    /// [`PlanError::HeaderIsData`], unless the mapping declares the columns.
    pub fn add_columns(&mut self, names: &[String]) -> Result<(), PlanError> {
        for name in names {
            let at = self.columns.len();
            if !self.mapping.columns.contains(name) && !is_plausible_name(name) {
                return Err(PlanError::HeaderIsData { column: at + 1 });
            }
            self.columns.push(name.clone());
            let rule = self.mapping.property_rule(name);
            let mut column = Use { entity: None, dropped: rule.rule == Rule::Drop };
            let mut used = false;
            for (index, (entity, (_, spec))) in
                self.entities.iter_mut().zip(&self.mapping.entities.0).enumerate()
            {
                if spec.key == *name {
                    entity.column = Some(at);
                    column.entity = column.entity.or(Some(index));
                    used = true;
                }
            }
            for property in self.properties.iter_mut().filter(|property| property.column_name == *name) {
                property.column = Some(at);
                used = true;
            }
            if self.mapping.time.as_ref() == Some(name) {
                self.time = Some(at);
                used = true;
                // As exact as the provenance, which shows it: a rule may say otherwise.
                let rule = self.mapping.rule(name).unwrap_or(FieldRule::of(Rule::Keep));
                if rule.rule == Rule::Truncate {
                    self.time_unit = Some(rule.options.time.unwrap_or_default());
                }
                if rule.rule != Rule::Drop {
                    self.written_time = Some(self.properties.len() as u16);
                    let (name, column_name) = (free_name(name), name.clone());
                    self.properties.push(PropertyPlan { name, column_name, column: None, rule });
                }
            }
            if !used && rule.rule != Rule::Drop {
                let (name, column_name) = (free_name(name), name.clone());
                self.leftovers.push(self.properties.len() as u16);
                self.properties.push(PropertyPlan { name, column_name, column: Some(at), rule });
            }
            let place = self.by_name.partition_point(|other| self.columns[*other] < *name);
            self.by_name.insert(place, at);
            self.uses.push(column);
        }
        Ok(())
    }

    /// Positions of all columns, in the order of their names.
    pub fn columns_by_name(&self) -> &[usize] {
        &self.by_name
    }

    /// The first entity whose key that column is.
    pub fn entity_of(&self, column: usize) -> Option<usize> {
        self.uses.get(column).and_then(|column| column.entity)
    }

    /// True where nothing of the column is stored.
    pub fn is_dropped(&self, column: usize) -> bool {
        self.uses.get(column).is_some_and(|column| column.dropped)
    }

    /// Checks that every column which the mapping names is there.
    ///
    /// # Errors
    /// [`PlanError::NoSuchColumn`].
    pub fn check_complete(&self) -> Result<(), PlanError> {
        match self.named_columns().find(|column| !self.columns.iter().any(|known| known == column)) {
            Some(column) => {
                Err(PlanError::NoSuchColumn { column: column.to_owned(), columns: self.columns.len() })
            }
            None => Ok(()),
        }
    }

    /// Checks that at least one key column is there: JSON objects need not have every field.
    ///
    /// # Errors
    /// [`PlanError::NoSuchColumn`].
    pub fn check_any(&self) -> Result<(), PlanError> {
        if self.entities.iter().any(|entity| entity.column.is_some()) {
            Ok(())
        } else {
            self.check_complete()
        }
    }

    fn named_columns(&self) -> impl Iterator<Item = &str> {
        let mapping = &self.mapping;
        let entities = mapping.entities.0.iter();
        let keys = entities.clone().map(|(_, entity)| entity.key.as_str());
        let of_entities = entities.flat_map(|(_, entity)| &entity.properties.0);
        let of_relations = mapping.relations.iter().flat_map(|relation| &relation.properties.0);
        let properties = of_entities.chain(of_relations).map(|(_, column)| column.as_str());
        keys.chain(properties).chain(mapping.time.as_deref())
    }
}

/// The name of a column as that of a property, which must not be one that Heimdall uses itself.
pub(super) fn free_name(column: &str) -> String {
    if RESERVED.contains(&column) { format!("{column}_") } else { column.to_owned() }
}

fn position(names: &[String], name: &str) -> u16 {
    names.iter().position(|other| other == name).unwrap_or(0) as u16
}

fn intern(all: &mut Vec<PropertyPlan>, mapping: &Mapping, named: &Named<String>) -> Vec<u16> {
    let mut own = Vec::new();
    for (name, column) in &named.0 {
        let rule = mapping.property_rule(column);
        if rule.rule != Rule::Drop {
            own.push(all.len() as u16);
            all.push(PropertyPlan { name: name.clone(), column_name: column.clone(), column: None, rule });
        }
    }
    own
}

/// An entity that the mapping declares is there to be correlated: its key stays readable unless it is
/// personal, or a rule says otherwise. A ciphertext cannot be a key, so `encrypt` hashes as well.
pub fn key_rule(mapping: &Mapping, spec: &EntitySpec) -> KeyRule {
    match mapping.rule(&spec.key) {
        Some(FieldRule { rule: Rule::Keep, .. }) => KeyRule::Keep,
        Some(FieldRule { rule: Rule::Truncate, options, .. }) if spec.kind() == Kind::Ip => {
            KeyRule::Network(options)
        }
        Some(FieldRule { rule: Rule::Pseudonymise, .. }) if spec.kind() == Kind::Ip => KeyRule::Pseudonym,
        Some(_) => KeyRule::Hash,
        None if spec.kind().is_personal() => KeyRule::Hash,
        None => KeyRule::Keep,
    }
}

#[cfg(test)]
mod tests;
