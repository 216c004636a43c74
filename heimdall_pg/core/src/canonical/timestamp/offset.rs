//! The zone at the end of a time.

use super::scan::Scan;

/// What a text says about its zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Written<'a> {
    /// It does not.
    Nothing,
    /// The time is UTC, and the local offset is unknown: `-00:00`.
    Unknown,
    /// Seconds east of UTC.
    Offset(i32),
    /// A name, which the declared zone or RFC 2822 may know.
    Name(&'a [u8]),
}

/// Takes all that is left.
pub(super) fn read<'a>(scan: &mut Scan<'a>) -> Result<Written<'a>, &'static str> {
    const FOLLOWS: &str = "something follows the time";
    scan.skip_spaces();
    let zone = match scan.peek() {
        None => return Ok(Written::Nothing),
        Some(byte) if byte.is_ascii_alphabetic() => named(scan)?,
        Some(b'+' | b'-' | 0xE2) => {
            let zone = numeric(scan)?;
            skip_name(scan);
            zone
        }
        Some(_) => return Err(FOLLOWS),
    };
    skip_remarks(scan);
    if scan.is_empty() { Ok(zone) } else { Err(FOLLOWS) }
}

/// `+HH`, `+HHMM`, `+HH:MM`, with a minus of ASCII or U+2212.
pub(super) fn numeric<'a>(scan: &mut Scan<'_>) -> Result<Written<'a>, &'static str> {
    const SHAPE: &str = "the offset is not hours and minutes";
    let west = scan.eat_minus();
    if !west && !scan.eat(b'+') {
        return Err(SHAPE);
    }
    let hours = scan.number(2, 2).ok_or(SHAPE)?;
    let colon = scan.eat(b':');
    let minutes = match scan.number(2, 2) {
        Some(minutes) => minutes,
        None if colon => return Err(SHAPE),
        None => 0,
    };
    if hours > 23 || minutes > 59 {
        return Err("an offset past 23:59");
    }
    Ok(of_minutes(west, hours * 60 + minutes))
}

/// An offset of so many minutes.
pub(super) fn of_minutes<'a>(west: bool, minutes: u32) -> Written<'a> {
    let seconds = (minutes * 60) as i32;
    match (west, seconds) {
        (true, 0) => Written::Unknown,
        (true, _) => Written::Offset(-seconds),
        (false, _) => Written::Offset(seconds),
    }
}

/// A name, or the numeric offset right after it: `UTC`, `CET`, `GMT+0200`.
pub(super) fn named<'a>(scan: &mut Scan<'a>) -> Result<Written<'a>, &'static str> {
    let name = scan.word();
    if matches!(scan.peek(), Some(b'+' | b'-')) {
        return numeric(scan);
    }
    let is_utc = [&b"Z"[..], b"UTC", b"GMT", b"UT"].iter().any(|utc| name.eq_ignore_ascii_case(utc));
    Ok(if is_utc { Written::Offset(0) } else { Written::Name(name) })
}

/// A name of RFC 2822 4.3, in seconds east of UTC.
pub(super) fn rfc_2822(name: &[u8]) -> Result<i32, &'static str> {
    let hours = match name.to_ascii_uppercase().as_slice() {
        b"EDT" => -4,
        b"EST" | b"CDT" => -5,
        b"CST" | b"MDT" => -6,
        b"MST" | b"PDT" => -7,
        b"PST" => -8,
        // Others name several zones at once, or a zone whose rules change.
        _ => return Err("a time zone name that is not one of RFC 2822"),
    };
    Ok(hours * 3600)
}

/// After an offset its name says nothing more: `+0200 CEST`, and without letters `+0300 +03`.
fn skip_name(scan: &mut Scan<'_>) {
    scan.skip_spaces();
    let mut ahead = *scan;
    let is_zone = match ahead.eat_any(b"+-") {
        Some(_) => ahead.number(2, 4).is_some(),
        None => {
            let word = ahead.word();
            // Neither the other half of the day, nor what comes after the name.
            ![&b"am"[..], b"pm", b"m"].iter().any(|other| word.eq_ignore_ascii_case(other))
        }
    };
    if is_zone {
        *scan = ahead;
    }
}

/// `(CET)`, `[Europe/Berlin]`.
fn skip_remarks(scan: &mut Scan<'_>) {
    scan.skip_spaces();
    let mut ahead = *scan;
    while ahead.eat(b'[') && ahead.skip_past(b']') || ahead.eat(b'(') && ahead.skip_past(b')') {
        // RFC 9557 has several: `[Europe/Berlin][u-ca=gregory]`.
        *scan = ahead;
    }
    skip_monotonic(scan);
}

/// Programs in Go write the reading of a second clock after the time: `m=+0.012`.
fn skip_monotonic(scan: &mut Scan<'_>) {
    scan.skip_spaces();
    let mut ahead = *scan;
    if ahead.eat(b'm') && ahead.eat(b'=') && ahead.eat_any(b"+-").is_some() && ahead.fraction().is_some() {
        if ahead.eat(b'.') {
            ahead.fraction();
        }
        *scan = ahead;
    }
}
