//! How the questions read the graph: its labels, the edges around vertices, and what vertices are called.
//! AGE keeps a table for each label, all children of one parent. See docs/decisions/0018-edges-by-table.md.
//!
//! The functions give their rows straight into a tuplestore, and are declared in `sql/056_reading.sql`, with the settings
//! under which their statements are to be planned.

use std::collections::BTreeMap;
use std::ffi::CString;

use pgrx::{FromDatum, PgSqlErrorCode, pg_guard, pg_sys};

use crate::error::{Error, ok};
use crate::raw::{text, version_1};

mod graph;
mod kept;

pub use graph::register_callbacks;

use graph::{Graph, Label};
use kept::Argument;

/// A call of one of these functions.
struct Call(pg_sys::FunctionCallInfo);

impl Call {
    /// An argument, and its type.
    fn argument(&self, at: usize) -> Argument {
        // SAFETY: the call has as many arguments as its function is declared with.
        unsafe {
            let given = (*self.0).args.as_slice((*self.0).nargs as usize)[at];
            let of_type = pg_sys::get_fn_expr_argtype((*self.0).flinfo, at as i32);
            (of_type, (!given.isnull).then_some(given.value))
        }
    }

    /// The types that are asked for: all where none is named.
    fn wanted<'g>(&self, at: usize, labels: &'g [Label]) -> Vec<&'g Label> {
        // SAFETY: declared as text[].
        let named =
            self.argument(at).1.and_then(|value| unsafe { Vec::<Option<String>>::from_datum(value, false) });
        let is_wanted = |label: &&Label| match &named {
            None => true,
            Some(named) => named.iter().flatten().any(|name| *name == label.name),
        };
        labels.iter().filter(is_wanted).collect()
    }

    /// Where its rows go.
    fn store(&self) -> *mut pg_sys::Tuplestorestate {
        // SAFETY: Postgres gives a valid call; it raises where no set is asked for.
        unsafe {
            pg_sys::InitMaterializedSRF(self.0, 0);
            (*(*self.0).resultinfo.cast::<pg_sys::ReturnSetInfo>()).setResult
        }
    }
}

const NOTHING: pg_sys::Datum = pg_sys::Datum::null();

const UNION: &str = " UNION ALL ";

/// `heimdall._labels(what)`
#[unsafe(no_mangle)]
#[pg_guard]
pub extern "C-unwind" fn heimdall_labels(fcinfo: pg_sys::FunctionCallInfo) -> pg_sys::Datum {
    let call = Call(fcinfo);
    let store = call.store();
    let graph = ok(Graph::current());
    // SAFETY: declared as text, and the row as a name and an integer.
    unsafe {
        let columns = (*(*fcinfo).resultinfo.cast::<pg_sys::ReturnSetInfo>()).setDesc;
        let labels = match call.argument(0).1.map(|what| text(what)) {
            Some("vertex") => &graph.vertices[..],
            Some("edge") => &graph.edges[..],
            _ => &[],
        };
        for label in labels {
            let mut name = pg_sys::NameData::default();
            for (to, from) in name.data.iter_mut().zip(label.name.bytes()) {
                *to = from as std::ffi::c_char;
            }
            let mut row = [pg_sys::Datum::from(&raw const name), pg_sys::Datum::from(label.id as i32)];
            pg_sys::tuplestore_putvalues(store, columns, row.as_mut_ptr(), [false; 2].as_mut_ptr());
        }
    }
    NOTHING
}

version_1!(pg_finfo_heimdall_labels);

/// `heimdall._edges_of(vertices, most, in_all, types)`
#[unsafe(no_mangle)]
#[pg_guard]
pub extern "C-unwind" fn heimdall_edges_of(fcinfo: pg_sys::FunctionCallInfo) -> pg_sys::Datum {
    let call = Call(fcinfo);
    let store = call.store();
    let graph = ok(Graph::current());
    let types = call.wanted(3, &graph.edges);
    let arguments = [call.argument(0), call.argument(1), call.argument(2)];
    if !types.is_empty() && arguments[0].1.is_some() {
        let lists = templates(&graph, &types, UNION, EDGES_OF_TYPE);
        graph.kept.read_into(store, statement([EDGES_OF, &lists, ") AS e LIMIT $3"]), &arguments);
    }
    NOTHING
}

