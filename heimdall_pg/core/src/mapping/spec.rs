//! The mapping document, as a user writes it.

use serde::{Deserialize, Serialize};

use super::check::{MappingError, fault};
use super::condition::{Kinds, Test, Trait, When};
use super::named::Named;
use super::path::column_of;
use super::value::ValueSpec;
use crate::canonical::{Kind, Options};
use crate::protect::{Rule, RuleOptions, Tlp};

/// A mapping. The same document in `heimdall.create_source(mapping => …)`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mapping {
    /// The columns of the dump in their order: what the inbox view takes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub columns: Vec<String>,
    /// Values that are computed from those of a row, by the name under which they are used like columns.
    #[serde(default, skip_serializing_if = "Named::is_empty")]
    pub values: Named<ValueSpec>,
    /// Entities by the name that relations use.
    #[serde(default)]
    pub entities: Named<EntitySpec>,
    /// Relations between entities. Without any, every row becomes a `Record`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub relations: Vec<RelationSpec>,
    /// The column that holds the time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time: Option<String>,
    /// Rules by column.
    #[serde(default, skip_serializing_if = "Named::is_empty")]
    pub fields: Named<FieldRule>,
    /// The rule of columns that have none and are no key and no time; they are sealed unless it is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<FieldRule>,
    /// The mark of the vertices and edges; red unless the source says otherwise.
    #[serde(default)]
    pub tlp: Tlp,
    /// What the source declares about its values.
    #[serde(default, skip_serializing_if = "Options::is_empty")]
    pub options: Options,
    /// Which values give edges of their own accord.
    #[serde(default, skip_serializing_if = "Derive::is_default")]
    pub derive: Derive,
}

/// Edges that follow from a value: `HAS_HOST` from a URL to its host, `SUBDOMAIN_OF` from a name to the registrable
/// domain above it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Derive {
    /// From URLs, and from the hosts that they name.
    #[default]
    Urls,
    /// From every domain as well.
    All,
    /// From nothing.
    None,
}

impl Derive {
    fn is_default(&self) -> bool {
        *self == Derive::default()
    }
}

/// One entity of a row.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EntitySpec {
    /// Vertex label: a kind in Pascal case (`Ip`), or a label of the user's own, whose values are text.
    pub label: String,
    /// The column that holds its value, or its values: see [`super::path::Path`].
    pub key: String,
    /// What has to hold for it to be there.
    #[serde(default, skip_serializing_if = "Named::is_empty")]
    pub when: When,
    /// Properties of the vertex: name → column.
    #[serde(default, skip_serializing_if = "Named::is_empty")]
    pub properties: Named<String>,
    /// What is declared about the values of this entity; the rest is the mapping's.
    #[serde(default, skip_serializing_if = "Options::is_empty")]
    pub options: Options,
}

/// A relation between two entities of a row.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RelationSpec {
    /// Name of the entity where the edge starts.
    pub from: String,
    /// Edge type, upper case by custom.
    #[serde(rename = "type")]
    pub edge_type: String,
    /// Name of the entity where the edge ends.
    pub to: String,
    /// What has to hold for it to be there.
    #[serde(default, skip_serializing_if = "Named::is_empty")]
    pub when: When,
    /// Properties of the edge: name → column. Of several rows, the last one in time is kept.
    #[serde(default, skip_serializing_if = "Named::is_empty")]
    pub properties: Named<String>,
}

/// What is to happen to a column.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FieldRule {
    /// See [`Rule`].
    #[serde(default)]
    pub rule: Rule,
    /// The mark of the value, which is sealed where that is above the mark of its record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tlp: Option<Tlp>,
    /// Particulars of the rule.
    #[serde(default, skip_serializing_if = "RuleOptions::is_empty")]
    pub options: RuleOptions,
}

impl FieldRule {
    /// That rule, and nothing else said.
    pub fn of(rule: Rule) -> FieldRule {
        FieldRule { rule, ..FieldRule::default() }
    }

    /// The mark of the value where it is sealed: red unless it is said.
    pub fn mark(&self) -> Tlp {
        self.tlp.unwrap_or_default()
    }

    /// What holds of values that were stored under this rule, once they are brought under another: what is lost stays
    /// lost, whatever the other one would keep.
    #[must_use]
    pub fn then(&self, after: &FieldRule) -> FieldRule {
        if self.rule.keeps_all() || !after.rule.keeps_all() {
            return after.clone();
        }
        let tlp = if after.rule == Rule::Encrypt { Some(after.mark()) } else { after.tlp };
        FieldRule { tlp, ..self.clone() }
    }

    /// Whether the value is sealed in a record with that mark: who may see the record need not be cleared for it.
    pub fn is_sealed(&self, record: Tlp) -> bool {
        self.rule == Rule::Encrypt || self.tlp.is_some_and(|tlp| tlp > record)
    }
}

