//! How often to try again, and when: exponential backoff with full jitter, and never before the gateway wants it.

use std::time::Duration;

use super::failure::Failure;

const FIRST: Duration = Duration::from_millis(250);
const LONGEST: Duration = Duration::from_secs(30);

/// A gateway that wants more is not waited for.
const LONGEST_ASKED_FOR: Duration = Duration::from_secs(600);

/// Tries that are left until something gets on.
#[derive(Clone, Debug)]
pub struct Patience {
    tries: u32,
    failed: u32,
}

impl Patience {
    /// Gives up when that many tries in a row have failed.
    pub fn new(tries: u32) -> Patience {
        Patience { tries, failed: 0 }
    }

    /// It got on.
    pub fn renew(&mut self) {
        self.failed = 0;
    }

    /// How long to wait after a failure.
    ///
    /// # Errors
    /// The failure, where trying again makes no sense.
    pub fn after(&mut self, failure: Failure) -> Result<Duration, Failure> {
        self.failed += 1;
        let asked_for = failure.retry_after().unwrap_or_default();
        if !failure.is_passing() || self.failed > self.tries || asked_for > LONGEST_ASKED_FOR {
            return Err(failure);
        }
        let most = FIRST.saturating_mul(1 << (self.failed - 1).min(16)).min(LONGEST);
        Ok(asked_for + most.mul_f64(fastrand::f64()))
    }
}

#[cfg(test)]
mod tests {
    use super::super::failure::Problem;
    use super::*;

    fn busy(retry_after: Option<Duration>) -> Failure {
        Failure::Refused {
            problem: Problem::of_status(reqwest::StatusCode::SERVICE_UNAVAILABLE),
            retry_after,
        }
    }

    #[test]
    fn waits_longer_each_time_up_to_a_limit_and_then_gives_up() {
        let mut patience = Patience::new(40);
        for round in 0..40 {
            let most = FIRST.mul_f64(f64::from(2u32.pow(round.min(20)))).min(LONGEST);
            assert!(patience.after(busy(None)).unwrap() <= most);
        }
        assert!(patience.after(busy(None)).is_err());
        patience.renew();
        assert!(patience.after(busy(None)).unwrap() <= FIRST);
    }

    #[test]
    fn never_comes_before_the_gateway_wants_it() {
        let hour = Duration::from_secs(3600);
        let mut patience = Patience::new(3);
        assert!(patience.after(busy(Some(Duration::from_secs(7)))).unwrap() >= Duration::from_secs(7));
        assert!(patience.after(busy(Some(hour))).is_err());
    }

    #[test]
    fn what_does_not_pass_is_not_tried_again() {
        let problem = Problem::of_status(reqwest::StatusCode::UNPROCESSABLE_ENTITY);
        assert!(Patience::new(3).after(Failure::Refused { problem, retry_after: None }).is_err());
        assert!(Patience::new(3).after(Failure::Changed).is_err());
    }
}
