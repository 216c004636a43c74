//! International bank account numbers (ISO 13616): upper case, without separators, with a check of the digits.

use std::borrow::Cow;

use super::limit::trimmed;
use super::{CanonicalError, Kind};

/// Countries of the IBAN registry and the characters that an IBAN of theirs has.
const LENGTHS: [(&[u8; 2], usize); 89] = [
    (b"AD", 24),
    (b"AE", 23),
    (b"AL", 28),
    (b"AT", 20),
    (b"AZ", 28),
    (b"BA", 20),
    (b"BE", 16),
    (b"BG", 22),
    (b"BH", 22),
    (b"BI", 27),
    (b"BR", 29),
    (b"BY", 28),
    (b"CH", 21),
    (b"CR", 22),
    (b"CY", 28),
    (b"CZ", 24),
    (b"DE", 22),
    (b"DJ", 27),
    (b"DK", 18),
    (b"DO", 28),
    (b"EE", 20),
    (b"EG", 29),
    (b"ES", 24),
    (b"FI", 18),
    (b"FK", 18),
    (b"FO", 18),
    (b"FR", 27),
    (b"GB", 22),
    (b"GE", 22),
    (b"GI", 23),
    (b"GL", 18),
    (b"GR", 27),
    (b"GT", 28),
    (b"HN", 28),
    (b"HR", 21),
    (b"HU", 28),
    (b"IE", 22),
    (b"IL", 23),
    (b"IQ", 23),
    (b"IS", 26),
    (b"IT", 27),
    (b"JO", 30),
    (b"KW", 30),
    (b"KZ", 20),
    (b"LB", 28),
    (b"LC", 32),
    (b"LI", 21),
    (b"LT", 20),
    (b"LU", 20),
    (b"LV", 21),
    (b"LY", 25),
    (b"MC", 27),
    (b"MD", 24),
    (b"ME", 22),
    (b"MK", 19),
    (b"MN", 20),
    (b"MR", 27),
    (b"MT", 31),
    (b"MU", 30),
    (b"NI", 28),
    (b"NL", 18),
    (b"NO", 15),
    (b"OM", 23),
    (b"PK", 24),
    (b"PL", 28),
    (b"PS", 29),
    (b"PT", 25),
    (b"QA", 29),
    (b"RO", 24),
    (b"RS", 22),
    (b"RU", 33),
    (b"SA", 24),
    (b"SC", 31),
    (b"SD", 18),
    (b"SE", 24),
    (b"SI", 19),
    (b"SK", 24),
    (b"SM", 27),
    (b"SO", 23),
    (b"ST", 25),
    (b"SV", 28),
    (b"TL", 23),
    (b"TN", 24),
    (b"TR", 26),
    (b"UA", 29),
    (b"VA", 22),
    (b"VG", 24),
    (b"XK", 20),
    (b"YE", 30),
];

/// The canonical text of an IBAN: the electronic form of ISO 13616.
///
/// Spaces and hyphens are dropped. The country has to be in the registry, the length to be that of the country, and the
/// check digits to be right (ISO 7064, MOD 97-10).
pub fn canonical_iban(raw: &str) -> Result<Cow<'_, str>, CanonicalError> {
    let value = trimmed(Kind::Iban, raw)?;
    let text = if value.bytes().any(|b| matches!(b, b' ' | b'-' | b'a'..=b'z')) {
        Cow::Owned(
            value.chars().filter(|c| !matches!(c, ' ' | '-')).map(|c| c.to_ascii_uppercase()).collect(),
        )
    } else {
        Cow::Borrowed(value)
    };
    let bytes = text.as_bytes();
    if !bytes.iter().all(|b| b.is_ascii_digit() || b.is_ascii_uppercase()) {
        return Err(error("it holds other characters than letters, digits, spaces and hyphens"));
    }
    let (Some(country), Some(&[tens, ones]), Some(account)) =
        (bytes.get(..2), bytes.get(2..4), bytes.get(4..))
    else {
        return Err(error("too short"));
    };
    let length = country.try_into().ok().and_then(length);
    let length = length.ok_or(error("no country of the IBAN registry"))?;
    if bytes.len() != length {
        return Err(error("not the length that its country has"));
    }
    // 00, 01 and 99 leave the same remainder as 97, 98 and 02, which are the ones that are given out.
    if !tens.is_ascii_digit() || !ones.is_ascii_digit() || matches!(&[tens, ones], b"00" | b"01" | b"99") {
        return Err(error("the check digits are not between 02 and 98"));
    }
    let rearranged = account.iter().chain(country).chain([&tens, &ones]);
    if rearranged.fold(0, |rest, &byte| remainder(rest, byte)) != 1 {
        return Err(error("the check digits do not fit"));
    }
    Ok(text)
}

/// The characters that an IBAN of a country has, spelt in capitals.
pub(crate) fn length(country: [u8; 2]) -> Option<usize> {
    LENGTHS
        .binary_search_by_key(&&country, |(code, _)| *code)
        .ok()
        .and_then(|at| LENGTHS.get(at))
        .map(|(_, length)| *length)
}

/// The remainder by 97 after one more character; a letter stands for the two digits 10 to 35.
fn remainder(rest: u32, byte: u8) -> u32 {
    if byte.is_ascii_digit() {
        (rest * 10 + u32::from(byte - b'0')) % 97
    } else {
        (rest * 100 + u32::from(byte.saturating_sub(b'A')) + 10) % 97
    }
}

fn error(reason: &'static str) -> CanonicalError {
    CanonicalError::new(Kind::Iban, reason)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn spellings_of_one_account() {
        for raw in ["DE89370400440532013000", "DE89 3704 0044-0532 0130 00", "de89370400440532013000"] {
            assert_eq!(canonical_iban(raw).unwrap(), "DE89370400440532013000", "{raw}");
        }
        assert_eq!(canonical_iban("gb29 nwbk 6016 1331 9268 19").unwrap(), "GB29NWBK60161331926819");
        assert!(matches!(canonical_iban("DE89370400440532013000"), Ok(Cow::Borrowed(_))));
    }

    #[test]
    fn others_are_refused_with_the_rule() {
        for (raw, reason) in [
            ("DE88370400440532013000", "the check digits do not fit"),
            ("DE8937040044053201300", "not the length that its country has"),
            ("ZZ89370400440532013000", "no country of the IBAN registry"),
            ("DE01370400440532013000", "the check digits are not between 02 and 98"),
            ("DEA9370400440532013000", "the check digits are not between 02 and 98"),
            (
                "DE89.3704.0044.0532.0130.00",
                "it holds other characters than letters, digits, spaces and hyphens",
            ),
            ("DE8", "too short"),
            ("", "empty"),
        ] {
            assert_eq!(canonical_iban(raw).unwrap_err(), error(reason), "{raw}");
        }
    }

    #[test]
    fn the_registry_is_sorted() {
        assert!(LENGTHS.is_sorted());
    }

    proptest! {
        #[test]
        fn one_wrong_digit_is_found(at in 4usize..22, digit in 0u8..10) {
            let mut text = b"DE89370400440532013000".to_vec();
            let same = text[at] == b'0' + digit;
            text[at] = b'0' + digit;
            let text = String::from_utf8(text).unwrap();
            prop_assert_eq!(canonical_iban(&text).is_ok(), same);
        }
    }
}
