//! Dates whose month is a word: RFC 2822, ctime, the Apache log, and what people write.
//!
//! The word tells the month and four digits the year, so that the parts may come in any order.

use super::clock::Clock;
use super::fields::{Reading, day, full_year};
use super::offset::{self, Written};
use super::scan::Scan;
use super::{DateOrder, TimeOptions, numeric};

const SHAPE: &str = "not a known form of a point in time";
/// Why a stamp without a year is none, unless the source declares one.
pub const NO_YEAR: &str = "the year is unknown";
const TWICE: &str = "a part of the date comes twice";

const MONTHS: [&[u8]; 12] = [
    b"january",
    b"february",
    b"march",
    b"april",
    b"may",
    b"june",
    b"july",
    b"august",
    b"september",
    b"october",
    b"november",
    b"december",
];

const WEEKDAYS: [&[u8]; 7] =
    [b"monday", b"tuesday", b"wednesday", b"thursday", b"friday", b"saturday", b"sunday"];

/// The parts that were read.
#[derive(Default)]
struct Parts<'a> {
    year: Option<u32>,
    month: Option<u32>,
    day: Option<u32>,
    clock: Option<Clock>,
    zone: Option<Written<'a>>,
    /// A year of two digits comes before the day.
    year_first: bool,
}

pub(super) fn read<'a>(mut scan: Scan<'a>, options: &TimeOptions) -> Result<Reading<'a>, &'static str> {
    let bracketed = scan.eat(b'[');
    // Cisco says so where the clock is not set, or not synchronised.
    let marked = !bracketed && scan.eat_any(b"*.").is_some();
    let mut parts = Parts { year_first: options.order == Some(DateOrder::Ymd), ..Parts::default() };
    while let Some(byte) = scan.peek() {
        match byte {
            b'0'..=b'9' => parts.number(&mut scan)?,
            b'+' | b'-' if parts.clock.is_some() => set(&mut parts.zone, offset::numeric(&mut scan)?)?,
            b' ' | b',' | b'-' | b'/' => {
                scan.eat(byte);
            }
            // The Apache log has a colon between the year and the time.
            b':' if parts.year.is_some() && parts.clock.is_none() => {
                scan.eat(byte);
            }
            // Cisco ends the time with one.
            b':' if parts.clock.is_some() && scan.length() == 1 => {
                scan.eat(byte);
            }
            b'\'' if scan.ahead(1).is_some_and(|b| b.is_ascii_digit()) && parts.day.is_some() => {
                scan.eat(byte);
            }
            b'(' if parts.zone.is_some() => {
                if !scan.skip_past(b')') {
                    return Err(SHAPE);
                }
            }
            b']' if bracketed => {
                scan.eat(byte);
                if !scan.is_empty() {
                    return Err(SHAPE);
                }
            }
            byte if byte.is_ascii_alphabetic() => {
                // systemd has the day of the week before a date in digits.
                if let Some(date) = date_after_weekday(scan) {
                    return numeric::read(date, options.order);
                }
                parts.word(&mut scan)?;
            }
            _ => return Err(SHAPE),
        }
    }
    if marked && parts.clock.is_none() {
        return Err(SHAPE);
    }
    parts.reading(options)
}

impl<'a> Parts<'a> {
    /// A time, a year of four digits, a day, or a year of two digits: after the day unless it is declared to be
    /// before it.
    fn number(&mut self, scan: &mut Scan<'a>) -> Result<(), &'static str> {
        let digits = scan.digits_ahead();
        if digits <= 2 && scan.ahead(digits) == Some(b':') {
            return set(&mut self.clock, Clock::read(scan)?);
        }
        let number = scan.number(1, 4).ok_or(SHAPE)?;
        match digits {
            4 => set(&mut self.year, number),
            2 if self.year_first && self.year.is_none() && self.month.is_none() => {
                set(&mut self.year, full_year(number))
            }
            1 | 2 if self.day.is_none() => {
                skip_ordinal(scan);
                set(&mut self.day, number)
            }
            2 => set(&mut self.year, full_year(number)),
            _ => Err(SHAPE),
        }
    }

    fn word(&mut self, scan: &mut Scan<'a>) -> Result<(), &'static str> {
        let mut ahead = *scan;
        let word = ahead.word();
        if let Some(month) = position(&MONTHS, word) {
            set(&mut self.month, month + 1)?;
            ahead.eat(b'.');
        } else if self.clock.is_some() && self.zone.is_none() {
            return set(&mut self.zone, offset::named(scan)?);
        } else if position(&WEEKDAYS, word).is_none() && !is_filler(word) && self.zone.is_none() {
            return Err(SHAPE);
        }
        *scan = ahead;
        Ok(())
    }

    fn reading(self, options: &TimeOptions) -> Result<Reading<'a>, &'static str> {
        let month = self.month.ok_or(SHAPE)?;
        let number = self.day.ok_or("a month alone is not a point in time")?;
        let declared = options.year.map(|year| u32::try_from(year).unwrap_or(0));
        let date = day(self.year.or(declared).ok_or(NO_YEAR)?, month, number)?;
        let zone = self.zone.unwrap_or(Written::Nothing);
        Ok(Reading { date, clock: self.clock.unwrap_or_default(), zone })
    }
}

/// `2024-01-31 23:59:59` of `Wed 2024-01-31 23:59:59`.
fn date_after_weekday(mut scan: Scan<'_>) -> Option<Scan<'_>> {
    position(&WEEKDAYS, scan.word())?;
    scan.skip_spaces();
    scan.iso_date_ahead().then_some(scan)
}

fn set<T>(slot: &mut Option<T>, value: T) -> Result<(), &'static str> {
    if slot.replace(value).is_some() { Err(TWICE) } else { Ok(()) }
}

/// Words that stand between the date and the time.
fn is_filler(word: &[u8]) -> bool {
    [&b"at"[..], b"on", b"t"].iter().any(|filler| word.eq_ignore_ascii_case(filler))
}

/// `1st`, `2nd`, `3rd`, `4th`.
fn skip_ordinal(scan: &mut Scan<'_>) {
    let mut ahead = *scan;
    let word = ahead.word();
    if [b"st", b"nd", b"rd", b"th"].iter().any(|ending| word.eq_ignore_ascii_case(*ending)) {
        *scan = ahead;
    }
}

/// Which of the names `word` shortens, to no less than three letters.
fn position(names: &[&[u8]], word: &[u8]) -> Option<u32> {
    if word.len() < 3 {
        return None;
    }
    let found = names
        .iter()
        .position(|name| name.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word)))?;
    u32::try_from(found).ok()
}
