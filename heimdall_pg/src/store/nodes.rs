//! Vertices: first the registry, which arbitrates who is who, then the label's table.

use std::ffi::CStr;
use std::ops::Range;

use heimdall_core::batch::Flush;

use super::labels::{Label, Labels};
use super::{CHUNK, Changes, Step, Totals, change_log, json, provenance};
use crate::agtype::Builder;
use crate::error::Error;
use crate::session::{Arg, Array};
use crate::table::{self, Column, Values};

/// Which of the keys are there already.
const KNOWN: &CStr = c"
    SELECT k.at, n.gid, n.tlp::pg_catalog.int8
    FROM (SELECT pg_catalog.unnest($1::pg_catalog.text[]) COLLATE \"C\" AS key,
                 pg_catalog.unnest($2::pg_catalog.int8[]) AS at) AS k
    JOIN heimdall.node AS n ON n.key = k.key";

/// Takes over properties; sealed ones are merged by name.
const UPDATE: &str = "
    UPDATE {table} AS t
    SET properties = {merged}
    FROM (SELECT pg_catalog.unnest($1::ag_catalog.graphid[]) AS id,
                 pg_catalog.unnest($2::pg_catalog.text[])::ag_catalog.agtype AS properties) AS u
    WHERE t.id OPERATOR(ag_catalog.=) u.id AND NOT t.properties OPERATOR(ag_catalog.@>) u.properties";

