//! Edges: the unique index on their ends makes every edge table its own registry.

use heimdall_core::batch::{EdgeOut, Flush};

use super::labels::{Label, Labels};
use super::nodes::Vertices;
use super::{CHUNK, Changes, Step, Totals, change_log, json, provenance};
use crate::agtype::Builder;
use crate::error::Error;
use crate::session::{Arg, Array};
use crate::table::{self, Column, Values};

const KNOWN: &str = "
    SELECT u.at, t.id, (t.properties OPERATOR(ag_catalog.->) '\"tlp\"'::ag_catalog.agtype)::pg_catalog.int4::pg_catalog.int8
    FROM (SELECT pg_catalog.unnest($1::ag_catalog.graphid[]) AS start_id,
                 pg_catalog.unnest($2::ag_catalog.graphid[]) AS end_id,
                 pg_catalog.unnest($3::pg_catalog.int8[]) AS at) AS u
    JOIN {table} AS t ON {same_ends}";

/// Takes over properties; sealed ones are merged by name. Edge tables have no index on their id.
const UPDATE: &str = "
    UPDATE {table} AS t
    SET properties = {merged}
    FROM (SELECT pg_catalog.unnest($1::ag_catalog.graphid[]) AS start_id,
                 pg_catalog.unnest($2::ag_catalog.graphid[]) AS end_id,
                 pg_catalog.unnest($3::pg_catalog.text[])::ag_catalog.agtype AS properties) AS u
    WHERE {same_ends}
      AND NOT t.properties OPERATOR(ag_catalog.@>) u.properties";

/// Marks edges higher; a mark is never lowered.
const RAISE: &str = "
    UPDATE {table} AS t
    SET properties = t.properties OPERATOR(ag_catalog.||)
        ag_catalog.agtype_build_map('tlp'::pg_catalog.text, $3::pg_catalog.int8)
    FROM (SELECT pg_catalog.unnest($1::ag_catalog.graphid[]) AS start_id,
                 pg_catalog.unnest($2::ag_catalog.graphid[]) AS end_id) AS u
    WHERE {same_ends}
      AND (t.properties OPERATOR(ag_catalog.->) '\"tlp\"'::ag_catalog.agtype)::pg_catalog.int4 < $3::pg_catalog.int4";

/// Stores the edges of a flush between its vertices.
pub(super) fn store(
    step: &Step<'_>,
    labels: &Labels,
    flush: &mut Flush<'_>,
    vertices: &Vertices,
    totals: &mut Totals,
) -> Result<(), Error> {
    let mut by_type: Vec<Vec<usize>> = vec![Vec::new(); flush.plan().edge_types.len()];
    for (at, edge) in flush.edges().iter().enumerate() {
        by_type[usize::from(edge.edge_type)].push(at);
    }
    let mut order: Vec<usize> = (0..by_type.len()).filter(|at| !by_type[*at].is_empty()).collect();
    order.sort_by(|a, b| flush.plan().edge_types[*a].cmp(&flush.plan().edge_types[*b]));
    for edge_type in order {
        let mut places = std::mem::take(&mut by_type[edge_type]);
        places.sort_unstable_by_key(|at| ends(&flush.edges()[*at], &vertices.gids));
        let name = flush.plan().edge_types[edge_type].clone();
        let label = labels.get(&name)?;
        for places in places.chunks(CHUNK) {
            store_chunk(step, label, flush, (&name, places), vertices, totals)?;
        }
    }
    Ok(())
}

fn ends(edge: &EdgeOut, gids: &[i64]) -> (i64, i64) {
    (gids[edge.from as usize], gids[edge.to as usize])
}

fn store_chunk(
    step: &Step<'_>,
    label: &Label,
    flush: &mut Flush<'_>,
    (name, places): (&str, &[usize]),
    vertices: &Vertices,
    totals: &mut Totals,
) -> Result<(), Error> {
    let gids = &vertices.gids;
    let mut ids = vec![0i64; places.len()];
    let found = known(step, label, flush, places, vertices, &mut ids)?;
    let new: Vec<usize> = (0..places.len()).filter(|at| ids[*at] == 0).collect();
    totals.edges_merged += found.len() as u64;
    totals.edges_created += new.len() as u64;
    let mut changes = Changes::new();
    if !found.is_empty() {
        changes.extend(update(step, label, flush, places, gids, &found)?);
    }
    if !new.is_empty() {
        changes.extend(create(label, flush, places, &new, gids, &mut ids)?);
    }
    change_log::edges(step, flush, name, places, &changes)?;
    let mut fresh = vec![false; places.len()];
    new.iter().for_each(|at| fresh[*at] = true);
    provenance::store(step, flush.batch(), &ids, |at| flush.edges()[places[at]].seen, |at| fresh[at])
}

