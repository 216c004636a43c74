//! Time stamps at the beginning of a text: those of RFC 3164 and what came of them, those of ISO 8601, and seconds since 1970.

/// Names of months, as C writes them.
pub(super) const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// The stamp that a text begins with, and what follows it.
pub(super) fn leading(text: &str) -> Option<(&str, &str)> {
    let forms = [Scan::iso, Scan::bsd, Scan::epoch];
    let rest = forms.into_iter().find_map(|form| {
        let mut scan = Scan { rest: text.as_bytes() };
        form(&mut scan).map(|()| scan.rest)
    })?;
    text.split_at_checked(text.len() - rest.len())
        .filter(|(_, rest)| matches!(rest.bytes().next(), None | Some(b' ' | b':' | b'\t')))
}

/// Reads bytes one after another; `None` where they are not what they have to be.
struct Scan<'a> {
    rest: &'a [u8],
}

impl Scan<'_> {
    /// `1673277220.253011885`, as Meraki writes it.
    fn epoch(&mut self) -> Option<()> {
        self.digits(10, 10)?;
        self.any(b".")?;
        self.digits(1, 9)
    }

    /// `2024-01-31T23:59:59.123+01:00`, also with a space before the time.
    fn iso(&mut self) -> Option<()> {
        self.digits(4, 4)?;
        self.any(b"-")?;
        self.digits(2, 2)?;
        self.any(b"-")?;
        self.digits(2, 2)?;
        self.any(b"T ")?;
        self.clock()?;
        if self.any(b"Z").is_some() {
            return Some(());
        }
        let offset = self.rest;
        if self.any(b"+-").is_some() && self.digits(4, 4).is_none() && self.hours_and_minutes().is_none() {
            self.rest = offset;
        }
        Some(())
    }

    fn hours_and_minutes(&mut self) -> Option<()> {
        self.digits(2, 2)?;
        self.any(b":")?;
        self.digits(2, 2)
    }

    /// `Jan 31 23:59:59`, also with one digit for the day, a year on either side of the time, a fraction, and
    /// the zone where a colon follows it, as Cisco writes it.
    fn bsd(&mut self) -> Option<()> {
        let month = self.rest.get(..3)?;
        MONTHS.iter().position(|name| name.as_bytes() == month)?;
        self.rest = self.rest.get(3..)?;
        self.any(b" ")?;
        self.any(b" ");
        self.digits(1, 2)?;
        self.any(b" ")?;
        let before = self.rest;
        if self.year().is_none() || self.any(b" ").is_none() {
            self.rest = before;
        }
        self.clock()?;
        let after = self.rest;
        if self.any(b" ").is_none() || self.year().is_none() || !matches!(self.rest, [] | [b' ' | b':', ..]) {
            self.rest = after;
        }
        let after = self.rest;
        if self.any(b" ").is_none() || self.zone().is_none() {
            self.rest = after;
        }
        Some(())
    }

    fn clock(&mut self) -> Option<()> {
        self.digits(2, 2)?;
        self.any(b":")?;
        self.digits(2, 2)?;
        self.any(b":")?;
        self.digits(2, 2)?;
        let whole = self.rest;
        if self.any(b".,").is_some() && self.digits(1, 9).is_none() {
            self.rest = whole;
        }
        Some(())
    }

    fn year(&mut self) -> Option<()> {
        if !self.rest.starts_with(b"19") && !self.rest.starts_with(b"20") {
            return None;
        }
        self.digits(4, 4)
    }

    fn zone(&mut self) -> Option<()> {
        let letters = self.rest.iter().take_while(|byte| byte.is_ascii_uppercase()).count();
        self.rest = self.rest.get(letters..)?;
        ((2..=5).contains(&letters) && self.rest.starts_with(b":")).then_some(())
    }

    fn digits(&mut self, least: usize, most: usize) -> Option<()> {
        let count = self.rest.iter().take(most + 1).take_while(|byte| byte.is_ascii_digit()).count();
        if !(least..=most).contains(&count) {
            return None;
        }
        self.rest = self.rest.get(count..)?;
        Some(())
    }

    fn any(&mut self, of: &[u8]) -> Option<()> {
        let (first, rest) = self.rest.split_first()?;
        if !of.contains(first) {
            return None;
        }
        self.rest = rest;
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stamps_end_where_they_end() {
        for stamp in [
            "Jan 31 23:59:59",
            "Feb  3 03:04:05",
            "Feb 3 03:04:05",
            "Oct 19 18:30:13.311",
            "Jul  3 2024 16:39:13",
            "Oct 11 22:14:15 2003",
            "2024-01-31T23:59:59Z",
            "2024-01-31T23:59:59.123456+01:00",
            "2024-01-31T23:59:59-0500",
            "2024-01-31 23:59:59,123",
            "1673277220.253011885",
        ] {
            let line = format!("{stamp} host app: text");
            assert_eq!(leading(&line), Some((stamp, " host app: text")), "{line}");
            assert_eq!(leading(stamp), Some((stamp, "")), "{stamp}");
        }
        assert_eq!(leading("Oct 21 05:12:05.185 PDT: %SYS"), Some(("Oct 21 05:12:05.185 PDT", ": %SYS")));
        assert_eq!(leading("Oct 21 05:12:05 PDT %SYS"), Some(("Oct 21 05:12:05", " PDT %SYS")));
    }

    #[test]
    fn other_texts_are_no_stamps() {
        for text in [
            "",
            "Jan",
            "Jan 31",
            "Foo 31 23:59:59",
            "Jan 311 23:59:59",
            "Jan 31 23:59:59x",
            "jan 31 23:59:59",
            "2024-01-31",
            "2024-01-31T23:59",
        ] {
            assert_eq!(leading(text), None, "{text}");
        }
    }
}
