//! Identifiers of Europe.

use super::super::Kind;
use super::check::{
    any, day_month, last, luhn, mod_11_10, number, starts_with_date, value, varied, weighted,
};
use super::{Shape, id};

pub(super) static SHAPES: &[Shape] = &[
    id(Kind::UkNino, "AA_99_99_99_A", nino, 0.6, 0.95),
    id(Kind::UkNhs, "999~999~9999", nhs, 0.3, 0.95),
    id(Kind::DrivingLicence, "AAAAA999999AA9AA", uk_licence, 0.8, 0.95),
    id(Kind::DrivingLicence, "?????999999???AA", uk_licence, 0.2, 0.95),
    id(Kind::DrivingLicence, "AA99999999A", any, 0.2, 0.8),
    id(Kind::DrivingLicence, "AA999999999", any, 0.1, 0.7),
    id(Kind::DrivingLicence, "AA9999999A", any, 0.2, 0.8),
    id(Kind::DrivingLicence, "A9?99?999A", it_licence, 0.2, 0.8),
    id(Kind::Passport, "A????????", german_card, 0.1, 0.9),
    id(Kind::Passport, "AAA999999", any, 0.1, 0.8),
    id(Kind::Passport, "AA9999999", any, 0.1, 0.8),
    id(Kind::IdCard, "A????????", german_card, 0.1, 0.9),
    id(Kind::IdCard, "AA_9999999", any, 0.1, 0.7),
    id(Kind::IdCard, "9999999AA", any, 0.1, 0.7),
    id(Kind::IdCard, "AA99999AA", any, 0.1, 0.7),
    id(Kind::DeTaxId, "99 999 999 999", de_tax_id, 0.6, 0.95),
    id(Kind::DeTaxId, "99_999_999_999", de_tax_id, 0.2, 0.95),
    id(Kind::DeTaxNumber, "999/999/99999", any, 0.3, 0.9),
    id(Kind::DeTaxNumber, "999/9999/9999", any, 0.3, 0.9),
    id(Kind::DeTaxNumber, "99/999/99999", any, 0.3, 0.9),
    id(Kind::DeTaxNumber, "99/999/9999", any, 0.3, 0.9),
    id(Kind::DeTaxNumber, "99/9999/9999", any, 0.3, 0.9),
    id(Kind::DeTaxNumber, "9999999999999", de_tax_number, 0.1, 0.8),
    id(Kind::DePension, "99 999999 A 999", de_pension, 0.9, 0.98),
    id(Kind::DePension, "99_999999_A_999", de_pension, 0.7, 0.98),
    id(Kind::DeHealth, "A999999999", de_health, 0.3, 0.95),
    id(Kind::FrNir, "9 99 99 ?? 999 999 99", nir, 0.95, 0.99),
    id(Kind::FrNir, "9_99_99_??_999_999_99", nir, 0.6, 0.95),
    id(Kind::EsNif, "99999999-A", nif, 0.7, 0.95),
    id(Kind::EsNif, "99999999A", nif, 0.45, 0.95),
    id(Kind::EsNif, "9999999_A", nif, 0.3, 0.9),
    id(Kind::EsNie, "A_9999999_A", nie, 0.6, 0.95),
    id(Kind::ItFiscalCode, "AAAAAA??A??A???A", fiscal_code, 0.95, 0.99),
    id(Kind::PlPesel, "99999999999", pesel, 0.3, 0.95),
    id(Kind::SePersonnummer, "999999-9999", personnummer, 0.6, 0.95),
    id(Kind::SePersonnummer, "999999+9999", personnummer, 0.6, 0.95),
    id(Kind::SePersonnummer, "99999999-9999", long_personnummer, 0.75, 0.95),
    id(Kind::SePersonnummer, "99999999+9999", long_personnummer, 0.75, 0.95),
    id(Kind::SePersonnummer, "9999999999", personnummer, 0.1, 0.9),
    id(Kind::SePersonnummer, "999999999999", long_personnummer, 0.3, 0.9),
    id(Kind::FiHetu, "999999*999?", hetu, 0.9, 0.98),
    id(Kind::NlBsn, "999999999", bsn, 0.1, 0.9),
    id(Kind::NlBsn, "9999.99.999", bsn, 0.6, 0.95),
    id(Kind::BeRrn, "99.99.99-999.99", rijksregister, 0.95, 0.98),
    id(Kind::BeRrn, "99999999999", rijksregister, 0.2, 0.9),
    id(Kind::ChAhv, "999.9999.9999.99", ahv, 0.97, 0.99),
    id(Kind::ChAhv, "9999999999999", ahv, 0.6, 0.95),
    id(Kind::TrId, "99999999999", tr_id, 0.4, 0.95),
];

