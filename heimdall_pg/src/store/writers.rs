//! How writers meet. See `docs/decisions/0004-writers-and-locks.md`.

use std::ffi::CStr;

use pgrx::{PgSqlErrorCode, pg_sys};

use crate::error::Error;
use crate::local_settings::LocalSettings;
use crate::session::{Session, session};
use crate::subtransaction::Subtransaction;

/// Held by whoever writes, to the end of the transaction: shared, or alone after a collision.
const BESIDE_OTHERS: &CStr = c"SELECT pg_catalog.pg_advisory_xact_lock_shared(7226401)";
const ALONE: &CStr = c"SELECT pg_catalog.pg_advisory_xact_lock(7226401)";
/// Held by an upload of several flushes: two of them could wait for each other, and neither could begin anew.
const LONG: &CStr = c"SELECT pg_catalog.pg_advisory_xact_lock(7226402)";

/// Fails with 40001 where a subject has been erased since the snapshot was taken.
const NOTHING_ERASED: &CStr = c"SELECT FROM heimdall.instance FOR SHARE";

/// Another writer has made the same record meanwhile.
const MADE: PgSqlErrorCode = PgSqlErrorCode::ERRCODE_UNIQUE_VIOLATION;
/// Two writers wait for each other.
const CIRCLE: PgSqlErrorCode = PgSqlErrorCode::ERRCODE_T_R_DEADLOCK_DETECTED;
/// [`PATIENCE`] is over, or the user's own `lock_timeout`.
const WAITED: PgSqlErrorCode = PgSqlErrorCode::ERRCODE_LOCK_NOT_AVAILABLE;

/// How long the only flush of an upload waits for another writer's record before it lets go of its own: less than
/// `deadlock_timeout`, so that the one that can begin anew is the one that does.
const PATIENCE: [(&CStr, &CStr); 1] = [(c"lock_timeout", c"300ms")];

/// Flushes of a long upload that collide are written again so often; each time, somebody else has committed.
const ATTEMPTS: u32 = 20;

/// Writes the only flush of an upload: beside others, and where it collides with one of them, once more alone.
pub(super) fn only_one(mut write: impl FnMut(&Session<'_>) -> Result<(), Error>) -> Result<(), Error> {
    let beside = attempt(&[MADE, CIRCLE, WAITED], |session| {
        beside_others(session)?;
        let _patience = LocalSettings::new(&PATIENCE);
        write(session)
    })?;
    if beside.is_some() {
        return Ok(());
    }
    // What Postgres says of a unique violation quotes the key.
    let alone = attempt(&[MADE], |session| {
        session.query(ALONE, &[])?;
        write(session)
    })?;
    alone.ok_or_else(collision)
}

/// Writes one of several flushes of an upload, which keeps what it has written before. There is one such upload at
/// a time; those of one flush go on beside it.
pub(super) fn one_of_many(
    first: bool,
    mut write: impl FnMut(&Session<'_>) -> Result<(), Error>,
) -> Result<(), Error> {
    if first {
        session(|session| {
            session.query(LONG, &[])?;
            beside_others(session)
        })?;
    }
    for _ in 0..ATTEMPTS {
        if attempt(&[MADE, CIRCLE], &mut write)?.is_some() {
            return Ok(());
        }
        if keeps_snapshot() {
            break;
        }
    }
    Err(collision())
}

/// Takes the lock of a writer. Whoever had it alone may have taken away what an older snapshot still shows.
fn beside_others(session: &Session<'_>) -> Result<(), Error> {
    session.query(BESIDE_OTHERS, &[])?;
    if keeps_snapshot() {
        session.query(NOTHING_ERASED, &[])?;
    }
    Ok(())
}

/// Whether all statements of the transaction see one state.
fn keeps_snapshot() -> bool {
    // SAFETY: reads a variable of the backend.
    unsafe { pg_sys::XactIsoLevel >= pg_sys::XACT_REPEATABLE_READ as i32 }
}

/// None where it collided, and nothing of it is there.
fn attempt(
    forgiven: &[PgSqlErrorCode],
    work: impl FnOnce(&Session<'_>) -> Result<(), Error>,
) -> Result<Option<()>, Error> {
    Subtransaction::attempt(forgiven, || session(work))
}

/// The transaction cannot see what it collides with.
fn collision() -> Error {
    Error::new(
        PgSqlErrorCode::ERRCODE_T_R_SERIALIZATION_FAILURE,
        "another transaction has just made or locked the same records",
    )
    .hint("Try the ingest again, in a transaction of its own and at the isolation level READ COMMITTED.")
}
