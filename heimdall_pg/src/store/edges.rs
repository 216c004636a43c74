//! Edges: the unique index on their ends makes every edge table its own registry.

use heimdall_core::batch::{EdgeOut, Flush};

use super::labels::{Label, Labels};
use super::{CHUNK, Changes, Step, Totals, change_log, lost_race, provenance};
use crate::error::Error;
use crate::session::{Arg, Array};

const KNOWN: &str = "
    SELECT k.at, e.id, (e.properties OPERATOR(ag_catalog.->) '\"tlp\"'::ag_catalog.agtype)::pg_catalog.int4::pg_catalog.int8
    FROM (SELECT pg_catalog.unnest($1::ag_catalog.graphid[]) AS start_id,
                 pg_catalog.unnest($2::ag_catalog.graphid[]) AS end_id,
                 pg_catalog.unnest($3::pg_catalog.int8[]) AS at) AS k
    JOIN {table} AS e ON e.start_id OPERATOR(ag_catalog.=) k.start_id AND e.end_id OPERATOR(ag_catalog.=) k.end_id";

const INSERT: &str = "
    INSERT INTO {table} (id, start_id, end_id, properties)
    SELECT ag_catalog._graphid({label}, pg_catalog.nextval({sequence})), k.start_id, k.end_id,
           k.properties::ag_catalog.agtype
    FROM (SELECT pg_catalog.unnest($1::ag_catalog.graphid[]) AS start_id,
                 pg_catalog.unnest($2::ag_catalog.graphid[]) AS end_id,
                 pg_catalog.unnest($3::pg_catalog.text[]) AS properties) AS k
    {conflict}
    RETURNING id";

/// As above where all properties are the same: parsed once.
const INSERT_ALIKE: &str = "
    INSERT INTO {table} (id, start_id, end_id, properties)
    SELECT ag_catalog._graphid({label}, pg_catalog.nextval({sequence})), k.start_id, k.end_id, p.properties
    FROM (SELECT pg_catalog.unnest($1::ag_catalog.graphid[]) AS start_id,
                 pg_catalog.unnest($2::ag_catalog.graphid[]) AS end_id) AS k,
         (SELECT $3::pg_catalog.text::ag_catalog.agtype AS properties OFFSET 0) AS p
    {conflict}
    RETURNING id";

/// Takes over properties; sealed ones are merged by name. Edge tables have no index on their id.
const UPDATE: &str = "
    UPDATE {table} AS t
    SET properties = {merged}
    FROM (SELECT pg_catalog.unnest($1::ag_catalog.graphid[]) AS start_id,
                 pg_catalog.unnest($2::ag_catalog.graphid[]) AS end_id,
                 pg_catalog.unnest($3::pg_catalog.text[])::ag_catalog.agtype AS properties) AS u
    WHERE t.start_id OPERATOR(ag_catalog.=) u.start_id AND t.end_id OPERATOR(ag_catalog.=) u.end_id
      AND NOT t.properties OPERATOR(ag_catalog.@>) u.properties";

/// Locks what is to be changed, in the order of its ends, before any of it is.
const LOCK: &str = "
    SELECT FROM (SELECT pg_catalog.unnest($1::ag_catalog.graphid[]) AS start_id,
                        pg_catalog.unnest($2::ag_catalog.graphid[]) AS end_id) AS k
    JOIN {table} AS e ON e.start_id OPERATOR(ag_catalog.=) k.start_id AND e.end_id OPERATOR(ag_catalog.=) k.end_id
    FOR UPDATE OF e";

/// Marks edges higher; a mark is never lowered.
const RAISE: &str = "
    UPDATE {table} AS t
    SET properties = t.properties OPERATOR(ag_catalog.||)
        ag_catalog.agtype_build_map('tlp'::pg_catalog.text, $3::pg_catalog.int8)
    FROM (SELECT pg_catalog.unnest($1::ag_catalog.graphid[]) AS start_id,
                 pg_catalog.unnest($2::ag_catalog.graphid[]) AS end_id) AS u
    WHERE t.start_id OPERATOR(ag_catalog.=) u.start_id AND t.end_id OPERATOR(ag_catalog.=) u.end_id
      AND (t.properties OPERATOR(ag_catalog.->) '\"tlp\"'::ag_catalog.agtype)::pg_catalog.int4 < $3::pg_catalog.int4";

