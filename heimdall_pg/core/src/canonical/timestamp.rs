//! Points in time: read from the formats that logs have, written as RFC 3339 in UTC.

mod clock;
mod comment;
mod decimal;
mod epoch;
mod fields;
mod json_date;
mod named;
mod numeric;
mod offset;
mod options;
mod parsed;
mod rfc3339;
mod scan;
mod serial;
mod text;
mod utctime;
mod zone;

use std::borrow::Cow;
use std::fmt;

use super::limit::trimmed;
use super::{CanonicalError, Kind};
use decimal::Decimal;
use scan::Scan;
use text::Text;

pub use named::NO_YEAR;
pub use options::{Ambiguous, DateOrder, Digits, TimeOptions};
pub use parsed::{ParsedTime, Precision};
pub use zone::{UnknownZone, Zone};

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
        f.write_str(Text::canonical(*self).as_str())
    }
}

/// Reads a point in time about whose source nothing is known: [`parse_time`] without options.
pub fn parse_timestamp(raw: &str) -> Result<Timestamp, CanonicalError> {
    static NOTHING_DECLARED: TimeOptions = TimeOptions::NONE;
    parse_time(raw, &NOTHING_DECLARED).map(|time| time.timestamp)
}

/// Reads a point in time, and keeps how it was written.
///
/// Known are
/// - RFC 3339 and ISO 8601, extended and basic: dates of the calendar, the week and the year, with `T`, a
///   space or `_` before the time, fractions of the last part, `24:00`; a date alone is its midnight;
/// - RFC 2822 (with its comments), 850 and 1123, ctime, the Apache and nginx logs, Java, Go, JavaScript, Cisco, systemd, Suricata, syslog (RFC 3164
///   with a declared year, RFC 5424), W3C logs, English names of months in any order of the parts;
/// - dates with `/` or `.`, with or without AM and PM, Chinese and Japanese dates;
/// - generalized time of LDAP, the times of CIM, `/Date(…)/` of .NET, and `UTCTime` where it is declared;
/// - numbers since 1970, with point or exponent: 10 digits before the point are seconds, 13 milli-, 16 micro-
///   and 19 nanoseconds; of 18 digits those that are a Windows `FILETIME` or .NET ticks between 1970 and
///   2100; others where it is declared what they count, then in hexadecimal as well (`0x…`).
///
/// Without an offset the time is in the declared zone, or in UTC. What is finer than a nanosecond is cut off.
/// A leap second is the first second of the next minute. Refused are dates without a year, and those whose
/// day and month cannot be told apart, unless it is declared; a year of two digits needs a month in letters
/// or a declared order, and below 50 is of this century.
pub fn parse_time(raw: &str, options: &TimeOptions) -> Result<ParsedTime, CanonicalError> {
    let value = trimmed(Kind::Timestamp, raw)?.as_bytes();
    let time = match rfc3339::read(value) {
        Some(reading) => reading.resolve(options),
        None => read(value, options),
    };
    time.map_err(|reason| CanonicalError::new(Kind::Timestamp, reason))
}

/// All forms but the most common one.
fn read(value: &[u8], options: &TimeOptions) -> Result<ParsedTime, &'static str> {
    if let Some(number) = Decimal::of(value)
        && let Some(digits) = options.digits.or_else(|| epoch::evident(&number))
    {
        return epoch::read(&number, digits, options);
    }
    read_parts(value, options)
}

/// Everything that is not a number through and through.
#[inline(never)]
fn read_parts(value: &[u8], options: &TimeOptions) -> Result<ParsedTime, &'static str> {
    let scan = Scan::new(value);
    let named = match scan.digits_ahead() {
        0 if matches!(value, [b'/' | b'\\', ..]) => return json_date::read(value),
        1 if options.digits.is_some() && matches!(value, [b'0', b'x' | b'X', ..]) => {
            return read_hex(value, options);
        }
        0 => true,
        10 | 12 if options.digits == Some(Digits::Utctime) => return utctime::read(scan)?.resolve(options),
        4 if scan.week_after_year() => false,
        1 | 2 | 4 => scan.letter_after_digits(),
        _ => false,
    };
    if !named {
        return numeric::read(scan, options.order)?.resolve(options);
    }
    match named::read(scan, options) {
        Ok(reading) => reading.resolve(options),
        Err(reason) => read_without_comments(value, options).unwrap_or(Err(reason)),
    }
}

/// `0x01DA54A198BF6980`, where it is declared what that counts.
fn read_hex(value: &[u8], options: &TimeOptions) -> Result<ParsedTime, &'static str> {
    const SHAPE: &str = "not a hexadecimal number of 64 bits";
    let number = decimal::read_hex(value).ok_or(SHAPE)?.to_string();
    let number = Decimal::of(number.as_bytes()).ok_or(SHAPE)?;
    epoch::read(&number, options.digits.ok_or(SHAPE)?, options)
}

#[cold]
fn read_without_comments(value: &[u8], options: &TimeOptions) -> Option<Result<ParsedTime, &'static str>> {
    let mut room = [0; comment::MOST_BYTES];
    let plain = comment::without(value, &mut room)?;
    Some(named::read(Scan::new(plain), options).and_then(|reading| reading.resolve(options)))
}

/// The canonical text of a point in time: RFC 3339 in UTC, with microseconds when they are not zero.
pub fn canonical_timestamp(raw: &str) -> Result<Cow<'_, str>, CanonicalError> {
    let timestamp = parse_timestamp(raw)?;
    let value = raw.trim_ascii();
    if is_written_in_seconds(value.as_bytes()) {
        return Ok(Cow::Borrowed(value));
    }
    let text = Text::canonical(timestamp);
    Ok(if text.as_str() == value { Cow::Borrowed(value) } else { Cow::Owned(text.as_str().to_owned()) })
}

/// True where a text that names a point in time is canonical and has no fraction: the common case.
fn is_written_in_seconds(value: &[u8]) -> bool {
    let [_, _, _, _, b'-', _, _, b'-', _, _, b'T', hour @ .., b':', _, _, b':', tens, ones, b'Z'] = value
    else {
        return false;
    };
    // A leap second is written as the second after it, and 24:00 as the midnight that it is.
    hour.len() == 2 && hour != b"24" && tens.is_ascii_digit() && *tens != b'6' && ones.is_ascii_digit()
}

#[cfg(test)]
mod tests;
