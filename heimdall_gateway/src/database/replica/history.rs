//! Where the primary's log was when, and so as of when a replica is that has replayed it up to some place.

use std::collections::VecDeque;
use std::time::Instant;

/// With more, every other one is dropped, and of those to come every other one is noted: a replica that is so far behind is
/// dated less exactly, and never too late.
const MOST: usize = 1024;

/// The log is written in pages, which begin with a header: of 24 bytes, of a segment's first page 40.
const PAGE: u64 = 8192;
const HEADERS: [u64; 2] = [24, 40];

/// Places that the replica has not come to yet, the oldest first.
#[derive(Default)]
pub struct History {
    places: VecDeque<(Instant, u64)>,
    replayed: Option<u64>,
    as_of: Option<Instant>,
    /// Places of which one is noted, and those since that one.
    every: u32,
    passed: u32,
}

impl History {
    /// The primary's log was there, or further, at that time. Nothing is noted before it is known that the replica is not ahead.
    ///
    /// A replica that has replayed more than there was is not behind: it has another history, as it has after the primary was
    /// restored, or after another standby was promoted. Nor does what was known before hold where the log has become shorter.
    pub fn note(&mut self, at: Instant, place: u64) {
        let Some(replayed) = self.replayed else { return };
        let is_shorter = self.places.back().is_some_and(|(_, last)| place < *last);
        if is_shorter || place < replayed {
            self.forget();
            return;
        }
        if self.places.is_empty() {
            self.every = 1;
        }
        self.passed += 1;
        if self.passed < self.every {
            return;
        }
        self.passed = 0;
        if self.places.len() >= MOST {
            self.every = self.every.saturating_mul(2);
            let mut keep = false;
            self.places.retain(|_| {
                keep = !keep;
                keep
            });
        }
        self.places.push_back((at, end_of_record(place)));
    }

    /// The replica has come to there. One that crashes comes back a little before where it was.
    pub fn replayed(&mut self, place: u64) {
        if self.replayed.replace(place).is_some_and(|before| place < before) {
            self.forget();
        }
        while let Some((at, _)) = self.places.front().filter(|(_, known)| *known <= place) {
            self.as_of = Some(*at);
            self.places.pop_front();
        }
    }

    fn forget(&mut self) {
        self.places.clear();
        self.as_of = None;
    }

    /// The replica has all that was committed before then.
    pub fn as_of(&self) -> Option<Instant> {
        self.as_of
    }
}

/// Where a page is full, the primary says where the next record begins, behind the header of the next page, and the replica
/// where the last one has ended. No record ends in between: none is shorter than 24 bytes.
fn end_of_record(place: u64) -> u64 {
    let offset = place % PAGE;
    if HEADERS.contains(&offset) { place - offset } else { place }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::{History, MOST, PAGE};

    /// A history of a place each second.
    fn noted(places: &[u64]) -> (History, Vec<Instant>) {
        let (mut history, start) = (History::default(), Instant::now());
        history.replayed(1);
        let times: Vec<_> =
            (0..).map(|second| start + Duration::from_secs(second)).take(places.len()).collect();
        times.iter().zip(places).for_each(|(at, place)| history.note(*at, *place));
        (history, times)
    }

    #[test]
    fn a_replica_is_as_of_the_last_place_that_it_has_passed() {
        let (mut history, times) = noted(&[1000, 2000, 2000, 3000]);
        assert_eq!(history.as_of(), None);
        history.replayed(999);
        assert_eq!(history.as_of(), None);
        history.replayed(2500);
        assert_eq!(history.as_of(), Some(times[2]));
        history.replayed(2999);
        assert_eq!(history.as_of(), Some(times[2]));
        history.replayed(3000);
        assert_eq!(history.as_of(), Some(times[3]));
    }

    #[test]
    fn a_full_page_has_been_replayed_when_its_last_record_was() {
        for header in [24, 40] {
            let (mut history, times) = noted(&[PAGE * 3 + header]);
            history.replayed(PAGE * 3 - 8);
            assert_eq!(history.as_of(), None, "{header}");
            history.replayed(PAGE * 3);
            assert_eq!(history.as_of(), Some(times[0]), "{header}");
        }
        let (mut history, _) = noted(&[PAGE * 3 + 48]);
        history.replayed(PAGE * 3);
        assert_eq!(history.as_of(), None, "a record ends there");
    }

    #[test]
    fn a_replica_that_is_ahead_has_another_history() {
        let (mut history, times) = noted(&[1000]);
        history.replayed(5000);
        assert_eq!(history.as_of(), Some(times[0]), "the primary may have gone on");
        history.note(times[0], 4000);
        history.replayed(5000);
        assert_eq!(history.as_of(), None);
        // Neither has it caught up when the primary has come as far.
        history.note(times[0], 6000);
        history.replayed(5000);
        assert_eq!(history.as_of(), None);
    }

    #[test]
    fn a_log_that_has_become_shorter_is_another_one() {
        let (mut history, times) = noted(&[3000, 2000]);
        history.replayed(1500);
        history.note(times[1], 3500);
        history.replayed(3000);
        assert_eq!(history.as_of(), None);
        history.replayed(3500);
        assert_eq!(history.as_of(), Some(times[1]));
    }

    #[test]
    fn a_replica_that_has_gone_back_has_lost_what_it_had() {
        let (mut history, times) = noted(&[1000, 2000]);
        history.replayed(1500);
        assert_eq!(history.as_of(), Some(times[0]));
        history.replayed(900);
        assert_eq!(history.as_of(), None);
        history.note(times[1], 2000);
        history.replayed(2000);
        assert_eq!(history.as_of(), Some(times[1]));
    }

    #[test]
    fn what_is_kept_has_an_end_and_still_dates_the_replica() {
        let places: Vec<u64> = (1..=10 * MOST as u64).map(|place| place * 100).collect();
        let (mut history, times) = noted(&places);
        assert!(history.places.len() <= MOST);
        history.replayed(500_000);
        let as_of = history.as_of().expect("as of some time");
        assert!(as_of <= times[4999] && as_of > times[4900], "not too late, nor much too early");
    }
}
