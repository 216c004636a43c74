//! `heimdall.verify_audit()`: whether the chains hold.

use std::collections::BTreeMap;
use std::ffi::CStr;

use heimdall_core::audit::{Chain, Entry, Head, Stored, Verdict};
use heimdall_core::protect::hex;
use pgrx::JsonB;
use pgrx::prelude::*;
use serde_json::Value;

use crate::error::{Error, ok};
use crate::keys;
use crate::owner::AsOwner;
use crate::session::{POSTGRES_EPOCH, Rows, session};

const ENTRIES: &CStr = c"
    SELECT a.lane::pg_catalog.int8, a.position, a.at, a.actor, a.session_user_name, a.request_id, a.action, a.object,
           a.detail::pg_catalog.text, a.previous, a.digest, a.mac
    FROM heimdall.audit AS a
    ORDER BY a.lane, a.position";

/// One row for each lane: how many entries hold, the digest of the last of them, and where and why the chain is broken.
type Lane = (i16, i64, Option<String>, Option<i64>, Option<&'static str>);

/// Checks every entry of the audit trail. One row for each lane: how many entries hold from the first on, the digest
/// of the last of them (hexadecimal), and the position and the reason of the first break, NULL where all hold.
/// `known_heads` is what heimdall.audit_heads() gave earlier: that the end of a chain was cut off shows against that
/// alone.
#[pg_extern(stable, parallel_unsafe)]
#[allow(clippy::type_complexity, reason = "pg_extern wants the columns in the signature itself")]
fn verify_audit(
    known_heads: default!(Option<JsonB>, "NULL"),
) -> TableIterator<
    'static,
    (
        name!(lane, i16),
        name!(entries, i64),
        name!(head, Option<String>),
        name!(broken_at, Option<i64>),
        name!(reason, Option<&'static str>),
    ),
> {
    let known = ok(known_heads.map_or_else(|| Ok(BTreeMap::new()), |heads| parse(&heads.0)));
    TableIterator::new(ok(verify(known)))
}

fn verify(mut known: BTreeMap<i16, Head>) -> Result<Vec<Lane>, Error> {
    let mut keys = keys::hash_keys()?;
    let mut lanes = Vec::new();
    let mut open: Option<(i16, Chain)> = None;
    let _owner = AsOwner::new()?;
    session(|session| {
        session.each(ENTRIES, |rows, row| {
            let lane = rows.int(row, 1).unwrap_or_default() as i16;
            if open.as_ref().is_none_or(|(number, _)| *number != lane) {
                let next = (lane, Chain::known(known.remove(&lane)));
                lanes.extend(open.replace(next).map(|(number, chain)| answer(number, chain.end())));
            }
            if let Some((_, chain)) = open.as_mut().filter(|(_, chain)| !chain.is_broken()) {
                take(chain, &mut keys, rows, row);
            }
        });
    });
    lanes.extend(open.map(|(number, chain)| answer(number, chain.end())));
    // Lanes of which nothing is left.
    lanes.extend(known.into_iter().map(|(number, head)| answer(number, Chain::known(Some(head)).end())));
    lanes.sort_by_key(|lane| lane.0);
    Ok(lanes)
}

fn take(chain: &mut Chain, keys: &mut heimdall_core::protect::HashKeys, rows: &Rows<'_>, row: usize) {
    let text = |column| rows.text(row, column).unwrap_or_default();
    let bytes = |column| rows.bytes(row, column).unwrap_or_default();
    let (actor, session_user, request_id) = (text(4), text(5), text(6));
    let (action, object, detail) = (text(7), text(8), text(9));
    let (previous, digest, mac) = (bytes(10), bytes(11), bytes(12));
    let entry = Entry {
        lane: rows.int(row, 1).unwrap_or_default() as i16,
        position: rows.int(row, 2).unwrap_or_default(),
        // Infinity, which no clock gives, is out of range as well.
        at: rows.int(row, 3).unwrap_or_default().saturating_add(POSTGRES_EPOCH),
        actor: &actor,
        session_user: &session_user,
        request_id: &request_id,
        action: &action,
        object: &object,
        detail: &detail,
        previous: &previous,
    };
    chain.push(keys, &Stored { entry, digest: &digest, mac: &mac });
}

fn answer(number: i16, verdict: Verdict) -> Lane {
    let head = verdict.head.as_ref();
    (
        number,
        head.map_or(0, |head| head.position),
        head.map(|head| hex(&head.digest)),
        verdict.broken.map(|broken| broken.position),
        verdict.broken.map(|broken| broken.reason),
    )
}

/// Reads what heimdall.audit_heads() gave: `{"0": {"position": 12, "digest": "00ff…"}, …}`.
fn parse(heads: &Value) -> Result<BTreeMap<i16, Head>, Error> {
    let read = |(lane, head): (&String, &Value)| {
        let position = head.get("position")?.as_i64().filter(|position| *position > 0)?;
        let digest = unhex(head.get("digest")?.as_str()?)?;
        Some((lane.parse().ok()?, Head { position, digest }))
    };
    let heads = heads.as_object().and_then(|heads| heads.iter().map(read).collect::<Option<_>>());
    heads.ok_or_else(|| {
        Error::new(PgSqlErrorCode::ERRCODE_INVALID_PARAMETER_VALUE, "these are no heads of an audit trail")
            .hint("Give what heimdall.audit_heads() gave earlier.")
    })
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    if !text.len().is_multiple_of(2) || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).ok()).collect()
}
