//! UUIDs (RFC 9562): lower-case hexadecimal in five groups.

use std::borrow::Cow;

use super::limit::trimmed;
use super::{CanonicalError, Kind};

/// Where the hyphens stand.
const HYPHENS: [usize; 4] = [8, 13, 18, 23];

/// The canonical text of a UUID. Read are the text of the RFC, the same in braces, without hyphens, and as a
/// URN (`urn:uuid:…`). Version and variant are not looked at: systems make UUIDs of their own.
pub fn canonical_uuid(raw: &str) -> Result<Cow<'_, str>, CanonicalError> {
    let value = trimmed(Kind::Uuid, raw)?;
    let urn = value.get(..9).filter(|start| start.eq_ignore_ascii_case("urn:uuid:"));
    let bare = match (urn, value.strip_prefix('{')) {
        (Some(urn), _) => value.get(urn.len()..).unwrap_or_default(),
        (None, Some(inside)) => inside.strip_suffix('}').ok_or(error("a brace without its pair"))?,
        (None, None) => value,
    };
    let hyphens = match bare.len() {
        36 => true,
        32 => false,
        _ => return Err(error("it has not 32 digits in groups of 8, 4, 4, 4 and 12")),
    };
    let well_formed = bare.bytes().enumerate().all(|(at, byte)| {
        if hyphens && HYPHENS.contains(&at) { byte == b'-' } else { byte.is_ascii_hexdigit() }
    });
    if !well_formed {
        return Err(error("it has not 32 digits in groups of 8, 4, 4, 4 and 12"));
    }
    if hyphens && !bare.bytes().any(|b| b.is_ascii_uppercase()) {
        return Ok(Cow::Borrowed(bare));
    }
    let mut text = String::with_capacity(36);
    for digit in bare.chars().filter(|c| *c != '-') {
        if HYPHENS.contains(&text.len()) {
            text.push('-');
        }
        text.push(digit.to_ascii_lowercase());
    }
    Ok(Cow::Owned(text))
}

fn error(reason: &'static str) -> CanonicalError {
    CanonicalError::new(Kind::Uuid, reason)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const PLAIN: &str = "f81d4fae-7dec-11d0-a765-00a0c91e6bf6";

    #[test]
    fn spellings_of_one_uuid() {
        for raw in [
            PLAIN.to_owned(),
            PLAIN.to_uppercase(),
            PLAIN.replace('-', ""),
            format!("{{{}}}", PLAIN.to_uppercase()),
            format!("URN:uuid:{PLAIN}"),
        ] {
            assert_eq!(canonical_uuid(&raw).unwrap(), PLAIN, "{raw}");
        }
        assert!(matches!(canonical_uuid(PLAIN), Ok(Cow::Borrowed(_))));
    }

    #[test]
    fn others_are_refused() {
        for raw in ["", "{}", "{f81d4fae-7dec-11d0-a765-00a0c91e6bf6", "f81d4fae7-dec-11d0-a765-00a0c91e6bf6"]
        {
            assert!(canonical_uuid(raw).is_err(), "{raw}");
        }
        assert!(canonical_uuid(&PLAIN.replace('f', "g")).is_err());
        assert!(canonical_uuid(&PLAIN.replace('-', "_")).is_err());
        assert!(canonical_uuid(&format!("{PLAIN}0")).is_err());
    }

    proptest! {
        #[test]
        fn once_is_enough(raw in "\\{?[0-9a-fA-F]{8}(-?[0-9a-fA-F]{4}){3}-?[0-9a-fA-F]{12}\\}?") {
            if let Ok(once) = canonical_uuid(&raw) {
                prop_assert_eq!(canonical_uuid(&once), Ok(Cow::Borrowed(&*once)));
                let upper = raw.to_uppercase();
                prop_assert_eq!(canonical_uuid(&upper), Ok(once));
            }
        }
    }
}
