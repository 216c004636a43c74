//! How often somebody may ask: a bucket for each caller and tier, and for log-in one for each address.

use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

use super::route;
use super::tier::{self, Tier};
use super::{Caller, ClientAddress};
use crate::addresses::Buckets;
use crate::config::Limits;
use crate::gateway::Gateway;
use crate::problem::Problem;

/// The buckets. A bucket holds what a minute allows, and fills evenly.
pub struct Rates {
    standard: DefaultKeyedRateLimiter<String>,
    expensive: DefaultKeyedRateLimiter<String>,
    auth: Buckets,
}

impl Rates {
    /// Full ones.
    pub fn new(limits: &Limits) -> Rates {
        Rates {
            standard: RateLimiter::keyed(quota(limits.standard_per_minute)),
            expensive: RateLimiter::keyed(quota(limits.expensive_per_minute)),
            auth: Buckets::new(limits.auth_per_minute),
        }
    }

    fn of_caller(&self, subject: &str, tier: Tier) -> Result<(), Problem> {
        let buckets = match tier {
            Tier::Standard => &self.standard,
            Tier::Expensive | Tier::Upkeep | Tier::Transfer => &self.expensive,
        };
        buckets
            .check_key(&subject.to_owned())
            .map_err(|early| too_many(early.wait_time_from(DefaultClock::default().now())))
    }

    fn of_address(&self, address: IpAddr) -> Result<(), Problem> {
        self.auth.take(address).map_err(too_many)
    }

    /// Forgets those who have not asked for long.
    pub fn forget(&self) {
        self.standard.retain_recent();
        self.expensive.retain_recent();
    }
}

fn quota(per_minute: u32) -> Quota {
    Quota::per_minute(NonZeroU32::new(per_minute).unwrap_or(NonZeroU32::MIN))
}

fn too_many(wait: Duration) -> Problem {
    Problem::too_many().detail("That is more often than allowed.").retry_in(wait)
}

/// Behind authentication: whether the caller may ask once more.
pub async fn layer(State(gateway): State<Arc<Gateway>>, request: Request, next: Next) -> Response {
    let Some(caller) = request.extensions().get::<Caller>().cloned() else {
        return Problem::unauthenticated().into_response();
    };
    let mut response =
        match gateway.rates.of_caller(&caller.principal.subject, tier::of(&route::of(&request))) {
            Ok(()) => next.run(request).await,
            Err(problem) => {
                gateway.metrics.turned_away("rate");
                problem.into_response()
            }
        };
    // For the log.
    response.extensions_mut().insert(caller);
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
