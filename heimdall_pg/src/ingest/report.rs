//! What an upload amounts to.

use std::ffi::CStr;
use std::time::Instant;

use heimdall_core::pipeline::Finished;
use heimdall_core::protect::{Tlp, hex};
use pgrx::pg_sys;
use serde_json::json;

use crate::audit;
use crate::error::Error;
use crate::owner::AsOwner;
use crate::session::{Arg, Array, session};
use crate::store::Totals;

/// One row of report. A duplicate shows the batch that has the dump already.
#[derive(Clone, Copy, Debug)]
pub struct Report {
    pub batch: i64,
    pub duplicate: bool,
    pub rows_read: i64,
    pub rows_accepted: i64,
    pub rows_rejected: i64,
    pub totals: Totals,
    pub milliseconds: f64,
}

impl Report {
    /// The same as an object, for programs.
    pub fn json(&self) -> String {
        json!({
            "batch": self.batch, "duplicate": self.duplicate, "rows_read": self.rows_read,
            "rows_accepted": self.rows_accepted, "rows_rejected": self.rows_rejected,
            "vertices_created": self.totals.vertices_created, "vertices_merged": self.totals.vertices_merged,
            "edges_created": self.totals.edges_created, "edges_merged": self.totals.edges_merged,
            "milliseconds": self.milliseconds,
        })
        .to_string()
    }
}

const EARLIER: &CStr = c"
    SELECT b.id, b.rows_read, b.rows_accepted, b.rows_rejected, b.vertices_created, b.vertices_merged,
           b.edges_created, b.edges_merged, b.milliseconds
    FROM heimdall.batch AS b
    WHERE b.source = $1 AND b.digest = $2";

/// Two uploads of one dump at a time: the second waits here for the first.
const LOCK: &CStr = c"
    SELECT pg_catalog.pg_advisory_xact_lock(7226402, pg_catalog.hashtext(pg_catalog.encode($1, 'hex')))";

const INSERT: &CStr = c"
    INSERT INTO heimdall.batch (id, source, digest, actor, started_at, finished_at, rows_read, rows_accepted,
        rows_rejected, vertices_created, vertices_merged, edges_created, edges_merged, milliseconds, data_key, sealed,
        tlp, fields, field_values, rules, retry_of)
    VALUES ($1, $2, $3, heimdall._actor(), pg_catalog.clock_timestamp() - $11 * '1 ms'::pg_catalog.interval,
        pg_catalog.clock_timestamp(), $4, $5, $6, $7, $8, $9, $10, $11, $12::pg_catalog.int4, $13,
        $14::pg_catalog.int2, $15, $16, $17::pg_catalog.jsonb, $18)";

/// The batch of an earlier upload of the same dump, where there is one.
pub fn earlier(source: &str, finished: &Finished) -> Result<Option<Report>, Error> {
    let _owner = AsOwner::new()?;
    session(|session| {
        session.query(LOCK, &[Arg::Bytes(&finished.digest)])?;
        let rows = session.query(EARLIER, &[Arg::Text(source), Arg::Bytes(&finished.digest)])?;
        let int = |column| rows.int(0, column).unwrap_or_default();
        Ok((rows.len() > 0).then(|| Report {
            batch: int(1),
            duplicate: true,
            rows_read: int(2),
            rows_accepted: int(3),
            rows_rejected: int(4),
            totals: Totals {
                vertices_created: int(5) as u64,
                vertices_merged: int(6) as u64,
                edges_created: int(7) as u64,
                edges_merged: int(8) as u64,
            },
            milliseconds: rows.float(0, 9).unwrap_or_default(),
        }))
    })
}

/// What is known of a batch before it is stored.
pub struct Batch<'a> {
    pub id: i64,
    pub source: &'a str,
    pub tlp: Tlp,
    /// The batch whose rows these are, once more.
    pub retry_of: Option<i64>,
}

/// Records a batch that is stored. A retry of which no row was accepted is none.
pub fn record(
    Batch { id, source, tlp, retry_of }: Batch<'_>,
    finished: &Finished,
    totals: Totals,
    (data_key, sealed): (u32, u64),
    started: Instant,
) -> Result<Report, Error> {
    let report = Report {
        batch: id,
        duplicate: false,
        rows_read: finished.counts.read as i64,
        rows_accepted: finished.counts.accepted as i64,
        rows_rejected: finished.counts.rejected as i64,
        totals,
        milliseconds: started.elapsed().as_secs_f64() * 1000.0,
    };
    if retry_of.is_some() && report.rows_accepted == 0 {
        return Ok(Report { batch: 0, ..report });
    }
    let fields = Array::texts(finished.fields.iter().map(|(name, _)| name.as_str()));
    let values = Array::ints(finished.fields.iter().map(|(_, values)| *values as i64));
    let _owner = AsOwner::new()?;
    session(|session| {
        let args = [
            Arg::Int8(id),
            Arg::Text(source),
            Arg::Bytes(&finished.digest),
            Arg::Int8(report.rows_read),
            Arg::Int8(report.rows_accepted),
            Arg::Int8(report.rows_rejected),
            Arg::Int8(totals.vertices_created as i64),
            Arg::Int8(totals.vertices_merged as i64),
            Arg::Int8(totals.edges_created as i64),
            Arg::Int8(totals.edges_merged as i64),
            Arg::Float8(report.milliseconds),
            Arg::Int8(i64::from(data_key)),
            Arg::Int8(sealed as i64),
            Arg::Int8(i64::from(tlp.level())),
            Arg::Array(&fields),
            Arg::Array(&values),
            Arg::Text(&finished.rules),
            retry_of.map_or(Arg::Null(pg_sys::INT8OID), Arg::Int8),
        ];
        session.query(INSERT, &args).map(drop)
    })?;
    let detail = json!({
        "source": source, "digest": hex(&finished.digest), "rows_read": report.rows_read,
        "rows_accepted": report.rows_accepted, "rows_rejected": report.rows_rejected,
        "vertices_created": totals.vertices_created, "vertices_merged": totals.vertices_merged,
        "edges_created": totals.edges_created, "edges_merged": totals.edges_merged,
    });
    audit::write("ingest", &format!("batch {id}"), detail)?;
    Ok(report)
}
