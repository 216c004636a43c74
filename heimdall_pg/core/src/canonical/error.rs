//! Why a value is refused.

use super::Kind;

/// A value that has no canonical form. It names the rule that was broken and never holds the value, because
/// it goes to logs and to clients that may not see the value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a valid {}: {reason}", kind.name())]
pub struct CanonicalError {
    /// The kind that was asked for.
    pub kind: Kind,
    /// The rule that the value breaks.
    pub reason: &'static str,
}

impl CanonicalError {
    /// The value is not of that kind, for that reason.
    pub const fn new(kind: Kind, reason: &'static str) -> Self {
        Self { kind, reason }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_the_kind_and_the_rule() {
        let error = CanonicalError::new(Kind::Ip, "too long");
        assert_eq!(error.to_string(), "not a valid ip: too long");
    }
}
