//! Checks that several countries share. Each takes capitals and digits of the length that its shape has.

/// The value of a digit; of a letter, 10 to 35.
pub(super) fn value(byte: u8) -> u32 {
    match byte {
        b'0'..=b'9' => u32::from(byte - b'0'),
        b'A'..=b'Z' => u32::from(byte - b'A') + 10,
        _ => 0,
    }
}

/// The number that digits stand for; of 18 at most.
pub(super) fn number(digits: &[u8]) -> u64 {
    digits.iter().fold(0u64, |number, &byte| number.wrapping_mul(10).wrapping_add(u64::from(value(byte))))
}

/// The sum of the values by their weights.
pub(super) fn weighted(text: &[u8], weights: &[u32]) -> u32 {
    text.iter().zip(weights).map(|(&byte, weight)| value(byte) * weight).sum()
}

/// The last digit.
pub(super) fn last(text: &[u8]) -> u32 {
    text.last().map_or(u32::MAX, |&byte| value(byte))
}

pub(super) fn any(_: &[u8]) -> bool {
    true
}

/// ISO/IEC 7812-1 annex B.
pub(in super::super) fn luhn(digits: &[u8]) -> bool {
    let doubled = |digit: u32| if digit > 4 { digit * 2 - 9 } else { digit * 2 };
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(place, &byte)| if place % 2 == 1 { doubled(value(byte)) } else { value(byte) })
        .sum();
    sum.is_multiple_of(10)
}

/// ISO/IEC 7064, MOD 11,10.
pub(super) fn mod_11_10(digits: &[u8]) -> bool {
    let (Some((_, body)), check) = (digits.split_last(), last(digits)) else { return false };
    let product = body.iter().fold(10, |product, &byte| {
        let sum = (product + value(byte)) % 10;
        (if sum == 0 { 10 } else { sum }) * 2 % 11
    });
    (11 - product) % 10 == check
}

/// The dihedral check of Verhoeff.
pub(super) fn verhoeff(digits: &[u8]) -> bool {
    const TURN: [u32; 8] = [0, 1, 5, 8, 9, 4, 2, 7];
    // The permutation is one cycle of eight, and 3 and 6, which change places.
    let permuted = |digit: u32, places: usize| match TURN.iter().position(|&turn| turn == digit) {
        Some(at) => TURN.get((at + places) % 8).copied().unwrap_or(0),
        None if places.is_multiple_of(2) => digit,
        None => 9 - digit,
    };
    let product = |a: u32, b: u32| match (a < 5, b < 5) {
        (true, true) => (a + b) % 5,
        (true, false) => 5 + (a + b - 5) % 5,
        (false, true) => 5 + (a - 5 + 5 - b) % 5,
        (false, false) => (a + 5 - b) % 5,
    };
    digits
        .iter()
        .rev()
        .enumerate()
        .fold(0, |rest, (place, &byte)| product(rest, permuted(value(byte), place % 8)))
        == 0
}

/// Day and month, both in two digits; the days of February are 29.
pub(super) fn day_month(day: u64, month: u64) -> bool {
    let days = match month {
        2 => 29,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => 0,
    };
    (1..=days).contains(&day)
}

/// `YYMMDD` at the beginning.
pub(super) fn starts_with_date(digits: &[u8]) -> bool {
    match (digits.get(2..4), digits.get(4..6)) {
        (Some(month), Some(day)) => day_month(number(day), number(month)),
        _ => false,
    }
}

/// Not the same character over and over.
pub(super) fn varied(text: &[u8]) -> bool {
    text.iter().any(|byte| Some(byte) != text.first())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn published_examples() {
        assert!(verhoeff(b"2363") && verhoeff(b"123451") && !verhoeff(b"123415"));
        assert!(luhn(b"79927398713") && !luhn(b"79927398710"));
        assert!(day_month(31, 12) && !day_month(31, 4) && !day_month(0, 1) && !day_month(1, 13));
    }

    /// A single wrong digit and two neighbours in the wrong order are found, as Verhoeff's check promises.
    #[test]
    fn verhoeff_finds_single_errors_and_swaps() {
        let right = b"123451";
        for at in 0..right.len() {
            for digit in b'0'..=b'9' {
                let mut wrong = *right;
                wrong[at] = digit;
                assert_eq!(verhoeff(&wrong), wrong == *right);
            }
            if at > 0 && right[at] != right[at - 1] {
                let mut wrong = *right;
                wrong.swap(at, at - 1);
                assert!(!verhoeff(&wrong));
            }
        }
    }
}
