//! How often somebody may ask: a bucket for each caller and tier, and for log-in one for each address.

use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

use super::route;
use super::tier::{self, Tier};
use super::{Caller, ClientAddress};
use crate::config::Limits;
use crate::gateway::Gateway;
use crate::problem::Problem;

/// A tenant and a subject: people of two tenants are two, though both are called the same.
type Who = (Option<String>, String);

/// The buckets. A bucket holds what a minute allows, and fills evenly.
pub struct Rates {
    standard: DefaultKeyedRateLimiter<Who>,
    expensive: DefaultKeyedRateLimiter<Who>,
    auth: DefaultKeyedRateLimiter<IpAddr>,
}

impl Rates {
    /// Full ones.
    pub fn new(limits: &Limits) -> Rates {
        Rates {
            standard: RateLimiter::keyed(quota(limits.standard_per_minute)),
            expensive: RateLimiter::keyed(quota(limits.expensive_per_minute)),
            auth: RateLimiter::keyed(quota(limits.auth_per_minute)),
        }
    }

    fn of_caller(&self, caller: &Caller, tier: Tier) -> Result<(), Problem> {
        let buckets = match tier {
            Tier::Standard => &self.standard,
            Tier::Expensive | Tier::Upkeep | Tier::Transfer => &self.expensive,
        };
        buckets
            .check_key(&(caller.principal.tenant.clone(), caller.principal.subject.clone()))
            .map_err(|early| too_many(early.wait_time_from(DefaultClock::default().now())))
    }

    fn of_address(&self, address: IpAddr) -> Result<(), Problem> {
        self.auth
            .check_key(&address)
            .map_err(|early| too_many(early.wait_time_from(DefaultClock::default().now())))
    }

    /// Forgets those who have not asked for long.
    pub fn forget(&self) {
        self.standard.retain_recent();
        self.expensive.retain_recent();
        self.auth.retain_recent();
    }
}

fn quota(per_minute: u32) -> Quota {
    Quota::per_minute(NonZeroU32::new(per_minute).unwrap_or(NonZeroU32::MIN))
}

fn too_many(wait: std::time::Duration) -> Problem {
    let seconds = u32::try_from(wait.as_secs()).unwrap_or(u32::MAX).saturating_add(1);
    Problem::too_many().detail("That is more often than allowed.").retry_after(seconds)
}

/// Behind authentication: whether the caller may ask once more.
pub async fn layer(State(gateway): State<Arc<Gateway>>, request: Request, next: Next) -> Response {
    let Some(caller) = request.extensions().get::<Caller>() else {
        return Problem::unauthenticated().into_response();
    };
    match gateway.rates.of_caller(caller, tier::of(&route::of(&request))) {
        Ok(()) => next.run(request).await,
        Err(problem) => {
            gateway.metrics.turned_away("rate");
            problem.into_response()
        }
    }
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
