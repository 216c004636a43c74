//! Declared time zones.

use std::fmt;
use std::str::FromStr;
use std::sync::LazyLock;

use jiff::SignedDuration;
use jiff::civil::{DateTime, Time};
use jiff::tz::{AmbiguousOffset, Offset, TimeZone, TimeZoneDatabase};
use serde::{Deserialize, Serialize};

use super::Ambiguous;
use super::fields::EPOCH;
use super::offset::{Written, numeric};
use super::scan::Scan;

/// The rules that come with this crate: what the machine has installed must not change a result.
static DATABASE: LazyLock<TimeZoneDatabase> = LazyLock::new(TimeZoneDatabase::bundled);

/// A time zone: `Europe/Berlin` (IANA), `UTC` or `+02:00`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Zone(TimeZone);

/// A text that names no time zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a time zone: neither an IANA name, nor UTC, nor an offset like +02:00")]
pub struct UnknownZone;

impl Zone {
    /// Seconds east of UTC at that local time, in seconds since 1970 as if it were UTC.
    pub(super) fn offset_at(&self, local: i64, ambiguous: Ambiguous) -> Result<i32, &'static str> {
        let offset = match (self.candidates(local)?, ambiguous) {
            (AmbiguousOffset::Unambiguous { offset }, _) => offset,
            (AmbiguousOffset::Fold { .. }, Ambiguous::Refuse) => {
                return Err("a local time that comes twice, when summer time ends");
            }
            (AmbiguousOffset::Gap { .. }, Ambiguous::Refuse) => {
                return Err("a local time that never was, when summer time begins");
            }
            (AmbiguousOffset::Fold { before, .. }, Ambiguous::Earlier) => before,
            (AmbiguousOffset::Fold { after, .. }, Ambiguous::Later) => after,
            (AmbiguousOffset::Gap { before, .. }, _) => before,
        };
        Ok(offset.seconds())
    }

    /// The same, where the text says which of the zone's times it is: `CET`, `CEST`. `None` where the zone
    /// has no such time then.
    pub(super) fn offset_named(&self, local: i64, name: &[u8]) -> Option<i32> {
        let (first, second) = match self.candidates(local).ok()? {
            AmbiguousOffset::Unambiguous { offset } => (offset, offset),
            AmbiguousOffset::Fold { before, after } => (before, after),
            AmbiguousOffset::Gap { .. } => return None,
        };
        [first, second].into_iter().map(Offset::seconds).find(|east| {
            jiff::Timestamp::from_second(local - i64::from(*east)).is_ok_and(|instant| {
                self.0.to_offset_info(instant).abbreviation().as_bytes().eq_ignore_ascii_case(name)
            })
        })
    }

    fn candidates(&self, local: i64) -> Result<AmbiguousOffset, &'static str> {
        let local: DateTime = EPOCH
            .to_datetime(Time::midnight())
            .checked_add(SignedDuration::from_secs(local))
            .map_err(|_| "outside of the years 0001 to 9999")?;
        Ok(self.0.to_ambiguous_timestamp(local).offset())
    }
}

impl FromStr for Zone {
    type Err = UnknownZone;

    fn from_str(text: &str) -> Result<Self, UnknownZone> {
        if text.eq_ignore_ascii_case("UTC") || text.eq_ignore_ascii_case("Z") {
            return Ok(Self(TimeZone::UTC));
        }
        let mut scan = Scan::new(text.as_bytes());
        if !text.starts_with(['+', '-']) {
            // `Etc/Unknown` is in there, and is UTC.
            let zone = DATABASE.get(text).ok().filter(|zone| !zone.is_unknown());
            return zone.map(Self).ok_or(UnknownZone);
        }
        let east = match numeric(&mut scan) {
            Ok(Written::Offset(east)) => east,
            Ok(_) => 0,
            Err(_) => return Err(UnknownZone),
        };
        let offset = Offset::from_seconds(east).ok().filter(|_| scan.is_empty()).ok_or(UnknownZone)?;
        Ok(Self(if east == 0 { TimeZone::UTC } else { TimeZone::fixed(offset) }))
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(name) = self.0.iana_name() {
            return f.write_str(name);
        }
        let east = self.0.to_fixed_offset().map(Offset::seconds).unwrap_or_default();
        let (sign, minutes) = (if east < 0 { '-' } else { '+' }, east.unsigned_abs() / 60);
        write!(f, "{sign}{:02}:{:02}", minutes / 60, minutes % 60)
    }
}

impl From<Zone> for String {
    fn from(zone: Zone) -> Self {
        zone.to_string()
    }
}

impl TryFrom<String> for Zone {
    type Error = UnknownZone;

    fn try_from(text: String) -> Result<Self, UnknownZone> {
        text.parse()
    }
}
