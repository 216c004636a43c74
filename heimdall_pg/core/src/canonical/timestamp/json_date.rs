//! Dates as .NET wrote them into JSON, which has none.

use super::decimal::Decimal;
use super::epoch::OUTSIDE;
use super::offset::{Written, numeric};
use super::scan::Scan;
use super::{ParsedTime, Precision};

const SHAPE: &str = "not milliseconds and an offset in /Date()/";

/// `/Date(1700000000000+0200)/` of .NET, with escaped slashes or without: milliseconds since 1970 in UTC, and
/// the offset of the place where it was written.
pub(super) fn read(text: &[u8]) -> Result<ParsedTime, &'static str> {
    let text = text.strip_prefix(b"\\").unwrap_or(text);
    let text = text.strip_prefix(b"/Date(").ok_or("not a known form of a point in time")?;
    let text = text.strip_suffix(b")/").or_else(|| text.strip_suffix(b")\\/")).ok_or(SHAPE)?;
    let signed = text.iter().skip(1).position(|byte| matches!(byte, b'+' | b'-')).map(|at| at + 1);
    let (number, zone) = text.split_at_checked(signed.unwrap_or(text.len())).ok_or(SHAPE)?;
    let (seconds, nanos, written) = Decimal::of(number).ok_or(SHAPE)?.shifted(3).ok_or(OUTSIDE)?;
    let mut scan = Scan::new(zone);
    let mut offset = None;
    if !scan.is_empty()
        && let Written::Offset(east) = numeric(&mut scan)?
    {
        offset = Some(east);
    }
    if !scan.is_empty() {
        return Err(SHAPE);
    }
    ParsedTime::new(seconds, nanos, Precision::of_digits(written), offset)
}
