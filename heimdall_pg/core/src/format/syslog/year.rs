//! The years of stamps that have none.

use std::borrow::Cow;

use super::stamp::MONTHS;

/// Counts the years of a dump on from the one that was declared for its first stamp.
#[derive(Default)]
pub(in crate::format) struct Years {
    now: Option<i16>,
    /// The month of the latest stamp, from 0.
    month: usize,
}

impl Years {
    /// `first` is the year of the first stamp of the dump.
    pub fn beginning(first: Option<i16>) -> Years {
        Years { now: first, month: 0 }
    }

    /// A stamp with its year, where it has none and the first one was declared.
    ///
    /// A log that goes on past New Year's Eve goes on in the next year: a step back of more than half a year is one
    /// forward. A line that comes late, of December in January, is still of the year before.
    pub fn complete<'a>(&mut self, stamp: &'a str) -> Cow<'a, str> {
        let Some((now, month, day_end)) = self.parts(stamp) else { return Cow::Borrowed(stamp) };
        let first = self.month == 0;
        let year = match month {
            _ if first => now,
            12 if self.month == 1 => now.saturating_sub(1),
            month if month + 6 < self.month => now.saturating_add(1),
            _ => now,
        };
        if year >= now {
            (self.now, self.month) = (Some(year), month);
        }
        let (date, time) = stamp.split_at_checked(day_end).unwrap_or((stamp, ""));
        Cow::Owned(format!("{date} {year:04}{time}"))
    }

    /// The year so far, the month of the stamp from 1, and where its day ends; `None` where it has a year.
    fn parts(&self, stamp: &str) -> Option<(i16, usize, usize)> {
        let now = self.now?;
        let month = MONTHS.iter().position(|name| stamp.starts_with(name))? + 1;
        let clock = stamp.find(':')?;
        let day_end = stamp.get(..clock)?.rfind(' ')?;
        // `Jul  3 2024 16:39` and `Jul  3 16:39:13 2024` have one.
        let has_year = stamp.get(4..day_end)?.trim_start().contains(' ')
            || stamp
                .rsplit(' ')
                .next()
                .is_some_and(|last| last.len() == 4 && last.bytes().all(|b| b.is_ascii_digit()));
        (!has_year).then_some((now, month, day_end))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn years_go_on_past_new_year() {
        let mut years = Years::beginning(Some(2004));
        for (stamp, expected) in [
            ("Dec 31 23:59:59", "Dec 31 2004 23:59:59"),
            ("Jan  1 00:00:00", "Jan  1 2005 00:00:00"),
            ("Dec 31 23:59:59.5", "Dec 31 2004 23:59:59.5"),
            ("Jan  1 00:00:01", "Jan  1 2005 00:00:01"),
            ("Jun 1 00:00:01", "Jun 1 2005 00:00:01"),
            ("May 1 00:00:01", "May 1 2005 00:00:01"),
            ("Dec 1 00:00:01 CET", "Dec 1 2005 00:00:01 CET"),
            ("Jan 1 00:00:01", "Jan 1 2006 00:00:01"),
        ] {
            assert_eq!(years.complete(stamp), expected, "{stamp}");
        }
    }

    #[test]
    fn stamps_with_a_year_keep_it() {
        for stamp in ["Jul  3 1999 16:39:13", "Jul  3 16:39:13 1999", "2024-01-31T23:59:59Z", ""] {
            assert_eq!(Years::beginning(Some(2004)).complete(stamp), stamp);
        }
        assert_eq!(Years::default().complete("Jul 3 16:39:13"), "Jul 3 16:39:13");
    }
}
