//! Numbers of autonomous systems: 32 bits (RFC 6793), written in asplain (RFC 5396) with `AS` before.

use std::borrow::Cow;

use super::limit::trimmed;
use super::{CanonicalError, Kind};

/// The canonical text of an autonomous system number: `AS13335`.
///
/// Read are `AS13335`, `ASN13335` in any case, with a space before the number or without, the number alone,
/// and asdot (`1.10` is 65546).
pub fn canonical_asn(raw: &str) -> Result<Cow<'_, str>, CanonicalError> {
    let value = trimmed(Kind::Asn, raw)?;
    let digits = without_prefix(value);
    let number = match digits.split_once('.') {
        Some((high, low)) => u32::from(number::<u16>(high)?) << 16 | u32::from(number::<u16>(low)?),
        None => number(digits)?,
    };
    let plain = value.strip_prefix("AS").is_some_and(|rest| rest == digits && !digits.contains('.'));
    Ok(if plain { Cow::Borrowed(value) } else { Cow::Owned(format!("AS{number}")) })
}

fn without_prefix(value: &str) -> &str {
    for prefix in ["asn", "as"] {
        if value.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix)) {
            let rest = value.get(prefix.len()..).unwrap_or_default();
            return rest.strip_prefix(' ').unwrap_or(rest);
        }
    }
    value
}

fn number<N: std::str::FromStr>(text: &str) -> Result<N, CanonicalError> {
    if text.is_empty() || !text.bytes().all(|b| b.is_ascii_digit()) {
        return Err(error("not the number of an autonomous system"));
    }
    if text.len() > 1 && text.starts_with('0') {
        return Err(error("a leading zero"));
    }
    text.parse().map_err(|_| error("a number of more than 32 bits, or a part of more than 16"))
}

fn error(reason: &'static str) -> CanonicalError {
    CanonicalError::new(Kind::Asn, reason)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn ok(raw: &str) -> String {
        canonical_asn(raw).unwrap().into_owned()
    }

    #[test]
    fn spellings_of_one_number() {
        for raw in ["AS13335", "as13335", "ASN13335", "asn 13335", "AS 13335", " 13335 ", "0.13335"] {
            assert_eq!(ok(raw), "AS13335", "{raw}");
        }
        assert_eq!(ok("1.10"), "AS65546");
        assert_eq!(ok("AS65535.65535"), "AS4294967295");
        assert_eq!(ok("0"), "AS0");
        assert!(matches!(canonical_asn("AS13335"), Ok(Cow::Borrowed(_))));
    }

    #[test]
    fn others_are_refused() {
        for raw in ["", "AS", "AS4294967296", "1.65536", "AS013", "AS-1", "AS1.2.3", "AS1.", "ASX", "+1"] {
            assert!(canonical_asn(raw).is_err(), "{raw}");
        }
    }

    proptest! {
        #[test]
        fn plain_and_dotted_are_one(number in any::<u32>()) {
            let text = format!("AS{number}");
            prop_assert_eq!(&ok(&number.to_string()), &text);
            prop_assert_eq!(&ok(&format!("asn{}.{}", number >> 16, number & 0xffff)), &text);
        }
    }
}
