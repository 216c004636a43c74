//! Conditions, compiled.

use regex::Regex;

use crate::mapping::condition::{Kinds, Test, Trait};
use crate::mapping::is_absent;
use crate::mapping::pattern::compile;

/// See [`Test`].
#[derive(Clone, Debug)]
pub enum Check {
    /// It is one of these.
    Is(Vec<String>),
    /// That does not hold.
    Not(Box<Check>),
    /// There is a value, or there is none.
    Exists(bool),
    /// It begins with that.
    StartsWith(String),
    /// That is in it.
    Contains(String),
    /// The pattern is in it.
    Matches(Regex),
    /// It is of one of these kinds.
    Kind(Kinds),
}

impl Check {
    /// Compiles.
    pub(super) fn new(test: &Test) -> Check {
        match test {
            Test::Is(text) => Check::Is(vec![text.clone()]),
            Test::IsOneOf(texts) => Check::Is(texts.clone()),
            Test::Has(Trait::Not(test)) => Check::Not(Box::new(Check::new(test))),
            Test::Has(Trait::Exists(exists)) => Check::Exists(*exists),
            Test::Has(Trait::StartsWith(start)) => Check::StartsWith(start.clone()),
            Test::Has(Trait::Contains(part)) => Check::Contains(part.clone()),
            // A mapping with a pattern that cannot be compiled is refused: nothing is one of none.
            Test::Has(Trait::Matches(pattern)) => {
                compile(pattern).map_or_else(|| Check::Is(Vec::new()), Check::Matches)
            }
            Test::Has(Trait::Kind(kinds)) => Check::Kind(kinds.clone()),
        }
    }

    /// Whether it holds of one of these values.
    pub fn holds<'v>(&self, mut values: impl Iterator<Item = &'v str>) -> bool {
        match self {
            Check::Not(check) => !check.holds(values),
            Check::Exists(exists) => values.any(|value| !is_absent(value)) == *exists,
            _ => values.any(|value| !is_absent(value) && self.holds_of(value.trim_ascii())),
        }
    }

    fn holds_of(&self, value: &str) -> bool {
        match self {
            Check::Is(texts) => texts.iter().any(|text| text == value),
            Check::StartsWith(start) => value.starts_with(start.as_str()),
            Check::Contains(part) => value.contains(part.as_str()),
            Check::Matches(pattern) => pattern.is_match(value),
            Check::Kind(kinds) => kinds.contain(value),
            Check::Not(_) | Check::Exists(_) => false,
        }
    }
}
