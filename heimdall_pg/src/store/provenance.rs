//! How often and when a batch saw each record.

use std::ffi::CStr;

use heimdall_core::batch::Seen;
use pgrx::pg_sys;

use super::Step;
use crate::error::Error;
use crate::session::{Arg, Array};
use crate::table::{self, Column, Values, timestamp};

/// For what the batch has seen before, in an earlier flush.
const MERGE: &CStr = c"
    INSERT INTO heimdall.sighting AS p (gid, batch, sightings, first_seen, last_seen, first_row)
    SELECT pg_catalog.unnest($1::ag_catalog.graphid[]), $2, pg_catalog.unnest($3::pg_catalog.int8[]),
           pg_catalog.unnest($4::pg_catalog.timestamptz[]), pg_catalog.unnest($5::pg_catalog.timestamptz[]),
           pg_catalog.unnest($6::pg_catalog.int8[])
    ON CONFLICT (gid, batch) DO UPDATE
    SET sightings = p.sightings + excluded.sightings,
        first_seen = least(p.first_seen, excluded.first_seen),
        last_seen = greatest(p.last_seen, excluded.last_seen)";

/// Records in a row of `heimdall.sighting_run`: four arrays of so many words stay below what Postgres moves out of the row.
const RUN: usize = 32;

/// Says that the batch saw the records; `fresh` are those that it has made itself, just now.
pub(super) fn store(
    step: &Step<'_>,
    batch: i64,
    gids: &[i64],
    seen: impl Fn(usize) -> Seen,
    fresh: impl Fn(usize) -> bool,
) -> Result<(), Error> {
    let (new, known): (Vec<usize>, Vec<usize>) = (0..gids.len()).partition(|at| fresh(*at));
    runs(step, batch, gids, &new, &seen)?;
    if step.again && !known.is_empty() {
        let ids = Array::graphids(step.graphid, known.iter().map(|at| gids[*at]));
        let Columns { sightings, first, last } = columns(known.iter().map(|at| seen(*at)));
        let rows = Array::ints(known.iter().map(|at| seen(*at).first_row as i64));
        let columns = [&ids, &sightings, &first, &last, &rows];
        let [ids, sightings, first, last, rows] = columns.map(Arg::Array);
        step.session.query(MERGE, &[ids, Arg::Int8(batch), sightings, first, last, rows])?;
        return Ok(());
    }
    let column = |value: fn(Seen) -> i64| -> Vec<i64> { known.iter().map(|at| value(seen(*at))).collect() };
    let ids: Vec<i64> = known.iter().map(|at| gids[*at]).collect();
    let columns = [
        Column::Words(&ids),
        Column::Word(batch),
        Column::Words(&column(count)),
        Column::Words(&column(first_seen)),
        Column::Words(&column(last_seen)),
        Column::Words(&column(first_row)),
    ];
    table::insert(step.tables.sighting, known.len(), &columns)
}

/// Says the same of records that were just made: their graphids are in order, and most follow each other.
fn runs(
    step: &Step<'_>,
    batch: i64,
    gids: &[i64],
    new: &[usize],
    seen: &impl Fn(usize) -> Seen,
) -> Result<(), Error> {
    let (mut first_gids, mut last_gids) = (Vec::new(), Vec::new());
    let [mut counts, mut firsts, mut lasts, mut rows]: [Values; 4] = Default::default();
    for follows in new.chunk_by(|a, b| gids[*b] == gids[*a] + 1) {
        for run in follows.chunks(RUN) {
            let (Some(first), Some(last)) = (run.first(), run.last()) else { continue };
            first_gids.push(gids[*first]);
            last_gids.push(gids[*last]);
            let words = |value: fn(Seen) -> i64| run.iter().map(move |at| value(seen(*at)));
            counts.push_array(pg_sys::INT8OID, words(count));
            firsts.push_array(pg_sys::TIMESTAMPTZOID, words(first_seen));
            lasts.push_array(pg_sys::TIMESTAMPTZOID, words(last_seen));
            rows.push_array(pg_sys::INT8OID, words(first_row));
        }
    }
    let columns = [
        Column::Words(&last_gids),
        Column::Words(&first_gids),
        Column::Word(batch),
        Column::Values(&counts),
        Column::Values(&firsts),
        Column::Values(&lasts),
        Column::Values(&rows),
    ];
    table::insert(step.tables.sighting_run, first_gids.len(), &columns)
}

fn count(seen: Seen) -> i64 {
    i64::from(seen.count)
}

fn first_seen(seen: Seen) -> i64 {
    timestamp(seen.first().unwrap_or(i64::MAX))
}

fn last_seen(seen: Seen) -> i64 {
    timestamp(seen.last().unwrap_or(i64::MIN))
}

fn first_row(seen: Seen) -> i64 {
    seen.first_row as i64
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
