//! Year to microsecond and offset, and the point in time that they name.

use jiff::civil::{Date, date};

use super::Timestamp;
use super::clock::Clock;

/// Day 0.
pub(super) const EPOCH: Date = date(1970, 1, 1);

/// A day of the Gregorian calendar, not checked yet.
#[derive(Clone, Copy)]
pub(super) struct Day {
    pub(super) year: u32,
    pub(super) month: u32,
    pub(super) day: u32,
}

impl Day {
    /// The point in time on that day, at that clock time, in a zone so many seconds east of UTC.
    pub(super) fn at(self, clock: Clock, offset: i32) -> Result<Timestamp, &'static str> {
        const NO_DAY: &str = "the calendar has no such day";
        let year = i16::try_from(self.year).ok().filter(|year| (1..=9999).contains(year)).ok_or(NO_DAY)?;
        let month = i8::try_from(self.month).map_err(|_| NO_DAY)?;
        let day = i8::try_from(self.day).map_err(|_| NO_DAY)?;
        let date = Date::new(year, month, day).map_err(|_| NO_DAY)?;
        let midnight = date.duration_since(EPOCH).as_secs();
        // A second of 60 carries into the next minute by itself.
        let seconds = midnight + i64::from(clock.seconds) - i64::from(offset);
        Timestamp::checked(seconds * 1_000_000 + i64::from(clock.micros))
            .ok_or("outside of the years 0001 to 9999")
    }
}
