//! Rules that go before those of a mapping, and what is to happen to each field under both.

use serde::{Deserialize, Serialize};

use super::check::{MappingError, check_options, fault, key_problem};
use super::named::Named;
use super::path::column_of;
use super::plan::free_name;
use super::spec::{EntitySpec, FieldRule, Mapping, RECORD};
use crate::protect::{Rule, Tlp};

/// Rules by field that were set for a source beside its mapping, which another may write.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Policy {
    /// Go before the mapping's.
    pub fields: Named<FieldRule>,
    /// Of fields that have none, neither here nor in the mapping, and are no key and no time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default: Option<FieldRule>,
}

/// What is to happen to a field, and who says so.
#[derive(Clone, Debug, PartialEq)]
pub struct FieldPolicy {
    /// What it is used as: `key of Ip`, `time`, `property`; none where it goes to the record of its row.
    pub used_as: Option<String>,
    /// The rule in effect: a key whose rule cannot be a key's is hashed.
    pub rule: Rule,
    /// The mark of the value: that of the record unless it is sealed.
    pub tlp: Tlp,
    /// As it was stated.
    pub stated: FieldRule,
    /// Who says so.
    pub origin: Origin,
}

/// Where a rule comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// It was set.
    Set,
    /// The mapping states it.
    Mapping,
    /// It is that of fields without one.
    Default,
    /// Of a key: whether its kind is personal. Of the time: as exact as the provenance.
    Use,
    /// Of a computed value: what holds of that which it is computed from.
    Inputs,
    /// Nobody has said anything: it is sealed.
    Nobody,
}

impl Origin {
    /// The name in SQL.
    pub const fn name(self) -> &'static str {
        match self {
            Origin::Set => "set",
            Origin::Mapping => "mapping",
            Origin::Default => "default",
            Origin::Use => "use",
            Origin::Inputs => "inputs",
            Origin::Nobody => "none",
        }
    }
}

impl Policy {
    /// Reads and checks a policy.
    ///
    /// # Errors
    /// [`MappingError`] with the path of the first mistake.
    pub fn parse(json: &str) -> Result<Policy, MappingError> {
        let policy: Policy = serde_json::from_str(json)
            .map_err(|error| MappingError { path: "policy".to_owned(), problem: error.to_string() })?;
        for (field, rule) in &policy.fields.0 {
            check_options(&format!("fields.{field}.options"), rule)?;
        }
        if let Some(rule) = &policy.default {
            check_options("default.options", rule)?;
        }
        Ok(policy)
    }

    /// Fails where it has a rule for a key of the mapping that no key can have.
    ///
    /// # Errors
    /// [`MappingError`] with the path of the entity.
    pub fn check(&self, mapping: &Mapping) -> Result<(), MappingError> {
        for (_, entity) in &mapping.entities.0 {
            let rule = self.fields.get(entity.column()).map(|field| field.rule);
            if let Some(problem) = rule.and_then(|rule| key_problem(entity, rule)) {
                return fault(format!("fields.{}", entity.column()), problem);
            }
        }
        Ok(())
    }
}

impl Mapping {
    /// The mapping as it is under a policy.
    #[must_use]
    pub fn under(mut self, policy: &Policy) -> Mapping {
        for (field, rule) in &policy.fields.0 {
            match self.fields.0.iter_mut().find(|(known, _)| known == field) {
                Some((_, known)) => *known = rule.clone(),
                None => self.fields.0.push((field.clone(), rule.clone())),
            }
        }
        self.default = policy.default.clone().or(self.default);
        self.bind_values(policy);
        self
    }

    /// A mapping that nobody has stated: of a column that is not to be stored it makes no entity.
    #[must_use]
    pub fn without_dropped(mut self, policy: &Policy) -> Mapping {
        let is_dropped =
            |column: &str| policy.fields.get(column).is_some_and(|field| field.rule == Rule::Drop);
        self.entities.0.retain(|(_, entity)| !is_dropped(entity.column()));
        self
    }

