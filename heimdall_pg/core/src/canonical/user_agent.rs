//! User agents: the text that a client says it is (RFC 9110 10.1.5).

use std::borrow::Cow;

use super::limit::trimmed;
use super::text::collapsed;
use super::{CanonicalError, Kind};

/// The canonical text of a user agent: trimmed, every run of spaces and tabs as one space, case kept.
///
/// By RFC 9110 it is a list of products (`name/version`) and comments. That is not demanded: scanners and
/// attackers send whatever they like, and it is what they send that tells them apart. Control characters,
/// which no field of HTTP may hold, are refused.
pub fn canonical_user_agent(raw: &str) -> Result<Cow<'_, str>, CanonicalError> {
    let value = trimmed(Kind::UserAgent, raw)?;
    if value.chars().any(|c| c.is_control() && c != '\t') {
        return Err(CanonicalError::new(Kind::UserAgent, "a control character"));
    }
    Ok(collapsed(value, |c| matches!(c, ' ' | '\t')))
}

/// True for what browsers begin with, and those that pretend to be one: `Mozilla/5.0 (`.
pub(super) fn is_browser(value: &str) -> bool {
    let version = value.strip_prefix("Mozilla/").and_then(|rest| rest.split_once(" ("));
    version.is_some_and(|(version, _)| {
        !version.is_empty() && version.bytes().all(|b| b.is_ascii_digit() || b == b'.')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_agent() {
        let canonical = "Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/128.0";
        for raw in [
            canonical,
            " Mozilla/5.0  (X11; Linux x86_64)\tGecko/20100101 \t Firefox/128.0\n",
            "Mozilla/5.0 (X11;  Linux x86_64) Gecko/20100101 Firefox/128.0 ",
        ] {
            assert_eq!(canonical_user_agent(raw).unwrap(), canonical, "{raw}");
        }
        assert!(matches!(canonical_user_agent(canonical), Ok(Cow::Borrowed(_))));
        assert_eq!(canonical_user_agent("curl/8.5.0").unwrap(), "curl/8.5.0");
        assert_eq!(canonical_user_agent("${jndi:x}").unwrap(), "${jndi:x}");
    }

    #[test]
    fn others_are_refused() {
        for raw in ["", " \t", "a\r\nHost: b", "a\0", "a\u{85}b"] {
            assert!(canonical_user_agent(raw).is_err(), "{raw:?}");
        }
        assert!(canonical_user_agent(&"a".repeat(8 * 1024 + 1)).is_err());
    }

    #[test]
    fn browsers() {
        assert!(is_browser("Mozilla/5.0 (X11)") && is_browser("Mozilla/4.0 (compatible; MSIE 6.0)"));
        assert!(!is_browser("Mozilla") && !is_browser("Mozilla/ (") && !is_browser("curl/8.5.0 (x)"));
    }
}
