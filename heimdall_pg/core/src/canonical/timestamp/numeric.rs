//! Dates in digits: ISO 8601 and its relatives, year first or year last.

use super::Timestamp;
use super::clock::{Clock, read_zone};
use super::fields::Day;
use super::scan::Scan;

const SHAPE: &str = "not a known form of a point in time";
const SEPARATORS: &[u8] = b"-/.:";

pub(super) fn read(mut scan: Scan<'_>) -> Result<Timestamp, &'static str> {
    match scan.digits_ahead() {
        4 => {
            let day = year_first(&mut scan)?;
            time_after(day, scan)
        }
        1 | 2 => {
            let day = year_last(&mut scan)?;
            time_after(day, scan)
        }
        8 | 12 | 14 => basic(scan),
        3 | 5..=20 if scan.ahead(scan.digits_ahead()).is_none() => Err("so many digits say no unit"),
        _ => Err(SHAPE),
    }
}

/// `2024-01-31`, `2024/1/31`.
fn year_first(scan: &mut Scan<'_>) -> Result<Day, &'static str> {
    let year = scan.number(4, 4).ok_or(SHAPE)?;
    let separator = scan.eat_any(SEPARATORS).ok_or("a year alone is not a point in time")?;
    let month = scan.number(1, 2).ok_or(SHAPE)?;
    if !scan.eat(separator) {
        return Err(if scan.is_empty() { "a month alone is not a point in time" } else { SHAPE });
    }
    let day = scan.number(1, 2).ok_or(SHAPE)?;
    Ok(Day { year, month, day })
}

/// `31/01/2024`, `01/31/2024`: which is the day has to be evident.
fn year_last(scan: &mut Scan<'_>) -> Result<Day, &'static str> {
    let one = scan.number(1, 2).ok_or(SHAPE)?;
    let separator = scan.eat_any(SEPARATORS).ok_or(SHAPE)?;
    let two = scan.number(1, 2).ok_or(SHAPE)?;
    if !scan.eat(separator) {
        return Err(SHAPE);
    }
    if scan.digits_ahead() != 4 {
        return Err("the year has four digits");
    }
    let year = scan.number(4, 4).ok_or(SHAPE)?;
    if one > 12 || one == two {
        return Ok(Day { year, month: two, day: one });
    }
    if two > 12 {
        return Ok(Day { year, month: one, day: two });
    }
    Err("day and month cannot be told apart")
}

/// `20240131`, `20240131T235959Z`, `20240131235959`.
fn basic(mut scan: Scan<'_>) -> Result<Timestamp, &'static str> {
    let year = scan.number(4, 4).ok_or(SHAPE)?;
    let month = scan.number(2, 2).ok_or(SHAPE)?;
    let day = Day { year, month, day: scan.number(2, 2).ok_or(SHAPE)? };
    if scan.digits_ahead() > 0 {
        let clock = Clock::read_basic(&mut scan)?;
        return day.at(clock, read_zone(&mut scan)?);
    }
    if scan.ahead(1 + 2) == Some(b':') {
        return time_after(day, scan);
    }
    if scan.eat_any(b"Tt ").is_some() {
        let clock = Clock::read_basic(&mut scan)?;
        return day.at(clock, read_zone(&mut scan)?);
    }
    day.at(Clock::default(), read_zone(&mut scan)?)
}

/// A time of day and a zone after the date, or neither, or a zone alone (XML Schema dates).
#[inline]
fn time_after(day: Day, mut scan: Scan<'_>) -> Result<Timestamp, &'static str> {
    let mut clock = Clock::default();
    if scan.eat_any(b"Tt").is_some() {
        clock = Clock::read(&mut scan)?;
    } else {
        scan.eat(b',');
        scan.skip_spaces();
        if scan.digits_ahead() > 0 {
            clock = Clock::read(&mut scan)?;
        }
    }
    day.at(clock, read_zone(&mut scan)?)
}
