//! Days of spreadsheets: a local date, and the time of day as a fraction of it.

use jiff::SignedDuration;

use super::Precision;
use super::clock::Clock;
use super::decimal::Decimal;
use super::fields::{EPOCH, Reading};
use super::offset::Written;

const MILLIS_PER_DAY: u64 = 86_400_000;
const OUTSIDE: &str = "outside of the days of a spreadsheet";

/// The last day of the year 9999 in the 1900 system.
const LAST: i64 = 2_958_465;

/// Day 1 is 1900-01-01. Day 60 is 1900-02-29, which never was, so that the days before it lie one further.
pub(super) fn read_1900(number: &Decimal<'_>) -> Result<Reading<'static>, &'static str> {
    let (day, clock) = split(number)?;
    match day {
        1..60 => reading(day - 25_568, clock),
        60 => Err("the calendar has no such day"),
        61..=LAST => reading(day - 25_569, clock),
        _ => Err(OUTSIDE),
    }
}

/// Day 0 is 1904-01-01.
pub(super) fn read_1904(number: &Decimal<'_>) -> Result<Reading<'static>, &'static str> {
    let (day, clock) = split(number)?;
    match day {
        0..=LAST => reading(day - 24_107, clock),
        _ => Err(OUTSIDE),
    }
}

/// Whole days and the time of day, which is rounded to the millisecond: a double of today has no more.
fn split(number: &Decimal<'_>) -> Result<(i64, Clock), &'static str> {
    let (day, billionths, written) = number.shifted(0).ok_or(OUTSIDE)?;
    if written == 0 {
        return Ok((day, Clock::default()));
    }
    let millis = (u64::from(billionths) * MILLIS_PER_DAY + 500_000_000) / 1_000_000_000;
    let precision = if millis.is_multiple_of(1000) { Precision::Second } else { Precision::Fraction(3) };
    let clock =
        Clock { seconds: (millis / 1000) as u32, nanos: (millis % 1000) as u32 * 1_000_000, precision };
    Ok((day, clock))
}

/// So many days after 1970-01-01.
fn reading(day: i64, clock: Clock) -> Result<Reading<'static>, &'static str> {
    let date = EPOCH.checked_add(SignedDuration::from_hours(day * 24)).map_err(|_| OUTSIDE)?;
    Ok(Reading { date, clock, zone: Written::Nothing })
}
