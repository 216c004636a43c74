//! What is wrong with the configuration, said without its values.

use std::fmt;

use super::sources::Origin;

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// The variable, whichever way its value came.
    pub variable: String,
    /// Which way that was.
    pub origin: Option<Origin>,
    /// What is wrong, and what was expected.
    pub problem: String,
}

impl Mistake {
    /// Of that variable, wherever its value is from.
    pub fn new(variable: impl Into<String>, problem: impl Into<String>) -> Mistake {
        Mistake { variable: variable.into(), origin: None, problem: problem.into() }
    }

    /// With the place where the value is from.
    pub fn from(mut self, origin: Origin) -> Mistake {
        self.origin = Some(origin);
        self
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.origin {
            None | Some(Origin::Environment | Origin::Default) => {
                write!(f, "{}: {}", self.variable, self.problem)
            }
            Some(origin) => write!(f, "{} (from {origin}): {}", self.variable, self.problem),
        }
    }
}

/// All that is wrong.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
pub struct Mistakes(pub Vec<Mistake>);
