//! A mapping compiled against the columns of a dump: names become positions.

mod checks;
mod compute;
mod fields;
mod parts;

use thiserror::Error;

pub use self::compute::ComputedPlan;
use self::fields::Fields;
pub use self::parts::{
    ArrayPlan, Condition, DerivePlan, End, EntityPlan, Input, KeyRule, Pairing, Place, PropertyPlan,
    RelationPlan, Source,
};

use super::check::RESERVED;
use super::named::Named;
use super::path::column_of;
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
    /// Columns and computed values that the mapping names.
    pub inputs: Vec<Input>,
    /// Values that are computed, each after those that it is computed from.
    pub computed: Vec<ComputedPlan>,
    /// Arrays that are taken apart.
    pub arrays: Vec<ArrayPlan>,
    /// The time, position in [`Plan::inputs`].
    pub time: Option<u16>,
    /// What the source declares about it.
    pub time_options: TimeOptions,
    /// How exact the time is that is stored; as it was written unless a rule says otherwise.
    pub time_unit: Option<TimeUnit>,
    /// The property of the vertex of a row that keeps the time as it was written, in [`Plan::properties`].
    pub written_time: Option<u16>,
    /// The mark of vertices and edges.
    pub tlp: Tlp,
    /// Everything that is filled from a row and is no key; the lists below hold positions in here.
    pub properties: Vec<PropertyPlan>,
    /// Columns that are neither key, property nor time, and are not dropped.
    pub leftovers: Vec<u16>,
    /// Columns that are only read: a record keeps them too, but none is made for their sake.
    pub asides: Vec<u16>,
    /// Columns that are keys, but not of every row: a record keeps what none of these entities has taken.
    pub untaken: Vec<(u16, Vec<usize>)>,
    /// Names of all columns so far.
    pub columns: Vec<String>,
    by_name: Vec<usize>,
    uses: Vec<Use>,
    mapping: Mapping,
}

/// What a column is for.
#[derive(Clone, Debug, Default)]
struct Use {
    entities: Vec<usize>,
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
    /// The mapping computes a value of that name.
    #[error("the dump has a column \"{column}\", which is what the mapping calls a value that it computes")]
    NameIsTaken {
        /// As the mapping calls it.
        column: String,
    },
}

impl Plan {
    /// Compiles; columns are added as the dump shows them.
    pub fn new(mapping: &Mapping) -> Plan {
        let mut labels = mapping.labels();
        labels.sort_by_key(|label| label != RECORD);
        let mut edge_types = mapping.edge_types();
        edge_types.sort_by_key(|edge_type| edge_type != OBSERVED_IN);
        let mut fields = Fields::new(mapping);
        let entities = mapping.entities.0.iter().map(|(_, spec)| {
            let keys = [fields::path(&spec.key)];
            let decided = |(path, test): &(String, _)| spec.takes_its_kind_alone(path, test);
            let (own, others) = spec.when.0.iter().cloned().partition::<Vec<_>, _>(decided);
            EntityPlan {
                label: position(&labels, mapping.stored_label(spec)),
                kind: spec.kind(),
                options: Some(spec.options.clone().or(&mapping.options))
                    .filter(|options| options.concern(spec.kind())),
                source: fields.key(mapping, spec),
                when: fields.conditions(&Named(others), &keys),
                lenient: !own.is_empty(),
                key_rule: key_rule(mapping, spec),
                keeps_original: mapping.keeps_original(spec),
                original_tlp: mapping.rule(spec.column()).unwrap_or_default().mark(),
                properties: fields.properties(mapping, &spec.properties, &keys),
                derives: key_rule(mapping, spec) == KeyRule::Keep && mapping.derives(spec.kind()),
            }
        });
        let entities: Vec<EntityPlan> = entities.collect();
        let relations = mapping.relations.iter().filter_map(|spec| {
            let key = |name: &str| mapping.entities.get(name).map(|entity| fields::path(&entity.key));
            let keys = [key(&spec.from)?, key(&spec.to)?];
            Some(RelationPlan {
                from: mapping.entities.position(&spec.from)?,
                edge_type: position(&edge_types, &spec.edge_type),
                to: mapping.entities.position(&spec.to)?,
                depth: keys[0].shared(&keys[1]),
                when: fields.conditions(&spec.when, &keys),
                properties: fields.properties(mapping, &spec.properties, &keys),
            })
        });
        let relations = relations.collect();
        let time = mapping.time.as_deref().filter(|time| !fields.is_withheld(mapping, time));
        let time = time.map(|time| fields.input(time));
        let derive = entities.iter().any(|entity| entity.derives).then(|| DerivePlan {
            domain: position(&labels, Kind::Domain.label()),
            ip: position(&labels, Kind::Ip.label()),
            has_host: position(&edge_types, HAS_HOST),
            subdomain_of: position(&edge_types, SUBDOMAIN_OF),
        });
        let mut plan = Plan {
            derive,
            entities,
            relations,
            properties: fields.properties,
            inputs: fields.inputs,
            computed: fields.computed,
            arrays: fields.arrays,
            time,
            time_options: mapping.options.time.clone(),
            time_unit: None,
            written_time: None,
            tlp: mapping.tlp,
            leftovers: Vec::new(),
            asides: Vec::new(),
            untaken: Vec::new(),
            columns: Vec::new(),
            by_name: Vec::new(),
            uses: Vec::new(),
            mapping: mapping.clone(),
            labels,
            edge_types,
        };
        if let Some(time) = plan.mapping.time.clone().filter(|time| mapping.values.get(time).is_some()) {
            plan.add_time(&time);
        }
        plan
    }

