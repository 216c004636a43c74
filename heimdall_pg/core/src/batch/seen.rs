//! How often and when a record was seen.

/// Counts rows and spans their times. Merging is commutative and associative.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seen {
    first: i64,
    last: i64,
    /// The first row that names the record.
    pub first_row: u64,
    /// Rows that name the record since the last flush, which comes long before 2^32.
    pub count: u32,
    /// The low half of the last row.
    last_row: u32,
}

impl Default for Seen {
    fn default() -> Seen {
        Seen { count: 0, first: i64::MAX, last: i64::MIN, first_row: 0, last_row: 0 }
    }
}

impl Seen {
    /// Counts a row, once however often it names the record; `at` in microseconds since 1970.
    pub fn add(&mut self, row: u64, at: Option<i64>) {
        let low = row as u32;
        if self.count > 0 && self.last_row == low {
            return;
        }
        if self.count == 0 {
            self.first_row = row;
        }
        self.last_row = low;
        self.count += 1;
        if let Some(at) = at {
            self.first = self.first.min(at);
            self.last = self.last.max(at);
        }
    }

    /// The earliest time, in microseconds since 1970; none where no row had one.
    pub fn first(&self) -> Option<i64> {
        (self.first <= self.last).then_some(self.first)
    }

    /// The latest time.
    pub fn last(&self) -> Option<i64> {
        (self.first <= self.last).then_some(self.last)
    }
}

#[cfg(test)]
mod tests {
    use super::Seen;

    #[test]
    fn a_row_counts_once_and_times_span() {
        let mut seen = Seen::default();
        assert_eq!((seen.first(), seen.last()), (None, None));
        seen.add(3, Some(50));
        seen.add(3, Some(50));
        seen.add(4, None);
        seen.add(9, Some(20));
        assert_eq!((seen.count, seen.first_row, seen.first(), seen.last()), (3, 3, Some(20), Some(50)));
    }
}
