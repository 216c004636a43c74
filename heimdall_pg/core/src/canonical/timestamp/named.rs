//! Dates whose month is a word: RFC 2822, ctime, the Apache log, and what people write.
//!
//! The word tells the month and four digits the year, so that the parts may come in any order.

use super::Timestamp;
use super::clock::{Clock, named_zone, numeric_zone};
use super::fields::Day;
use super::scan::Scan;

const SHAPE: &str = "not a known form of a point in time";
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
struct Parts {
    year: Option<u32>,
    month: Option<u32>,
    day: Option<u32>,
    clock: Option<Clock>,
    offset: Option<i32>,
}

pub(super) fn read(mut scan: Scan<'_>) -> Result<Timestamp, &'static str> {
    let bracketed = scan.eat(b'[');
    let mut parts = Parts::default();
    while let Some(byte) = scan.peek() {
        match byte {
            b'0'..=b'9' => parts.number(&mut scan)?,
            b'+' | b'-' if parts.clock.is_some() => set(&mut parts.offset, numeric_zone(&mut scan)?)?,
            b' ' | b',' | b'-' | b'/' => {
                scan.eat(byte);
            }
            // The Apache log has a colon between the year and the time.
            b':' if parts.year.is_some() && parts.clock.is_none() => {
                scan.eat(byte);
            }
            b'\'' if scan.ahead(1).is_some_and(|b| b.is_ascii_digit()) && parts.day.is_some() => {
                scan.eat(byte);
            }
            b'(' if parts.offset.is_some() => {
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
            byte if byte.is_ascii_alphabetic() => parts.word(&mut scan)?,
            _ => return Err(SHAPE),
        }
    }
    parts.timestamp()
}

impl Parts {
    /// A time, a year of four digits, a day, or a year of two digits after the day.
    fn number(&mut self, scan: &mut Scan<'_>) -> Result<(), &'static str> {
        let digits = scan.digits_ahead();
        if digits <= 2 && scan.ahead(digits) == Some(b':') {
            return set(&mut self.clock, Clock::read(scan)?);
        }
        let number = scan.number(1, 4).ok_or(SHAPE)?;
        match digits {
            4 => set(&mut self.year, number),
            1 | 2 if self.day.is_none() => {
                skip_ordinal(scan);
                set(&mut self.day, number)
            }
            // RFC 2822 4.3 on years of two digits.
            2 => set(&mut self.year, if number < 50 { 2000 + number } else { 1900 + number }),
            _ => Err(SHAPE),
        }
    }

    fn word(&mut self, scan: &mut Scan<'_>) -> Result<(), &'static str> {
        let mut ahead = *scan;
        let word = ahead.word();
        if let Some(month) = position(&MONTHS, word) {
            set(&mut self.month, month + 1)?;
            ahead.eat(b'.');
        } else if self.clock.is_some() && self.offset.is_none() {
            return set(&mut self.offset, named_zone(scan)?);
        } else if position(&WEEKDAYS, word).is_none() && !is_filler(word) && self.offset.is_none() {
            return Err(SHAPE);
        }
        *scan = ahead;
        Ok(())
    }

    fn timestamp(self) -> Result<Timestamp, &'static str> {
        let month = self.month.ok_or(SHAPE)?;
        let day = self.day.ok_or("a month alone is not a point in time")?;
        let year = self.year.ok_or("the year is unknown")?;
        Day { year, month, day }.at(self.clock.unwrap_or_default(), self.offset.unwrap_or_default())
    }
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
