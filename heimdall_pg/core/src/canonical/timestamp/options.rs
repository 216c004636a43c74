//! What a source declares about its times, because their text does not say it.

use serde::{Deserialize, Serialize};

use super::Zone;

/// How to read what a text leaves open. Without any of it, a text that leaves something open is refused, but
/// for the zone: without one a local time is UTC.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TimeOptions {
    /// Where local times, those without an offset, are local.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zone: Option<Zone>,
    /// The order of the parts of a date in digits that does not begin with a year of four digits.
    #[serde(default, rename = "date_order", skip_serializing_if = "Option::is_none")]
    pub order: Option<DateOrder>,
    /// The year of dates without one, as in the syslog of RFC 3164.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub year: Option<i16>,
    /// What bare numbers count. Declared, it holds for every bare number, whatever its length.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digits: Option<Digits>,
    /// What to do with local times that are no single point in time.
    #[serde(default, skip_serializing_if = "Ambiguous::is_refuse")]
    pub ambiguous: Ambiguous,
}

impl TimeOptions {
    /// Nothing is declared.
    pub const NONE: Self =
        Self { zone: None, order: None, year: None, digits: None, ambiguous: Ambiguous::Refuse };
}

/// The order of year, month and day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DateOrder {
    /// `31/01/2024`.
    Dmy,
    /// `01/31/2024`.
    Mdy,
    /// `24/01/31`.
    Ymd,
}

/// What a bare number counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Digits {
    /// Seconds since 1970.
    Seconds,
    /// Milliseconds since 1970.
    Milliseconds,
    /// Microseconds since 1970.
    Microseconds,
    /// Nanoseconds since 1970.
    Nanoseconds,
    /// 100 ns since 1601: Windows `FILETIME`.
    Filetime,
    /// The same as Active Directory has it, where 0 and the greatest number mean never, and are refused.
    Ldap,
    /// 100 ns since the year 1: `DateTime.Ticks` of .NET.
    Dotnet,
    /// Microseconds since 1601: WebKit and Chrome.
    Webkit,
    /// Seconds since 2001: macOS and iOS.
    Cocoa,
    /// Days of the 1900 date system of spreadsheets, local; 60, which is a day that never was, is refused.
    Spreadsheet,
    /// Days of the 1904 date system of spreadsheets, local.
    Spreadsheet1904,
    /// `YYMMDDhhmm[ss]` and an offset: ASN.1 `UTCTime`. A year below 50 is of this century (RFC 5280).
    Utctime,
}

/// What to do with a local time that comes twice when summer time ends, or never when it begins.
///
/// Where it is not refused, one that never was is moved on by the length of the gap, as RFC 5545 says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Ambiguous {
    /// An error.
    #[default]
    Refuse,
    /// The first of the two.
    Earlier,
    /// The second of the two.
    Later,
}

impl Ambiguous {
    fn is_refuse(&self) -> bool {
        *self == Self::Refuse
    }
}
