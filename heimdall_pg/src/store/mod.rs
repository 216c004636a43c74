//! Where batches go: registry, graph, provenance, change log. Statements take whole columns, never a row.

mod change_log;
mod edges;
mod labels;
mod nodes;
mod provenance;
mod rejects;

use std::ffi::{CStr, CString};

use heimdall_core::batch::Flush;
use heimdall_core::mapping::Mapping;
use heimdall_core::pipeline::Store;
use pgrx::{PgSqlErrorCode, pg_sys};

use crate::error::Error;
use crate::local_settings::LocalSettings;
use crate::owner::AsOwner;
use crate::session::{Arg, GraphidType, Session, session};
use labels::Label;

/// The store of one upload.
pub struct GraphStore {
    source: String,
    /// What was created and what was there already.
    pub totals: Totals,
    flushes: u32,
}

/// Records that an upload has touched.
#[derive(Clone, Copy, Debug, Default)]
pub struct Totals {
    pub vertices_created: u64,
    pub vertices_merged: u64,
    pub edges_created: u64,
    pub edges_merged: u64,
}

/// Records that one statement handles, at most: bounds the memory that a flush takes beside the batch itself.
const CHUNK: usize = 16_384;

/// Properties as JSON objects, by position: what records are made with or take over.
type Changes = std::collections::BTreeMap<usize, String>;

/// What the steps of a flush share.
struct Step<'s> {
    session: &'s Session<'s>,
    graphid: GraphidType,
    /// The batch has written provenance before: the same record may be there.
    again: bool,
    /// What an INSERT says of records that another writer makes at the same time.
    conflict: &'static str,
}

impl Step<'_> {
    fn statement(&self, label: &Label, template: &str) -> Result<CString, Error> {
        label.statement(template, self.conflict)
    }
}

/// Every look-up is by a unique index, with sorted keys. The planner is told so: it knows nothing of tables that
/// were filled since the last ANALYZE, and one hash join over a registry of millions costs more than all else.
const TUNING: [(&CStr, &CStr); 6] = [
    (c"enable_hashjoin", c"off"),
    (c"enable_mergejoin", c"off"),
    (c"enable_seqscan", c"off"),
    (c"enable_bitmapscan", c"off"),
    (c"enable_material", c"off"),
    (c"jit", c"off"),
];

/// How a flush shares the store with other writers. See `docs/decisions/0004-writers-and-locks.md`.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sharing {
    /// Beside other small ones: its locks are taken in one order.
    Small,
    /// Alone.
    Large,
}

const SHARED: &CStr = c"SELECT pg_catalog.pg_advisory_xact_lock_shared(7226401)";
const EXCLUSIVE: &CStr = c"SELECT pg_catalog.pg_advisory_xact_lock(7226401)";

impl Sharing {
    const fn lock(self) -> &'static CStr {
        match self {
            Sharing::Small => SHARED,
            Sharing::Large => EXCLUSIVE,
        }
    }

    /// A writer that is alone need not ask before every INSERT, unless it cannot see what was committed since its
    /// transaction began.
    fn conflict(self) -> &'static str {
        // SAFETY: reads a variable of the backend.
        let sees_all = unsafe { pg_sys::XactIsoLevel } < pg_sys::XACT_REPEATABLE_READ as i32;
        if self == Sharing::Large && sees_all { "" } else { "ON CONFLICT DO NOTHING" }
    }
}

impl GraphStore {
    pub fn new(source: &str) -> GraphStore {
        GraphStore { source: source.to_owned(), totals: Totals::default(), flushes: 0 }
    }

    /// True when something has been written.
    pub fn has_flushed(&self) -> bool {
        self.flushes > 0
    }

    fn flush_shared(&mut self, mut flush: Flush<'_>, sharing: Sharing) -> Result<(), Error> {
        let _owner = AsOwner::new()?;
        session(|session| {
            session.query(sharing.lock(), &[])?;
            let _tuning = LocalSettings::new(&TUNING);
            let (graphid, conflict) = (GraphidType::new(session)?, sharing.conflict());
            let step = Step { session, graphid, again: self.flushes > 0, conflict };
            let labels = labels::Labels::load(session)?;
            let gids = nodes::store(&step, &labels, &mut flush, &mut self.totals)?;
            edges::store(&step, &labels, &mut flush, &gids, &mut self.totals)?;
            rejects::store(session, &flush)
        })?;
        self.flushes += 1;
        Ok(())
    }
}

impl Store for GraphStore {
    type Error = Error;

    fn adopt(&mut self, mapping: &Mapping) -> Result<(), Error> {
        let _owner = AsOwner::new()?;
        session(|session| {
            let args = [Arg::Text(&self.source), Arg::Text(&mapping.to_json())];
            session.query(c"SELECT heimdall._apply_mapping($1, $2::pg_catalog.jsonb, 'inferred')", &args)?;
            Ok(())
        })
    }

    fn flush(&mut self, flush: Flush<'_>) -> Result<(), Error> {
        self.flush_shared(flush, Sharing::Large)
    }

    /// A small flush that is the only one of its upload takes its locks in one order, so that writers can meet.
    fn flush_last(&mut self, flush: Flush<'_>) -> Result<(), Error> {
        let one_chunk = flush.nodes().len().max(flush.edges().len()) <= CHUNK;
        let small = self.flushes == 0 && one_chunk;
        self.flush_shared(flush, if small { Sharing::Small } else { Sharing::Large })
    }
}

/// Another transaction made the record after this one's snapshot was taken.
fn lost_race() -> Error {
    Error::new(
        PgSqlErrorCode::ERRCODE_T_R_SERIALIZATION_FAILURE,
        "another transaction has just made the same records",
    )
    .hint("Try the ingest again, or use the isolation level READ COMMITTED.")
}
