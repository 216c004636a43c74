//! The change log, in segments: one row holds many changes, since a row a change doubles the cost of a write.

use std::ffi::CStr;
use std::ops::Range;

use heimdall_core::batch::Flush;
use pgrx::pg_sys;

use super::provenance::{Columns, columns};
use super::{Changes, Step};
use crate::error::Error;
use crate::session::{Arg, Array};

const INSERT: &CStr = c"
    INSERT INTO heimdall.change_log (actor, batch, label, tlp, keys, to_keys, sightings, first_seen, last_seen, properties)
    VALUES (heimdall._actor(), $1, $2, $3::pg_catalog.int2, $4, $5, $6, $7, $8, $9)";

/// Logs the vertices of a label; `changes` by position in the flush.
pub(super) fn vertices(
    step: &Step<'_>,
    flush: &Flush<'_>,
    label: &str,
    range: &Range<usize>,
    changes: &Changes,
) -> Result<(), Error> {
    let nodes = &flush.nodes()[range.clone()];
    let segment = Segment {
        keys: Array::keys(range.clone().map(|at| flush.key_parts(at))),
        to_keys: None,
        seen: columns(nodes.iter().map(|node| node.seen)),
        properties: properties(range.clone(), changes),
    };
    segment.insert(step, flush, label)
}

/// Logs the edges of a type, which are at these places in the flush; `changes` by position among the places.
pub(super) fn edges(
    step: &Step<'_>,
    flush: &Flush<'_>,
    edge_type: &str,
    places: &[usize],
    changes: &Changes,
) -> Result<(), Error> {
    let edges = flush.edges();
    let segment = Segment {
        keys: Array::keys(places.iter().map(|at| flush.key_parts(edges[*at].from as usize))),
        to_keys: Some(Array::keys(places.iter().map(|at| flush.key_parts(edges[*at].to as usize)))),
        seen: columns(places.iter().map(|at| edges[*at].seen)),
        properties: properties(0..places.len(), changes),
    };
    segment.insert(step, flush, edge_type)
}

/// What the records of a segment take over, `''` where nothing; none where none does.
fn properties(places: Range<usize>, changes: &Changes) -> Option<Array> {
    changes.range(places.clone()).next()?;
    let texts = places.map(|at| changes.get(&at).map_or("", String::as_str));
    Some(Array::texts(texts))
}

struct Segment {
    keys: Array,
    to_keys: Option<Array>,
    seen: Columns,
    properties: Option<Array>,
}

impl Segment {
    fn insert(&self, step: &Step<'_>, flush: &Flush<'_>, label: &str) -> Result<(), Error> {
        let args = [
            Arg::Int8(flush.batch()),
            Arg::Text(label),
            Arg::Int8(i64::from(flush.tlp().level())),
            Arg::Array(&self.keys),
            self.to_keys.as_ref().map_or(Arg::Null(pg_sys::TEXTARRAYOID), Arg::Array),
            Arg::Array(&self.seen.sightings),
            Arg::Array(&self.seen.first),
            Arg::Array(&self.seen.last),
            self.properties.as_ref().map_or(Arg::Null(pg_sys::TEXTARRAYOID), Arg::Array),
        ];
        step.session.query(INSERT, &args)?;
        Ok(())
    }
}
