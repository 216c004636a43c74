//! Identifiers of Asia, Australia and Africa.

use super::super::Kind;
use super::check::{any, day_month, last, luhn, number, starts_with_date, value, varied, verhoeff, weighted};
use super::{Shape, id};

pub(super) static SHAPES: &[Shape] = &[
    id(Kind::InAadhaar, "9999 9999 9999", aadhaar, 0.55, 0.95),
    id(Kind::InAadhaar, "9999-9999-9999", aadhaar, 0.55, 0.95),
    id(Kind::InAadhaar, "999999999999", aadhaar, 0.2, 0.95),
    id(Kind::InPan, "AAAAA9999A", pan, 0.6, 0.95),
    id(Kind::InPan, "AAAAA9999A", any, 0.3, 0.85),
    id(Kind::InVoter, "AAA9999999", any, 0.1, 0.85),
    id(Kind::Passport, "A9999999", in_passport, 0.1, 0.85),
    id(Kind::Passport, "A999A9999", any, 0.1, 0.85),
    id(Kind::KrRrn, "999999-9999999", rrn, 0.6, 0.95),
    id(Kind::KrRrn, "9999999999999", checked_rrn, 0.2, 0.9),
    id(Kind::DrivingLicence, "99-99-999999-99", kr_licence, 0.45, 0.9),
    id(Kind::DrivingLicence, "99~99~999999~99", kr_licence, 0.1, 0.85),
    id(Kind::ThId, "9-9999-99999-99-9", th_id, 0.95, 0.98),
    id(Kind::ThId, "9~9999~99999~99~9", th_id, 0.15, 0.9),
    id(Kind::SgNric, "A9999999A", nric, 0.7, 0.95),
    id(Kind::SgNric, "A9999999A", nric_series, 0.1, 0.6),
    id(Kind::CnId, "99999999999999999?", cn_id, 0.9, 0.98),
    id(Kind::PhTin, "999~999~999~999", ph_tin, 0.3, 0.85),
    id(Kind::PhTin, "999~999~999", ph_tin, 0.1, 0.85),
    id(Kind::AuTfn, "999~999~999", tfn, 0.2, 0.95),
    id(Kind::AuAbn, "99 999 999 999", abn, 0.55, 0.95),
    id(Kind::AuAbn, "99999999999", abn, 0.15, 0.9),
    id(Kind::AuMedicare, "9999 99999 9", medicare, 0.55, 0.95),
    id(Kind::AuMedicare, "9999999999", medicare, 0.15, 0.9),
    id(Kind::ZaId, "9999999999999", za_id, 0.4, 0.95),
    id(Kind::ZaId, "999999 9999 999", za_id, 0.7, 0.95),
    id(Kind::NgNin, "99999999999", varied, 0.05, 0.8),
];

fn aadhaar(digits: &[u8]) -> bool {
    matches!(digits, [b'2'..=b'9', ..]) && !digits.iter().eq(digits.iter().rev()) && verhoeff(digits)
}

/// The fourth letter says whose it is.
fn pan(text: &[u8]) -> bool {
    text.get(3).is_some_and(|holder| b"ABCFGHJLPT".contains(holder))
}

fn in_passport(text: &[u8]) -> bool {
    text.get(1).is_some_and(|digit| *digit != b'0')
}

/// Date of birth, and the century with the sex; the last digit has been random since October 2020.
fn rrn(digits: &[u8]) -> bool {
    starts_with_date(digits) && matches!(digits.get(6), Some(b'1'..=b'8'))
}

fn checked_rrn(digits: &[u8]) -> bool {
    let sum = weighted(digits, &[2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5]);
    let foreign = matches!(digits.get(6), Some(b'5'..=b'8'));
    rrn(digits) && (11 - sum % 11 + if foreign { 2 } else { 0 }) % 10 == last(digits)
}

/// The region comes first.
fn kr_licence(digits: &[u8]) -> bool {
    matches!(number(digits.get(..2).unwrap_or_default()), 11..=26 | 28)
}

