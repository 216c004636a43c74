//! Dates in digits: ISO 8601 and its relatives, year first or year last.

use jiff::civil::Date;

use super::clock::Clock;
use super::fields::{Reading, day, full_year, ordinal_day, week_day};
use super::offset::{self, Written};
use super::scan::Scan;
use super::{DateOrder, Precision};

const SHAPE: &str = "not a known form of a point in time";
const MONTH_ALONE: &str = "a month alone is not a point in time";
const SEPARATORS: &[u8] = b"-/.:";

pub(super) fn read(mut scan: Scan<'_>, order: Option<DateOrder>) -> Result<Reading<'_>, &'static str> {
    match scan.digits_ahead() {
        4 => {
            let date = year_first(&mut scan)?;
            time_after(date, scan)
        }
        1 | 2 => {
            let date = year_not_first(&mut scan, order)?;
            time_after(date, scan)
        }
        7 if matches!(scan.ahead(7), Some(b'T' | b't')) => {
            let year = scan.number(4, 4).ok_or(SHAPE)?;
            let date = ordinal_day(year, scan.number(3, 3).ok_or(SHAPE)?)?;
            time_after(date, scan)
        }
        8 => {
            let date = basic_date(&mut scan)?;
            if scan.ahead(0) == Some(b' ') && !scan.after_spaces().colon_after_digits() {
                return basic_after_space(date, scan.after_spaces());
            }
            time_after(date, scan)
        }
        10 | 12 | 14 => basic(scan),
        3 | 5..=20 if scan.ahead(scan.digits_ahead()).is_none() => Err("so many digits say no unit"),
        _ => Err(SHAPE),
    }
}

/// `2024-01-31`, `2024/1/31`, `2024-031`, `2024-W05-3`, `2024W053`, `2024年1月31日`.
fn year_first(scan: &mut Scan<'_>) -> Result<Date, &'static str> {
    let year = scan.number(4, 4).ok_or(SHAPE)?;
    if scan.eat(b'W') {
        let week = scan.number(2, 2).ok_or(SHAPE)?;
        return week_day(year, week, scan.number(1, 1).ok_or("a week alone is not a point in time")?);
    }
    if scan.eat_all("年".as_bytes()) {
        let month = scan.number(1, 2).ok_or(SHAPE)?;
        let shaped = scan.eat_all("月".as_bytes());
        let number = scan.number(1, 2).filter(|_| shaped).ok_or(MONTH_ALONE)?;
        return if scan.eat_all("日".as_bytes()) { day(year, month, number) } else { Err(SHAPE) };
    }
    let separator = scan.eat_any(SEPARATORS).ok_or("a year alone is not a point in time")?;
    if separator == b'-' && scan.eat(b'W') {
        let week = scan.number(2, 2).ok_or(SHAPE)?;
        if !scan.eat(b'-') {
            return Err("a week alone is not a point in time");
        }
        return week_day(year, week, scan.number(1, 1).ok_or(SHAPE)?);
    }
    if separator == b'-' && scan.digits_ahead() == 3 {
        return ordinal_day(year, scan.number(3, 3).ok_or(SHAPE)?);
    }
    let month = scan.number(1, 2).ok_or(SHAPE)?;
    if !scan.eat(separator) {
        return Err(if scan.is_empty() { MONTH_ALONE } else { SHAPE });
    }
    day(year, month, scan.number(1, 2).ok_or(SHAPE)?)
}

/// `31/01/2024`, `01/31/2024`: which is the day has to be evident, or declared. A year of two digits is
/// nothing but a number until the order is declared.
fn year_not_first(scan: &mut Scan<'_>, order: Option<DateOrder>) -> Result<Date, &'static str> {
    let two_digits = scan.digits_ahead() == 2;
    let one = scan.number(1, 2).ok_or(SHAPE)?;
    let separator = scan.eat_any(SEPARATORS).ok_or(SHAPE)?;
    let two = scan.number(1, 2).ok_or(SHAPE)?;
    if !scan.eat(separator) {
        return Err(SHAPE);
    }
    let digits = scan.digits_ahead();
    let three = scan.number(1, 4).ok_or(SHAPE)?;
    match (digits, order) {
        (4, Some(DateOrder::Dmy)) => day(three, two, one),
        (4, Some(DateOrder::Mdy)) => day(three, one, two),
        (4, _) if one > 12 || one == two => day(three, two, one),
        (4, _) if two > 12 => day(three, one, two),
        (4, _) => Err("day and month cannot be told apart"),
        (2, Some(DateOrder::Dmy)) => day(full_year(three), two, one),
        (2, Some(DateOrder::Mdy)) => day(full_year(three), one, two),
        (1 | 2, Some(DateOrder::Ymd)) if two_digits => day(full_year(one), two, three),
        _ => Err("the year has four digits"),
    }
}

/// `20240131`.
fn basic_date(scan: &mut Scan<'_>) -> Result<Date, &'static str> {
    let year = scan.number(4, 4).ok_or(SHAPE)?;
    let month = scan.number(2, 2).ok_or(SHAPE)?;
    day(year, month, scan.number(2, 2).ok_or(SHAPE)?)
}

/// `20240131235959`, `20240131235959.5Z`, `202401312359+0100`: generalized time of X.680 and LDAP, and the
/// times of CIM, whose offset is minutes: `20240131235959.000000+060`.
fn basic(mut scan: Scan<'_>) -> Result<Reading<'_>, &'static str> {
    let date = basic_date(&mut scan)?;
    let clock = Clock::read_basic(&mut scan)?;
    if let Some(sign @ (b'+' | b'-')) = scan.peek()
        && clock.precision == Precision::Fraction(6)
        && scan.length() == 4
    {
        scan.eat(sign);
        let minutes = scan.number(3, 3).ok_or(SHAPE)?;
        return Ok(Reading { date, clock, zone: offset::of_minutes(sign == b'-', minutes) });
    }
    let zone = offset::read(&mut scan)?;
    if clock.precision == Precision::Hour && zone == Written::Nothing {
        return Err("so many digits say no unit");
    }
    Ok(Reading { date, clock, zone })
}

/// `20240131 235959`.
fn basic_after_space(date: Date, mut scan: Scan<'_>) -> Result<Reading<'_>, &'static str> {
    let mut clock = Clock::default();
    if scan.digits_ahead() >= 4 {
        clock = Clock::read_basic(&mut scan)?;
    }
    Ok(Reading { date, clock, zone: offset::read(&mut scan)? })
}

/// A time of day and a zone after the date, or neither, or a zone alone (XML Schema dates).
#[inline]
fn time_after(date: Date, mut scan: Scan<'_>) -> Result<Reading<'_>, &'static str> {
    let mut clock = Clock::default();
    if scan.eat_any(b"Tt").is_some() {
        clock = Clock::read_iso(&mut scan)?;
    } else if scan.eat(b'_') {
        clock = Clock::read(&mut scan)?;
    } else if scan.time_after_hyphen() {
        scan.eat(b'-');
        clock = Clock::read(&mut scan)?;
    } else {
        scan.eat(b',');
        scan.skip_spaces();
        if scan.digits_ahead() > 0 {
            clock = Clock::read(&mut scan)?;
        }
    }
    Ok(Reading { date, clock, zone: offset::read(&mut scan)? })
}
