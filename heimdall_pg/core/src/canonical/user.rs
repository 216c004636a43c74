//! Names of accounts and of persons. Both are personal data: their keys are stored as an HMAC of these texts.

use std::borrow::Cow;

use super::limit::{trimmed, within};
use super::{CanonicalError, Kind};

/// The canonical text of an account name: trimmed, in lower case and in normal form C, with its Windows domain (`corp\alice`)
/// or its realm (`alice@corp.example`) where it has one.
pub fn canonical_user(raw: &str) -> Result<Cow<'_, str>, CanonicalError> {
    let value = trimmed(Kind::User, raw)?;
    let lower = lower_case(Kind::User, value)?;
    within(Kind::User, lower)
}

/// The canonical text of a person's name: trimmed, inner white space as one space, in lower case and in normal
/// form C.
pub fn canonical_person(raw: &str) -> Result<Cow<'_, str>, CanonicalError> {
    let value = trimmed(Kind::Person, raw)?;
    let lower = match collapsed(value) {
        Cow::Borrowed(name) => lower_case(Kind::Person, name)?,
        Cow::Owned(name) => Cow::Owned(lower_case(Kind::Person, &name)?.into_owned()),
    };
    if lower.is_empty() {
        return Err(CanonicalError::new(Kind::Person, "empty"));
    }
    within(Kind::Person, lower)
}

/// Unicode white space between words as one space: names come out of forms, tables and line breaks.
fn collapsed(value: &str) -> Cow<'_, str> {
    let mut after_space = true;
    let clean = value.chars().all(|c| {
        let good = c == ' ' && !after_space || !c.is_whitespace();
        after_space = c == ' ';
        good
    });
    if clean && !after_space {
        return Cow::Borrowed(value);
    }
    let mut words = value.split_whitespace();
    let mut out = words.next().unwrap_or_default().to_owned();
    for word in words {
        out.push(' ');
        out.push_str(word);
    }
    Cow::Owned(out)
}

/// Lower case after Unicode (locale-independent) in normal form C, without control characters.
fn lower_case(kind: Kind, value: &str) -> Result<Cow<'_, str>, CanonicalError> {
    if value.chars().any(char::is_control) {
        return Err(CanonicalError::new(kind, "a control character"));
    }
    Ok(super::text::folded(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accounts() {
        assert_eq!(canonical_user(" CORP\\Alice ").unwrap(), "corp\\alice");
        assert_eq!(canonical_user("Alice@Corp.Example").unwrap(), "alice@corp.example");
        assert_eq!(canonical_user("ÉLODIE").unwrap(), "élodie");
        assert_eq!(canonical_user("E\u{301}LODIE").unwrap(), "élodie");
        assert!(matches!(canonical_user("alice"), Ok(Cow::Borrowed(_))));
        assert!(canonical_user("a\u{7}b").is_err() && canonical_user("").is_err());
        assert!(canonical_user(&"a".repeat(257)).is_err());
        // Lower case of U+0130 has one byte more.
        assert!(canonical_user(&"İ".repeat(128)).is_err());
    }

    #[test]
    fn persons() {
        assert_eq!(canonical_person("  Ada\t\n LOVELACE ").unwrap(), "ada lovelace");
        assert_eq!(canonical_person("Ada\u{a0}Lovelace").unwrap(), "ada lovelace");
        assert_eq!(canonical_person("Zoe\u{308} A\u{30a}s").unwrap(), "zoë ås");
        assert!(matches!(canonical_person("ada lovelace"), Ok(Cow::Borrowed(_))));
        assert!(canonical_person("\u{a0}").is_err());
    }
}
