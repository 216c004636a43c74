//! Where batches go: registry, graph, provenance, change log. Statements take whole columns, never a row.

mod change_log;
mod edges;
mod labels;
mod nodes;
mod provenance;
mod rejects;

use std::ffi::CStr;

use heimdall_core::batch::Flush;
use heimdall_core::mapping::Mapping;
use heimdall_core::pipeline::Store;
use pgrx::PgSqlErrorCode;

use crate::error::Error;
use crate::local_settings::LocalSettings;
use crate::owner::AsOwner;
use crate::session::{Arg, GraphidType, Session, session};

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

/// One writer at a time where order cannot be kept otherwise. See `docs/decisions/0004-writers-and-locks.md`.
const SHARED: &CStr = c"SELECT pg_catalog.pg_advisory_xact_lock_shared(7226401)";
const EXCLUSIVE: &CStr = c"SELECT pg_catalog.pg_advisory_xact_lock(7226401)";

impl GraphStore {
    pub fn new(source: &str) -> GraphStore {
        GraphStore { source: source.to_owned(), totals: Totals::default(), flushes: 0 }
    }

    /// True when something has been written.
    pub fn has_flushed(&self) -> bool {
        self.flushes > 0
    }

    fn flush_locked(&mut self, mut flush: Flush<'_>, lock: &CStr) -> Result<(), Error> {
        let _owner = AsOwner::new()?;
        session(|session| {
            session.query(lock, &[])?;
            let _tuning = LocalSettings::new(&TUNING);
            let step = Step { session, graphid: GraphidType::new(session)?, again: self.flushes > 0 };
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
        self.flush_locked(flush, EXCLUSIVE)
    }

    /// A small flush that is the only one of its upload takes its locks in one order, so that writers can meet.
    fn flush_last(&mut self, flush: Flush<'_>) -> Result<(), Error> {
        let one_chunk = flush.nodes().len().max(flush.edges().len()) <= CHUNK;
        self.flush_locked(flush, if self.flushes == 0 && one_chunk { SHARED } else { EXCLUSIVE })
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
