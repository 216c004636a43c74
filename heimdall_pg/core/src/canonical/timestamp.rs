//! Points in time: read from the formats that logs have, written as RFC 3339 in UTC.

mod clock;
mod epoch;
mod fields;
mod named;
mod numeric;
mod scan;

use std::borrow::Cow;
use std::fmt;

use jiff::SignedDuration;

use super::limit::trimmed;
use super::{CanonicalError, Kind};
use fields::EPOCH;
use scan::Scan;

/// A point in time, in microseconds since 1970-01-01T00:00:00Z, in the years 1 to 9999.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp {
    micros: i64,
}

impl Timestamp {
    /// 0001-01-01T00:00:00Z.
    pub const MIN: Self = Self { micros: -62_135_596_800_000_000 };
    /// 9999-12-31T23:59:59.999999Z.
    pub const MAX: Self = Self { micros: 253_402_300_799_999_999 };

    /// Microseconds since 1970-01-01T00:00:00Z.
    pub const fn micros(self) -> i64 {
        self.micros
    }

    /// The point in time so many microseconds after 1970-01-01T00:00:00Z; what lies outside of the years
    /// 1 to 9999, which RFC 3339 cannot write, becomes the nearest that does not.
    pub const fn from_micros(micros: i64) -> Self {
        if micros < Self::MIN.micros {
            return Self::MIN;
        }
        if micros > Self::MAX.micros {
            return Self::MAX;
        }
        Self { micros }
    }

    /// The same, `None` outside of the years.
    const fn checked(micros: i64) -> Option<Self> {
        let timestamp = Self::from_micros(micros);
        if timestamp.micros == micros { Some(timestamp) } else { None }
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(Rfc3339::of(*self).as_str())
    }
}

/// Reads a point in time.
///
/// Known are RFC 3339 and ISO 8601 (extended and basic, a date alone is its midnight), RFC 2822, ctime, the
/// Apache log, dates with `/` or `.`, with or without AM and PM, and digits since 1970: 10 of them are
/// seconds (with a fraction or without), 13 milli-, 16 micro- and 19 nanoseconds. Without an offset the time
/// is UTC. What is finer than a microsecond is cut off. A leap second is the first second of the next minute.
/// Refused are dates without a year, and those whose day and month cannot be told apart.
pub fn parse_timestamp(raw: &str) -> Result<Timestamp, CanonicalError> {
    let value = trimmed(Kind::Timestamp, raw)?;
    let scan = Scan::new(value.as_bytes());
    let read = match scan.digits_ahead() {
        0 => named::read(scan),
        10 | 13 | 16 | 19 => epoch::read(scan),
        1 | 2 | 4 if scan.letter_after_digits() => named::read(scan),
        _ => numeric::read(scan),
    };
    read.map_err(|reason| CanonicalError::new(Kind::Timestamp, reason))
}

/// The canonical text of a point in time: RFC 3339 in UTC, with microseconds when they are not zero.
pub fn canonical_timestamp(raw: &str) -> Result<Cow<'_, str>, CanonicalError> {
    let timestamp = parse_timestamp(raw)?;
    let value = raw.trim_ascii();
    if is_written_in_seconds(value.as_bytes()) {
        return Ok(Cow::Borrowed(value));
    }
    let text = Rfc3339::of(timestamp);
    Ok(if text.as_str() == value { Cow::Borrowed(value) } else { Cow::Owned(text.as_str().to_owned()) })
}

/// True where a text that names a point in time is canonical and has no fraction: the common case.
fn is_written_in_seconds(value: &[u8]) -> bool {
    let [_, _, _, _, b'-', _, _, b'-', _, _, b'T', _, _, b':', _, _, b':', tens, ones, b'Z'] = value else {
        return false;
    };
    // A leap second is written as the second after it.
    tens.is_ascii_digit() && *tens != b'6' && ones.is_ascii_digit()
}

/// RFC 3339 text in a buffer on the stack.
struct Rfc3339 {
    text: [u8; 27],
    len: usize,
}

impl Rfc3339 {
    fn of(timestamp: Timestamp) -> Self {
        let mut out = Self { text: *b"0000-00-00T00:00:00.000000Z", len: 27 };
        let seconds = timestamp.micros.div_euclid(1_000_000);
        let (day, second) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400) as u32);
        // The years are within those of the calendar; the epoch stands in for what cannot be.
        let date = EPOCH.checked_add(SignedDuration::from_hours(day * 24)).unwrap_or(EPOCH);
        out.put(0, 4, date.year().unsigned_abs().into());
        out.put(5, 2, date.month().unsigned_abs().into());
        out.put(8, 2, date.day().unsigned_abs().into());
        out.put(11, 2, second / 3600);
        out.put(14, 2, second / 60 % 60);
        out.put(17, 2, second % 60);
        let micros = timestamp.micros.rem_euclid(1_000_000) as u32;
        out.put(20, 6, micros);
        if micros == 0 {
            out.len = 20;
            if let Some(dot) = out.text.get_mut(19) {
                *dot = b'Z';
            }
        }
        out
    }

    fn put(&mut self, start: usize, digits: usize, mut number: u32) {
        let places = self.text.get_mut(start..start + digits).unwrap_or_default();
        for place in places.iter_mut().rev() {
            *place = b'0' + (number % 10) as u8;
            number /= 10;
        }
    }

    fn as_str(&self) -> &str {
        self.text.get(..self.len).and_then(|text| std::str::from_utf8(text).ok()).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests;
