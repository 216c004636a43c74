//! Date, time of day and zone, and the point in time that they name.

use jiff::civil::{Date, ISOWeekDate, Weekday, date};

use super::clock::Clock;
use super::offset::{Written, rfc_2822};
use super::{ParsedTime, TimeOptions};

/// Day 0.
pub(super) const EPOCH: Date = date(1970, 1, 1);

const NO_DAY: &str = "the calendar has no such day";

/// What a text says.
#[derive(Clone, Copy)]
pub(super) struct Reading<'a> {
    pub(super) date: Date,
    pub(super) clock: Clock,
    pub(super) zone: Written<'a>,
}

impl Reading<'_> {
    /// The point in time. What the text does not say about the zone, the options do.
    #[inline]
    pub(super) fn resolve(self, options: &TimeOptions) -> Result<ParsedTime, &'static str> {
        // A second of 60 and an hour of 24 carry by themselves.
        let local = self.date.duration_since(EPOCH).as_secs() + i64::from(self.clock.seconds);
        let zone = options.zone.as_ref();
        let (east, offset) = match self.zone {
            Written::Offset(east) => (east, Some(east)),
            Written::Unknown => (0, None),
            Written::Nothing => match zone {
                Some(zone) => (zone.offset_at(local, options.ambiguous)?, None),
                None => (0, None),
            },
            Written::Name(name) => {
                let east = match zone.and_then(|zone| zone.offset_named(local, name)) {
                    Some(east) => east,
                    None => rfc_2822(name)?,
                };
                (east, Some(east))
            }
        };
        ParsedTime::new(local - i64::from(east), self.clock.nanos, self.clock.precision, offset)
    }
}

/// A day of the Gregorian calendar in the years 1 to 9999.
#[inline]
pub(super) fn day(year: u32, month: u32, day: u32) -> Result<Date, &'static str> {
    let month = i8::try_from(month).map_err(|_| NO_DAY)?;
    let day = i8::try_from(day).map_err(|_| NO_DAY)?;
    Date::new(checked_year(year)?, month, day).map_err(|_| NO_DAY)
}

/// The day of that number in its year, from 1.
pub(super) fn ordinal_day(year: u32, number: u32) -> Result<Date, &'static str> {
    let number = i16::try_from(number).map_err(|_| NO_DAY)?;
    let first = Date::new(checked_year(year)?, 1, 1).map_err(|_| NO_DAY)?;
    first.with().day_of_year(number).build().map_err(|_| NO_DAY)
}

/// A day of a week of ISO 8601, Monday is 1. The week may reach into the year before or after.
pub(super) fn week_day(year: u32, week: u32, weekday: u32) -> Result<Date, &'static str> {
    let weekday = i8::try_from(weekday).map_err(|_| NO_DAY)?;
    let weekday = Weekday::from_monday_one_offset(weekday).map_err(|_| NO_DAY)?;
    let week = i8::try_from(week).map_err(|_| NO_DAY)?;
    let date = ISOWeekDate::new(checked_year(year)?, week, weekday).map_err(|_| NO_DAY)?.date();
    if date.year() < 1 { Err(NO_DAY) } else { Ok(date) }
}

/// A year of two digits, in the century that RFC 2822 4.3 and RFC 5280 4.1.2.5.1 give it.
pub(super) fn full_year(two_digits: u32) -> u32 {
    if two_digits < 50 { 2000 + two_digits } else { 1900 + two_digits }
}

#[inline]
fn checked_year(year: u32) -> Result<i16, &'static str> {
    i16::try_from(year).ok().filter(|year| (1..=9999).contains(year)).ok_or(NO_DAY)
}
