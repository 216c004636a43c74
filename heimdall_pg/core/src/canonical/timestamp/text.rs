//! RFC 3339 text, written in a buffer on the stack.

use jiff::SignedDuration;

use super::fields::EPOCH;
use super::{ParsedTime, Precision, Timestamp};

const DAY: i64 = 86_400;

pub(super) struct Text {
    bytes: [u8; 35],
    len: usize,
}

impl Text {
    /// In UTC, with microseconds when they are not zero.
    pub(super) fn canonical(timestamp: Timestamp) -> Self {
        let micros = timestamp.micros.rem_euclid(1_000_000) as u32;
        let mut out = Self::new();
        out.date_and_time(timestamp.micros.div_euclid(1_000_000));
        if micros > 0 {
            out.push(b'.');
            out.number(6, micros);
        }
        out.push(b'Z');
        out
    }

    /// As it was written.
    pub(super) fn written(time: &ParsedTime) -> Self {
        let utc = time.timestamp.micros.div_euclid(1_000_000);
        // RFC 3339 has offsets of whole minutes and years of four digits.
        let local = |east: &i32| {
            let seconds = (utc + i64::from(*east)) * 1_000_000;
            east % 60 == 0 && east.unsigned_abs() < DAY as u32 && Timestamp::checked(seconds).is_some()
        };
        let offset = time.offset.filter(local);
        let local = utc + i64::from(offset.unwrap_or_default());

        let mut out = Self::new();
        out.date_and_time(local);
        let precision = time.precision.max(least(local));
        match precision {
            Precision::Day => out.len = 10,
            Precision::Hour => out.len = 13,
            Precision::Minute => out.len = 16,
            Precision::Second => {}
            Precision::Fraction(_) => {
                let micros = time.timestamp.micros.rem_euclid(1_000_000) as u32;
                out.push(b'.');
                out.number(9, micros * 1000 + u32::from(time.nanos % 1000));
                out.len -= usize::from(9 - precision.digits());
            }
        }
        match offset {
            Some(0) => out.push(b'Z'),
            Some(east) => out.offset(if east < 0 { b'-' } else { b'+' }, east.unsigned_abs() / 60),
            None if precision == Precision::Day => {}
            None => out.offset(b'-', 0),
        }
        out
    }

    fn new() -> Self {
        Self { bytes: *b"0000-00-00T00:00:00................", len: 0 }
    }

    fn date_and_time(&mut self, seconds: i64) {
        let (day, second) = (seconds.div_euclid(DAY), seconds.rem_euclid(DAY) as u32);
        // The years are within those of the calendar; the epoch stands in for what cannot be.
        let date = EPOCH.checked_add(SignedDuration::from_hours(day * 24)).unwrap_or(EPOCH);
        self.put(0, 4, date.year().unsigned_abs().into());
        self.put(5, 2, date.month().unsigned_abs().into());
        self.put(8, 2, date.day().unsigned_abs().into());
        self.put(11, 2, second / 3600);
        self.put(14, 2, second / 60 % 60);
        self.put(17, 2, second % 60);
        self.len = 19;
    }

    fn offset(&mut self, sign: u8, minutes: u32) {
        self.push(sign);
        self.number(2, minutes / 60);
        self.push(b':');
        self.number(2, minutes % 60);
    }

    fn push(&mut self, byte: u8) {
        if let Some(place) = self.bytes.get_mut(self.len) {
            *place = byte;
            self.len += 1;
        }
    }

    fn number(&mut self, digits: usize, number: u32) {
        self.put(self.len, digits, number);
        self.len += digits;
    }

    #[inline]
    fn put(&mut self, start: usize, digits: usize, mut number: u32) {
        let places = self.bytes.get_mut(start..start + digits).unwrap_or_default();
        for place in places.iter_mut().rev() {
            *place = b'0' + (number % 10) as u8;
            number /= 10;
        }
    }

    pub(super) fn as_str(&self) -> &str {
        self.bytes.get(..self.len).and_then(|text| std::str::from_utf8(text).ok()).unwrap_or_default()
    }
}

/// The least precision that says so many seconds.
fn least(seconds: i64) -> Precision {
    match seconds {
        _ if seconds % DAY == 0 => Precision::Day,
        _ if seconds % 3600 == 0 => Precision::Hour,
        _ if seconds % 60 == 0 => Precision::Minute,
        _ => Precision::Second,
    }
}
