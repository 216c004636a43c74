//! How often and when a batch saw each record.

use std::ffi::CStr;

use heimdall_core::batch::Seen;

use super::Step;
use crate::error::Error;
use crate::session::{Arg, Array};

const INSERT: &CStr = c"
    INSERT INTO heimdall.provenance (gid, batch, sightings, first_seen, last_seen, first_row)
    SELECT pg_catalog.unnest($1::ag_catalog.graphid[]), $2, pg_catalog.unnest($3::pg_catalog.int8[]),
           pg_catalog.unnest($4::pg_catalog.timestamptz[]), pg_catalog.unnest($5::pg_catalog.timestamptz[]),
           pg_catalog.unnest($6::pg_catalog.int8[])";

/// For the second flush of a batch and those after it.
const MERGE: &CStr = c"
    INSERT INTO heimdall.provenance AS p (gid, batch, sightings, first_seen, last_seen, first_row)
    SELECT pg_catalog.unnest($1::ag_catalog.graphid[]), $2, pg_catalog.unnest($3::pg_catalog.int8[]),
           pg_catalog.unnest($4::pg_catalog.timestamptz[]), pg_catalog.unnest($5::pg_catalog.timestamptz[]),
           pg_catalog.unnest($6::pg_catalog.int8[])
    ON CONFLICT (gid, batch) DO UPDATE
    SET sightings = p.sightings + excluded.sightings,
        first_seen = least(p.first_seen, excluded.first_seen),
        last_seen = greatest(p.last_seen, excluded.last_seen)";

pub(super) fn store(
    step: &Step<'_>,
    batch: i64,
    gids: &[i64],
    seen: impl Iterator<Item = Seen> + Clone,
) -> Result<(), Error> {
    if gids.is_empty() {
        return Ok(());
    }
    let ids = Array::graphids(step.graphid, gids.iter().copied());
    let Columns { sightings, first, last } = columns(seen.clone());
    let rows = Array::ints(seen.map(|seen| seen.first_row as i64));
    let args = [
        Arg::Array(&ids),
        Arg::Int8(batch),
        Arg::Array(&sightings),
        Arg::Array(&first),
        Arg::Array(&last),
        Arg::Array(&rows),
    ];
    step.session.query(if step.again { MERGE } else { INSERT }, &args)?;
    Ok(())
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
