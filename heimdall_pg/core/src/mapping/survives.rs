//! Mappings at random: what is written is what is read.

use proptest::prelude::*;

use super::condition::{Kinds, Test, Trait, When};
use super::named::Named;
use super::spec::{EntitySpec, FieldRule, Mapping, RelationSpec};
use super::value::{Part, ValueSpec};
use super::{Plan, Policy};
use crate::canonical::Kind;
use crate::protect::{Rule, Tlp};

fn tests() -> impl Strategy<Value = Test> {
    let kinds = prop::sample::subsequence(vec![Kind::Ip, Kind::Domain, Kind::Email], 1..3);
    let leaf = prop_oneof![
        ".*".prop_map(Test::Is),
        prop::collection::vec(".*", 1..3).prop_map(Test::IsOneOf),
        any::<bool>().prop_map(|exists| Test::Has(Trait::Exists(exists))),
        ".*".prop_map(|text| Test::Has(Trait::StartsWith(text))),
        ".*".prop_map(|text| Test::Has(Trait::Contains(text))),
        "[a-z]{0,4}".prop_map(|text| Test::Has(Trait::Matches(text))),
        kinds.prop_map(|kinds| Test::Has(Trait::Kind(Kinds(kinds)))),
    ];
    leaf.prop_recursive(2, 4, 1, |test| test.prop_map(|test| Test::Has(Trait::Not(Box::new(test)))))
}

fn when() -> impl Strategy<Value = When> {
    prop::option::of(tests())
        .prop_map(|test| Named(test.map(|test| ("list[].type".to_owned(), test)).into_iter().collect()))
}

fn values() -> impl Strategy<Value = ValueSpec> {
    let of = |spec: ValueSpec| ValueSpec { from: Some("raw".to_owned()), ..spec };
    prop_oneof![
        ".*".prop_map(|constant| ValueSpec { constant: Some(constant), ..ValueSpec::default() }),
        "[a-z ]{0,5}"
            .prop_map(|text| ValueSpec { template: Some(format!("{text}{{raw}}")), ..ValueSpec::default() }),
        Just(ValueSpec { first: Some(vec!["raw".to_owned(), "other".to_owned()]), ..ValueSpec::default() }),
        ("[a-z]*", prop::option::of(".*")).prop_map(move |(key, otherwise)| of(ValueSpec {
            lookup: Some(Named(vec![(key, "x".to_owned())])),
            otherwise,
            ..ValueSpec::default()
        })),
        Just(of(ValueSpec { part: Some(Part::RegistrableDomain), ..ValueSpec::default() })),
        ".".prop_map(move |split| of(ValueSpec { split: Some(split), ..ValueSpec::default() })),
    ]
}

fn rules() -> impl Strategy<Value = FieldRule> {
    let rule = prop::sample::select(vec![
        Rule::Keep,
        Rule::Hash,
        Rule::Encrypt,
        Rule::Drop,
        Rule::Scrub,
        Rule::Truncate,
        Rule::Pseudonymise,
    ]);
    let tlp = prop::option::of(prop::sample::select(vec![Tlp::Green, Tlp::Red]));
    (rule, tlp).prop_map(|(rule, tlp)| FieldRule { rule, tlp, ..FieldRule::default() })
}

fn mappings() -> impl Strategy<Value = Mapping> {
    (prop::collection::vec((values(), when()), 0..4), when(), when(), prop::option::of(rules())).prop_map(
        |(values, entity_when, relation_when, rule)| {
            let values =
                (0..).zip(values).map(|(at, (value, when))| (format!("v{at}"), ValueSpec { when, ..value }));
            let entity = |key: &str, when: When| EntitySpec {
                label: "Domain".to_owned(),
                key: key.to_owned(),
                when,
                properties: Named(vec![("p".to_owned(), "list[].p".to_owned())]),
                ..EntitySpec::default()
            };
            let entities = vec![
                ("a".to_owned(), entity("list[].a", entity_when)),
                ("b".to_owned(), entity("list[].b", When::default())),
            ];
            let relation = RelationSpec {
                from: "a".to_owned(),
                edge_type: "TO".to_owned(),
                to: "b".to_owned(),
                when: relation_when,
                properties: Named::default(),
            };
            Mapping {
                values: Named(values.collect()),
                entities: Named(entities),
                relations: vec![relation],
                fields: Named(rule.map(|rule| ("raw".to_owned(), rule)).into_iter().collect()),
                ..Mapping::default()
            }
        },
    )
}

proptest! {
    #[test]
    fn a_mapping_survives_its_json(mapping in mappings()) {
        let read = Mapping::parse(&mapping.to_json()).unwrap();
        prop_assert_eq!(&read, &mapping);
        prop_assert_eq!(Mapping::parse(&mapping.canonical_json()).unwrap().canonical_json(), read.canonical_json());
        Plan::new(&read);
    }

    #[test]
    fn to_be_under_a_policy_twice_is_to_be_under_it_once(mapping in mappings(), rule in rules()) {
        let policy = Policy { fields: Named(vec![("raw".to_owned(), rule)]), default: None };
        let once = mapping.under(&policy);
        prop_assert_eq!(once.clone().under(&policy), once.clone());
        prop_assert_eq!(once.clone().under(&Policy::default()), once);
    }
}
