//! How often and when a batch saw each record.

use std::ffi::CStr;

use heimdall_core::batch::Seen;

use super::Step;
use crate::error::Error;
use crate::session::{Arg, Array};
use crate::table::{self, Column, timestamp};

/// For what the batch has seen before, in an earlier flush.
const MERGE: &CStr = c"
    INSERT INTO heimdall.provenance AS p (gid, batch, sightings, first_seen, last_seen, first_row)
    SELECT pg_catalog.unnest($1::ag_catalog.graphid[]), $2, pg_catalog.unnest($3::pg_catalog.int8[]),
           pg_catalog.unnest($4::pg_catalog.timestamptz[]), pg_catalog.unnest($5::pg_catalog.timestamptz[]),
           pg_catalog.unnest($6::pg_catalog.int8[])
    ON CONFLICT (gid, batch) DO UPDATE
    SET sightings = p.sightings + excluded.sightings,
        first_seen = least(p.first_seen, excluded.first_seen),
        last_seen = greatest(p.last_seen, excluded.last_seen)";

/// Says that the batch saw the records; `fresh` are those that it has made itself, just now.
pub(super) fn store(
    step: &Step<'_>,
    batch: i64,
    gids: &[i64],
    seen: impl Fn(usize) -> Seen,
    fresh: impl Fn(usize) -> bool,
) -> Result<(), Error> {
    let (merged, new): (Vec<usize>, Vec<usize>) =
        (0..gids.len()).partition(|at| step.again && !fresh(*at));
    if !merged.is_empty() {
        let ids = Array::graphids(step.graphid, merged.iter().map(|at| gids[*at]));
        let Columns { sightings, first, last } = columns(merged.iter().map(|at| seen(*at)));
        let rows = Array::ints(merged.iter().map(|at| seen(*at).first_row as i64));
        let columns = [&ids, &sightings, &first, &last, &rows];
        let [ids, sightings, first, last, rows] = columns.map(Arg::Array);
        step.session.query(MERGE, &[ids, Arg::Int8(batch), sightings, first, last, rows])?;
    }
    let column = |value: fn(Seen) -> i64| -> Vec<i64> { new.iter().map(|at| value(seen(*at))).collect() };
    let ids: Vec<i64> = new.iter().map(|at| gids[*at]).collect();
    let columns = [
        Column::Words(&ids),
        Column::Word(batch),
        Column::Words(&column(|seen| i64::from(seen.count))),
        Column::Words(&column(|seen| timestamp(seen.first().unwrap_or(i64::MAX)))),
        Column::Words(&column(|seen| timestamp(seen.last().unwrap_or(i64::MIN)))),
        Column::Words(&column(|seen| seen.first_row as i64)),
    ];
    table::insert(step.tables.provenance, new.len(), &columns)
}

/// What was seen, as columns.
pub(super) struct Columns {
    pub sightings: Array,
    pub first: Array,
    pub last: Array,
}

pub(super) fn columns(seen: impl Iterator<Item = Seen> + Clone) -> Columns {
    Columns {
        sightings: Array::ints(seen.clone().map(|seen| i64::from(seen.count))),
        first: Array::times(seen.clone().map(|seen| seen.first().unwrap_or(i64::MAX))),
        last: Array::times(seen.map(|seen| seen.last().unwrap_or(i64::MIN))),
    }
}
