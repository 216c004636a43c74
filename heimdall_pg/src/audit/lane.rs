//! Lanes: chains that one transaction at a time adds to.

use std::cell::Cell;
use std::ffi::CStr;
use std::ops::Range;

use pgrx::{FromDatum, IntoDatum, PgSqlErrorCode, direct_function_call, pg_sys};

use heimdall_core::audit::Head;

use crate::error::Error;
use crate::local_settings::LocalSettings;
use crate::subtransaction::Subtransaction;

/// First number of the locks of lanes; the second is the lane.
const LOCK: i32 = 7_226_403;

/// How long one lane is waited for: longer than `deadlock_timeout`, so that a circle is found.
const PATIENCE: [(&CStr, &CStr); 1] = [(c"lock_timeout", c"3s")];

const TABLE: &CStr = c"audit";
const INDEX: &CStr = c"audit_pkey";
const COLUMN_LANE: i16 = 1;
const COLUMN_POSITION: usize = 2;
const COLUMN_DIGEST: usize = 11;

thread_local! {
    /// The lane that this session took last. As long as its transaction goes on it is its own; afterwards it is
    /// most likely free, since others have come to have theirs.
    static LAST: Cell<Option<i16>> = const { Cell::new(None) };
}

/// A lane that is this transaction's, until it ends, or until the savepoint is taken back in which it was taken.
pub(super) struct Lane(i16);

impl Lane {
    /// Takes one that is free; where none is, waits for one, and after a while for the next one: whoever has the first
    /// may keep it for long.
    pub fn take(lanes: Range<i16>) -> Result<Lane, Error> {
        // SAFETY: the number of this process.
        let own = unsafe { pg_sys::MyProcPid };
        let count = lanes.end - lanes.start;
        let spread = lanes.start + (own % i32::from(count)) as i16;
        let mut first = LAST.get().filter(|last| lanes.contains(last)).unwrap_or(spread);
        let behind = |lane: i16, steps: i16| lanes.start + (lane - lanes.start + steps) % count;
        loop {
            let free = (0..count).map(|steps| behind(first, steps)).find(|lane| is_free(*lane));
            let waited = || Ok::<_, Error>(wait(first)?.then_some(first));
            if let Some(lane) = free.map_or_else(waited, |lane| Ok(Some(lane)))? {
                LAST.set(Some(lane));
                return Ok(Lane(lane));
            }
            first = behind(first, 1);
        }
    }

    pub fn number(&self) -> i16 {
        self.0
    }

    /// Its last entry, as of this moment: whoever had the lane before may have committed after this transaction has
    /// taken its snapshot. `SnapshotSelf` sees what is committed and what is this transaction's own. It is none that
    /// serialisable transactions note what they read by, either: lanes share pages of the index, and transactions that
    /// have nothing to do with each other would be taken to depend on each other.
    pub fn head(&self) -> Result<Option<Head>, Error> {
        // SAFETY: an ordered scan as the catalogue's are made (`genam.c`): relations are open and locked while it
        // lasts, the key is of the type of the first column of the index, the snapshot is static, and values are
        // copied before the scan ends. Where an error unwinds, the end of the transaction closes what is open.
        unsafe {
            let schema = pg_sys::get_namespace_oid(c"heimdall".as_ptr(), false);
            let table = pg_sys::get_relname_relid(TABLE.as_ptr(), schema);
            let index = pg_sys::get_relname_relid(INDEX.as_ptr(), schema);
            if table == pg_sys::InvalidOid || index == pg_sys::InvalidOid {
                let code = PgSqlErrorCode::ERRCODE_UNDEFINED_TABLE;
                return Err(Error::new(code, "the audit trail is not there").hint(
                    "ALTER EXTENSION heimdall UPDATE brings the database to the version of the library.",
                ));
            }
            let table = pg_sys::table_open(table, pg_sys::RowExclusiveLock as pg_sys::LOCKMODE);
            let index = pg_sys::index_open(index, pg_sys::AccessShareLock as pg_sys::LOCKMODE);
            let mut key = pg_sys::ScanKeyData::default();
            pg_sys::ScanKeyInit(
                &mut key,
                COLUMN_LANE,
                pg_sys::BTEqualStrategyNumber as pg_sys::StrategyNumber,
                pg_sys::Oid::from(pg_sys::F_INT2EQ),
                pg_sys::Datum::from(self.0),
            );
            let snapshot = &raw mut pg_sys::SnapshotSelfData;
            let scan = pg_sys::systable_beginscan_ordered(table, index, snapshot, 1, &mut key);
            let tuple = pg_sys::systable_getnext_ordered(scan, pg_sys::ScanDirection::BackwardScanDirection);
            let head = (!tuple.is_null()).then(|| read(tuple, (*table).rd_att)).flatten();
            pg_sys::systable_endscan_ordered(scan);
            pg_sys::index_close(index, pg_sys::AccessShareLock as pg_sys::LOCKMODE);
            // Kept to the end of the transaction, which is about to write.
            pg_sys::table_close(table, pg_sys::NoLock as pg_sys::LOCKMODE);
            Ok(head)
        }
    }
}

/// Takes it where it is free; it is then this transaction's.
fn is_free(lane: i16) -> bool {
    // SAFETY: a function of two integers; the lock goes with the transaction.
    let taken =
        unsafe { direct_function_call::<bool>(pg_sys::pg_try_advisory_xact_lock_int4, &arguments(lane)) };
    taken == Some(true)
}

/// True where it has become this transaction's within [`PATIENCE`]. A cancel and a deadlock end the wait as any other.
fn wait(lane: i16) -> Result<bool, Error> {
    let taken = Subtransaction::attempt(&[PgSqlErrorCode::ERRCODE_LOCK_NOT_AVAILABLE], || {
        let _patience = LocalSettings::new(&PATIENCE);
        // SAFETY: as in `is_free`; a lock that a savepoint has taken stays when the savepoint is released.
        unsafe { direct_function_call::<()>(pg_sys::pg_advisory_xact_lock_int4, &arguments(lane)) };
        Ok(())
    })?;
    Ok(taken.is_some())
}

fn arguments(lane: i16) -> [Option<pg_sys::Datum>; 2] {
    [LOCK.into_datum(), i32::from(lane).into_datum()]
}

/// # Safety
/// The tuple is one of the audit trail, and the descriptor its table's.
unsafe fn read(tuple: pg_sys::HeapTuple, descriptor: pg_sys::TupleDesc) -> Option<Head> {
    // SAFETY: both arrays have an entry for every column; the columns have the types that are asked for.
    unsafe {
        let width = (*descriptor).natts as usize;
        let (mut values, mut nulls) = (vec![pg_sys::Datum::null(); width], vec![true; width]);
        pg_sys::heap_deform_tuple(tuple, descriptor, values.as_mut_ptr(), nulls.as_mut_ptr());
        let position = i64::from_datum(*values.get(COLUMN_POSITION - 1)?, false)?;
        let digest = Vec::<u8>::from_datum(*values.get(COLUMN_DIGEST - 1)?, false)?;
        Some(Head { position, digest })
    }
}
