//! What the names of a mapping become: positions in the lists of a plan.

use super::checks::Check;
use super::compute::ComputedPlan;
use super::parts::{ArrayPlan, Condition, End, Input, Pairing, Place, PropertyPlan, Source};
use crate::mapping::condition::When;
use crate::mapping::named::Named;
use crate::mapping::path::Path;
use crate::mapping::spec::{EntitySpec, Mapping};
use crate::protect::Rule;

/// The lists that names are positions in.
#[derive(Default)]
pub(super) struct Fields {
    pub inputs: Vec<Input>,
    pub computed: Vec<ComputedPlan>,
    pub arrays: Vec<ArrayPlan>,
    pub properties: Vec<PropertyPlan>,
}

/// A path of a mapping, which is checked when it is set.
pub(super) fn path(text: &str) -> Path<'_> {
    Path::parse(text).unwrap_or(Path { column: text, levels: Vec::new() })
}

impl Fields {
    /// The lists with the values that a mapping computes.
    pub fn new(mapping: &Mapping) -> Fields {
        let mut fields = Fields::default();
        for at in mapping.order_of_values().unwrap_or_default() {
            let Some((name, spec)) = mapping.values.0.get(at) else { continue };
            let when = fields.conditions(&spec.when, &[]);
            let computed = ComputedPlan::new(spec, when, |name| fields.input(name));
            let place = Some(Place::Computed(fields.computed.len()));
            fields.computed.push(computed);
            fields.inputs.push(Input { name: name.clone(), place });
        }
        fields
    }

    /// The position of a name.
    pub fn input(&mut self, name: &str) -> u16 {
        let known = self.inputs.iter().position(|input| input.name == name);
        known.unwrap_or_else(|| {
            self.inputs.push(Input { name: name.to_owned(), place: None });
            self.inputs.len() - 1
        }) as u16
    }

    /// True for a computed value that is not to be stored at all: it is as if it were absent.
    pub fn is_withheld(&self, mapping: &Mapping, name: &str) -> bool {
        mapping.values.get(name).is_some()
            && mapping.fields.get(name).is_some_and(|field| field.rule == Rule::Drop)
    }

    /// Where the values of an entity are.
    pub fn key(&mut self, mapping: &Mapping, spec: &EntitySpec) -> Option<Source> {
        (!self.is_withheld(mapping, spec.column())).then(|| self.source(&path(&spec.key)))
    }

    fn source(&mut self, path: &Path<'_>) -> Source {
        let input = self.input(path.column);
        if path.levels.is_empty() {
            return Source::One(input);
        }
        let owned = |level: &Vec<&str>| level.iter().map(|member| (*member).to_owned()).collect();
        let array = ArrayPlan { input, levels: path.levels.iter().map(owned).collect() };
        let known = self.arrays.iter().position(|other| *other == array);
        Source::Elements(known.unwrap_or_else(|| {
            self.arrays.push(array);
            self.arrays.len() - 1
        }) as u16)
    }

    /// Conditions of what has these keys.
    pub fn conditions(&mut self, when: &When, keys: &[Path<'_>]) -> Vec<Condition> {
        let compile = |(text, test): &(String, _)| {
            let path = path(text);
            Condition { source: self.source(&path), pairing: pairing(&path, keys), check: Check::new(test) }
        };
        when.0.iter().map(compile).collect()
    }

    /// Properties of what has these keys, as positions.
    pub fn properties(&mut self, mapping: &Mapping, named: &Named<String>, keys: &[Path<'_>]) -> Vec<u16> {
        let mut own = Vec::new();
        for (name, text) in &named.0 {
            let path = path(text);
            let (source, pairing) = (self.source(&path), pairing(&path, keys));
            let rule = mapping.property_rule(path.column);
            if rule.rule != Rule::Drop {
                own.push(self.properties.len() as u16);
                self.properties.push(PropertyPlan { name: name.clone(), source, pairing, rule });
            }
        }
        own
    }
}

/// The key whose elements those of a path belong to: the one that shares more arrays with it.
fn pairing(path: &Path<'_>, keys: &[Path<'_>]) -> Pairing {
    let depth = |at: usize| keys.get(at).map_or(0, |key| key.shared(path));
    let end = if depth(1) > depth(0) { End::To } else { End::From };
    Pairing { end, depth: depth(0).max(depth(1)) }
}