/// Fills in the ids of those edges that are there, and gives them with their marks. What this flush has made itself
/// has no edges yet: nobody else sees it.
fn known(
    step: &Step<'_>,
    label: &Label,
    flush: &Flush<'_>,
    places: &[usize],
    vertices: &Vertices,
    ids: &mut [i64],
) -> Result<Vec<(usize, i64)>, Error> {
    let is_possible = |at: &usize| {
        let edge = &flush.edges()[places[*at]];
        !vertices.fresh[edge.from as usize] && !vertices.fresh[edge.to as usize]
    };
    let which: Vec<usize> = (0..places.len()).filter(is_possible).collect();
    if which.is_empty() {
        return Ok(Vec::new());
    }
    let (starts, stops) = arrays(step, flush, places, &vertices.gids, which.iter());
    let at = Array::ints(which.iter().map(|at| *at as i64));
    let args = [Arg::Array(&starts), Arg::Array(&stops), Arg::Array(&at)];
    let rows = step.session.query(&label.statement(KNOWN)?, &args)?;
    let mut found = Vec::with_capacity(rows.len());
    for row in 0..rows.len() {
        if let (Some(at), Some(id)) = (rows.int(row, 1), rows.int(row, 2)) {
            let at = at as usize;
            ids[at] = id;
            found.push((at, rows.int(row, 3).unwrap_or_default()));
        }
    }
    Ok(found)
}

/// Makes edges, in the order of their ends.
fn create(
    label: &Label,
    flush: &mut Flush<'_>,
    places: &[usize],
    new: &[usize],
    gids: &[i64],
    ids: &mut [i64],
) -> Result<Changes, Error> {
    let made = label.take_ids(new.len());
    let (mut starts, mut stops) = (Vec::with_capacity(new.len()), Vec::with_capacity(new.len()));
    let (mut properties, mut builder) = (Values::default(), Builder::default());
    let mut changes = Changes::new();
    for (at, id) in new.iter().zip(&made) {
        ids[*at] = *id;
        let edge = &flush.edges()[places[*at]];
        let (start, stop) = ends(edge, gids);
        starts.push(start);
        stops.push(stop);
        let is_plain = edge.is_plain();
        let object = flush.edge(places[*at])?;
        builder.push(&object, &mut properties);
        if !is_plain {
            changes.insert(*at, json(&object)?);
        }
    }
    let columns =
        [Column::Words(&made), Column::Words(&starts), Column::Words(&stops), Column::Values(&properties)];
    table::insert(label.relation, new.len(), &columns)?;
    Ok(changes)
}

fn update(
    step: &Step<'_>,
    label: &Label,
    flush: &mut Flush<'_>,
    places: &[usize],
    gids: &[i64],
    found: &[(usize, i64)],
) -> Result<Changes, Error> {
    let tlp = i64::from(flush.tlp().level());
    let lower: Vec<usize> = found.iter().filter(|(_, mark)| *mark < tlp).map(|(at, _)| *at).collect();
    let mut changes = Changes::new();
    for (at, _) in found {
        if let Some(properties) = flush.edge_update(places[*at])? {
            changes.insert(*at, json(&properties)?);
        }
    }
    if !lower.is_empty() {
        let (starts, stops) = arrays(step, flush, places, gids, lower.iter());
        let args = [Arg::Array(&starts), Arg::Array(&stops), Arg::Int8(tlp)];
        step.session.query(&label.statement(RAISE)?, &args)?;
    }
    if !changes.is_empty() {
        let (starts, stops) = arrays(step, flush, places, gids, changes.keys());
        let texts = Array::texts(changes.values().map(String::as_str));
        let args = [Arg::Array(&starts), Arg::Array(&stops), Arg::Array(&texts)];
        step.session.query(&label.statement(UPDATE)?, &args)?;
    }
    Ok(changes)
}

/// The ends of some of the edges at these places, as two arrays.
fn arrays<'a>(
    step: &Step<'_>,
    flush: &Flush<'_>,
    places: &[usize],
    gids: &[i64],
    which: impl Iterator<Item = &'a usize> + Clone,
) -> (Array, Array) {
    let end = |at: &usize| ends(&flush.edges()[places[*at]], gids);
    let starts = Array::graphids(step.graphid, which.clone().map(|at| end(at).0));
    (starts, Array::graphids(step.graphid, which.map(|at| end(at).1)))
}