/// Stores the edges of a flush; `gids` are those of its vertices.
pub(super) fn store(
    step: &Step<'_>,
    labels: &Labels,
    flush: &mut Flush<'_>,
    gids: &[i64],
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
        places.sort_unstable_by_key(|at| ends(&flush.edges()[*at], gids));
        let name = flush.plan().edge_types[edge_type].clone();
        let label = labels.get(&name)?;
        for places in places.chunks(CHUNK) {
            store_chunk(step, label, flush, (&name, places), gids, totals)?;
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
    gids: &[i64],
    totals: &mut Totals,
) -> Result<(), Error> {
    let mut ids = vec![0i64; places.len()];
    let all: Vec<usize> = (0..places.len()).collect();
    let found = known(step, label, flush, places, &all, gids, &mut ids)?;
    let new: Vec<usize> = all.into_iter().filter(|at| ids[*at] == 0).collect();
    totals.edges_merged += found.len() as u64;
    let mut changes = Changes::new();
    if !found.is_empty() {
        changes.extend(update(step, label, flush, places, gids, &found)?);
    }
    if !new.is_empty() {
        let (created, properties) = create(step, label, flush, places, &new, gids, &mut ids)?;
        totals.edges_created += created;
        changes.extend(properties);
    }
    change_log::edges(step, flush, name, places, &changes)?;
    let seen = places.iter().map(|at| flush.edges()[*at].seen);
    provenance::store(step, flush.batch(), &ids, seen)
}

/// Fills in the ids of those edges among `which` that are there, and gives them with their marks.
fn known(
    step: &Step<'_>,
    label: &Label,
    flush: &Flush<'_>,
    places: &[usize],
    which: &[usize],
    gids: &[i64],
    ids: &mut [i64],
) -> Result<Vec<(usize, i64)>, Error> {
    let (starts, stops) = arrays(step, flush, places, gids, which.iter());
    let at = Array::ints(which.iter().map(|at| *at as i64));
    let args = [Arg::Array(&starts), Arg::Array(&stops), Arg::Array(&at)];
    let rows = step.session.query(&step.statement(label, KNOWN)?, &args)?;
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

fn create(
    step: &Step<'_>,
    label: &Label,
    flush: &mut Flush<'_>,
    places: &[usize],
    new: &[usize],
    gids: &[i64],
    ids: &mut [i64],
) -> Result<(u64, Changes), Error> {
    let mut properties = Vec::with_capacity(new.len());
    for at in new {
        properties.push(flush.edge(places[*at])?);
    }
    let (starts, stops) = arrays(step, flush, places, gids, new.iter());
    let alike = properties.windows(2).all(|pair| pair[0] == pair[1]);
    let rows = if alike {
        let args = [Arg::Array(&starts), Arg::Array(&stops), Arg::Text(&properties[0])];
        step.session.query(&step.statement(label, INSERT_ALIKE)?, &args)?
    } else {
        let texts = Array::texts(properties.iter().map(String::as_str));
        let args = [Arg::Array(&starts), Arg::Array(&stops), Arg::Array(&texts)];
        step.session.query(&step.statement(label, INSERT)?, &args)?
    };
    if rows.len() == new.len() {
        for (row, at) in new.iter().enumerate() {
            ids[*at] = rows.int(row, 1).unwrap_or_default();
        }
    } else {
        // Another writer was first with some of them.
        known(step, label, flush, places, new, gids, ids)?;
        if new.iter().any(|at| ids[*at] == 0) {
            return Err(lost_race());
        }
    }
    let changes =
        new.iter().copied().zip(properties).filter(|(at, _)| !flush.edges()[places[*at]].is_plain());
    Ok((rows.len() as u64, changes.collect()))
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
            changes.insert(*at, properties);
        }
    }
    let mut touched: Vec<usize> = changes.keys().chain(&lower).copied().collect();
    if touched.is_empty() {
        return Ok(changes);
    }
    touched.sort_unstable();
    let (starts, stops) = arrays(step, flush, places, gids, touched.iter());
    step.session.query(&step.statement(label, LOCK)?, &[Arg::Array(&starts), Arg::Array(&stops)])?;
    if !lower.is_empty() {
        let (starts, stops) = arrays(step, flush, places, gids, lower.iter());
        let args = [Arg::Array(&starts), Arg::Array(&stops), Arg::Int8(tlp)];
        step.session.query(&step.statement(label, RAISE)?, &args)?;
    }
    if !changes.is_empty() {
        let (starts, stops) = arrays(step, flush, places, gids, changes.keys());
        let texts = Array::texts(changes.values().map(String::as_str));
        let args = [Arg::Array(&starts), Arg::Array(&stops), Arg::Array(&texts)];
        step.session.query(&step.statement(label, UPDATE)?, &args)?;
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