version_1!(pg_finfo_heimdall_edges_of);

const EDGES_OF: &str = "SELECT v.gid, e.* FROM unnest($1) AS v (gid), LATERAL (";
const EDGES_OF_TYPE: &str = "
    (SELECT {name}::name, 'out', o.id, o.end_id
     FROM {table} AS o WHERE o.start_id OPERATOR(ag_catalog.=) v.gid LIMIT $2)
    UNION ALL
    (SELECT {name}::name, 'in', i.id, i.start_id
     FROM {table} AS i WHERE i.end_id OPERATOR(ag_catalog.=) v.gid LIMIT $2)";

/// `heimdall._degrees(vertices, most)`
#[unsafe(no_mangle)]
#[pg_guard]
pub extern "C-unwind" fn heimdall_degrees(fcinfo: pg_sys::FunctionCallInfo) -> pg_sys::Datum {
    let call = Call(fcinfo);
    let store = call.store();
    let graph = ok(Graph::current());
    let types: Vec<&Label> = graph.edges.iter().collect();
    let counts = templates(&graph, &types, " + ", DEGREES_OF_TYPE);
    let sql = statement(["SELECT v.gid, 0::bigint + ", &counts, " FROM unnest($1) AS v (gid)"]);
    if !types.is_empty() {
        graph.kept.read_into(store, sql, &[call.argument(0), call.argument(1)]);
    }
    NOTHING
}

version_1!(pg_finfo_heimdall_degrees);

/// Of an index alone, where the table has been vacuumed.
const DEGREES_OF_TYPE: &str = "
    (SELECT count(*) FROM (SELECT FROM {table} AS o WHERE o.start_id OPERATOR(ag_catalog.=) v.gid LIMIT $2) AS l) +
    (SELECT count(*) FROM (SELECT FROM {table} AS i WHERE i.end_id OPERATOR(ag_catalog.=) v.gid LIMIT $2) AS l)";

/// `heimdall._edges_between(firsts, seconds, types)`
#[unsafe(no_mangle)]
#[pg_guard]
pub extern "C-unwind" fn heimdall_edges_between(fcinfo: pg_sys::FunctionCallInfo) -> pg_sys::Datum {
    let call = Call(fcinfo);
    let store = call.store();
    let graph = ok(Graph::current());
    let types = call.wanted(2, &graph.edges);
    let arguments = [call.argument(0), call.argument(1)];
    if !types.is_empty() {
        let lists = templates(&graph, &types, UNION, EDGES_BETWEEN_OF_TYPE);
        graph.kept.read_into(store, statement([EDGES_BETWEEN, &lists, ") AS e"]), &arguments);
    }
    NOTHING
}

version_1!(pg_finfo_heimdall_edges_between);

const EDGES_BETWEEN: &str = "SELECT p.at, e.* FROM unnest($1, $2) WITH ORDINALITY AS p (a, b, at), LATERAL (";
const EDGES_BETWEEN_OF_TYPE: &str = "
    (SELECT {name}::name, 'out' FROM {table} AS o
     WHERE o.start_id OPERATOR(ag_catalog.=) p.a AND o.end_id OPERATOR(ag_catalog.=) p.b LIMIT 1)
    UNION ALL
    (SELECT {name}::name, 'in' FROM {table} AS i
     WHERE i.start_id OPERATOR(ag_catalog.=) p.b AND i.end_id OPERATOR(ag_catalog.=) p.a LIMIT 1)";