fn th_id(digits: &[u8]) -> bool {
    let sum = weighted(digits, &[13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2]);
    matches!(digits, [b'1'..=b'8', ..]) && varied(digits) && (11 - sum % 11) % 10 == last(digits)
}

fn nric_series(text: &[u8]) -> bool {
    matches!(text, [b'S' | b'T' | b'F' | b'G' | b'M', ..])
}

fn nric(text: &[u8]) -> bool {
    let [series, digits @ .., letter] = text else { return false };
    let sum = weighted(digits, &[2, 7, 6, 5, 4, 3, 2]);
    let (more, letters): (u32, &[u8; 11]) = match series {
        b'S' => (0, b"JZIHGFEDCBA"),
        b'T' => (4, b"JZIHGFEDCBA"),
        b'F' => (0, b"XWUTRQPNMLK"),
        b'G' => (4, b"XWUTRQPNMLK"),
        b'M' => (3, b"KLJNPQRTUWX"),
        _ => return false,
    };
    let rest = ((sum + more) % 11) as usize;
    letters.get(if *series == b'M' { 10 - rest } else { rest }) == Some(letter)
}

/// Region, date of birth, and ISO/IEC 7064 MOD 11-2.
fn cn_id(text: &[u8]) -> bool {
    let (Some(body), Some(&check)) = (text.get(..17), text.last()) else { return false };
    let part = |from: usize, to: usize| number(body.get(from..to).unwrap_or_default());
    let rest = weighted(body, &[7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]) % 11;
    matches!(body, [b'1'..=b'8', ..])
        && (1900..=2100).contains(&part(6, 10))
        && day_month(part(12, 14), part(10, 12))
        && b"10X98765432".get(rest as usize) == Some(&check)
}

/// The ninth digit checks the eight before it.
fn ph_tin(digits: &[u8]) -> bool {
    let Some(head) = digits.get(..9) else { return false };
    let rest = weighted(head, &[9, 8, 7, 6, 5, 4, 3, 2]) % 11;
    number(head) != 0 && rest == last(head)
}

fn tfn(digits: &[u8]) -> bool {
    varied(digits) && weighted(digits, &[1, 4, 3, 7, 5, 8, 6, 9, 10]).is_multiple_of(11)
}

/// One less in the first place, then the weights, a multiple of 89.
fn abn(digits: &[u8]) -> bool {
    let sum = weighted(digits, &[10, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19]);
    digits.first() != Some(&b'0') && sum >= 10 && (sum - 10).is_multiple_of(89)
}

fn medicare(digits: &[u8]) -> bool {
    let check = digits.get(8).map_or(u32::MAX, |&byte| value(byte));
    matches!(digits, [b'2'..=b'6', ..]) && weighted(digits, &[1, 3, 7, 9, 1, 3, 7, 9]) % 10 == check
}

fn za_id(digits: &[u8]) -> bool {
    starts_with_date(digits) && matches!(digits.get(10), Some(b'0'..=b'2')) && luhn(digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn examples() {
        assert!(nric(b"S1234567D") && nric(b"F1234567N") && nric(b"G1234567X") && !nric(b"S1234567E"));
        assert!(abn(b"51824753556") && !abn(b"52824753556"));
        assert!(medicare(b"2123456701") && !medicare(b"2123258701"));
        assert!(tfn(b"876543210") && !tfn(b"876543211"));
        assert!(za_id(b"8001015009087") && !za_id(b"8001015009088"));
        assert!(cn_id(b"11010519491231002X") && !cn_id(b"110105194912310021"));
        assert!(rrn(b"9001011234567") && !rrn(b"9013011234567"));
        assert!(pan(b"ABCPE1234F") && !pan(b"ABCXE1234F"));
        assert!(ph_tin(b"000123456") && !ph_tin(b"000123457") && !ph_tin(b"600000000"));
    }
}
