//! Vertices: first the registry, which arbitrates who is who, then the label's table.

use std::ffi::CStr;
use std::ops::Range;

use heimdall_core::batch::Flush;

use super::labels::{Label, Labels};
use super::{CHUNK, Changes, Step, Totals, change_log, lost_race, provenance};
use crate::error::Error;
use crate::session::{Arg, Array};

/// Which of the keys are there already.
const KNOWN: &CStr = c"
    SELECT k.at, n.gid, n.tlp::pg_catalog.int8
    FROM (SELECT pg_catalog.unnest($1::pg_catalog.text[]) COLLATE \"C\" AS key,
                 pg_catalog.unnest($2::pg_catalog.int8[]) AS at) AS k
    JOIN heimdall.node AS n ON n.key = k.key";

const REGISTER: &str = "
    INSERT INTO heimdall.node (key, gid, tlp)
    SELECT k.key, ag_catalog._graphid({label}, pg_catalog.nextval({sequence})), $2::pg_catalog.int2
    FROM (SELECT pg_catalog.unnest($1::pg_catalog.text[]) AS key) AS k
    {conflict}
    RETURNING gid";

const INSERT: &str = "
    INSERT INTO {table} (id, properties)
    SELECT v.id, v.properties::ag_catalog.agtype
    FROM (SELECT pg_catalog.unnest($1::ag_catalog.graphid[]) AS id,
                 pg_catalog.unnest($2::pg_catalog.text[]) AS properties) AS v";

/// Takes over properties; sealed ones are merged by name.
const UPDATE: &str = "
    UPDATE {table} AS t
    SET properties = {merged}
    FROM (SELECT pg_catalog.unnest($1::ag_catalog.graphid[]) AS id,
                 pg_catalog.unnest($2::pg_catalog.text[])::ag_catalog.agtype AS properties) AS u
    WHERE t.id OPERATOR(ag_catalog.=) u.id AND NOT t.properties OPERATOR(ag_catalog.@>) u.properties";

/// Locks what is to be changed, in key order, before any of it is: writers that meet do not wait in a circle.
const LOCK: &CStr = c"
    SELECT FROM (SELECT pg_catalog.unnest($1::pg_catalog.text[]) COLLATE \"C\" AS key) AS k
    JOIN heimdall.node AS n ON n.key = k.key
    FOR UPDATE OF n";

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

/// Stores the vertices of a flush and gives their graphids, in the flush's order.
pub(super) fn store(
    step: &Step<'_>,
    labels: &Labels,
    flush: &mut Flush<'_>,
    totals: &mut Totals,
) -> Result<Vec<i64>, Error> {
    let mut gids = vec![0i64; flush.nodes().len()];
    for range in by_label(flush) {
        let name = flush.plan().labels[usize::from(flush.nodes()[range.start].label)].clone();
        let label = labels.get(&name)?;
        let known = known(step, flush, &range, &mut gids)?;
        let new: Vec<usize> = range.clone().filter(|at| gids[*at] == 0).collect();
        totals.vertices_merged += known.len() as u64;
        let mut changes = Changes::new();
        if !known.is_empty() {
            changes.extend(update(step, label, flush, &gids, &known)?);
        }
        if !new.is_empty() {
            let (created, properties) = create(step, label, flush, &new, &mut gids)?;
            totals.vertices_created += created;
            changes.extend(properties);
        }
        change_log::vertices(step, flush, &name, &range, &changes)?;
        let seen = flush.nodes()[range.clone()].iter().map(|node| node.seen);
        provenance::store(step, flush.batch(), &gids[range], seen)?;
    }
    Ok(gids)
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

fn create(
    step: &Step<'_>,
    label: &Label,
    flush: &mut Flush<'_>,
    new: &[usize],
    gids: &mut [i64],
) -> Result<(u64, Changes), Error> {
    let keys = Array::keys(new.iter().map(|at| flush.key_parts(*at)));
    let tlp = Arg::Int8(i64::from(flush.tlp().level()));
    let rows = step.session.query(&step.statement(label, REGISTER)?, &[Arg::Array(&keys), tlp])?;
    // In the order of the keys, unless another writer was first with some of them.
    let mut made: Vec<usize> = new.to_vec();
    if rows.len() == new.len() {
        for (row, at) in new.iter().enumerate() {
            gids[*at] = rows.int(row, 1).unwrap_or_default();
        }
    } else {
        let own: std::collections::HashSet<i64> =
            (0..rows.len()).filter_map(|row| rows.int(row, 1)).collect();
        for at in new {
            known(step, flush, &(*at..at + 1), gids)?;
            if gids[*at] == 0 {
                return Err(lost_race());
            }
        }
        made.retain(|at| own.contains(&gids[*at]));
    }
    let mut properties = Vec::with_capacity(made.len());
    for at in &made {
        properties.push(flush.vertex(*at)?);
    }
    let ids = Array::graphids(step.graphid, made.iter().map(|at| gids[*at]));
    let texts = Array::texts(properties.iter().map(String::as_str));
    if !made.is_empty() {
        step.session.query(&step.statement(label, INSERT)?, &[Arg::Array(&ids), Arg::Array(&texts)])?;
    }
    let created = made.len() as u64;
    let changes = made.into_iter().zip(properties).filter(|(at, _)| !flush.nodes()[*at].is_plain());
    Ok((created, changes.collect()))
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
            changes.insert(*at, properties);
        }
    }
    let mut touched: Vec<usize> = changes.keys().chain(&lower).copied().collect();
    if touched.is_empty() {
        return Ok(changes);
    }
    touched.sort_unstable();
    let keys = Array::keys(touched.iter().map(|at| flush.key_parts(*at)));
    step.session.query(LOCK, &[Arg::Array(&keys)])?;
    if !lower.is_empty() {
        let keys = Array::keys(lower.iter().map(|at| flush.key_parts(*at)));
        step.session.query(RAISE_REGISTRY, &[Arg::Array(&keys), Arg::Int8(tlp)])?;
        let ids = Array::graphids(step.graphid, lower.iter().map(|at| gids[*at]));
        step.session.query(&step.statement(label, RAISE)?, &[Arg::Array(&ids), Arg::Int8(tlp)])?;
    }
    if !changes.is_empty() {
        let ids = Array::graphids(step.graphid, changes.keys().map(|at| gids[*at]));
        let texts = Array::texts(changes.values().map(String::as_str));
        step.session.query(&step.statement(label, UPDATE)?, &[Arg::Array(&ids), Arg::Array(&texts)])?;
    }
    Ok(changes)
}
