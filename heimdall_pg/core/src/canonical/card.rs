//! Numbers of payment cards (ISO/IEC 7812): 12 to 19 digits, the last of which checks the others (Luhn).

use std::borrow::Cow;

use super::limit::trimmed;
use super::{CanonicalError, Kind};

/// The canonical text of a card number: its digits. Single spaces or hyphens between them are dropped.
pub fn canonical_card(raw: &str) -> Result<Cow<'_, str>, CanonicalError> {
    let value = trimmed(Kind::Card, raw)?;
    let mut after_digit = false;
    for byte in value.bytes() {
        let digit = byte.is_ascii_digit();
        let separator = after_digit && matches!(byte, b' ' | b'-');
        if !digit && !separator {
            return Err(error("it holds other characters than digits with single spaces or hyphens between"));
        }
        after_digit = digit;
    }
    if !after_digit {
        return Err(error("it does not end in a digit"));
    }
    let digits = if value.bytes().all(|b| b.is_ascii_digit()) {
        Cow::Borrowed(value)
    } else {
        Cow::Owned(value.chars().filter(char::is_ascii_digit).collect::<String>())
    };
    if !(12..=19).contains(&digits.len()) {
        return Err(error("it has not 12 to 19 digits"));
    }
    if digits.bytes().all(|b| b == b'0') {
        return Err(error("only zeros"));
    }
    if !luhn(digits.as_bytes()) {
        return Err(error("the check digit does not fit"));
    }
    Ok(digits)
}

/// The check of ISO/IEC 7812-1 annex B.
fn luhn(digits: &[u8]) -> bool {
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(place, byte)| {
            let digit = u32::from(byte.saturating_sub(b'0'));
            let doubled = if place % 2 == 1 { digit * 2 } else { digit };
            if doubled > 9 { doubled - 9 } else { doubled }
        })
        .sum();
    sum.is_multiple_of(10)
}

/// True where the digits begin and are as many as those of a network that issues cards widely: Visa,
/// Mastercard (of 51 to 55), American Express, Diners Club, Discover, UnionPay, JCB.
pub(crate) fn is_issued(digits: &str) -> bool {
    let bytes = digits.as_bytes();
    match (bytes.first(), bytes.get(1), digits.len()) {
        (Some(b'4'), _, 13 | 16 | 19) => true,
        (Some(b'5'), Some(b'1'..=b'5'), 16) => true,
        (Some(b'3'), Some(b'4' | b'7'), 15) => true,
        (Some(b'3'), Some(b'0' | b'6' | b'8'), 14) => true,
        (Some(b'3'), Some(b'5'), 16..=19) => true,
        (Some(b'6'), Some(b'2' | b'5'), 16..=19) => true,
        _ => digits.starts_with("6011") && (16..=19).contains(&digits.len()),
    }
}

fn error(reason: &'static str) -> CanonicalError {
    CanonicalError::new(Kind::Card, reason)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn spellings_of_one_number() {
        for raw in ["4111111111111111", "4111 1111 1111 1111", "4111-1111-1111-1111", " 4111 111111111111 "] {
            assert_eq!(canonical_card(raw).unwrap(), "4111111111111111", "{raw}");
        }
        assert_eq!(canonical_card("3782 822463 10005").unwrap(), "378282246310005");
        assert!(matches!(canonical_card("4111111111111111"), Ok(Cow::Borrowed(_))));
    }

    #[test]
    fn others_are_refused_with_the_rule() {
        for (raw, reason) in [
            ("4111111111111112", "the check digit does not fit"),
            ("00000000000", "it has not 12 to 19 digits"),
            ("00000000000000000000", "it has not 12 to 19 digits"),
            ("0000000000000000", "only zeros"),
            ("4111111111111111-", "it does not end in a digit"),
            (
                "4111  111111111111",
                "it holds other characters than digits with single spaces or hyphens between",
            ),
            (
                "-4111111111111111",
                "it holds other characters than digits with single spaces or hyphens between",
            ),
            ("", "empty"),
        ] {
            assert_eq!(canonical_card(raw).unwrap_err(), error(reason), "{raw}");
        }
    }

    proptest! {
        #[test]
        fn one_check_digit_fits(body in "[1-9][0-9]{10,17}") {
            let fitting = (0..10).filter(|digit| canonical_card(&format!("{body}{digit}")).is_ok()).count();
            prop_assert_eq!(fitting, 1);
        }
    }
}
