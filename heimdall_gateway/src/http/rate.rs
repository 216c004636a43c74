//! How often somebody may ask: a bucket for each caller and tier, and for log-in one for each address. Answers to callers say what is
//! left of theirs, so that they need not find out (draft-ietf-httpapi-ratelimit-headers).

use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use governor::clock::{Clock, DefaultClock};
use governor::middleware::StateInformationMiddleware;
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

use super::route;
use super::tier::{self, Tier};
use super::{Caller, ClientAddress};
use crate::addresses::Buckets;
use crate::config::Limits;
use crate::gateway::Gateway;
use crate::identity::Who;
use crate::problem::Problem;

/// How much a caller may ask.
pub const RATE_LIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
/// How much of it is left.
pub const RATE_LIMIT: HeaderName = HeaderName::from_static("ratelimit");

/// The buckets. A bucket holds what a minute allows, and fills evenly.
pub struct Rates {
    standard: Callers,
    expensive: Callers,
    auth: Buckets,
}

impl Rates {
    /// Full ones.
    pub fn new(limits: &Limits) -> Rates {
        Rates {
            standard: Callers::new("standard", limits.standard_per_minute),
            expensive: Callers::new("expensive", limits.expensive_per_minute),
            auth: Buckets::new(limits.auth_per_minute),
        }
    }

    fn of_callers(&self, tier: Tier) -> &Callers {
        match tier {
            Tier::Standard => &self.standard,
            Tier::Expensive | Tier::Upkeep | Tier::Transfer => &self.expensive,
        }
    }

    fn of_address(&self, address: IpAddr) -> Result<(), Problem> {
        self.auth.take(address).map_err(too_many)
    }

    /// Forgets those who have not asked for long.
    pub fn forget(&self) {
        self.standard.buckets.retain_recent();
        self.expensive.buckets.retain_recent();
    }
}

/// The buckets of callers for routes of a kind.
struct Callers {
    policy: &'static str,
    per_minute: NonZeroU32,
    buckets: DefaultKeyedRateLimiter<Who, StateInformationMiddleware>,
}

impl Callers {
    fn new(policy: &'static str, per_minute: u32) -> Callers {
        let per_minute = NonZeroU32::new(per_minute).unwrap_or(NonZeroU32::MIN);
        let buckets = RateLimiter::keyed(Quota::per_minute(per_minute)).with_middleware();
        Callers { policy, per_minute, buckets }
    }

    /// How much is left for a caller who may ask once more.
    fn take(&self, who: &Who) -> Result<u32, Problem> {
        match self.buckets.check_key(who) {
            Ok(state) => Ok(state.remaining_burst_capacity()),
            Err(early) => Err(too_many(early.wait_time_from(DefaultClock::default().now()))),
        }
    }

    /// What a bucket holds, and what is left, with the seconds until it is full again.
    fn headers(&self, left: u32) -> [(HeaderName, String); 2] {
        let Callers { policy, per_minute, .. } = self;
        let missing = u64::from(per_minute.get().saturating_sub(left));
        let seconds = (missing * 60).div_ceil(per_minute.get().into());
        [
            (RATE_LIMIT_POLICY, format!("\"{policy}\";q={per_minute};w=60")),
            (RATE_LIMIT, format!("\"{policy}\";r={left};t={seconds}")),
        ]
    }
}

fn too_many(wait: Duration) -> Problem {
    Problem::too_many().detail("That is more often than allowed.").retry_in(wait)
}

/// Behind authentication: whether the caller may ask once more.
pub async fn layer(State(gateway): State<Arc<Gateway>>, request: Request, next: Next) -> Response {
    let Some(caller) = request.extensions().get::<Caller>() else {
        return Problem::unauthenticated().into_response();
    };
    let callers = gateway.rates.of_callers(tier::of(&route::of(&request)));
    let (left, mut response) = match callers.take(&caller.principal.who()) {
        Ok(left) => (left, next.run(request).await),
        Err(problem) => {
            gateway.metrics.turned_away("rate");
            (0, problem.into_response())
        }
    };
    for (name, value) in callers.headers(left) {
        if let Ok(value) = HeaderValue::try_from(value) {
            response.headers_mut().insert(name, value);
        }
    }
    response
}

/// In front of log-in: whether that address may try once more.
pub async fn of_address(State(gateway): State<Arc<Gateway>>, request: Request, next: Next) -> Response {
    let address = request.extensions().get::<ClientAddress>().map(|client| client.0);
    match address.map_or(Ok(()), |address| gateway.rates.of_address(address)) {
        Ok(()) => next.run(request).await,
        Err(problem) => {
            gateway.metrics.turned_away("rate");
            problem.into_response()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_caller_is_told_what_is_left() {
        let callers = Callers::new("standard", 3);
        let who = |tenant: Option<&str>, subject: &str| (tenant.map(str::to_owned), subject.to_owned());
        for expected in [Some(2), Some(1), Some(0), None] {
            assert_eq!(callers.take(&who(None, "ada")).ok(), expected);
        }
        assert_eq!(callers.take(&who(None, "grace")).ok(), Some(2), "each has their own");
        assert_eq!(callers.take(&who(Some("acme"), "ada")).ok(), Some(2), "so have those of each tenant");
        let headers = callers.headers(2).map(|(_, value)| value);
        assert_eq!(headers, [r#""standard";q=3;w=60"#, r#""standard";r=2;t=20"#]);
        let headers = Callers::new("expensive", u32::MAX).headers(0).map(|(_, value)| value);
        assert_eq!(headers, [r#""expensive";q=4294967295;w=60"#, r#""expensive";r=0;t=60"#]);
    }
}
