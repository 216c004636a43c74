//! Positions of ISO 6709 annex H: `+48.8584+002.2945/`, degrees, minutes and seconds without marks.

use super::angle::{Number, units};

/// The position, or why it is wrong; `None` for what has not two signed numbers one right behind the other.
pub(super) fn position(value: &str) -> Option<Result<(i64, i64), &'static str>> {
    let (latitude, rest) = signed(value)?;
    let (longitude, rest) = signed(rest)?;
    Some(read(latitude, longitude, rest))
}

fn read(latitude: &str, longitude: &str, rest: &str) -> Result<(i64, i64), &'static str> {
    let tail = signed(rest).map_or(rest, |(_, tail)| tail);
    let system = tail.strip_suffix('/').unwrap_or(tail);
    if !matches!(system, "" | "CRSWGS_84") {
        return Err("more than a position of ISO 6709");
    }
    let levels = match (whole_digits(latitude), whole_digits(longitude)) {
        (2, 3) => 0,
        (4, 5) => 1,
        (6, 7) => 2,
        _ => return Err("not the digits that ISO 6709 demands"),
    };
    Ok((angle(latitude, levels)?, angle(longitude, levels)?))
}

/// A number with a sign at the beginning of the text, and what follows it.
fn signed(text: &str) -> Option<(&str, &str)> {
    let digits = text.strip_prefix(['+', '-'])?;
    let end = digits.find(|c: char| c != '.' && !c.is_ascii_digit()).unwrap_or(digits.len());
    if end == 0 { None } else { text.split_at_checked(end + 1) }
}

fn whole_digits(number: &str) -> usize {
    number.bytes().skip(1).take_while(u8::is_ascii_digit).count()
}

/// The angle of a number whose last digits before the point are minutes, or minutes and seconds.
fn angle(number: &str, levels: usize) -> Result<i64, &'static str> {
    const WRONG: &str = "not the digits that ISO 6709 demands";
    let degrees = 1 + whole_digits(number) - 2 * levels;
    let (first, mut rest) = number.split_at_checked(degrees).ok_or(WRONG)?;
    if levels == 0 {
        return super::angle::signed_degrees(number);
    }
    let mut parts = vec![Number::parse(first)?];
    for level in 1..=levels {
        let end = if level == levels { rest.len() } else { 2 };
        let (part, tail) = rest.split_at_checked(end).ok_or(WRONG)?;
        parts.push(Number::parse(part)?);
        rest = tail;
    }
    units(&parts, number.starts_with('-'))
}
