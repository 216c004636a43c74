//! What a plan is made of.

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

/// See [`crate::mapping::EntitySpec`].
#[derive(Clone, Debug)]
pub struct EntityPlan {
    /// Position in [`super::Plan::labels`].
    pub label: u16,
    /// What the values are.
    pub kind: Kind,
    /// What the source declares about the values; none where that is nothing.
    pub options: Option<Options>,
    /// Position of the column; none until the dump has shown it.
    pub column: Option<usize>,
    /// How the key is stored.
    pub key_rule: KeyRule,
    /// The mark of the sealed original of a hashed key.
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
    /// Properties of the edge, positions in [`super::Plan::properties`].
    pub properties: Vec<u16>,
}

/// A property that is filled from a column.
#[derive(Clone, Debug)]
pub struct PropertyPlan {
    /// Name in the graph.
    pub name: String,
    /// Name in the dump.
    pub column_name: String,
    /// Position of the column; none until the dump has shown it.
    pub column: Option<usize>,
    /// What happens to its value.
    pub rule: FieldRule,
}
