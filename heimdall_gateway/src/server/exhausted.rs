//! The system has no connection for us, because no file is left to open. The next try would meet the same, so it waits; and a log
//! that says it each time would fill the disk as well.

use std::io;
use std::time::{Duration, Instant};

/// Before the next try.
const PAUSE: Duration = Duration::from_millis(50);

/// Between two lines of the log.
const SILENCE: Duration = Duration::from_secs(60);

/// Connections that could not be accepted.
#[derive(Debug, Default)]
pub struct Exhausted {
    told: Option<Instant>,
    since: u64,
}

impl Exhausted {
    /// After an error: says so, unless it was said a moment ago, and waits.
    pub async fn pause(&mut self, error: &io::Error) {
        if let Some(tries) = self.due(Instant::now()) {
            tracing::warn!(%error, tries, "connections cannot be accepted");
        }
        tokio::time::sleep(PAUSE).await;
    }

    /// One more; where it is time to say so, how many they are since the last time.
    fn due(&mut self, now: Instant) -> Option<u64> {
        self.since += 1;
        if self.told.is_some_and(|told| now.saturating_duration_since(told) < SILENCE) {
            return None;
        }
        self.told = Some(now);
        Some(std::mem::take(&mut self.since))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_told_at_once_and_then_once_a_minute() {
        let (mut exhausted, begun) = (Exhausted::default(), Instant::now());
        assert_eq!(exhausted.due(begun), Some(1));
        for seconds in 1..60 {
            assert_eq!(exhausted.due(begun + Duration::from_secs(seconds)), None);
        }
        assert_eq!(exhausted.due(begun + SILENCE), Some(60));
        assert_eq!(exhausted.due(begun + SILENCE), None);
    }
}