impl Mapping {
    /// Reads and checks a mapping.
    ///
    /// # Errors
    /// [`MappingError`] with the path of the first mistake.
    pub fn parse(json: &str) -> Result<Mapping, MappingError> {
        // serde would take a list for the members in their order.
        if !json.trim_start().starts_with('{') {
            return fault("mapping", "is not a JSON object");
        }
        let mapping: Mapping = serde_json::from_str(json)
            .map_err(|error| MappingError { path: "mapping".to_owned(), problem: error.to_string() })?;
        mapping.check()?;
        Ok(mapping)
    }

    /// The mapping as JSON text.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// The mapping as JSON text in one order of names, whatever the order in which it was written: `jsonb` keeps
    /// none, and what is the same mapping has to give the same text.
    pub fn canonical_json(&self) -> String {
        fn sort<T>(named: &mut Named<T>) {
            named.0.sort_by(|(a, _), (b, _)| a.cmp(b));
        }
        let mut mapping = self.clone();
        sort(&mut mapping.entities);
        sort(&mut mapping.fields);
        sort(&mut mapping.values);
        for (_, value) in &mut mapping.values.0 {
            sort(&mut value.when);
            value.lookup.iter_mut().for_each(sort);
        }
        for (_, entity) in &mut mapping.entities.0 {
            sort(&mut entity.properties);
            sort(&mut entity.when);
        }
        for relation in &mut mapping.relations {
            sort(&mut relation.properties);
            sort(&mut relation.when);
        }
        mapping.to_json()
    }

    /// The vertex labels that rows of this mapping may give, each once.
    pub fn labels(&self) -> Vec<String> {
        let own = self.entities.0.iter().map(|(_, entity)| self.stored_label(entity).to_owned());
        let urls = if self.derives(Kind::Url) { &[Kind::Domain, Kind::Ip][..] } else { &[] };
        let derived = urls.iter().map(|kind| kind.label().to_owned());
        once(own.chain([RECORD.to_owned()]).chain(derived))
    }

    /// The edge types that rows of this mapping may give, each once.
    pub fn edge_types(&self) -> Vec<String> {
        let own = self.relations.iter().map(|relation| relation.edge_type.clone());
        let urls = self.derives(Kind::Url).then_some(HAS_HOST);
        let names = (urls.is_some() || self.derives(Kind::Domain)).then_some(SUBDOMAIN_OF);
        let derived = urls.into_iter().chain(names).map(str::to_owned);
        once(own.chain([OBSERVED_IN.to_owned()]).chain(derived))
    }

    /// True where an entity of that kind gives edges of its own accord.
    pub fn derives(&self, kind: Kind) -> bool {
        let derives = match self.derive {
            Derive::None => false,
            Derive::Urls => kind == Kind::Url,
            Derive::All => matches!(kind, Kind::Url | Kind::Domain),
        };
        derives && self.entities.0.iter().any(|(_, entity)| entity.label == kind.label())
    }

    /// The label under which an entity is stored: what a rule leaves of an address may be no address.
    pub fn stored_label<'m>(&self, entity: &'m EntitySpec) -> &'m str {
        match (entity.kind(), self.fields.get(entity.column()).map(|field| field.rule)) {
            (Kind::Ip, Some(Rule::Truncate)) => Kind::Cidr.label(),
            (Kind::Ip, Some(Rule::Pseudonymise)) => PSEUDONYM_IP,
            _ => &entity.label,
        }
    }
}

impl EntitySpec {
    /// Whether what is not of its kind is simply no such entity: a condition that the making of the key decides.
    pub(super) fn takes_its_kind_alone(&self, path: &str, test: &Test) -> bool {
        path == self.key && matches!(test, Test::Has(Trait::Kind(Kinds(kinds))) if kinds[..] == [self.kind()])
    }

    /// The kind of the values; a label that is no kind has text.
    pub fn kind(&self) -> Kind {
        Kind::from_label(&self.label).unwrap_or(Kind::Text)
    }

    /// The column or computed value that its values are in: rules are stated for that.
    pub fn column(&self) -> &str {
        column_of(&self.key)
    }
}