/// `heimdall._vertices(gids)`
#[unsafe(no_mangle)]
#[pg_guard]
pub extern "C-unwind" fn heimdall_vertices(fcinfo: pg_sys::FunctionCallInfo) -> pg_sys::Datum {
    let call = Call(fcinfo);
    let store = call.store();
    let graph = ok(Graph::current());
    let (of_type, Some(gids)) = call.argument(0) else { return NOTHING };
    let mut by_label: BTreeMap<i64, (Vec<pg_sys::Datum>, Vec<pg_sys::Datum>)> = BTreeMap::new();
    // SAFETY: declared as graphid[].
    for (at, gid) in (1i64..).zip(unsafe { graphids(gids, of_type) }) {
        let Some(gid) = gid else { continue };
        let (gids, places) = by_label.entry(gid.value() as i64 >> ENTRY_BITS).or_default();
        gids.push(gid);
        places.push(at.into());
    }
    // A statement a label: with one for those that come together, there would be one for every choice of labels.
    for label in &graph.vertices {
        let Some((gids, places)) = by_label.get_mut(&label.id) else { continue };
        let sql = statement([&templates(&graph, &[label], UNION, VERTICES_OF_LABEL)]);
        let places = (pg_sys::INT8ARRAYOID, Some(array(pg_sys::INT8OID, places)));
        // SAFETY: a look-up of a type that is there.
        let element = unsafe { pg_sys::get_element_type(of_type) };
        graph.kept.read_into(store, sql, &[(of_type, Some(array(element, gids))), places]);
    }
    NOTHING
}

version_1!(pg_finfo_heimdall_vertices);

/// The low bits of a graphid number the records of a label.
const ENTRY_BITS: u32 = 48;

const VERTICES_OF_LABEL: &str = r#"
    SELECT w.at, v.id, {name}::name, ag_catalog.agtype_access_operator(v.properties, '"value"'::ag_catalog.agtype)::text,
           heimdall.tlp_name(ag_catalog.agtype_access_operator(v.properties, '"tlp"'::ag_catalog.agtype)::integer)
    FROM unnest($1, $2) AS w (gid, at) JOIN {table} AS v ON v.id OPERATOR(ag_catalog.=) w.gid"#;

/// # Safety
/// `array` is an array of that type, and its elements are graphids.
unsafe fn graphids(array: pg_sys::Datum, of_type: pg_sys::Oid) -> Vec<Option<pg_sys::Datum>> {
    let (mut values, mut nulls, mut count) = (std::ptr::null_mut(), std::ptr::null_mut(), 0);
    // SAFETY: the caller's; what comes back has so many entries.
    unsafe {
        pg_sys::deconstruct_array(
            pg_sys::pg_detoast_datum(array.cast_mut_ptr()).cast(),
            pg_sys::get_element_type(of_type),
            8,
            true,
            pg_sys::TYPALIGN_DOUBLE as std::ffi::c_char,
            &mut values,
            &mut nulls,
            &mut count,
        );
        (0..count as usize).map(|at| (!*nulls.add(at)).then_some(*values.add(at))).collect()
    }
}

/// An array of elements of eight bytes.
fn array(element: pg_sys::Oid, values: &mut [pg_sys::Datum]) -> pg_sys::Datum {
    // SAFETY: so many values, which are copied.
    unsafe {
        let align = pg_sys::TYPALIGN_DOUBLE as std::ffi::c_char;
        pg_sys::construct_array(values.as_mut_ptr(), values.len() as i32, element, 8, true, align).into()
    }
}

/// The template for each label, with its name and its table. AGE takes no label with a brace in it.
fn templates(graph: &Graph, labels: &[&Label], between: &str, template: &str) -> String {
    let one = |label: &&Label| {
        let table = format!("{}.{}", identifier(&graph.name), identifier(&label.name));
        template.replace("{name}", &pgrx::spi::quote_literal(&label.name)).replace("{table}", &table)
    };
    labels.iter().map(one).collect::<Vec<String>>().join(between)
}

fn identifier(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

fn statement<const N: usize>(parts: [&str; N]) -> CString {
    let no_name = |_| Error::new(PgSqlErrorCode::ERRCODE_INVALID_NAME, "a label's name has a NUL");
    ok(CString::new(parts.concat()).map_err(no_name))
}