    /// What happens to a field, under a policy.
    pub fn field_policy(&self, policy: &Policy, field: &str) -> FieldPolicy {
        let entity = self.entities.0.iter().map(|(_, entity)| entity).find(|entity| entity.column() == field);
        let (stated, origin) = self.stated(policy, field, entity);
        // A computed value of what is not to be stored is no key either.
        let is_withheld = stated.rule == Rule::Drop && self.values.get(field).is_some();
        let is_hashed =
            |entity: &EntitySpec| stated.rule == Rule::Encrypt || key_problem(entity, stated.rule).is_some();
        let rule = if entity.is_some_and(is_hashed) && !is_withheld { Rule::Hash } else { stated.rule };
        let is_sealed = entity.is_none() && stated.is_sealed(self.tlp);
        FieldPolicy {
            used_as: self.use_of(field),
            rule,
            tlp: if is_sealed { stated.mark() } else { self.tlp },
            stated,
            origin,
        }
    }

    /// The rule that holds of a field, and who has stated it.
    fn stated(&self, policy: &Policy, field: &str, entity: Option<&EntitySpec>) -> (FieldRule, Origin) {
        if let Some(set) = policy.fields.get(field) {
            return (set.clone(), Origin::Set);
        }
        if self.values.get(field).is_some() {
            let under = self.clone().under(policy);
            if let Some(bound) = under.rule(field) {
                let is_own = self.fields.get(field) == Some(&bound);
                return (bound, if is_own { Origin::Mapping } else { Origin::Inputs });
            }
            if entity.is_none() && self.time.as_deref() != Some(field) {
                return (under.property_rule(field), Origin::Inputs);
            }
        }
        if let Some(stated) = self.fields.get(field) {
            return (stated.clone(), Origin::Mapping);
        }
        match entity {
            Some(entity) if entity.kind().is_personal() => (FieldRule::of(Rule::Hash), Origin::Use),
            Some(_) => (FieldRule::of(Rule::Keep), Origin::Use),
            None if self.time.as_deref() == Some(field) => (FieldRule::of(Rule::Keep), Origin::Use),
            None => match policy.default.as_ref().or(self.default.as_ref()) {
                Some(default) => (default.clone(), Origin::Default),
                None => (FieldRule::default(), Origin::Nobody),
            },
        }
    }

    /// The rule in effect of each column, as a JSON object, where all of them are in the mapping: see [`Mapping::under`].
    pub fn rules_json(&self, columns: &[String]) -> String {
        let none = Policy::default();
        let values = self.values.0.iter().map(|(name, _)| name);
        let rule_of = |field: &String| {
            let found = self.field_policy(&none, field);
            let rule = if found.origin == Origin::Use && self.is_key_of_both(field) {
                Rule::Encrypt
            } else {
                found.rule
            };
            (field.clone(), FieldRule { rule, ..found.stated })
        };
        let known = |name: &&String| !columns.contains(name);
        let rules = columns.iter().chain(values.filter(known)).map(rule_of).collect();
        serde_json::to_string(&Named(rules)).unwrap_or_default()
    }

    /// True where keys of a field are stored in two ways, since only some of their kinds are personal. Rules name that
    /// `encrypt`, which no key can be: it is another than any that is stated.
    fn is_key_of_both(&self, field: &str) -> bool {
        let mut kinds = self.entities.0.iter().filter(|(_, entity)| entity.column() == field);
        let is_personal = kinds.next().map(|(_, entity)| entity.kind().is_personal());
        kinds.any(|(_, entity)| Some(entity.kind().is_personal()) != is_personal)
    }

    /// The properties that are filled from fields, as (label or edge type, property, field); `others` are fields that
    /// dumps have brought beside those that the mapping names.
    pub fn stored_properties(&self, others: &[String]) -> Vec<(String, String, String)> {
        let mut all = Vec::new();
        for (_, entity) in &self.entities.0 {
            for (name, column) in &entity.properties.0 {
                let field = column_of(column).to_owned();
                all.push((entity.label.clone(), name.clone(), field.clone()));
                all.push((self.stored_label(entity).to_owned(), name.clone(), field));
            }
        }
        for relation in &self.relations {
            for (name, column) in &relation.properties.0 {
                all.push((relation.edge_type.clone(), name.clone(), column_of(column).to_owned()));
            }
        }
        let goes_to_record = |field: &&String| {
            self.may_be_untaken(field)
                || !matches!(self.use_of(field).as_deref(), Some(used) if used != "time")
        };
        for field in self.named_fields().iter().chain(others).filter(goes_to_record) {
            all.push((RECORD.to_owned(), free_name(field), field.clone()));
        }
        all.sort_unstable();
        all.dedup();
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOG: &str = r#"{"tlp": "amber", "time": "at",
        "entities": {"src": {"label": "Ip", "key": "addr", "properties": {"port": "port"}},
                     "who": {"label": "User", "key": "user"}},
        "fields": {"port": {"rule": "keep"}, "note": {"rule": "keep"}}}"#;

