//! Tokens, sessions and log-ins that did not hold, by the address that they came from: who guesses, or makes us check signatures
//! for nothing, is not listened to for a while.

use std::net::IpAddr;

use crate::addresses::Buckets;
use crate::problem::Problem;

/// How many more each address may bring.
pub struct Failures(Buckets);

impl Failures {
    /// So many a minute.
    pub fn new(per_minute: u32) -> Failures {
        Failures(Buckets::new(per_minute))
    }

    /// To be asked before a check that costs something.
    ///
    /// # Errors
    /// 429 where there were too many.
    pub fn check(&self, address: IpAddr) -> Result<(), Problem> {
        self.0.look(address).map_err(|wait| {
            Problem::too_many()
                .detail("Too many tokens, sessions or log-ins from this address did not hold.")
                .hint("A token or a session that is known already goes on.")
                .retry_in(wait)
        })
    }

    /// What came did not hold.
    pub fn count(&self, address: IpAddr) {
        // Empty it is already where requests at a time have each found something in it.
        if self.0.take(address).is_ok() && self.0.look(address).is_err() {
            tracing::warn!(%address, "too much from an address did not hold: it has to wait");
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    #[test]
    fn each_address_may_fail_so_often() {
        let (failures, address) = (Failures::new(2), Ipv4Addr::LOCALHOST.into());
        failures.count(address);
        assert!(failures.check(address).is_ok());
        failures.count(address);
        let problem = failures.check(address).expect_err("too many");
        assert_eq!(problem.status, 429);
        assert!(problem.retry_after.is_some_and(|seconds| (1..=31).contains(&seconds)));
        assert!(failures.check(Ipv4Addr::BROADCAST.into()).is_ok(), "others have their own");
    }
}
