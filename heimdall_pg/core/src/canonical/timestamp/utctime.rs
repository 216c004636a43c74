//! `UTCTime` of ASN.1: `YYMMDDhhmm[ss]` and `Z` or an offset.

use super::clock::Clock;
use super::fields::{Reading, day, full_year};
use super::offset::{self, Written};
use super::scan::Scan;

pub(super) fn read(mut scan: Scan<'_>) -> Result<Reading<'_>, &'static str> {
    const SHAPE: &str = "not UTCTime of 10 or 12 digits";
    let year = full_year(scan.number(2, 2).ok_or(SHAPE)?);
    let month = scan.number(2, 2).ok_or(SHAPE)?;
    let date = day(year, month, scan.number(2, 2).ok_or(SHAPE)?)?;
    let clock = Clock::read_basic(&mut scan)?;
    match offset::read(&mut scan)? {
        Written::Nothing => Err("UTCTime has an offset"),
        zone => Ok(Reading { date, clock, zone }),
    }
}