    /// Takes columns that follow those known.
    ///
    /// # Errors
    /// [`PlanError::HeaderIsData`], unless the mapping declares the columns, and [`PlanError::NameIsTaken`].
    pub fn add_columns(&mut self, names: &[String]) -> Result<(), PlanError> {
        for name in names {
            let at = self.columns.len();
            if !self.mapping.columns.contains(name) && !is_plausible_name(name) {
                return Err(PlanError::HeaderIsData { column: at + 1 });
            }
            if self.mapping.values.get(name).is_some() {
                return Err(PlanError::NameIsTaken { column: name.clone() });
            }
            self.columns.push(name.clone());
            let rule = self.mapping.property_rule(name);
            let entities = self.mapping.entities.0.iter().enumerate();
            let entities = entities.filter(|(_, (_, spec))| spec.column() == name).map(|(index, _)| index);
            let entities: Vec<usize> = entities.collect();
            let mut input = None;
            if let Some(known) = self.inputs.iter().position(|input| input.name == *name) {
                self.inputs[known].place = Some(Place::Column(at));
                input = Some(known as u16);
            }
            if let Some(input) =
                input.filter(|_| rule.rule != Rule::Drop && self.mapping.may_be_untaken(name))
            {
                self.untaken.push((self.properties.len() as u16, entities.clone()));
                self.properties.push(PropertyPlan::of_row(name, input, rule.clone()));
            }
            let is_time = self.mapping.time.as_ref() == Some(name);
            if is_time {
                self.add_time(name);
            }
            let dropped = rule.rule == Rule::Drop;
            if !self.mapping.stores(name) && !is_time && !dropped {
                let kept = if input.is_some() { &mut self.asides } else { &mut self.leftovers };
                kept.push(self.properties.len() as u16);
                let input = input.unwrap_or_else(|| {
                    self.inputs.push(Input { name: name.clone(), place: Some(Place::Column(at)) });
                    (self.inputs.len() - 1) as u16
                });
                self.properties.push(PropertyPlan::of_row(name, input, rule));
            }
            let place = self.by_name.partition_point(|other| self.columns[*other] < *name);
            self.by_name.insert(place, at);
            self.uses.push(Use { entities, dropped });
        }
        Ok(())
    }

    /// As exact as the provenance, which shows it: a rule may say otherwise.
    fn add_time(&mut self, name: &str) {
        let (Some(input), rule) = (self.time, self.mapping.rule(name).unwrap_or(FieldRule::of(Rule::Keep)))
        else {
            return;
        };
        if rule.rule == Rule::Truncate {
            self.time_unit = Some(rule.options.time.unwrap_or_default());
        }
        if rule.rule != Rule::Drop {
            self.written_time = Some(self.properties.len() as u16);
            self.properties.push(PropertyPlan::of_row(name, input, rule));
        }
    }

    /// Where a row has the value of an input.
    pub fn place(&self, input: u16) -> Option<Place> {
        self.inputs.get(usize::from(input)).and_then(|input| input.place)
    }