/// Marks records higher; a mark is never lowered.
const RAISE_REGISTRY: &CStr = c"
    UPDATE heimdall.node AS n SET tlp = $2::pg_catalog.int2
    FROM (SELECT pg_catalog.unnest($1::pg_catalog.text[]) COLLATE \"C\" AS key) AS k
    WHERE n.key = k.key AND n.tlp < $2::pg_catalog.int2";
const RAISE: &str = "
    UPDATE {table} AS t
    SET properties = t.properties OPERATOR(ag_catalog.||) ag_catalog.agtype_build_map('tlp'::pg_catalog.text, $2::pg_catalog.int8)
    FROM (SELECT pg_catalog.unnest($1::ag_catalog.graphid[]) AS id) AS u
    WHERE t.id OPERATOR(ag_catalog.=) u.id
      AND (t.properties OPERATOR(ag_catalog.->) '\"tlp\"'::ag_catalog.agtype)::pg_catalog.int4 < $2::pg_catalog.int4";

/// The vertices of a flush, in its order.
pub(super) struct Vertices {
    pub gids: Vec<i64>,
    /// Made by this flush: nothing refers to it yet.
    pub fresh: Vec<bool>,
}

/// Stores the vertices of a flush.
pub(super) fn store(
    step: &Step<'_>,
    labels: &Labels,
    flush: &mut Flush<'_>,
    totals: &mut Totals,
) -> Result<Vertices, Error> {
    let count = flush.nodes().len();
    let mut vertices = Vertices { gids: vec![0; count], fresh: vec![false; count] };
    for range in by_label(flush) {
        let name = flush.plan().labels[usize::from(flush.nodes()[range.start].label)].clone();
        let label = labels.get(&name)?;
        let known = known(step, flush, &range, &mut vertices.gids)?;
        let new: Vec<usize> = range.clone().filter(|at| vertices.gids[*at] == 0).collect();
        totals.vertices_merged += known.len() as u64;
        totals.vertices_created += new.len() as u64;
        let mut changes = Changes::new();
        if !known.is_empty() {
            changes.extend(update(step, label, flush, &vertices.gids, &known)?);
        }
        if !new.is_empty() {
            changes.extend(create(step, label, flush, &new, &mut vertices)?);
        }
        change_log::vertices(step, flush, &name, &range, &changes)?;
        let seen = |at: usize| flush.nodes()[range.start + at].seen;
        let fresh = |at: usize| vertices.fresh[range.start + at];
        provenance::store(step, flush.batch(), &vertices.gids[range.clone()], seen, fresh)?;
    }
    Ok(vertices)
}

/// Runs of one label, [`CHUNK`] long at most.
fn by_label(flush: &Flush<'_>) -> Vec<Range<usize>> {
    let mut runs: Vec<Range<usize>> = Vec::new();
    for (at, node) in flush.nodes().iter().enumerate() {
        match runs.last_mut() {
            Some(run) if run.len() < CHUNK && flush.nodes()[run.start].label == node.label => {
                run.end = at + 1
            }
            _ => runs.push(at..at + 1),
        }
    }
    runs
}

/// Fills in the graphids that are there, and gives those vertices with their marks.
fn known(
    step: &Step<'_>,
    flush: &Flush<'_>,
    range: &Range<usize>,
    gids: &mut [i64],
) -> Result<Vec<(usize, i64)>, Error> {
    let keys = Array::keys(range.clone().map(|at| flush.key_parts(at)));
    let places = Array::ints(range.clone().map(|at| at as i64));
    let rows = step.session.query(KNOWN, &[Arg::Array(&keys), Arg::Array(&places)])?;
    let mut known = Vec::with_capacity(rows.len());
    for row in 0..rows.len() {
        if let (Some(at), Some(gid), Some(tlp)) = (rows.int(row, 1), rows.int(row, 2), rows.int(row, 3)) {
            let at = at as usize;
            gids[at] = gid;
            known.push((at, tlp));
        }
    }
    Ok(known)
}

/// Makes vertices, in the order of their keys.
fn create(
    step: &Step<'_>,
    label: &Label,
    flush: &mut Flush<'_>,
    new: &[usize],
    vertices: &mut Vertices,
) -> Result<Changes, Error> {
    let ids = label.take_ids(new.len());
    let mut keys = Values::default();
    for (at, id) in new.iter().zip(&ids) {
        let (label, value) = flush.key_parts(*at);
        keys.push(&[label, ":", value]);
        vertices.gids[*at] = *id;
        vertices.fresh[*at] = true;
    }
    let tlp = Column::Word(i64::from(flush.tlp().level()));
    table::insert(step.tables.node, new.len(), &[Column::Values(&keys), Column::Words(&ids), tlp])?;
    drop(keys);
    let (mut properties, mut builder) = (Values::default(), Builder::default());
    let mut changes = Changes::new();
    for at in new {
        let is_plain = flush.nodes()[*at].is_plain();
        let object = flush.vertex(*at)?;
        builder.push(&object, &mut properties);
        if !is_plain {
            changes.insert(*at, json(&object)?);
        }
    }
    table::insert(label.relation, new.len(), &[Column::Words(&ids), Column::Values(&properties)])?;
    Ok(changes)
}

fn update(
    step: &Step<'_>,
    label: &Label,
    flush: &mut Flush<'_>,
    gids: &[i64],
    known: &[(usize, i64)],
) -> Result<Changes, Error> {
    let tlp = i64::from(flush.tlp().level());
    let lower: Vec<usize> = known.iter().filter(|(_, mark)| *mark < tlp).map(|(at, _)| *at).collect();
    let mut changes = Changes::new();
    for (at, _) in known {
        if let Some(properties) = flush.vertex_update(*at)? {
            changes.insert(*at, json(&properties)?);
        }
    }
    if !lower.is_empty() {
        let keys = Array::keys(lower.iter().map(|at| flush.key_parts(*at)));
        step.session.query(RAISE_REGISTRY, &[Arg::Array(&keys), Arg::Int8(tlp)])?;
        let ids = Array::graphids(step.graphid, lower.iter().map(|at| gids[*at]));
        step.session.query(&label.statement(RAISE)?, &[Arg::Array(&ids), Arg::Int8(tlp)])?;
    }
    if !changes.is_empty() {
        let ids = Array::graphids(step.graphid, changes.keys().map(|at| gids[*at]));
        let texts = Array::texts(changes.values().map(String::as_str));
        step.session.query(&label.statement(UPDATE)?, &[Arg::Array(&ids), Arg::Array(&texts)])?;
    }
    Ok(changes)
}