    fn found(policy: &str, field: &str) -> (Rule, Tlp, Origin) {
        let found = Mapping::parse(LOG).unwrap().field_policy(&Policy::parse(policy).unwrap(), field);
        (found.rule, found.tlp, found.origin)
    }

    #[test]
    fn without_a_policy_the_mapping_counts() {
        assert_eq!(found("{}", "addr"), (Rule::Keep, Tlp::Amber, Origin::Use));
        assert_eq!(found("{}", "user"), (Rule::Hash, Tlp::Amber, Origin::Use));
        assert_eq!(found("{}", "at"), (Rule::Keep, Tlp::Amber, Origin::Use));
        assert_eq!(found("{}", "note"), (Rule::Keep, Tlp::Amber, Origin::Mapping));
        assert_eq!(found("{}", "other"), (Rule::Encrypt, Tlp::Red, Origin::Nobody));
    }

    #[test]
    fn what_was_set_goes_before_it() {
        let policy = r#"{"fields": {"note": {"rule": "drop"}, "addr": {"rule": "truncate"},
                                    "port": {"rule": "keep", "tlp": "red"}},
                         "default": {"rule": "hash"}}"#;
        assert_eq!(found(policy, "note"), (Rule::Drop, Tlp::Amber, Origin::Set));
        assert_eq!(found(policy, "addr"), (Rule::Truncate, Tlp::Amber, Origin::Set));
        assert_eq!(found(policy, "port"), (Rule::Keep, Tlp::Red, Origin::Set));
        assert_eq!(found(policy, "other"), (Rule::Hash, Tlp::Amber, Origin::Default));
        assert_eq!(found(policy, "user"), (Rule::Hash, Tlp::Amber, Origin::Use));
        let policy = Policy::parse(policy).unwrap();
        let mapping = Mapping::parse(LOG).unwrap();
        assert_eq!(policy.check(&mapping), Ok(()));
        assert_eq!(mapping.under(&policy).labels(), ["Cidr", "User", "Record"]);
    }

    #[test]
    fn what_a_batch_remembers_of_a_computed_key_is_that_it_is_withheld() {
        let json = r#"{"values": {"c": {"from": "a", "lower": true}}, "entities": {"c": {"label": "User", "key": "c"}}}"#;
        let mapping = Mapping::parse(json).unwrap();
        let policy = Policy::parse(r#"{"fields": {"a": {"rule": "drop"}}}"#).unwrap();
        let found = mapping.field_policy(&policy, "c");
        assert_eq!((found.rule, found.origin), (Rule::Drop, Origin::Inputs));
        let rules = mapping.under(&policy).rules_json(&["a".to_owned()]);
        assert_eq!(rules, r#"{"a":{"rule":"drop"},"c":{"rule":"drop"}}"#);
    }

    #[test]
    fn a_rule_that_no_key_can_have_hashes_it() {
        for rule in ["drop", "truncate", "pseudonymise", "encrypt"] {
            let policy = format!(r#"{{"fields": {{"user": {{"rule": "{rule}"}}}}}}"#);
            assert_eq!(found(&policy, "user"), (Rule::Hash, Tlp::Amber, Origin::Set));
            let mapping = Mapping::parse(LOG).unwrap();
            assert_eq!(Policy::parse(&policy).unwrap().check(&mapping).is_err(), rule != "encrypt");
        }
    }

    #[test]
    fn options_belong_to_their_rule() {
        for wrong in [
            r#"{"fields": {"a": {"rule": "keep", "options": {"ipv4": 24}}}}"#,
            r#"{"fields": {"a": {"rule": "truncate", "options": {"ipv4": 33}}}}"#,
            r#"{"default": {"rule": "truncate", "options": {"ipv6": 129}}}"#,
            r#"{"fields": {"a": {"rule": "shred"}}}"#,
        ] {
            assert!(Policy::parse(wrong).is_err(), "{wrong}");
        }
    }
}
