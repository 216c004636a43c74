//! Names of accounts. Personal data: their keys are stored as an HMAC of these texts.

mod sid;

use std::borrow::Cow;

use super::limit::{trimmed, within};
use super::text::lower_case;
use super::{CanonicalError, Kind};

/// The canonical text of an account.
///
/// A name is trimmed, in lower case and in normal form C, with its Windows domain (`corp\alice`) or its realm
/// (`alice@corp.example`) where it has one. A backslash that was escaped once or more on its way through JSON
/// is one backslash, and one without a domain before it is dropped. A distinguished name (RFC 4514) is text in
/// lower case: in it, backslashes escape.
///
/// A security identifier is `S-1-5-…`, with upper-case `S` and numbers without leading zeros ([MS-DTYP]
/// 2.4.2.1). One in the `%{…}` of a Windows event is the same.
///
/// [MS-DTYP]: https://learn.microsoft.com/openspecs/windows_protocols/ms-dtyp/
pub fn canonical_user(raw: &str) -> Result<Cow<'_, str>, CanonicalError> {
    let value = trimmed(Kind::User, raw)?;
    match lower_case(Kind::User, value)? {
        Cow::Borrowed(folded) => account(folded),
        Cow::Owned(folded) => {
            let name = account(&folded)?.into_owned();
            // Lower case has taken away the letter with which an identifier begins.
            Ok(if name == value { Cow::Borrowed(value) } else { Cow::Owned(name) })
        }
    }
}

fn account(folded: &str) -> Result<Cow<'_, str>, CanonicalError> {
    let name = folded.trim_start_matches(['\\', ' ']);
    if name.is_empty() {
        return Err(error("a backslash without an account"));
    }
    let enclosed = name.strip_prefix("%{").and_then(|rest| rest.strip_suffix('}'));
    if let Some(sid) = sid::canonical_sid(enclosed.unwrap_or(name)) {
        return sid.map(Cow::Owned).map_err(error);
    }
    if !name.contains("\\\\") || is_distinguished(name) {
        return within(Kind::User, Cow::Borrowed(name));
    }
    let mut single = String::with_capacity(name.len());
    for c in name.chars() {
        if c != '\\' || !single.ends_with('\\') {
            single.push(c);
        }
    }
    within(Kind::User, Cow::Owned(single))
}

/// True where the value is a security identifier.
pub(super) fn is_sid(value: &str) -> bool {
    matches!(sid::canonical_sid(value), Some(Ok(_)))
}

/// True where a name begins like `cn=`: an attribute type and its value.
fn is_distinguished(name: &str) -> bool {
    name.split_once('=').is_some_and(|(attribute, _)| {
        attribute.starts_with(|c: char| c.is_ascii_alphanumeric())
            && attribute.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.'))
    })
}

fn error(reason: &'static str) -> CanonicalError {
    CanonicalError::new(Kind::User, reason)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn accounts() {
        assert_eq!(canonical_user(" CORP\\Alice ").unwrap(), "corp\\alice");
        assert_eq!(canonical_user("Alice@Corp.Example").unwrap(), "alice@corp.example");
        assert_eq!(canonical_user("alice@CORP.EXAMPLE").unwrap(), "alice@corp.example");
        assert_eq!(canonical_user("NT AUTHORITY\\SYSTEM").unwrap(), "nt authority\\system");
        assert_eq!(canonical_user("ÉLODIE").unwrap(), "élodie");
        assert_eq!(canonical_user("E\u{301}LODIE").unwrap(), "élodie");
        assert!(matches!(canonical_user("alice"), Ok(Cow::Borrowed(_))));
        assert!(canonical_user("a\u{7}b").is_err() && canonical_user("").is_err());
        assert!(canonical_user(&"a".repeat(257)).is_err());
        // Lower case of U+0130 has one byte more.
        assert!(canonical_user(&"İ".repeat(128)).is_err());
    }

    #[test]
    fn escaped_backslashes() {
        for raw in [r"CORP\\Alice", r"corp\\\\alice", r"\\corp\alice", r"corp\alice"] {
            assert_eq!(canonical_user(raw).unwrap(), r"corp\alice", "{raw}");
        }
        assert_eq!(canonical_user(r"\ Alice").unwrap(), "alice");
        assert_eq!(canonical_user(r".\\alice").unwrap(), r".\alice");
        assert_eq!(canonical_user(r"\\").unwrap_err(), error("a backslash without an account"));
        assert!(matches!(canonical_user(r"\alice"), Ok(Cow::Borrowed("alice"))));
    }

    #[test]
    fn distinguished_names() {
        for (raw, text) in [
            ("CN=Ada L,OU=People,DC=Example", "cn=ada l,ou=people,dc=example"),
            (r"CN=Lovelace\, Ada,DC=x", r"cn=lovelace\, ada,dc=x"),
            (r"CN=a\\b,DC=x", r"cn=a\\b,dc=x"),
        ] {
            assert_eq!(canonical_user(raw).unwrap(), text, "{raw}");
        }
        // With the stroke the sign is another letter, and the name has no attribute.
        assert_eq!(canonical_user("cn=\u{338}a\\\\b").unwrap(), "cn\u{2260}a\\b");
    }

    #[test]
    fn security_identifiers() {
        for raw in ["s-1-5-21-1-2-3-500", "%{S-1-5-21-1-2-3-500}", "\\S-1-5-21-01-2-3-500"] {
            assert_eq!(canonical_user(raw).unwrap(), "S-1-5-21-1-2-3-500", "{raw}");
        }
        assert!(matches!(canonical_user("S-1-5-18"), Ok(Cow::Borrowed("S-1-5-18"))));
        assert_eq!(canonical_user("S-1-5-x").unwrap(), "s-1-5-x");
        assert_eq!(canonical_user("%{alice}").unwrap(), "%{alice}");
        assert!(canonical_user("S-1-5-4294967296").is_err());
    }

    proptest! {
        #[test]
        fn once_is_enough(raw in "(\\\\|\\\\ |%\\{|[SsAK=é]|cn=|S-1-|5-|0x|\u{338}|[ -~]|\\}){1,10}") {
            if let Ok(once) = canonical_user(&raw) {
                prop_assert_eq!(canonical_user(&once).map(Cow::into_owned), Ok(once.to_string()));
            }
        }
    }
}
