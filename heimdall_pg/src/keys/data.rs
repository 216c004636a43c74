//! Data keys: wrapped by the master key in `heimdall.data_key`, open only in the memory of who uses them.

use std::ffi::CStr;

use heimdall_core::protect::{DataKey, MasterKey};
use pgrx::PgSqlErrorCode;
use pgrx::prelude::*;

use super::{hash_fingerprint, master_key, previous_master_key};
use crate::error::{Error, ok};
use crate::owner::AsOwner;
use crate::session::{Arg, Session, session};

/// The lock lets a key be retired meanwhile, but not destroyed: whoever wants that waits until the upload is over. And
/// where somebody is destroying it, this waits, and finds another one.
const CURRENT: &CStr = c"
    SELECT k.id, k.wrapped
    FROM heimdall.data_key AS k
    WHERE k.source = $1 AND k.retired_at IS NULL
      AND (SELECT coalesce(sum(b.sealed), 0) FROM heimdall.batch AS b WHERE b.data_key = k.id) < $2
    ORDER BY k.id DESC
    LIMIT 1
    FOR KEY SHARE OF k";
const NEXT_ID: &CStr = c"SELECT nextval('heimdall.data_key_id_seq')";
const INSERT: &CStr = c"
    INSERT INTO heimdall.data_key (id, source, wrapped, master_key, hash_key) VALUES ($1::integer, $2, $3, $4, $5)";
const UNDER_ANOTHER_HASH_KEY: &CStr = c"
    SELECT FROM heimdall.data_key AS k WHERE k.hash_key <> $1 LIMIT 1";
const AUDIT_NEW: &CStr = c"
    SELECT heimdall._audit('key.create', 'data key ' || $1,
                           pg_catalog.jsonb_build_object('source', $2, 'master_key', $3))";
const BY_ID: &CStr = c"
    SELECT k.wrapped, pg_catalog.to_char(k.destroyed_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS UTC')
    FROM heimdall.data_key AS k
    WHERE k.id = $1";
const UNDER_OTHERS: &CStr = c"
    SELECT k.id, k.wrapped
    FROM heimdall.data_key AS k
    WHERE k.wrapped IS NOT NULL AND k.master_key IS DISTINCT FROM $1
    ORDER BY k.id
    FOR NO KEY UPDATE";
const REWRAP: &CStr = c"
    UPDATE heimdall.data_key AS k SET wrapped = $2, master_key = $3 WHERE k.id = $1";
const AUDIT_REWRAP: &CStr = c"
    SELECT heimdall._audit('key.rewrap', 'data keys',
                           pg_catalog.jsonb_build_object('rewrapped', $1, 'master_key', $2))";

/// The data key that a source seals with now, made where there is none or it has sealed enough. Whoever wants one is about to
/// store, and so hashes with the key that what is there was hashed with.
pub fn data_key(session: &Session, source: &str) -> Result<DataKey, Error> {
    let master = master_key()?;
    let hash_key = hash_fingerprint()?;
    if session.query(UNDER_ANOTHER_HASH_KEY, &[Arg::Text(&hash_key)])?.len() > 0 {
        return Err(another_hash_key());
    }
    let limit = i64::try_from(DataKey::LIMIT).unwrap_or(i64::MAX);
    let found = session.query(CURRENT, &[Arg::Text(source), Arg::Int8(limit)])?;
    if let (Some(id), Some(wrapped)) = (found.int(0, 1), found.bytes(0, 2)) {
        return unwrap(master, id, &wrapped);
    }
    let id = session.query(NEXT_ID, &[])?.int(0, 1).unwrap_or_default();
    let (key, wrapped) = master.new_data_key(number(id)?)?;
    let fingerprints = [master.fingerprint(), &hash_key].map(Arg::Text);
    let [master_key, hash_key] = fingerprints;
    session.query(INSERT, &[Arg::Int8(id), Arg::Text(source), Arg::Bytes(&wrapped), master_key, hash_key])?;
    session.query(AUDIT_NEW, &[Arg::Int8(id), Arg::Text(source), Arg::Text(master.fingerprint())])?;
    Ok(key)
}

fn another_hash_key() -> Error {
    Error::new(
        PgSqlErrorCode::ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE,
        "the hash key is not the one that this database was used with before",
    )
    .detail("What is hashed with it would not meet what is stored.")
    .hint("Give the server the hash key of before: HMD_HASH_KEY, or where its configuration has it from.")
}

/// The data key of that number; none where it was destroyed.
pub fn data_key_unless_destroyed(session: &Session, id: u32) -> Result<Option<DataKey>, Error> {
    let found = session.query(BY_ID, &[Arg::Int8(i64::from(id))])?;
    match found.bytes(0, 1) {
        Some(wrapped) => unwrap(master_key()?, i64::from(id), &wrapped).map(Some),
        None if found.len() > 0 => Ok(None),
        None => Err(gone(format!("there is no data key {id}"))),
    }
}

/// The data key of that number.
pub fn data_key_by_id(session: &Session, id: u32) -> Result<DataKey, Error> {
    data_key_unless_destroyed(session, id)?.ok_or_else(|| {
        let found = session.query(BY_ID, &[Arg::Int8(i64::from(id))]);
        let at = found.ok().and_then(|found| found.text(0, 2)).unwrap_or_default();
        gone(format!("data key {id} was destroyed at {at}"))
    })
}

fn gone(message: String) -> Error {
    Error::new(PgSqlErrorCode::ERRCODE_UNDEFINED_OBJECT, message)
        .detail("What was sealed with it cannot be opened any more.")
}

fn unwrap(master: MasterKey, id: i64, wrapped: &[u8]) -> Result<DataKey, Error> {
    let opener = opener(master, id, wrapped)?.ok_or_else(|| not_unwrapped(id))?;
    opener.1.unwrap_data_key(number(id)?, wrapped).map_err(|_| not_unwrapped(id))
}

fn not_unwrapped(id: i64) -> Error {
    Error::new(
        PgSqlErrorCode::ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE,
        format!("data key {id} cannot be unwrapped"),
    )
    .detail("It was wrapped by another master key, or altered.")
    .hint("Is HMD_MASTER_KEY, or HMD_MASTER_KEY_PREVIOUS, the key that this database was used with before?")
}

/// Which of the two master keys has wrapped a data key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wrapper {
    Current,
    Previous,
}

