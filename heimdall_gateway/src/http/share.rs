//! What one caller may have running at a time: half as many requests as there are connections to the database. Nobody takes all
//! of them by questions that take long, answers that are read slowly, or bodies that trickle in. Of the places for uploads, one
//! is left to others.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use axum::body::{Body, HttpBody};
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http_body_util::BodyExt;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use super::tier::{self, Tier};
use super::{Caller, route};
use crate::gateway::Gateway;
use crate::identity::Who;
use crate::problem::Problem;

/// The shares of those who have something running.
pub struct Shares {
    size: usize,
    wait: Duration,
    callers: Mutex<HashMap<Who, Weak<Semaphore>>>,
}

impl Shares {
    /// Of that size, each, for which one waits so long.
    pub fn new(size: usize, wait: Duration) -> Shares {
        Shares { size, wait, callers: Mutex::default() }
    }

    /// A part of the caller's share; none where all of it is taken for too long.
    pub async fn take(&self, who: Who) -> Option<OwnedSemaphorePermit> {
        timeout(self.wait, self.of(who).acquire_owned()).await.ok()?.ok()
    }

    fn of(&self, who: Who) -> Arc<Semaphore> {
        let mut callers = self.callers.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(share) = callers.get(&who).and_then(Weak::upgrade) {
            return share;
        }
        // Who has nothing running any more has nothing to be remembered.
        callers.retain(|_, share| share.strong_count() > 0);
        let share = Arc::new(Semaphore::new(self.size));
        callers.insert(who, Arc::downgrade(&share));
        share
    }
}

/// Behind authentication: lets a request run when its caller's share has room for it, until its answer is made or sent.
pub async fn layer(State(gateway): State<Arc<Gateway>>, request: Request, next: Next) -> Response {
    let Some(caller) = request.extensions().get::<Caller>() else {
        return Problem::unauthenticated().into_response();
    };
    if tier::of(&route::of(&request)) == Tier::Transfer {
        return next.run(request).await;
    }
    let Some(part) = gateway.shares.take(caller.principal.who()).await else {
        gateway.metrics.turned_away("share");
        let problem = Problem::too_many().detail("As many of your requests run as may at a time.");
        return problem.retry_after(1).into_response();
    };
    next.run(request).await.map(|body| match body.size_hint().exact() {
        Some(_) => body,
        None => Body::new(body.map_frame(move |frame| {
            let _until_the_end = &part;
            frame
        })),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn who(subject: &str) -> Who {
        (None, subject.to_owned())
    }

    #[tokio::test]
    async fn everybody_has_a_share_and_no_more() {
        let shares = Shares::new(2, Duration::from_millis(10));
        let first = shares.take(who("ada")).await.expect("a part");
        let _second = shares.take(who("ada")).await.expect("a part");
        assert!(shares.take(who("ada")).await.is_none());
        assert!(shares.take(who("grace")).await.is_some());
        drop(first);
        assert!(shares.take(who("ada")).await.is_some());
        assert_eq!(shares.callers.lock().expect("no panic").len(), 2);
    }

    #[tokio::test]
    async fn nobody_is_remembered_who_has_nothing_running() {
        let shares = Shares::new(2, Duration::ZERO);
        for number in 0..100 {
            assert!(shares.take(who(&number.to_string())).await.is_some());
        }
        assert_eq!(shares.callers.lock().expect("no panic").len(), 1);
    }
}
