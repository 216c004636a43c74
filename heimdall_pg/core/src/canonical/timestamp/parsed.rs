//! A point in time together with how it was written.

use std::fmt;

use super::Timestamp;
use super::text::Text;

/// How exactly a time was written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Precision {
    /// A date.
    #[default]
    Day,
    /// A date and an hour.
    Hour,
    /// Hours and minutes.
    Minute,
    /// Hours, minutes and seconds.
    Second,
    /// So many digits of a fraction of a second, 1 to 9.
    Fraction(u8),
}

impl Precision {
    /// That of seconds with so many digits after the point. What is finer than a nanosecond is not kept.
    pub const fn of_digits(digits: u8) -> Self {
        match digits {
            0 => Self::Second,
            1..=9 => Self::Fraction(digits),
            _ => Self::Fraction(9),
        }
    }

    /// How many digits a fraction of a second has.
    pub const fn digits(self) -> u8 {
        match self {
            Self::Fraction(digits @ 0..=9) => digits,
            Self::Fraction(_) => 9,
            _ => 0,
        }
    }
}

/// What a text says about a point in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ParsedTime {
    /// The point in time, cut off to the microsecond.
    pub timestamp: Timestamp,
    /// The nanoseconds that were cut off, 0 to 999.
    pub nanos: u16,
    /// How exactly it was written.
    pub precision: Precision,
    /// Seconds east of UTC as written; `None` where the text does not say, or says that it is unknown
    /// (`-00:00`, RFC 3339 4.3).
    pub offset: Option<i32>,
}

impl ParsedTime {
    pub(super) fn new(
        seconds: i64,
        nanos: u32,
        precision: Precision,
        offset: Option<i32>,
    ) -> Result<Self, &'static str> {
        seconds
            .checked_mul(1_000_000)
            .and_then(|micros| Timestamp::checked(micros + i64::from(nanos / 1000)))
            .map(|timestamp| Self { timestamp, nanos: (nanos % 1000) as u16, precision, offset })
            .ok_or("outside of the years 0001 to 9999")
    }

    /// RFC 3339 with the offset and the precision that were written; [`parse_time`](super::parse_time) reads
    /// the same again. An offset that is not known is `-00:00`, as RFC 3339 4.3 has it.
    ///
    /// What is less exact than a second has the parts that it had, as in ISO 8601: `2024-01-31T23:59+02:00`,
    /// `2024-01-31T23Z`, and a day `2024-01-31Z`, or `2024-01-31` without an offset. Only where UTC has other
    /// minutes than a local time without an offset had, there are more parts than were written.
    pub fn to_rfc3339(&self) -> String {
        Text::written(self).as_str().to_owned()
    }
}

impl fmt::Display for ParsedTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(Text::written(self).as_str())
    }
}
