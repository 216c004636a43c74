//! Who has written lately: they are not to be answered by a replica that does not have it yet.

use std::collections::HashMap;
use std::time::Instant;

/// With more, everybody counts as one who has written.
const MOST: usize = 10_000;

/// When each of them has last written.
#[derive(Default)]
pub struct Written {
    by: HashMap<String, Instant>,
    everybody: Option<Instant>,
}

impl Written {
    /// They have written something, which was stored before then.
    pub fn note(&mut self, who: &str, at: Instant) {
        if self.by.len() < MOST || self.by.contains_key(who) {
            self.by.insert(who.to_owned(), at);
        } else {
            self.everybody = Some(at);
        }
    }

    /// Whether all that they have written is in what is as of then.
    pub fn is_in(&self, who: &str, as_of: Instant) -> bool {
        self.by.get(who).is_none_or(|at| *at <= as_of) && self.everybody.is_none_or(|at| at <= as_of)
    }

    /// The replica is as of then.
    pub fn forget(&mut self, as_of: Instant) {
        self.by.retain(|_, at| *at > as_of);
        self.everybody = self.everybody.filter(|at| *at > as_of);
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::{MOST, Written};

    #[test]
    fn who_has_written_waits_for_it_and_nobody_else() {
        let (mut written, before) = (Written::default(), Instant::now());
        let [at, after] = [1, 2].map(|seconds| before + Duration::from_secs(seconds));
        written.note("ada", at);
        assert!(!written.is_in("ada", before));
        assert!(written.is_in("bob", before));
        assert!(written.is_in("ada", at));
        written.forget(before);
        assert!(!written.is_in("ada", before), "not yet");
        written.forget(after);
        assert!(written.by.is_empty());
    }

    #[test]
    fn where_there_are_too_many_everybody_waits() {
        let (mut written, before) = (Written::default(), Instant::now());
        let at = before + Duration::from_secs(1);
        (0..=MOST).for_each(|number| written.note(&number.to_string(), at));
        assert_eq!(written.by.len(), MOST);
        assert!(!written.is_in("somebody", before));
        written.forget(at);
        assert!(written.is_in("somebody", before));
    }
}
