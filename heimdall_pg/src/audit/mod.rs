//! The audit trail: who did what, in chains that show where somebody has tampered with them.
//!
//! An entry is written in the transaction of what it tells of, by [`write()`]; by [`alone::write`] in one of its own,
//! where it has to stay whatever becomes of the caller's. See `docs/decisions/0023-audit-trail.md`.

mod actor;
pub mod alone;
mod guard;
mod lane;
mod verify;

use std::ffi::CStr;
use std::ops::Range;

use heimdall_core::audit::{Entry, mac};
use pgrx::prelude::*;
use pgrx::{IntoDatum, JsonB, direct_function_call, pg_sys};
use serde_json::Value;

use self::lane::Lane;
use crate::error::{Error, ok};
use crate::keys;
use crate::owner::AsOwner;
use crate::session::{Arg, POSTGRES_EPOCH, session};

pub use self::actor::Actor;

/// Chains for transactions: so many can have written without having ended, and none waits for another.
const LANES: Range<i16> = 0..32;

/// Chains for entries with a transaction of their own. They are apart, so that nobody who keeps a transaction open
/// keeps others from being audited.
const LANES_ALONE: Range<i16> = 32..40;

const INSERT: &CStr = c"
    INSERT INTO heimdall.audit (lane, position, at, actor, session_user_name, request_id, action, object, detail,
                                previous, digest, mac)
    VALUES ($1::pg_catalog.int2, $2, $3, $4, $5, $6, $7, $8, $9::pg_catalog.jsonb, $10, $11, $12)";

/// Writes an entry in the transaction of the caller. No value that is protected may be in it.
pub fn write(action: &str, object: &str, detail: Value) -> Result<(), Error> {
    let actor = Actor::current()?;
    actor.warn_of_disbelief();
    append(&actor, LANES, action, object, detail)
}

fn append(actor: &Actor, lanes: Range<i16>, action: &str, object: &str, detail: Value) -> Result<(), Error> {
    let mut keys = keys::hash_keys()?;
    let _owner = AsOwner::new()?;
    let detail = normal(detail);
    let lane = Lane::take(lanes)?;
    let head = lane.head()?;
    let (position, previous) = head.map_or((1, Vec::new()), |head| (head.position + 1, head.digest));
    // SAFETY: reads the clock.
    let at = unsafe { pg_sys::GetCurrentTimestamp() };
    let entry = Entry {
        lane: lane.number(),
        position,
        at: at + POSTGRES_EPOCH,
        actor: &actor.name,
        session_user: &actor.session_user,
        request_id: &actor.request_id,
        action,
        object,
        detail: &detail,
        previous: &previous,
    };
    let digest = entry.digest();
    session(|session| {
        let args = [
            Arg::Int8(i64::from(entry.lane)),
            Arg::Int8(position),
            Arg::Time(at),
            Arg::Text(entry.actor),
            Arg::Text(entry.session_user),
            Arg::Text(entry.request_id),
            Arg::Text(action),
            Arg::Text(object),
            Arg::Text(&detail),
            Arg::Bytes(&previous),
            Arg::Bytes(&digest),
            Arg::Bytes(&mac(&mut keys, &digest)),
        ];
        session.query(INSERT, &args).map(drop)
    })
}

/// JSON as Postgres writes it once it is `jsonb`: what is digested is what can be read again.
fn normal(detail: Value) -> String {
    // SAFETY: the output function of jsonb, called with a jsonb.
    let text = unsafe { direct_function_call::<&CStr>(pg_sys::jsonb_out, &[JsonB(detail).into_datum()]) };
    text.map_or_else(|| "{}".to_owned(), |text| text.to_string_lossy().into_owned())
}

/// Writes an entry: what was done, to what, and the particulars, of which none is a value that is protected.
#[pg_extern(volatile, parallel_unsafe, name = "_audit")]
fn audit(action: &str, object: &str, detail: default!(JsonB, "'{}'")) {
    ok(write(action, object, detail.0));
}

/// Writes an entry that stays, whatever becomes of the transaction: before what somebody may look at and then take back.
#[pg_extern(volatile, parallel_unsafe, name = "_audit_alone")]
fn audit_alone(action: &str, object: &str, detail: default!(JsonB, "'{}'")) {
    ok(alone::write(action, object, detail.0));
}
