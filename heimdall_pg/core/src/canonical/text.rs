//! Host names and free text.

use std::borrow::Cow;

use icu_normalizer::ComposingNormalizerBorrowed;

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
    let value = raw.trim_ascii();
    if value.len() > max_bytes(Kind::Text) {
        return Err(CanonicalError::new(Kind::Text, TOO_LONG));
    }
    if memchr::memchr(0, value.as_bytes()).is_some() {
        return Err(CanonicalError::new(Kind::Text, "a NUL character"));
    }
    Ok(Cow::Borrowed(value))
}

/// [`folded`] of a text that holds no control character.
pub(super) fn lower_case(kind: Kind, value: &str) -> Result<Cow<'_, str>, CanonicalError> {
    if value.chars().any(char::is_control) {
        return Err(CanonicalError::new(kind, "a control character"));
    }
    Ok(folded(value))
}

/// Every run of characters that are `space` as one space, and none at the ends.
pub(super) fn collapsed(value: &str, space: impl Fn(char) -> bool) -> Cow<'_, str> {
    let mut after_space = true;
    let clean = value.chars().all(|c| {
        let good = c == ' ' && !after_space || !space(c);
        after_space = c == ' ';
        good
    });
    if clean && !after_space {
        return Cow::Borrowed(value);
    }
    let mut out = String::with_capacity(value.len());
    for word in value.split(space).filter(|word| !word.is_empty()) {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    Cow::Owned(out)
}

/// Lower case after Unicode in normal form C (UAX #15), borrowed where the text is so.
///
/// Normalised before as well, so that what is canonically equivalent is lowered alike.
pub(super) fn folded(value: &str) -> Cow<'_, str> {
    if value.is_ascii() {
        let upper = value.bytes().any(|b| b.is_ascii_uppercase());
        return if upper { Cow::Owned(value.to_ascii_lowercase()) } else { Cow::Borrowed(value) };
    }
    let nfc = ComposingNormalizerBorrowed::new_nfc();
    let lower = nfc.normalize(value).to_lowercase();
    let folded = nfc.normalize(&lower);
    if folded == value { Cow::Borrowed(value) } else { Cow::Owned(folded.into_owned()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use icu_normalizer::DecomposingNormalizerBorrowed;
    use proptest::prelude::*;

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

    #[test]
    fn equivalent_texts_fold_alike() {
        assert_eq!(folded("ÉLODIE"), "élodie");
        assert_eq!(folded("E\u{301}LODIE"), "élodie");
        assert_eq!(folded("\u{212b}ngström"), "ångström");
        assert_eq!(folded("\u{212a}"), "k");
        assert!(matches!(folded("élodie"), Cow::Borrowed(_)));
    }

    proptest! {
        #[test]
        fn folding_is_once(text in "([a-zA-ZÀ-ɏΑ-ωᾀ-῾가-힣]|\\PC|[\u{300}-\u{345}İſKÅ]){0,12}") {
            let once = folded(&text).into_owned();
            prop_assert_eq!(&folded(&once), &once);
            let nfd: String = DecomposingNormalizerBorrowed::new_nfd().normalize(&text).into_owned();
            prop_assert_eq!(&folded(&nfd), &once);
        }
    }
}
