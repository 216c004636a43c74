//! Numbers that count from some day on.

use super::decimal::Decimal;
use super::{Digits, ParsedTime, Precision, TimeOptions, serial};

pub(super) const OUTSIDE: &str = "outside of the years 0001 to 9999";

/// 1601-01-01, 0001-01-01 and 2001-01-01, in seconds since 1970.
const SINCE_1601: i64 = -11_644_473_600;
const SINCE_1: i64 = -62_135_596_800;
const SINCE_2001: i64 = 978_307_200;

/// 2100-01-01.
const END_OF_CENTURY: i64 = 4_102_444_800;

/// What a number counts that nobody declared, as the number of its digits tells: those since 1970 in seconds
/// to nanoseconds do not meet before 2286. Of 18 digits, those are 100 ns since 1601 or since the year 1 that
/// fall between 1970 and 2100, which are 11 to 15 and 62 to 66 times 10^16. `None` for all others.
pub(super) fn evident(number: &Decimal<'_>) -> Option<Digits> {
    match number.whole_digits()? {
        10 => Some(Digits::Seconds),
        13 => Some(Digits::Milliseconds),
        16 => Some(Digits::Microseconds),
        19 => Some(Digits::Nanoseconds),
        18 if number.is_plain() => {
            let (ticks, _, _) = number.shifted(7)?;
            let plausible = |since: i64| (0..END_OF_CENTURY).contains(&(since + ticks));
            match (plausible(SINCE_1601), plausible(SINCE_1)) {
                (true, _) => Some(Digits::Filetime),
                (_, true) => Some(Digits::Dotnet),
                _ => None,
            }
        }
        _ => None,
    }
}

/// The point in time so many units after the day that they count from.
pub(super) fn read(
    number: &Decimal<'_>,
    digits: Digits,
    options: &TimeOptions,
) -> Result<ParsedTime, &'static str> {
    let (places, since) = match digits {
        Digits::Seconds => (0, 0),
        Digits::Milliseconds => (3, 0),
        Digits::Microseconds => (6, 0),
        Digits::Nanoseconds => (9, 0),
        Digits::Filetime | Digits::Ldap => (7, SINCE_1601),
        Digits::Dotnet => (7, SINCE_1),
        Digits::Webkit => (6, SINCE_1601),
        Digits::Cocoa => (0, SINCE_2001),
        Digits::Spreadsheet => return serial::read_1900(number)?.resolve(options),
        Digits::Spreadsheet1904 => return serial::read_1904(number)?.resolve(options),
        Digits::Utctime => return Err("UTCTime has an offset"),
    };
    let (seconds, nanos, written) = number.shifted(places).ok_or(OUTSIDE)?;
    let never = (i64::MAX / 10_000_000, (i64::MAX % 10_000_000) as u32 * 100);
    if digits == Digits::Ldap && (number.is_zero() || (seconds, nanos) == never) {
        return Err("never, as Active Directory writes it");
    }
    let seconds = seconds.checked_add(since).ok_or(OUTSIDE)?;
    ParsedTime::new(seconds, nanos, Precision::of_digits(written), None)
}
