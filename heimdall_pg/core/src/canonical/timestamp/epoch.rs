//! Digits since 1970-01-01T00:00:00Z. Their number says the unit: the ranges do not meet before 2286.

use super::Timestamp;
use super::scan::Scan;

pub(super) fn read(mut scan: Scan<'_>) -> Result<Timestamp, &'static str> {
    let digits = scan.digits_ahead();
    let (high, low) = (scan.number(10, 10).unwrap_or_default(), digits.saturating_sub(10));
    let mut micros = i64::from(high) * 1_000_000;
    // Ten digits are the seconds; the others are the fraction, as after a point.
    let pointed = low == 0 && scan.eat_any(b".,").is_some();
    if low > 0 || pointed {
        micros += i64::from(scan.fraction().ok_or("no digit after the point")?);
    }
    if !scan.is_empty() {
        return Err("something follows the digits");
    }
    Timestamp::checked(micros).ok_or("outside of the years 0001 to 9999")
}
