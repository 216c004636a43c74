//! How far the ingests of the server are: `heimdall.ingest_progress`, which other connections read while one runs.
//!
//! Every backend has a [slot](slot) in shared memory, which it alone writes, with atomics and without a lock.

mod slot;
pub mod view;

use std::hash::{DefaultHasher, Hash, Hasher};

use heimdall_core::batch::Counts;
use pgrx::pg_sys;

use self::slot::Slot;
use crate::audit::Actor;

pub use self::slot::register;

/// The way that a dump takes.
#[derive(Clone, Copy)]
pub enum Way {
    Function,
    Inbox,
    Stream,
    File,
    Retry,
}

impl Way {
    const ALL: [Way; 5] = [Way::Function, Way::Inbox, Way::Stream, Way::File, Way::Retry];

    fn name(self) -> &'static str {
        match self {
            Way::Function => "function",
            Way::Inbox => "inbox",
            Way::Stream => "stream",
            Way::File => "file",
            Way::Retry => "retry",
        }
    }
}

/// What an ingest is doing.
#[derive(Clone, Copy)]
pub enum Phase {
    /// Gathers the rows of which a mapping is inferred.
    Inferring,
    Receiving,
    Flushing,
    /// All rows are in: stores the rest.
    Finishing,
}

impl Phase {
    const ALL: [Phase; 4] = [Phase::Inferring, Phase::Receiving, Phase::Flushing, Phase::Finishing];

    fn name(self) -> &'static str {
        match self {
            Phase::Inferring => "inferring",
            Phase::Receiving => "receiving",
            Phase::Flushing => "flushing",
            Phase::Finishing => "finishing",
        }
    }
}

/// An ingest that is shown as long as this lives.
pub struct Progress {
    /// None where there is no shared memory, and for an ingest inside another one, which is shown already.
    slot: Option<&'static Slot>,
}

impl Progress {
    /// Shows an ingest; of some it is known beforehand how many bytes they have.
    pub fn begin(source: &str, way: Way, total: Option<u64>) -> Progress {
        let slot = slot::own().filter(|slot| !slot.is_taken());
        if let Some(slot) = slot {
            // Who cannot be recorded is refused elsewhere.
            let actor = Actor::current().ok();
            let request_id = actor.as_ref().map_or("", |actor| &actor.request_id);
            slot.take(source, way as u32, total, stated(actor.as_ref()), request_id);
        }
        Progress { slot }
    }

    /// Says what it is doing, and gives what it did before.
    pub fn enter(&self, phase: Phase) -> Phase {
        let before = self.slot.map(|slot| slot.phase(phase as u32) as usize);
        before.and_then(|before| Phase::ALL.get(before)).copied().unwrap_or(phase)
    }

    /// Says what has come so far. Not for every row.
    pub fn came(&self, bytes: u64, counts: Counts) {
        if let Some(slot) = self.slot {
            slot.came(bytes, counts.read, counts.rejected);
        }
    }

    /// Counts a flush.
    pub fn flushed(&self) {
        if let Some(slot) = self.slot {
            slot.flushed();
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(slot) = self.slot {
            slot.clear();
        }
    }
}

/// Shows nothing of this backend any more: its transaction has ended, be it that nothing unwinds in a process that ends.
pub fn clear() {
    if let Some(slot) = slot::own() {
        slot.clear();
    }
}

/// Digest of the actor that a gateway has stated; 0 where none has.
fn stated(actor: Option<&Actor>) -> u64 {
    let name = actor.filter(|actor| actor.is_stated).map(|actor| &actor.name);
    name.map_or(0, |name| {
        let mut digest = DefaultHasher::new();
        name.hash(&mut digest);
        digest.finish()
    })
}

/// The number of this backend among all.
fn own_pid() -> i32 {
    // SAFETY: reads a variable of the backend.
    unsafe { pg_sys::MyProcPid }
}