/// The master key that opens a data key, the current one first; none where neither does.
fn opener(current: MasterKey, id: i64, wrapped: &[u8]) -> Result<Option<(Wrapper, MasterKey)>, Error> {
    let id = number(id)?;
    if current.unwrap_data_key(id, wrapped).is_ok() {
        return Ok(Some((Wrapper::Current, current)));
    }
    let previous = previous_master_key()?.filter(|previous| previous.unwrap_data_key(id, wrapped).is_ok());
    Ok(previous.map(|previous| (Wrapper::Previous, previous)))
}

fn number(id: i64) -> Result<u32, Error> {
    u32::try_from(id).map_err(|_| {
        Error::new(PgSqlErrorCode::ERRCODE_PROGRAM_LIMIT_EXCEEDED, "there are too many data keys")
    })
}

/// Has the master key of now wrap every data key that another one has wrapped, all or none, and gives their number.
/// The previous master key is not needed any more afterwards. What was sealed stays as it is.
#[pg_extern(volatile, parallel_unsafe)]
fn rewrap_keys() -> i64 {
    ok(rewrap())
}

fn rewrap() -> Result<i64, Error> {
    let master = master_key()?;
    let fingerprint = master.fingerprint().to_owned();
    let _owner = AsOwner::new()?;
    session(|session| {
        let found = session.query(UNDER_OTHERS, &[Arg::Text(&fingerprint)])?;
        for row in 0..found.len() {
            let (Some(id), Some(wrapped)) = (found.int(row, 1), found.bytes(row, 2)) else { continue };
            let unopened = || {
                not_unwrapped(id).hint(
                    "No data key has been rewrapped. One that no master key opens any more is to be destroyed: \
                     SELECT heimdall.destroy_data_key(id, reason).",
                )
            };
            let (_, old) = opener(master_key()?, id, &wrapped)?.ok_or_else(unopened)?;
            let rewrapped = master.rewrap(&old, number(id)?, &wrapped)?;
            session.query(REWRAP, &[Arg::Int8(id), Arg::Bytes(&rewrapped), Arg::Text(&fingerprint)])?;
        }
        let rewrapped = found.len() as i64;
        session.query(AUDIT_REWRAP, &[Arg::Int8(rewrapped), Arg::Text(&fingerprint)])?;
        Ok(rewrapped)
    })
}

/// Which master key opens a data key: `current`, `previous`, or none of those that the server has.
#[pg_extern(stable, strict, parallel_unsafe, name = "_data_key_opened_by")]
fn data_key_opened_by(id: i32, wrapped: &[u8]) -> Option<&'static str> {
    match opener(master_key().ok()?, i64::from(id), wrapped) {
        Ok(Some((Wrapper::Current, _))) => Some("current"),
        Ok(Some((Wrapper::Previous, _))) => Some("previous"),
        Ok(None) | Err(_) => None,
    }
}

/// What tells the hash key that the server has from others.
#[pg_extern(stable, parallel_unsafe, name = "_hash_key_fingerprint")]
fn hash_key_fingerprint() -> String {
    ok(hash_fingerprint())
}