    /// The input that has its value there.
    pub fn input_at(&self, place: Place) -> Option<u16> {
        self.inputs.iter().position(|input| input.place == Some(place)).map(|at| at as u16)
    }

    /// The input of that name.
    pub fn input_named(&self, name: &str) -> Option<u16> {
        self.inputs.iter().position(|input| input.name == name).map(|at| at as u16)
    }

    /// True for what is no column.
    pub fn computes(&self, name: &str) -> bool {
        self.mapping.values.get(name).is_some()
    }

    /// What happens to a column or a computed value that is neither key nor time.
    pub fn property_rule(&self, name: &str) -> FieldRule {
        self.mapping.property_rule(name)
    }

    /// The input that a source reads.
    pub fn input_of(&self, source: Source) -> u16 {
        match source {
            Source::One(input) => input,
            Source::Elements(array) => {
                self.arrays.get(usize::from(array)).map_or(u16::MAX, |array| array.input)
            }
        }
    }

    /// The column or computed value that a source reads, as the mapping calls it.
    pub fn name_of(&self, source: Source) -> Option<&str> {
        self.inputs.get(usize::from(self.input_of(source))).map(|input| input.name.as_str())
    }

    /// The column that holds the time; none where it is computed.
    pub fn time_column(&self) -> Option<usize> {
        match self.place(self.time?)? {
            Place::Column(column) => Some(column),
            Place::Computed(_) => None,
        }
    }

    /// Positions of all columns, in the order of their names.
    pub fn columns_by_name(&self) -> &[usize] {
        &self.by_name
    }

    /// The entities whose keys are in that column.
    pub fn entities_of(&self, column: usize) -> &[usize] {
        self.uses.get(column).map_or(&[], |column| &column.entities)
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
        let is_there =
            |entity: &EntityPlan| entity.source.is_none_or(|source| self.is_there(self.input_of(source)));
        // Without entities, every row is a record, whatever it has.
        if self.entities.is_empty() || self.entities.iter().any(is_there) {
            Ok(())
        } else {
            self.check_complete()
        }
    }

    fn is_there(&self, input: u16) -> bool {
        match self.place(input) {
            Some(Place::Column(_)) => true,
            Some(Place::Computed(at)) => {
                self.computed.get(at).is_some_and(|computed| computed.is_there(|input| self.is_there(input)))
            }
            None => false,
        }
    }

    /// The columns that have to be there; of those of which the first with a value counts, none has to.
    fn named_columns(&self) -> impl Iterator<Item = &str> {
        let mapping = &self.mapping;
        let values = mapping.values.0.iter().map(|(_, value)| value);
        let inputs = values.clone().filter(|value| value.first.is_none()).flat_map(|value| value.inputs());
        let entities = mapping.entities.0.iter().map(|(_, entity)| entity);
        let tests = (values.map(|value| &value.when))
            .chain(entities.clone().map(|entity| &entity.when))
            .chain(mapping.relations.iter().map(|relation| &relation.when));
        let tested = tests.flat_map(|when| &when.0).map(|(path, _)| path.as_str());
        let keys = entities.clone().map(|entity| entity.key.as_str());
        let of_entities = entities.flat_map(|entity| &entity.properties.0);
        let of_relations = mapping.relations.iter().flat_map(|relation| &relation.properties.0);
        let properties = of_entities.chain(of_relations).map(|(_, path)| path.as_str());
        let all = keys.chain(properties).chain(mapping.time.as_deref()).chain(inputs).chain(tested);
        all.map(column_of).filter(|name| mapping.values.get(name).is_none())
    }
}

/// The name of a column as that of a property, which must not be one that Heimdall uses itself.
pub(super) fn free_name(column: &str) -> String {
    if RESERVED.contains(&column) { format!("{column}_") } else { column.to_owned() }
}

fn position(names: &[String], name: &str) -> u16 {
    names.iter().position(|other| other == name).unwrap_or(0) as u16
}

/// An entity that the mapping declares is there to be correlated: its key stays readable unless it is
/// personal, or a rule says otherwise. A ciphertext cannot be a key, so `encrypt` hashes as well.
pub fn key_rule(mapping: &Mapping, spec: &EntitySpec) -> KeyRule {
    match mapping.rule(spec.column()) {
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
