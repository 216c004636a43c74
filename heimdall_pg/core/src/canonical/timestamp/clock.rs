//! The time of the day, and its zone.

use super::scan::Scan;

/// Seconds and microseconds since midnight.
#[derive(Clone, Copy, Default)]
pub(super) struct Clock {
    pub(super) seconds: u32,
    pub(super) micros: u32,
}

impl Clock {
    fn new(hour: u32, minute: u32, second: u32, micros: u32) -> Result<Self, &'static str> {
        if hour > 23 {
            return Err("an hour past 23");
        }
        if minute > 59 {
            return Err("a minute past 59");
        }
        if second > 60 {
            return Err("a second past 60");
        }
        Ok(Self { seconds: hour * 3600 + minute * 60 + second, micros })
    }

    /// `H:MM`, `H:MM:SS`, `H:MM:SS.fraction`, with AM or PM after it or without.
    pub(super) fn read(scan: &mut Scan<'_>) -> Result<Self, &'static str> {
        const SHAPE: &str = "the time of day is not hours, minutes and seconds";
        let hour = scan.number(1, 2).ok_or(SHAPE)?;
        if !scan.eat(b':') {
            return Err(SHAPE);
        }
        let minute = scan.number(1, 2).ok_or(SHAPE)?;
        let (mut second, mut micros) = (0, 0);
        if scan.eat(b':') {
            second = scan.number(1, 2).ok_or(SHAPE)?;
            micros = fraction(scan).ok_or(SHAPE)?;
        }
        Self::new(half_of_day(scan, hour)?, minute, second, micros)
    }

    /// `HHMM`, `HHMMSS`, `HHMMSS.fraction`: the basic format of ISO 8601.
    pub(super) fn read_basic(scan: &mut Scan<'_>) -> Result<Self, &'static str> {
        const SHAPE: &str = "the time of day is not hours, minutes and seconds";
        let hour = scan.number(2, 2).ok_or(SHAPE)?;
        let minute = scan.number(2, 2).ok_or(SHAPE)?;
        let second = scan.number(2, 2).unwrap_or(0);
        let micros = fraction(scan).ok_or(SHAPE)?;
        Self::new(hour, minute, second, micros)
    }
}

/// Microseconds after a `.` or a `,`; zero without; `None` where no digit follows.
fn fraction(scan: &mut Scan<'_>) -> Option<u32> {
    match scan.eat_any(b".,") {
        Some(_) => scan.fraction(),
        None => Some(0),
    }
}

/// The hour of 24 after AM or PM, if one of them comes.
fn half_of_day(scan: &mut Scan<'_>, hour: u32) -> Result<u32, &'static str> {
    let mut ahead = *scan;
    ahead.skip_spaces();
    let word = ahead.word();
    let afternoon = word.eq_ignore_ascii_case(b"pm");
    if !afternoon && !word.eq_ignore_ascii_case(b"am") {
        return Ok(hour);
    }
    if !(1..=12).contains(&hour) {
        return Err("AM and PM go with hours 1 to 12");
    }
    *scan = ahead;
    Ok(hour % 12 + if afternoon { 12 } else { 0 })
}

/// The zone at the end of a time, in seconds east of UTC; UTC where there is none. Takes all that is left.
pub(super) fn read_zone(scan: &mut Scan<'_>) -> Result<i32, &'static str> {
    scan.skip_spaces();
    if scan.is_empty() {
        return Ok(0);
    }
    if scan.eat_any(b"zZ").is_some() && scan.is_empty() {
        return Ok(0);
    }
    let offset = match scan.peek() {
        Some(b'+' | b'-') => numeric_zone(scan)?,
        Some(byte) if byte.is_ascii_alphabetic() => named_zone(scan)?,
        _ => return Err("something follows the time"),
    };
    skip_zone_name(scan);
    if scan.is_empty() { Ok(offset) } else { Err("something follows the time") }
}

/// `+HH`, `+HHMM`, `+HH:MM`.
pub(super) fn numeric_zone(scan: &mut Scan<'_>) -> Result<i32, &'static str> {
    const SHAPE: &str = "the offset is not hours and minutes";
    let west = scan.eat_any(b"+-") == Some(b'-');
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
    let seconds = (hours * 3600 + minutes * 60) as i32;
    Ok(if west { -seconds } else { seconds })
}

/// A name of RFC 2822 4.3, or any name with a numeric offset right after it.
pub(super) fn named_zone(scan: &mut Scan<'_>) -> Result<i32, &'static str> {
    let name = scan.word();
    if matches!(scan.peek(), Some(b'+' | b'-')) {
        return numeric_zone(scan);
    }
    let hours = match name.to_ascii_uppercase().as_slice() {
        b"Z" | b"UTC" | b"GMT" | b"UT" => 0,
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

/// After an offset its name says nothing more: `+0200 CEST`, `+0100 (CET)`, `+01:00[Europe/Berlin]`.
fn skip_zone_name(scan: &mut Scan<'_>) {
    scan.skip_spaces();
    if scan.eat(b'(') {
        scan.skip_past(b')');
        return;
    }
    if scan.eat(b'[') {
        scan.skip_past(b']');
        return;
    }
    if scan.eat_any(b"+-").is_some() {
        // Names of zones without letters: `+0300 +03`.
        scan.number(2, 4);
    } else {
        scan.word();
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
