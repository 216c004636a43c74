//! The time of the day.

use super::Precision;
use super::scan::Scan;

const SHAPE: &str = "the time of day is not hours, minutes and seconds";

/// Seconds and nanoseconds since midnight, and how exactly they were written.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Clock {
    pub(super) seconds: u32,
    pub(super) nanos: u32,
    pub(super) precision: Precision,
}

impl Clock {
    /// With a fraction of the last part that was written, in billionths and the number of its digits.
    ///
    /// 24:00:00 is the end of the day, and a second of 60 the first of the next minute.
    fn new(
        hour: u32,
        minute: Option<u32>,
        second: Option<u32>,
        fraction: Option<(u32, u8)>,
    ) -> Result<Self, &'static str> {
        let (unit, whole) = match (minute, second) {
            (None, _) => (3600, Precision::Hour),
            (_, None) => (60, Precision::Minute),
            _ => (1, Precision::Second),
        };
        let (billionths, digits) = fraction.unwrap_or_default();
        let (minute, second) = (minute.unwrap_or(0), second.unwrap_or(0));
        if hour > 23 && (hour, minute, second, billionths) != (24, 0, 0, 0) {
            return Err("an hour past 23");
        }
        if minute > 59 {
            return Err("a minute past 59");
        }
        if second > 60 {
            return Err("a second past 60");
        }
        let nanos = u64::from(billionths) * unit;
        Ok(Self {
            seconds: hour * 3600 + minute * 60 + second + (nanos / 1_000_000_000) as u32,
            nanos: (nanos % 1_000_000_000) as u32,
            // One digit of a fraction of an hour is six minutes, the next 36 seconds, and so on.
            precision: match (unit, digits) {
                (_, 0) => whole,
                (3600, 1) => Precision::Minute,
                (3600, _) => Precision::of_digits(digits - 2),
                (60, _) => Precision::of_digits(digits - 1),
                _ => Precision::of_digits(digits),
            },
        })
    }

    /// `H:MM`, `H:MM:SS`, `H:MM:SS.fraction`, `H:MM:SS:mmm`, with AM or PM after it or without.
    pub(super) fn read(scan: &mut Scan<'_>) -> Result<Self, &'static str> {
        let hour = scan.number(1, 2).ok_or(SHAPE)?;
        if !scan.eat(b':') {
            return Err(SHAPE);
        }
        let minute = scan.number(1, 2).ok_or(SHAPE)?;
        let (mut second, mut fraction) = (None, None);
        if scan.eat(b':') {
            second = Some(scan.number(1, 2).ok_or(SHAPE)?);
            fraction = fraction_ahead(scan).or_else(|| milliseconds_after_colon(scan));
        }
        Self::new(half_of_day(scan, hour)?, Some(minute), second, fraction)
    }

    /// What ISO 8601 allows after a `T`: the last part, be it the hour, may have a fraction.
    pub(super) fn read_iso(scan: &mut Scan<'_>) -> Result<Self, &'static str> {
        let mut ahead = *scan;
        if let (Some(hour), true) = (ahead.number(2, 2), ahead.eat(b':'))
            && let Some(minute) = ahead.number(2, 2)
            && let Some(fraction) = fraction_ahead(&mut ahead)
        {
            *scan = ahead;
            return Self::new(hour, Some(minute), None, Some(fraction));
        }
        if scan.ahead(1) == Some(b':') || scan.ahead(2) == Some(b':') {
            return Self::read(scan);
        }
        Self::read_basic(scan)
    }

    /// `HH`, `HHMM`, `HHMMSS`, the last part with a fraction or without: the basic format of ISO 8601.
    pub(super) fn read_basic(scan: &mut Scan<'_>) -> Result<Self, &'static str> {
        let hour = scan.number(2, 2).ok_or(SHAPE)?;
        let minute = scan.number(2, 2);
        let second = scan.number(2, 2);
        if scan.digits_ahead() > 0 {
            return Err(SHAPE);
        }
        Self::new(hour, minute, second, fraction_ahead(scan))
    }
}

/// Billionths after a `.` or a `,`, and how many digits they were; nothing is taken where no digit follows.
fn fraction_ahead(scan: &mut Scan<'_>) -> Option<(u32, u8)> {
    let mut ahead = *scan;
    ahead.eat_any(b".,")?;
    let fraction = ahead.fraction()?;
    *scan = ahead;
    Some(fraction)
}

/// SQL Server has a colon before milliseconds: `23:59:59:123`.
fn milliseconds_after_colon(scan: &mut Scan<'_>) -> Option<(u32, u8)> {
    let mut ahead = *scan;
    if !ahead.eat(b':') || ahead.digits_ahead() != 3 {
        return None;
    }
    let fraction = ahead.fraction()?;
    *scan = ahead;
    Some(fraction)
}

/// The hour of 24 after AM or PM, if one of them comes.
fn half_of_day(scan: &mut Scan<'_>, hour: u32) -> Result<u32, &'static str> {
    let mut ahead = *scan;
    ahead.skip_spaces();
    let mut letters = ahead.word();
    if letters.len() == 1 && ahead.eat(b'.') && ahead.word().eq_ignore_ascii_case(b"m") && ahead.eat(b'.') {
        letters = if letters.eq_ignore_ascii_case(b"p") { b"pm" } else { letters };
        letters = if letters.eq_ignore_ascii_case(b"a") { b"am" } else { letters };
    }
    let afternoon = letters.eq_ignore_ascii_case(b"pm");
    if !afternoon && !letters.eq_ignore_ascii_case(b"am") {
        return Ok(hour);
    }
    if !(1..=12).contains(&hour) {
        return Err("AM and PM go with hours 1 to 12");
    }
    *scan = ahead;
    Ok(hour % 12 + if afternoon { 12 } else { 0 })
}
