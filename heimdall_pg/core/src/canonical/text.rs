//! Host names and free text.

use std::borrow::Cow;

use super::limit::{TOO_LONG, max_bytes, trimmed};
use super::{CanonicalError, Kind, domain};

/// The canonical text of a host name: lower case. A name that is not plain ASCII follows the rules of domain
/// names; other than these, a host may be called by a number.
pub fn canonical_host(raw: &str) -> Result<Cow<'_, str>, CanonicalError> {
    let value = trimmed(Kind::Host, raw)?;
    let number = !value.is_empty() && value.len() <= 63 && value.bytes().all(|b| b.is_ascii_digit());
    if number { Ok(Cow::Borrowed(value)) } else { domain::name(Kind::Host, value) }
}

/// The canonical text of any other value: trimmed, without NUL, which PostgreSQL text cannot hold.
pub fn canonical_text(raw: &str) -> Result<Cow<'_, str>, CanonicalError> {
    if raw.len() > max_bytes(Kind::Text) {
        return Err(CanonicalError::new(Kind::Text, TOO_LONG));
    }
    let value = raw.trim_ascii();
    if memchr::memchr(0, value.as_bytes()).is_some() {
        return Err(CanonicalError::new(Kind::Text, "a NUL character"));
    }
    Ok(Cow::Borrowed(value))
}

/// Lower case after Unicode, borrowed where the text is in lower case.
pub(super) fn lower(value: &str) -> Cow<'_, str> {
    if value.is_ascii() {
        let upper = value.bytes().any(|b| b.is_ascii_uppercase());
        return if upper { Cow::Owned(value.to_ascii_lowercase()) } else { Cow::Borrowed(value) };
    }
    let lower = value.to_lowercase();
    if lower == value { Cow::Borrowed(value) } else { Cow::Owned(lower) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts() {
        assert_eq!(canonical_host("DC01").unwrap(), "dc01");
        assert_eq!(canonical_host("web_01.Corp.Example.").unwrap(), "web_01.corp.example");
        assert_eq!(canonical_host("1042").unwrap(), "1042");
        assert_eq!(canonical_host("büro").unwrap(), "xn--bro-hoa");
        for raw in ["", "a b", "192.0.2.1", "a/b", "a..b"] {
            assert_eq!(canonical_host(raw).unwrap_err().kind, Kind::Host, "{raw}");
        }
    }

    #[test]
    fn texts() {
        assert_eq!(canonical_text("  Case is KEPT\n").unwrap(), "Case is KEPT");
        assert_eq!(canonical_text("").unwrap(), "");
        assert!(canonical_text("a\0b").is_err());
        assert!(canonical_text(&"a".repeat(64 * 1024 + 1)).is_err());
    }
}
