//! Where batches go: registry, graph, provenance, change log. Statements take whole columns, never a row.

mod change_log;
mod edges;
mod labels;
mod nodes;
mod provenance;
mod rejects;
mod writers;

use std::ffi::CStr;

use heimdall_core::batch::{Flush, Object};
use heimdall_core::mapping::Mapping;
use heimdall_core::pipeline::Store;
use pgrx::{PgSqlErrorCode, pg_sys};

use crate::error::Error;
use crate::local_settings::LocalSettings;
use crate::owner::AsOwner;
use crate::progress::{Phase, Progress};
use crate::session::{Arg, GraphidType, Session, session};

/// The store of one upload.
pub struct GraphStore {
    source: String,
    /// What was created and what was there already.
    pub totals: Totals,
    flushes: u32,
    /// The batch whose rows these are, once more: those that fail are put aside there.
    pub retry_of: Option<i64>,
    /// What others are shown of the upload.
    pub progress: Progress,
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
    tables: Tables,
    /// The batch has written provenance before: the same record may be there.
    again: bool,
}

/// The tables beside the graph that are written without a statement.
struct Tables {
    node: pg_sys::Oid,
    sighting: pg_sys::Oid,
    sighting_run: pg_sys::Oid,
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

impl Tables {
    fn find(session: &Session<'_>) -> Result<Tables, Error> {
        let rows = session.query(TABLES, &[])?;
        match (rows.oid(0, 1), rows.oid(0, 2), rows.oid(0, 3)) {
            (Some(node), Some(sighting), Some(sighting_run)) => Ok(Tables { node, sighting, sighting_run }),
            _ => Err(Error::new(PgSqlErrorCode::ERRCODE_UNDEFINED_TABLE, "a table of Heimdall is not there")),
        }
    }
}

const TABLES: &CStr = c"
    SELECT 'heimdall.node'::pg_catalog.regclass::pg_catalog.oid::pg_catalog.int8,
           'heimdall.sighting'::pg_catalog.regclass::pg_catalog.oid::pg_catalog.int8,
           'heimdall.sighting_run'::pg_catalog.regclass::pg_catalog.oid::pg_catalog.int8";

impl GraphStore {
    pub fn new(source: &str, progress: Progress) -> GraphStore {
        GraphStore {
            source: source.to_owned(),
            totals: Totals::default(),
            flushes: 0,
            retry_of: None,
            progress,
        }
    }

    /// True when something has been written.
    pub fn has_flushed(&self) -> bool {
        self.flushes > 0
    }

    fn has_written(&mut self, before: Phase) -> Result<(), Error> {
        self.flushes += 1;
        self.progress.flushed();
        self.progress.enter(before);
        Ok(())
    }

    fn write(&mut self, flush: &mut Flush<'_>, session: &Session<'_>) -> Result<(), Error> {
        let _tuning = LocalSettings::new(&TUNING);
        let (graphid, tables) = (GraphidType::new(session)?, Tables::find(session)?);
        let step = Step { session, graphid, tables, again: self.flushes > 0 };
        let labels = labels::Labels::load(session)?;
        let mut totals = self.totals;
        let vertices = nodes::store(&step, &labels, flush, &mut totals)?;
        edges::store(&step, &labels, flush, &vertices, &mut totals)?;
        match self.retry_of {
            None => rejects::store(session, flush)?,
            Some(batch) => rejects::leave_open(session, flush, batch)?,
        }
        self.totals = totals;
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

    fn flush(&mut self, mut flush: Flush<'_>) -> Result<(), Error> {
        let _owner = AsOwner::new()?;
        let first = self.flushes == 0;
        let before = self.progress.enter(Phase::Flushing);
        writers::one_of_many(first, |session| self.write(&mut flush, session))?;
        self.has_written(before)
    }

    fn flush_last(&mut self, mut flush: Flush<'_>) -> Result<(), Error> {
        if self.flushes > 0 {
            return self.flush(flush);
        }
        let _owner = AsOwner::new()?;
        let before = self.progress.enter(Phase::Flushing);
        writers::only_one(|session| self.write(&mut flush, session))?;
        self.has_written(before)
    }
}

/// Properties as JSON, as the change log has them.
fn json(object: &Object<'_>) -> Result<String, Error> {
    serde_json::to_string(object)
        .map_err(|_| Error::new(PgSqlErrorCode::ERRCODE_INTERNAL_ERROR, "properties are no JSON"))
}
