//! Names of persons. Personal data: their keys are stored as an HMAC of these texts.

use std::borrow::Cow;

use super::limit::{trimmed, within};
use super::text::{collapsed, lower_case};
use super::{CanonicalError, Kind};

/// The canonical text of a person's name: trimmed, inner white space as one space, in lower case and in normal
/// form C. Names come out of forms, tables and line breaks, so that any white space of Unicode counts.
///
/// The order of the words is kept: which of them is the surname cannot be told.
pub fn canonical_person(raw: &str) -> Result<Cow<'_, str>, CanonicalError> {
    let value = trimmed(Kind::Person, raw)?;
    let lower = match collapsed(value, char::is_whitespace) {
        Cow::Borrowed(name) => lower_case(Kind::Person, name)?,
        Cow::Owned(name) => Cow::Owned(lower_case(Kind::Person, &name)?.into_owned()),
    };
    if lower.is_empty() {
        return Err(CanonicalError::new(Kind::Person, "empty"));
    }
    within(Kind::Person, lower)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_name() {
        assert_eq!(canonical_person("  Ada\t\n LOVELACE ").unwrap(), "ada lovelace");
        assert_eq!(canonical_person("Ada\u{a0}Lovelace").unwrap(), "ada lovelace");
        assert_eq!(canonical_person("Zoe\u{308} A\u{30a}s").unwrap(), "zoë ås");
        assert!(matches!(canonical_person("ada lovelace"), Ok(Cow::Borrowed(_))));
    }

    #[test]
    fn others_are_refused() {
        for raw in ["", "\u{a0}", "Ada\u{7}", "Ada\0Lovelace"] {
            assert!(canonical_person(raw).is_err(), "{raw:?}");
        }
        assert!(canonical_person(&"a".repeat(1025)).is_err());
    }
}