/// Prefixes that are given out; the last letter is A to D.
fn nino(text: &[u8]) -> bool {
    let Some(&[first, second]) = text.get(..2) else { return false };
    !b"DFIQUV".contains(&first)
        && !b"DFIOQUV".contains(&second)
        && !matches!(&[first, second], b"BG" | b"GB" | b"NK" | b"KN" | b"TN" | b"NT" | b"ZZ")
        && matches!(text.last(), Some(b'A'..=b'D'))
}

fn nhs(digits: &[u8]) -> bool {
    let rest = 11 - weighted(digits, &[10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11;
    varied(digits) && rest % 11 == last(digits)
}

/// Five places of the surname, filled with 9; the decade; the month, of women 50 more; the day; the year.
fn uk_licence(text: &[u8]) -> bool {
    let (Some(name), Some(date)) = (text.get(..5), text.get(5..11)) else { return false };
    let letters = name.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
    let month = number(date.get(1..3).unwrap_or_default()) % 50;
    letters > 0
        && name.iter().skip(letters).all(|&byte| byte == b'9')
        && day_month(number(date.get(3..5).unwrap_or_default()), month)
}

fn it_licence(text: &[u8]) -> bool {
    text.starts_with(b"U1") && !text.iter().skip(2).any(|byte| b"AEIOQ".contains(byte))
}

/// Nine places of German passports and identity cards: the letters that they have, and a check digit by the weights
/// 7, 3, 1 of ICAO 9303.
fn german_card(text: &[u8]) -> bool {
    let (Some(first), Some(body)) = (text.first(), text.get(..8)) else { return false };
    b"CFGHJKLMNPRTVWXYZ".contains(first)
        && body.iter().all(|byte| byte.is_ascii_digit() || b"CFGHJKLMNPRTVWXYZ".contains(byte))
        && text.last().is_some_and(u8::is_ascii_digit)
        && weighted(body, &[7, 3, 1, 7, 3, 1, 7, 3]) % 10 == last(text)
}

/// Of the first ten digits one comes two or three times, the others once at most.
fn de_tax_id(digits: &[u8]) -> bool {
    let mut counts = [0u8; 10];
    for &byte in digits.iter().take(10) {
        if let Some(count) = counts.get_mut(value(byte) as usize) {
            *count += 1;
        }
    }
    let repeated = counts.iter().filter(|&&count| count > 1).count();
    let most = counts.iter().max().copied().unwrap_or(0);
    digits.first() != Some(&b'0') && repeated == 1 && most <= 3 && mod_11_10(digits)
}

/// Thirteen digits, of which the first two are the state.
fn de_tax_number(digits: &[u8]) -> bool {
    matches!(number(digits.get(..2).unwrap_or_default()), 1..=16)
}

/// The date of birth in the third to eighth place; each product of the weights counts by the sum of its digits.
fn de_pension(text: &[u8]) -> bool {
    const WEIGHTS: [u32; 12] = [2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1];
    let (Some(day), Some(month), Some(&letter)) = (text.get(2..4), text.get(4..6), text.get(8)) else {
        return false;
    };
    if !letter.is_ascii_uppercase() || !day_month(number(day), number(month)) {
        return false;
    }
    let place = value(letter) - 9;
    let digits = text.iter().take(8).map(|&byte| value(byte)).chain([place / 10, place % 10]);
    let digits = digits.chain(text.iter().skip(9).take(2).map(|&byte| value(byte)));
    let sum: u32 = digits.zip(WEIGHTS).map(|(digit, weight)| digit * weight).map(|n| n / 10 + n % 10).sum();
    sum % 10 == last(text)
}

fn de_health(text: &[u8]) -> bool {
    let Some((letter, rest)) = text.split_first() else { return false };
    let place = value(*letter).saturating_sub(9);
    let digits = [place / 10, place % 10].into_iter().chain(rest.iter().take(8).map(|&byte| value(byte)));
    let sum: u32 = digits
        .zip([1, 2].into_iter().cycle())
        .map(|(digit, weight)| digit * weight)
        .map(|n| n / 10 + n % 10)
        .sum();
    sum % 10 == last(text)
}

/// Sex, year, month, department (2A and 2B are Corsica), and 97 less the rest by 97.
fn nir(text: &[u8]) -> bool {
    let (Some(body), Some(key)) = (text.get(..13), text.get(13..)) else { return false };
    let corsica = match body.get(5..7) {
        Some(b"2A") => Some((*b"19", 0)),
        Some(b"2B") => Some((*b"18", 0)),
        Some(department) => department.try_into().ok().map(|department: [u8; 2]| (department, 0)),
        None => None,
    };
    let (Some((department, _)), Some(month)) = (corsica, body.get(3..5)) else { return false };
    let mut digits = [b'0'; 13];
    digits.copy_from_slice(body);
    if let Some(place) = digits.get_mut(5..7) {
        place.copy_from_slice(&department);
    }
    digits.iter().all(u8::is_ascii_digit)
        && matches!(digits.first(), Some(b'1' | b'2' | b'7' | b'8'))
        && matches!(number(month), 1..=12 | 20..=42 | 50..=99)
        && 97 - number(&digits) % 97 == number(key)
}

const NIF: &[u8; 23] = b"TRWAGMYFPDXBNJZSQVHLCKE";

fn nif(text: &[u8]) -> bool {
    let Some((letter, digits)) = text.split_last() else { return false };
    NIF.get((number(digits) % 23) as usize) == Some(letter)
}

/// X, Y and Z stand for 0, 1 and 2 before the digits of a NIF.
fn nie(text: &[u8]) -> bool {
    let [first @ (b'X' | b'Y' | b'Z'), digits @ .., letter] = text else { return false };
    let number = u64::from(first - b'X') * 10_000_000 + number(digits);
    NIF.get((number % 23) as usize) == Some(letter)
}

/// Letters that stand for digits where two people would have one code.
const OMOCODIA: &[u8; 10] = b"LMNPQRSTUV";

fn fiscal_code(text: &[u8]) -> bool {
    const ODD: [u32; 26] =
        [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23];
    let numeric = [6, 7, 9, 10, 12, 13, 14]
        .into_iter()
        .all(|place| text.get(place).is_some_and(|byte| byte.is_ascii_digit() || OMOCODIA.contains(byte)));
    let place = |byte: u8| if byte.is_ascii_digit() { value(byte) } else { value(byte) - 10 };
    let sum: u32 = text
        .iter()
        .take(15)
        .enumerate()
        .map(|(at, &byte)| match at % 2 {
            0 => ODD.get(place(byte) as usize).copied().unwrap_or(0),
            _ => place(byte),
        })
        .sum();
    numeric
        && text.get(8).is_some_and(|month| b"ABCDEHLMPRST".contains(month))
        && text.last().is_some_and(|&check| place(check) == sum % 26 && check.is_ascii_uppercase())
}

/// The month is 20, 40, 60 or 80 more in other centuries.
fn pesel(digits: &[u8]) -> bool {
    let part = |from: usize| number(digits.get(from..from + 2).unwrap_or_default());
    let sum = weighted(digits, &[1, 3, 7, 9, 1, 3, 7, 9, 1, 3]);
    day_month(part(4), part(2) % 20) && (10 - sum % 10) % 10 == last(digits)
}

/// The day is 60 more in a number of co-ordination.
fn personnummer(digits: &[u8]) -> bool {
    let part = |from: usize| number(digits.get(from..from + 2).unwrap_or_default());
    let day = part(4);
    day_month(if day > 60 { day - 60 } else { day }, part(2)) && luhn(digits)
}

fn long_personnummer(digits: &[u8]) -> bool {
    matches!(digits.get(..2), Some(b"18" | b"19" | b"20")) && digits.get(2..).is_some_and(personnummer)
}

fn hetu(text: &[u8]) -> bool {
    const CHECK: &[u8; 31] = b"0123456789ABCDEFHJKLMNPRSTUVWXY";
    let (Some(date), Some(serial), Some(check)) = (text.get(..6), text.get(7..10), text.last()) else {
        return false;
    };
    let day = number(date.get(..2).unwrap_or_default());
    let month = number(date.get(2..4).unwrap_or_default());
    let rest = (number(date) * 1000 + number(serial)) % 31;
    day_month(day, month) && number(serial) >= 2 && CHECK.get(rest as usize) == Some(check)
}

fn bsn(digits: &[u8]) -> bool {
    let sum = i64::from(weighted(digits, &[9, 8, 7, 6, 5, 4, 3, 2])) - i64::from(last(digits));
    varied(digits) && sum % 11 == 0
}

/// 97 less the rest by 97, with a 2 in front for those born from 2000 on.
fn rijksregister(digits: &[u8]) -> bool {
    let (Some(body), Some(key)) = (digits.get(..9), digits.get(9..)) else { return false };
    let (body, key) = (number(body), number(key));
    starts_with_date(digits) && (97 - body % 97 == key || 97 - (2_000_000_000 + body) % 97 == key)
}

/// The check digit of GTIN-13, under the prefix of Switzerland.
fn ahv(digits: &[u8]) -> bool {
    digits.starts_with(b"756")
        && weighted(digits, &[1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1]).is_multiple_of(10)
}

fn tr_id(digits: &[u8]) -> bool {
    let odd = weighted(digits, &[1, 0, 1, 0, 1, 0, 1, 0, 1]);
    let even = weighted(digits, &[0, 1, 0, 1, 0, 1, 0, 1]);
    let tenth = digits.get(9).map_or(u32::MAX, |&byte| value(byte));
    digits.first() != Some(&b'0')
        && (i64::from(odd) * 7 - i64::from(even)).rem_euclid(10) == i64::from(tenth)
        && (odd + even + tenth) % 10 == last(digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn examples() {
        assert!(nino(b"AA123456B") && !nino(b"BG123456B") && !nino(b"AA123456E"));
        assert!(nhs(b"4010232137") && !nhs(b"4010232138"));
        assert!(de_tax_id(b"86095742719") && !de_tax_id(b"86095742718"));
        assert!(de_pension(b"15070649C103") && !de_pension(b"15070649C104"));
        assert!(nir(b"255081416802538") && !nir(b"255081416802539"));
        assert!(nif(b"55555555K") && !nif(b"12345678A") && nie(b"X1234567L"));
        assert!(fiscal_code(b"RSSMRA85T10A562S") && !fiscal_code(b"RSSMRA85T10A562T"));
        assert!(pesel(b"44051401359") && !pesel(b"44051401358"));
        assert!(personnummer(b"8112189876") && long_personnummer(b"198112189876"));
        assert!(hetu(b"131052-308T") && !hetu(b"131052-308U"));
        assert!(bsn(b"111222333") && !bsn(b"111222334"));
        assert!(rijksregister(b"85073003328") && !rijksregister(b"85073003329"));
        assert!(ahv(b"7569217076985") && !ahv(b"7569217076984"));
        assert!(tr_id(b"10000000146") && !tr_id(b"10000000147"));
        assert!(german_card(b"C01X00T41") && !german_card(b"C01X00T42"));
        assert!(uk_licence(b"MORGA657054SM9IJ") && uk_licence(b"FO999512018AA1AB"));
    }
}
