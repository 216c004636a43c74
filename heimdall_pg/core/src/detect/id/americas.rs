//! Identifiers of North and South America.

use super::super::Kind;
use super::check::{any, day_month, last, luhn, number, varied, weighted};
use super::{Shape, id};

pub(super) static SHAPES: &[Shape] = &[
    id(Kind::UsSsn, "999-99-9999", ssn, 0.7, 0.95),
    id(Kind::UsSsn, "999 99 9999", ssn, 0.3, 0.9),
    id(Kind::UsSsn, "999.99.9999", ssn, 0.2, 0.8),
    id(Kind::UsSsn, "999_99_9999", ssn, 0.1, 0.85),
    id(Kind::UsItin, "999-99-9999", itin, 0.65, 0.95),
    id(Kind::UsItin, "999_99_9999", itin, 0.1, 0.85),
    id(Kind::UsRouting, "999999999", routing, 0.1, 0.85),
    id(Kind::UsRouting, "9999-9999-9", routing, 0.3, 0.9),
    id(Kind::UsNpi, "9999~999~999", npi, 0.1, 0.9),
    id(Kind::UsMbi, "9A?9-A?9-AA99", mbi, 0.6, 0.95),
    id(Kind::UsMbi, "9A?9A?9AA99", mbi, 0.3, 0.9),
    id(Kind::UsDea, "AA9999999", dea, 0.3, 0.9),
    id(Kind::UsDea, "A99999999", dea, 0.1, 0.9),
    id(Kind::Passport, "999999999", varied, 0.05, 0.75),
    id(Kind::Passport, "A99999999", any, 0.1, 0.8),
    id(Kind::DrivingLicence, "A99999999", any, 0.1, 0.7),
    id(Kind::CaSin, "999-999-999", sin, 0.45, 0.95),
    id(Kind::CaSin, "999 999 999", sin, 0.3, 0.95),
    id(Kind::CaSin, "999999999", sin, 0.1, 0.85),
    id(Kind::BrCpf, "999.999.999-99", cpf, 0.95, 0.99),
    id(Kind::BrCpf, "99999999999", cpf, 0.2, 0.9),
    id(Kind::MxCurp, "AAAA999999AAAAAA?9", curp, 0.95, 0.99),
];

/// Areas, groups and serial numbers that are given out, and none of the two that adverts made famous.
fn ssn(digits: &[u8]) -> bool {
    let (area, group, serial) = parts(digits);
    let given = !matches!(area, 0 | 666 | 900..) && group != 0 && serial != 0;
    given && !matches!(digits, b"078051120" | b"219099999" | b"123456789")
}

fn itin(digits: &[u8]) -> bool {
    let (area, group, _) = parts(digits);
    area >= 900 && matches!(group, 50..=65 | 70..=88 | 90..=92 | 94..=99)
}

fn parts(digits: &[u8]) -> (u64, u64, u64) {
    let part = |from, to| number(digits.get(from..to).unwrap_or_default());
    (part(0, 3), part(3, 5), part(5, 9))
}

fn routing(digits: &[u8]) -> bool {
    let district = matches!(number(digits.get(..2).unwrap_or_default()), 1..=12 | 21..=32 | 61..=72 | 80);
    district && weighted(digits, &[3, 7, 1, 3, 7, 1, 3, 7, 1]).is_multiple_of(10)
}

/// Luhn over the digits with the prefix 80840 of health cards in front.
fn npi(digits: &[u8]) -> bool {
    let mut card = *b"808400000000000";
    if let Some(place) = card.get_mut(5..) {
        if place.len() != digits.len() {
            return false;
        }
        place.copy_from_slice(digits);
    }
    matches!(digits, [b'1' | b'2', ..]) && digits.get(1..9).is_some_and(varied) && luhn(&card)
}

/// Letters that are not taken for digits: no S, L, O, I, B or Z.
fn mbi(text: &[u8]) -> bool {
    text.first() != Some(&b'0') && !text.iter().any(|byte| b"SLOIBZ".contains(byte))
}

fn dea(text: &[u8]) -> bool {
    let Some([first, _, digits @ ..]) = text.get(..9) else { return false };
    let odd = weighted(digits, &[1, 0, 1, 0, 1, 0]);
    let even = weighted(digits, &[0, 1, 0, 1, 0, 1]);
    b"ABCDEFGHJKLMPRSTUX".contains(first) && (odd + 2 * even) % 10 == last(digits)
}

fn sin(digits: &[u8]) -> bool {
    !matches!(digits, [b'0' | b'8', ..]) && varied(digits) && luhn(digits)
}

fn cpf(digits: &[u8]) -> bool {
    let check = |length: u32| {
        let weights: Vec<u32> = (2..=length + 1).rev().collect();
        let rest = weighted(digits, &weights) * 10 % 11 % 10;
        digits.get(length as usize).map(|&byte| u32::from(byte.saturating_sub(b'0'))) == Some(rest)
    };
    varied(digits) && check(9) && check(10)
}

/// Date of birth, sex, and the check digit over the alphabet with Ñ.
fn curp(text: &[u8]) -> bool {
    let place = |byte: u8| match byte {
        b'0'..=b'9' => u32::from(byte - b'0'),
        b'A'..=b'N' => u32::from(byte - b'A') + 10,
        _ => u32::from(byte.saturating_sub(b'A')) + 11,
    };
    let date = text.get(4..10).unwrap_or_default();
    let sum: u32 = text.iter().take(17).zip((2..=18).rev()).map(|(&byte, weight)| place(byte) * weight).sum();
    let day = number(date.get(4..).unwrap_or_default());
    day_month(day, number(date.get(2..4).unwrap_or_default()))
        && matches!(text.get(10), Some(b'H' | b'M' | b'X'))
        && (10 - sum % 10) % 10 == last(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn examples() {
        assert!(ssn(b"536904399") && !ssn(b"000121234") && !ssn(b"078051120") && !ssn(b"900121234"));
        assert!(itin(b"911701234") && !itin(b"911891234"));
        assert!(routing(b"121000358") && !routing(b"421042111"));
        assert!(npi(b"1234567893") && !npi(b"1234567890") && !npi(b"3234567893"));
        assert!(sin(b"130692544") && !sin(b"130692545"));
        assert!(cpf(b"11144477735") && !cpf(b"11144477734") && !cpf(b"11111111111"));
        assert!(curp(b"HEGG560427MVZRRL04") && !curp(b"HEGG560427MVZRRL05"));
        assert!(mbi(b"1EG4TE5MK73") && !mbi(b"1SG4TE5MK73"));
    }
}