/// Label of addresses that stand for others. They are no addresses of the network: one could be another's.
pub const PSEUDONYM_IP: &str = "PseudonymIp";
/// Label of the vertex that stands for a whole row.
pub const RECORD: &str = "Record";
/// Type of the edge from an entity to the row it was seen in.
pub const OBSERVED_IN: &str = "OBSERVED_IN";
/// Type of the edge from a URL to its host.
pub const HAS_HOST: &str = "HAS_HOST";
/// Type of the edge from a domain name to the registrable domain above it.
pub const SUBDOMAIN_OF: &str = "SUBDOMAIN_OF";
fn once(names: impl Iterator<Item = String>) -> Vec<String> {
    let mut kept: Vec<String> = Vec::new();
    for name in names {
        if !kept.contains(&name) {
            kept.push(name);
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    const DNS: &str = r#"{
        "entities":  {"src":  {"label": "Ip", "key": "id.orig_h"},
                      "name": {"label": "Domain", "key": "query", "properties": {"rcode": "rcode_name"}}},
        "relations": [{"from": "src", "type": "QUERIED", "to": "name", "properties": {"qtype": "qtype_name"}}],
        "time": "ts", "tlp": "amber",
        "fields": {"qtype_name": {"rule": "keep"}, "user": {"rule": "hash", "tlp": "amber+strict"}}}"#;

    #[test]
    fn a_mapping_survives_its_own_json() {
        let mapping = Mapping::parse(DNS).unwrap();
        assert_eq!(Mapping::parse(&mapping.to_json()).unwrap(), mapping);
        assert_eq!(mapping.labels(), ["Ip", "Domain", "Record"]);
        assert_eq!(mapping.edge_types(), ["QUERIED", "OBSERVED_IN"]);
        assert_eq!(mapping.entities.0[0].1.kind(), Kind::Ip);
    }

    #[test]
    fn the_order_of_names_does_not_matter() {
        let swapped = DNS.replace("\"src\"", "\"zsrc\"");
        let mapping = Mapping::parse(&swapped).unwrap();
        let mut other = mapping.clone();
        other.entities.0.reverse();
        other.fields.0.reverse();
        assert_ne!(mapping.to_json(), other.to_json());
        assert_eq!(mapping.canonical_json(), other.canonical_json());
    }

    #[test]
    fn the_default_is_the_highest() {
        let mapping =
            Mapping::parse(r#"{"entities": {"a": {"label": "Ip", "key": "a"}}, "fields": {"b": {}}}"#);
        let mapping = mapping.unwrap();
        assert_eq!(mapping.tlp, Tlp::Red);
        let field = mapping.rule("b").unwrap();
        assert_eq!((field.rule, field.mark()), (Rule::Encrypt, Tlp::Red));
    }

    #[test]
    fn a_mistake_is_named_by_its_path() {
        let path = |change: &str, with: &str| Mapping::parse(&DNS.replace(change, with)).unwrap_err().path;
        assert_eq!(path("\"from\": \"src\"", "\"from\": \"nobody\""), "relations[0].from");
        assert_eq!(path("\"label\": \"Ip\"", "\"label\": \"drop table\""), "entities.src.label");
        assert_eq!(path("\"label\": \"Ip\"", "\"label\": \"Record\""), "entities.src.label");
        assert_eq!(path("\"key\": \"query\"", "\"key\": \"\""), "entities.name.key");
        assert_eq!(path("\"QUERIED\"", "\"Ip\""), "relations");
        assert_eq!(path("\"rcode\":", "\"sealed\":"), "entities.name.properties.sealed");
        assert_eq!(
            path("\"time\": \"ts\"", "\"time\": \"ts\", \"columns\": [\"query\"]"),
            "entities.src.key"
        );
        assert_eq!(path("\"time\"", "\"tiem\""), "mapping");
        assert_eq!(path("\"user\": {\"rule\": \"hash\"", "\"query\": {\"rule\": \"drop\""), "fields.query");
    }

    #[test]
    fn a_mistake_in_what_is_computed_is_named_by_its_path() {
        let path = |values: &str, entity: &str| {
            let json = format!(
                r#"{{"columns": ["a", "list"], "values": {{{values}}},
                    "entities": {{"e": {{"label": "Ip", "key": "a"{entity}}}}}}}"#
            );
            Mapping::parse(&json).map_or_else(|error| error.path, |_| "none".to_owned())
        };
        for (value, place) in [
            (r#"{"constant": "x"}"#, "none"),
            (r#"{"template": "{a} {list}"}"#, "none"),
            (r#"{"template": "{a} {b}"}"#, "values.v"),
            (r#"{"template": "{a"}"#, "values.v.template"),
            (r#"{"constant": "x", "template": "{a}"}"#, "values.v"),
            (r#"{"from": "a"}"#, "values.v"),
            (r#"{"lower": true}"#, "values.v.from"),
            (r#"{"from": "a", "lower": true, "split": ","}"#, "values.v"),
            (r#"{"from": "a", "pattern": "("}"#, "values.v.pattern"),
            (r#"{"from": "a", "pattern": "(a{1000}){1000}"}"#, "values.v.pattern"),
            (r#"{"from": "list[]", "lower": true}"#, "values.v"),
            (r#"{"from": "a", "lower": true, "otherwise": "x"}"#, "values.v.otherwise"),
            (r#"{"from": "v", "lower": true}"#, "values.v"),
            (r#"{"constant": "x", "when": {"b": "x"}}"#, "values.v.when.b"),
            (r#"{"constant": "x", "when": {"a": {"matches": "("}}}"#, "values.v.when.a.matches"),
            (r#"{"constant": "x", "when": {"v": "x"}}"#, "values.v"),
            (r#"{"constant": "x", "when": {"a": {"like": "x"}}}"#, "mapping"),
            (r#"{"constant": "x", "when": {"a": {"kind": "shoe"}}}"#, "mapping"),
        ] {
            assert_eq!(path(&format!(r#""v": {value}"#), ""), place, "{value}");
        }
        assert_eq!(path(r#""a": {"constant": "x"}"#, ""), "values.a");
        assert_eq!(path("", r#", "when": {"a[]b": "x"}"#), "entities.e.when.a[]b");
        assert_eq!(path("", r#", "when": {"a": []}"#), "entities.e.when.a");
        assert_eq!(path("", r#", "properties": {"p": "list[].x"}"#), "entities.e.properties.p");
    }
}
