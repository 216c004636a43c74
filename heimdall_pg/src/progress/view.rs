//! The slots as rows of a view.

use pgrx::prelude::*;
use pgrx::{FromDatum, pg_sys};

use super::slot::{self, Shown};
use super::{Phase, Way, stated};
use crate::audit::Actor;

type Row = (
    i32,
    String,
    &'static str,
    &'static str,
    i64,
    Option<i64>,
    i64,
    i64,
    i64,
    Option<TimestampWithTimeZone>,
    Option<String>,
);

/// The ingests of this database that go on now: the caller's own, and all of them for those who run it. Of a gateway they
/// are those of the actor that it states.
#[allow(clippy::type_complexity, reason = "pg_extern wants the columns in the signature itself")]
#[pg_extern(volatile, parallel_restricted, name = "_ingest_progress")]
pub fn ingest_progress() -> TableIterator<
    'static,
    (
        name!(pid, i32),
        name!(source, String),
        name!(way, &'static str),
        name!(phase, &'static str),
        name!(bytes_processed, i64),
        name!(bytes_total, Option<i64>),
        name!(rows_read, i64),
        name!(rows_rejected, i64),
        name!(flushes, i64),
        name!(started_at, Option<TimestampWithTimeZone>),
        name!(request_id, Option<String>),
    ),
> {
    let shown = slot::all().iter().filter_map(slot::Slot::shown);
    let asking = stated(Actor::current().ok().as_ref());
    TableIterator::new(shown.filter(|shown| is_for(asking, shown)).map(row).collect::<Vec<Row>>())
}

fn is_for(asking: u64, shown: &Shown) -> bool {
    // SAFETY: look-ups in caches and in the array of backends; the name is a terminated string.
    unsafe {
        let caller = pg_sys::GetUserId();
        let may = |role| role != pg_sys::InvalidOid && pg_sys::has_privs_of_role(caller, role);
        shown.database == pg_sys::MyDatabaseId
            && (may(shown.user) && shown.actor == asking
                || may(pg_sys::Oid::from(pg_sys::ROLE_PG_READ_ALL_STATS))
                || may(pg_sys::get_role_oid(c"heimdall_admin".as_ptr(), true)))
            // A process that was killed has not cleared what it showed.
            && !pg_sys::BackendPidGetProc(shown.pid).is_null()
    }
}

fn row(shown: Shown) -> Row {
    let name_of = |names: &[&'static str], at: u32| names.get(at as usize).copied().unwrap_or("");
    // SAFETY: a timestamptz, as Postgres counts it.
    let started = unsafe { TimestampWithTimeZone::from_datum(pg_sys::Datum::from(shown.started), false) };
    (
        shown.pid,
        shown.source,
        name_of(&Way::ALL.map(Way::name), shown.way),
        name_of(&Phase::ALL.map(Phase::name), shown.phase),
        shown.bytes as i64,
        shown.total.map(|total| total as i64),
        shown.read as i64,
        shown.rejected as i64,
        shown.flushes as i64,
        started,
        Some(shown.request_id).filter(|id| !id.is_empty()),
    )
}
