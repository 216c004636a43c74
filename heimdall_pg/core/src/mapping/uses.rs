//! What a mapping uses each column for.

use super::path::column_of;
use super::spec::Mapping;

impl Mapping {
    /// The labels of the entities whose keys are in a column or computed value, each once.
    pub(super) fn keys_in<'m>(&'m self, field: &str) -> Vec<&'m str> {
        let mut labels: Vec<&str> = Vec::new();
        for (_, entity) in &self.entities.0 {
            if entity.column() == field && !labels.contains(&entity.label.as_str()) {
                labels.push(&entity.label);
            }
        }
        labels
    }

    /// Whether a column is nothing but a key, and one that not every value of it has to be.
    pub(super) fn may_be_untaken(&self, field: &str) -> bool {
        let mut keys = self.entities.0.iter().filter(|(_, entity)| entity.column() == field).peekable();
        keys.peek().is_some() && keys.all(|(_, entity)| !entity.when.is_empty()) && !self.is_property(field)
    }

    /// Whether a key or a property is made of a column or computed value.
    pub(super) fn stores(&self, field: &str) -> bool {
        !self.keys_in(field).is_empty() || self.is_property(field)
    }

    pub(super) fn is_property(&self, field: &str) -> bool {
        self.properties().any(|(_, path)| column_of(path) == field)
    }

    /// Paths by name of property, of entities and of relations.
    fn properties(&self) -> impl Iterator<Item = &(String, String)> {
        let of_entities = self.entities.0.iter().map(|(_, entity)| &entity.properties);
        let of_relations = self.relations.iter().map(|relation| &relation.properties);
        of_entities.chain(of_relations).flat_map(|properties| &properties.0)
    }

    /// Every column and computed value that the mapping names, each once.
    pub fn named_fields(&self) -> Vec<String> {
        let keys = self.entities.0.iter().map(|(_, entity)| entity.column());
        let properties = self.properties().map(|(_, path)| column_of(path));
        let values = self.values.0.iter().map(|(name, _)| name.as_str());
        let rules = self.fields.0.iter().map(|(field, _)| field.as_str());
        let columns = self.columns.iter().chain(&self.time).map(String::as_str);
        let all = columns.chain(keys).chain(properties).chain(values).chain(rules).chain(self.read_only());
        let mut fields: Vec<String> = all.map(str::to_owned).collect();
        fields.sort_unstable();
        fields.dedup();
        fields
    }

    /// What values are computed from and conditions look at.
    fn read_only(&self) -> impl Iterator<Item = &str> {
        let values = self.values.0.iter().map(|(_, value)| value);
        let inputs = values.clone().flat_map(|value| value.inputs());
        let of_entities = self.entities.0.iter().map(|(_, entity)| &entity.when);
        let of_relations = self.relations.iter().map(|relation| &relation.when);
        let tests = values.map(|value| &value.when).chain(of_entities).chain(of_relations);
        inputs.chain(tests.flat_map(|when| &when.0).map(|(path, _)| column_of(path)))
    }

    /// What a column or computed value is used as; none where it goes to the record of its row.
    pub(super) fn use_of(&self, field: &str) -> Option<String> {
        let labels = self.keys_in(field);
        if !labels.is_empty() {
            return Some(format!("key of {}", labels.join(", ")));
        }
        if self.time.as_deref() == Some(field) {
            return Some("time".to_owned());
        }
        if self.is_property(field) {
            return Some("property".to_owned());
        }
        self.values.get(field).is_some().then(|| "computed".to_owned())
    }
}
