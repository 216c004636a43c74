//! What has to hold of a row, for what depends on it to be there.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::check::{MappingError, fault};
use super::named::Named;
use super::pattern::check_pattern;
use crate::canonical::{Kind, canonical_observable};

/// Tests by column or path of an array; all have to hold.
pub type When = Named<Test>;

/// A test of a value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(
    untagged,
    expecting = "a test is a text, a list of texts, or an object with one of not, exists, starts_with, contains, \
                 matches and kind"
)]
pub enum Test {
    /// It is that.
    Is(String),
    /// It is one of those.
    IsOneOf(Vec<String>),
    /// Something else holds of it.
    Has(Trait),
}

/// See [`Test`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Trait {
    /// The test does not hold.
    Not(Box<Test>),
    /// There is a value, or there is none.
    Exists(bool),
    /// It begins with that.
    StartsWith(String),
    /// That is in it.
    Contains(String),
    /// The pattern is in it.
    Matches(String),
    /// It is of one of these kinds.
    Kind(Kinds),
}

/// Names of kinds: one, or a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kinds(pub Vec<Kind>);

impl Kinds {
    /// True where a value is of one of them, however it is spelled.
    pub fn contain(&self, value: &str) -> bool {
        self.0.iter().any(|kind| canonical_observable(*kind, value).is_ok())
    }
}

impl Serialize for Kinds {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.0[..] {
            [kind] => serializer.serialize_str(kind.name()),
            kinds => serializer.collect_seq(kinds.iter().map(|kind| kind.name())),
        }
    }
}

impl<'de> Deserialize<'de> for Kinds {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Kinds, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Names {
            One(String),
            Many(Vec<String>),
        }
        let names = match Names::deserialize(deserializer)? {
            Names::One(name) => vec![name],
            Names::Many(names) => names,
        };
        let kind = |name: String| {
            Kind::from_name(&name)
                .ok_or_else(|| serde::de::Error::custom(format!("there is no kind \"{name}\"")))
        };
        names.into_iter().map(kind).collect::<Result<_, _>>().map(Kinds)
    }
}

impl Test {
    /// Checks what its type does not.
    ///
    /// # Errors
    /// [`MappingError`] with the path of the mistake.
    pub(super) fn check(&self, path: &str) -> Result<(), MappingError> {
        match self {
            Test::IsOneOf(texts) if texts.is_empty() => fault(path, "is an empty list: nothing is one of it"),
            Test::Has(Trait::Kind(kinds)) if kinds.0.is_empty() => fault(path, "names no kind"),
            Test::Has(Trait::Matches(pattern)) => check_pattern(&format!("{path}.matches"), pattern),
            Test::Has(Trait::Not(test)) => test.check(&format!("{path}.not")),
            _ => Ok(()),
        }
    }
}
