//! One upload from its first row to its report.

use std::ffi::CStr;
use std::time::Instant;

use heimdall_core::batch::Keys;
use heimdall_core::format::{Format, FormatOptions};
use heimdall_core::mapping::{Mapping, Policy};
use heimdall_core::pipeline::{Finished, Intake};
use pgrx::{PgSqlErrorCode, pg_sys};

use super::report::{self, Batch, Report};
use crate::error::Error;
use crate::owner::AsOwner;
use crate::progress::{Phase, Progress, Way};
use crate::session::{Arg, session};
use crate::store::GraphStore;
use crate::{keys, logs, mapping, policy, preset, version};

/// A source, ready to take a dump.
pub struct Source {
    pub name: String,
    pub format: Format,
    pub options: FormatOptions,
    pub mapping: Option<Mapping>,
    pub policy: Policy,
    /// As it was read.
    policy_json: String,
    reject_limit: f64,
}

const SOURCE: &CStr = c"
    SELECT s.format, s.mapping::pg_catalog.text, s.reject_limit, heimdall._policy(s.name)::pg_catalog.text,
           heimdall.graph()::pg_catalog.text, s.options::pg_catalog.text
    FROM heimdall.source AS s
    WHERE s.name = $1";
const POLICY: &CStr = c"SELECT heimdall._policy($1)::pg_catalog.text";
const NEXT_BATCH: &CStr = c"SELECT pg_catalog.nextval('heimdall.batch_id_seq')";

impl Source {
    /// Reads a source's definition.
    pub fn load(name: &str) -> Result<Source, Error> {
        // Every way in begins here: from now on, whatever is logged may be about a dump.
        logs::statement_is_ours();
        // SAFETY: reads a variable of the backend.
        if unsafe { pg_sys::GetDatabaseEncoding() } != pg_sys::pg_enc::PG_UTF8 as i32 {
            let code = PgSqlErrorCode::ERRCODE_FEATURE_NOT_SUPPORTED;
            return Err(Error::new(code, "heimdall needs a database in UTF-8")
                .hint("CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0"));
        }
        let _owner = AsOwner::new()?;
        session(|session| {
            version::require(session)?;
            let rows = session.query(SOURCE, &[Arg::Text(name)])?;
            let (Some(format), Some(reject_limit)) = (rows.text(0, 1), rows.float(0, 3)) else {
                let code = PgSqlErrorCode::ERRCODE_UNDEFINED_OBJECT;
                // What stands in its place may be the dump, or a column of it.
                return Err(Error::new(code, "there is no source of that name").hint(
                    "The table heimdall.source has them all; heimdall.create_source('name') makes one.",
                ));
            };
            let mapping = rows.text(0, 2).map(|json| mapping::parse(&json)).transpose()?;
            let policy_json = rows.text(0, 4).unwrap_or_default();
            let policy = policy::parse(&policy_json)?;
            let format = mapping::format(&format)?;
            let options = preset::options(&rows.text(0, 6).unwrap_or_default(), format)?;
            Ok(Source { name: name.to_owned(), format, options, mapping, policy, policy_json, reject_limit })
        })
    }

    /// The source, for a dump of that format, whose options are those of the source where it is its own.
    pub fn for_format(mut self, format: Format) -> Source {
        if format != self.format {
            self.options = FormatOptions::default();
            self.format = format;
        }
        self
    }

    /// To be called once the lock of writers is held: whoever brings what is stored under other rules has ended, and would
    /// not come back for what is stored under those of before.
    fn require_same_policy(&self) -> Result<(), Error> {
        let _owner = AsOwner::new()?;
        let now =
            session(|session| Ok::<_, Error>(session.query(POLICY, &[Arg::Text(&self.name)])?.text(0, 1)))?;
        if now.as_ref() == Some(&self.policy_json) {
            return Ok(());
        }
        let code = PgSqlErrorCode::ERRCODE_T_R_SERIALIZATION_FAILURE;
        Err(Error::new(code, "the rules of the source have changed meanwhile")
            .hint("Nothing of this dump is stored. Try the ingest again."))
    }
}

/// An upload that is going on.
pub struct Upload {
    pub id: i64,
    pub started: Instant,
    pub data_key: u32,
    pub intake: Intake,
    pub store: GraphStore,
}

/// How an upload ended.
pub enum Outcome {
    Stored(Report),
    /// The dump is there already.
    Duplicate(Report),
}

impl Upload {
    /// Begins an upload: without keys, not a row is taken. Of some it is known beforehand how many bytes they have.
    pub fn begin(source: &Source, way: Way, total: Option<u64>) -> Result<Upload, Error> {
        let started = Instant::now();
        let progress = Progress::begin(&source.name, way, total);
        let hash = keys::hash_keys()?;
        let _owner = AsOwner::new()?;
        let (id, data) = session(|session| {
            let data = keys::data_key(session, &source.name)?;
            let id = session.query(NEXT_BATCH, &[])?.int(0, 1).unwrap_or_default();
            Ok::<_, Error>((id, data))
        })?;
        let data_key = data.id();
        let (mapping, policy) = (source.mapping.clone(), source.policy.clone());
        let intake = Intake::new(id, Keys { hash, data }, mapping, policy, source.reject_limit);
        Ok(Upload { id, started, data_key, intake, store: GraphStore::new(&source.name, progress) })
    }

    /// Ends an upload whose rows are all in: stores the rest, unless the dump is there already.
    pub fn end(mut self, source: &Source, finished: &Finished) -> Result<Outcome, Error> {
        self.store.progress.enter(Phase::Finishing);
        if let Some(earlier) = report::earlier(&source.name, finished)? {
            return Ok(Outcome::Duplicate(earlier));
        }
        self.intake.flush_rest(&mut self.store)?;
        source.require_same_policy()?;
        let sealed = self.intake.keys().data.sealed();
        let totals = self.store.totals;
        let (tlp, retry_of) = (self.intake.tlp(), self.store.retry_of);
        let batch = Batch { id: self.id, source: &source.name, tlp, retry_of };
        report::record(batch, finished, totals, (self.data_key, sealed), self.started).map(Outcome::Stored)
    }
}
