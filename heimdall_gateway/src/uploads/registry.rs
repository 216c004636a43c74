//! Uploads of a tenant by their ids. An id is its caller's own: nobody else finds it, and nobody can take it from another.

use std::collections::HashMap;
use std::sync::{Arc, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Mutex;
use tokio::time::Instant;

use super::feed::Feed;
use super::upload::Upload;
use super::{Room, Uploads};
use crate::http::Caller;
use crate::problem::Problem;

/// What became of an upload is known for so long,
const KEPT: Duration = Duration::from_secs(600);

/// and of so many: some 1 MB.
const MOST: usize = 1_000;

/// An upload that was found.
#[derive(Clone)]
pub struct Found {
    /// The upload.
    pub upload: Arc<Upload>,
    /// Where its bytes come in, where more than one request may bring them.
    pub feed: Option<Arc<Mutex<Feed>>>,
}

/// Subject, role, id.
type Key = (String, String, String);

#[derive(Default)]
pub(super) struct Registry {
    uploads: HashMap<Key, Found>,
}

impl Registry {
    pub fn keep(&mut self, caller: &Caller, upload: Arc<Upload>) {
        self.forget();
        self.uploads.insert(key(caller, &upload.id), Found { upload, feed: None });
    }

    /// Forgets what has ended long ago, and the oldest where there are too many.
    fn forget(&mut self) {
        let now = Instant::now();
        let ended = |found: &Found| {
            let status = found.upload.status.borrow();
            status.state.outcome().is_some().then(|| now.duration_since(status.touched))
        };
        self.uploads.retain(|_, found| ended(found).is_none_or(|ago| ago < KEPT));
        let mut known: Vec<_> =
            self.uploads.iter().filter_map(|(key, found)| Some((ended(found)?, key.clone()))).collect();
        if known.len() >= MOST {
            known.sort();
            for (_, key) in known.drain(MOST / 2..) {
                self.uploads.remove(&key);
            }
        }
    }
}

impl Room {
    pub(super) fn registry(&self) -> MutexGuard<'_, Registry> {
        self.registry.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Uploads {
    /// Lets later requests of the caller feed it.
    ///
    /// # Errors
    /// As [`crate::tenants::ByTenant::of`].
    pub fn share(&self, caller: &Caller, feed: Feed) -> Result<Found, Problem> {
        let found = Found { upload: Arc::clone(feed.upload()), feed: Some(Arc::new(Mutex::new(feed))) };
        let room = self.rooms.of(caller)?;
        room.registry().uploads.insert(key(caller, &found.upload.id), found.clone());
        Ok(found)
    }

    /// The caller's upload of that id.
    ///
    /// # Errors
    /// 404 where the caller has none.
    pub fn find(&self, caller: &Caller, id: &str) -> Result<Found, Problem> {
        let found = self.rooms.of(caller)?.registry().uploads.get(&key(caller, id)).cloned();
        found.ok_or_else(|| {
            Problem::not_found()
                .detail("You have no upload of this id here.")
                .hint("What became of an upload is forgotten after a while, and by a gateway that ends.")
        })
    }
}

fn key(caller: &Caller, id: &str) -> Key {
    (caller.principal.subject.clone(), caller.principal.role.clone(), id.to_owned())
}
