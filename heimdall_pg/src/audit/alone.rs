//! Entries with a transaction of their own, which stay whatever becomes of the caller's.
//!
//! Postgres has no transaction beside another in one session. So a background worker is started for the entry: it
//! connects to the database, writes the entry, commits and ends, and the caller waits for that. What it is to write
//! comes in a segment of shared memory; there is no protected value in it.

use std::ffi::CStr;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use pgrx::bgworkers::{BackgroundWorker, DynamicBackgroundWorker};
use pgrx::prelude::*;
use pgrx::{IntoDatum, pg_guard, pg_sys};
use serde_json::{Value, json};

use super::actor::Actor;
use super::{LANES_ALONE, append};
use crate::background;
use crate::error::{Error, ok};
use crate::session::session;

/// How long a place for the worker is waited for: `max_worker_processes` may all be in use.
const PATIENCE: Duration = Duration::from_secs(10);
/// Between two looks for a place.
const NAP: Duration = Duration::from_millis(5);

/// What was told to have been done has to be found after a crash as well.
const DURABLE: &CStr = c"SET synchronous_commit = on";

/// State of a segment.
const ASKED: u32 = 0;
const WRITTEN: u32 = 1;

/// A segment begins with its state and the length of what follows.
const HEADER: usize = 8;

/// Writes an entry and commits it. When this returns, it is there.
pub fn write(action: &str, object: &str, detail: Value) -> Result<(), Error> {
    // SAFETY: a look at the state of the server.
    if unsafe { pg_sys::RecoveryInProgress() } {
        let code = PgSqlErrorCode::ERRCODE_READ_ONLY_SQL_TRANSACTION;
        return Err(Error::new(code, "a standby cannot write the audit trail")
            .hint("Do it on the primary: what is audited cannot be done where nothing can be written."));
    }
    let actor = Actor::current()?;
    actor.warn_of_disbelief();
    // SAFETY: the database of this session.
    let database = unsafe { pg_sys::MyDatabaseId };
    let request = json!({
        "database": database.to_u32(), "actor": actor.name, "session_user": actor.session_user,
        "request_id": actor.request_id, "action": action, "object": object, "detail": detail,
    });
    let segment = Segment::create(request.to_string().as_bytes())?;
    // However it ended: only what it has left in the segment counts.
    let _ = start(segment.handle())?.wait_for_shutdown();
    if segment.state().load(Ordering::Acquire) == WRITTEN {
        return Ok(());
    }
    Err(Error::new(
        PgSqlErrorCode::ERRCODE_INTERNAL_ERROR,
        "the entry of the audit trail could not be written",
    )
    .detail("What is audited is not done without its entry.")
    .hint("The server's log says why."))
}

fn start(segment: pg_sys::dsm_handle) -> Result<DynamicBackgroundWorker, Error> {
    let begun = Instant::now();
    loop {
        // SAFETY: the number of this process.
        let own = unsafe { pg_sys::MyProcPid };
        let worker = background::builder("heimdall audit", "heimdall_audit_main")
            .set_argument(i64::from(segment).into_datum())
            .set_notify_pid(own)
            .load_dynamic();
        if let Ok(worker) = worker {
            return Ok(worker);
        }
        if begun.elapsed() > PATIENCE {
            let code = PgSqlErrorCode::ERRCODE_CONFIGURATION_LIMIT_EXCEEDED;
            return Err(Error::new(code, "there is no worker process left to write the audit trail")
                .detail("What is audited is not done without its entry.")
                .hint("Raise max_worker_processes, or try again when fewer are in use."));
        }
        background::sleep(NAP);
    }
}

/// Writes one entry, in a process of its own.
#[unsafe(no_mangle)]
#[pg_guard]
pub extern "C-unwind" fn heimdall_audit_main(argument: pg_sys::Datum) {
    background::end_on_request();
    // Gone where the caller has been cancelled meanwhile: he has got nothing.
    let Some(segment) = Segment::attach(argument.value() as pg_sys::dsm_handle) else { return };
    let Ok(request) = serde_json::from_slice::<Value>(segment.bytes()) else { return };
    let database = request["database"].as_u64().and_then(|oid| u32::try_from(oid).ok());
    BackgroundWorker::connect_worker_to_spi_by_oid(database.map(pg_sys::Oid::from), None);
    BackgroundWorker::transaction(|| {
        session(|session| drop(ok(session.query(DURABLE, &[]))));
        let text = |name: &str| request[name].as_str().unwrap_or_default();
        let actor = Actor::of_another_session(text("actor"), text("session_user"), text("request_id"));
        ok(append(&actor, LANES_ALONE, text("action"), text("object"), request["detail"].clone()));
    });
    segment.state().store(WRITTEN, Ordering::Release);
}

/// A segment of shared memory that this process has attached.
struct Segment(*mut pg_sys::dsm_segment);

impl Segment {
    /// Makes one that holds these bytes.
    fn create(bytes: &[u8]) -> Result<Segment, Error> {
        let length = u32::try_from(bytes.len()).map_err(|_| {
            Error::new(
                PgSqlErrorCode::ERRCODE_PROGRAM_LIMIT_EXCEEDED,
                "an entry of the audit trail is too long",
            )
        })?;
        // SAFETY: the segment has room for the header and the bytes, and begins on the boundary of a page.
        unsafe {
            let segment = Segment(pg_sys::dsm_create(HEADER + bytes.len(), 0));
            let start = segment.start();
            start.cast::<u32>().write(ASKED);
            start.add(4).cast::<u32>().write(length);
            start.add(HEADER).copy_from_nonoverlapping(bytes.as_ptr(), bytes.len());
            Ok(segment)
        }
    }

    fn attach(handle: pg_sys::dsm_handle) -> Option<Segment> {
        // SAFETY: a handle that is no segment's gives NULL.
        let segment = unsafe { pg_sys::dsm_attach(handle) };
        (!segment.is_null()).then_some(Segment(segment))
    }

    fn handle(&self) -> pg_sys::dsm_handle {
        // SAFETY: the segment is attached.
        unsafe { pg_sys::dsm_segment_handle(self.0) }
    }

    fn start(&self) -> *mut u8 {
        // SAFETY: the segment is attached.
        unsafe { pg_sys::dsm_segment_address(self.0).cast() }
    }

    fn state(&self) -> &AtomicU32 {
        // SAFETY: the first word of a segment; both processes use it as this type alone once it is made.
        unsafe { AtomicU32::from_ptr(self.start().cast()) }
    }

    fn bytes(&self) -> &[u8] {
        // SAFETY: written before the worker was started, not changed since, and as long as the second word says.
        unsafe {
            let length = self.start().add(4).cast::<u32>().read();
            std::slice::from_raw_parts(self.start().add(HEADER), length as usize)
        }
    }
}

impl Drop for Segment {
    fn drop(&mut self) {
        // An error that unwinds gives it back with the resources of the transaction.
        if !std::thread::panicking() {
            // SAFETY: attached by this object, which nobody uses any more.
            unsafe { pg_sys::dsm_detach(self.0) };
        }
    }
}
