//! What a plan is made of.

use super::checks::Check;
use super::free_name;
use crate::canonical::{Kind, Options};
use crate::mapping::FieldRule;
use crate::protect::{RuleOptions, Tlp};

/// How the key of an entity is stored.
#[derive(Clone, Debug, PartialEq)]
pub enum KeyRule {
    /// As canonical text.
    Keep,
    /// As HMAC, with the original sealed beside it.
    Hash,
    /// The network of an address.
    Network(RuleOptions),
    /// The pseudonym of an address.
    Pseudonym,
}

/// Where a row has a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// In a column.
    Column(usize),
    /// It is computed: position in [`super::Plan::computed`].
    Computed(usize),
}

/// A column or computed value that the mapping names.
#[derive(Clone, Debug)]
pub struct Input {
    /// Its name.
    pub name: String,
    /// None until the dump has shown the column.
    pub place: Option<Place>,
}

/// What is read of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// A value: position in [`super::Plan::inputs`].
    One(u16),
    /// What is in an array: position in [`super::Plan::arrays`].
    Elements(u16),
}

/// Values in an array: see [`crate::mapping::path::Path`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArrayPlan {
    /// Where the array is, position in [`super::Plan::inputs`].
    pub input: u16,
    /// Names of members from element to element.
    pub levels: Vec<Vec<String>>,
}

/// Which end of a relation an element belongs to; of an entity, there is only the first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// Where it starts.
    From,
    /// Where it ends.
    To,
}

/// Which elements belong to a key: those whose places agree in so many arrays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pairing {
    /// The key that they belong to.
    pub end: End,
    /// How many arrays they share with it.
    pub depth: usize,
}

impl Pairing {
    /// Any element belongs.
    pub const NONE: Pairing = Pairing { end: End::From, depth: 0 };
}

/// What has to hold of a row.
#[derive(Clone, Debug)]
pub struct Condition {
    /// What is looked at.
    pub source: Source,
    /// Which elements of it.
    pub pairing: Pairing,
    /// What has to hold of it.
    pub check: Check,
}

/// See [`crate::mapping::EntitySpec`].
#[derive(Clone, Debug)]
pub struct EntityPlan {
    /// Position in [`super::Plan::labels`].
    pub label: u16,
    /// What the values are.
    pub kind: Kind,
    /// What the source declares about the values; none where that is nothing.
    pub options: Option<Options>,
    /// Where the values are; none where they are not to be used.
    pub source: Option<Source>,
    /// What has to hold.
    pub when: Vec<Condition>,
    /// What is not of the kind is no such entity, rather than a fault of the row.
    pub lenient: bool,
    /// How the key is stored.
    pub key_rule: KeyRule,
    /// Whether what was written is sealed beside a key that does not tell it.
    pub keeps_original: bool,
    /// The mark of that.
    pub original_tlp: Tlp,
    /// Properties of the vertex, positions in [`super::Plan::properties`].
    pub properties: Vec<u16>,
    /// True where edges follow from a value.
    pub derives: bool,
}

/// Labels and edge types of what follows from values, as positions in [`super::Plan::labels`] and [`super::Plan::edge_types`].
#[derive(Clone, Copy, Debug)]
pub struct DerivePlan {
    /// The label of domains.
    pub domain: u16,
    /// The label of addresses.
    pub ip: u16,
    /// From a URL to its host.
    pub has_host: u16,
    /// From a name to the registrable domain above it.
    pub subdomain_of: u16,
}

/// See [`crate::mapping::RelationSpec`].
#[derive(Clone, Debug)]
pub struct RelationPlan {
    /// Position in [`super::Plan::entities`].
    pub from: usize,
    /// Position in [`super::Plan::edge_types`].
    pub edge_type: u16,
    /// Position in [`super::Plan::entities`].
    pub to: usize,
    /// In how many arrays the elements of both have to agree.
    pub depth: usize,
    /// What has to hold.
    pub when: Vec<Condition>,
    /// Properties of the edge, positions in [`super::Plan::properties`].
    pub properties: Vec<u16>,
}

/// A property that is filled from a row.
#[derive(Clone, Debug)]
pub struct PropertyPlan {
    /// Name in the graph.
    pub name: String,
    /// Where its value is.
    pub source: Source,
    /// Which element, where it is in an array.
    pub pairing: Pairing,
    /// What happens to its value.
    pub rule: FieldRule,
}

impl PropertyPlan {
    /// That of the vertex of a row, under the name of its column.
    pub(super) fn of_row(column: &str, input: u16, rule: FieldRule) -> PropertyPlan {
        PropertyPlan { name: free_name(column), source: Source::One(input), pairing: Pairing::NONE, rule }
    }
}
