//! The tables of the graph's labels.

use std::collections::HashMap;
use std::ffi::{CStr, CString};

use pgrx::{IntoDatum, PgSqlErrorCode, direct_function_call, pg_sys};

use crate::error::Error;
use crate::session::Session;

/// What AGE knows of a label.
pub struct Label {
    /// AGE's number, the high bits of every graphid.
    pub id: i64,
    /// Quoted name of the table.
    pub table: String,
    /// The table.
    pub relation: pg_sys::Oid,
    /// The sequence of the low bits.
    pub sequence: pg_sys::Oid,
}

/// Every label of the graph.
pub struct Labels(HashMap<String, Label>);

const LOAD: &CStr = c"
    SELECT l.name::pg_catalog.text, l.id::pg_catalog.int8,
           pg_catalog.format('%I.%I', g.name, l.name), l.relation::pg_catalog.oid::pg_catalog.int8,
           pg_catalog.format('%I.%I', g.name, l.seq_name)::pg_catalog.regclass::pg_catalog.oid::pg_catalog.int8
    FROM ag_catalog.ag_label AS l
    JOIN ag_catalog.ag_graph AS g ON g.graphid = l.graph
    WHERE g.name = heimdall.graph()";

impl Labels {
    pub fn load(session: &Session) -> Result<Labels, Error> {
        let rows = session.query(LOAD, &[])?;
        let mut labels = HashMap::new();
        for row in 0..rows.len() {
            if let (Some(name), Some(id), Some(table), Some(relation), Some(sequence)) =
                (rows.text(row, 1), rows.int(row, 2), rows.text(row, 3), rows.oid(row, 4), rows.oid(row, 5))
            {
                labels.insert(name, Label { id, table, relation, sequence });
            }
        }
        Ok(Labels(labels))
    }

    pub fn get(&self, name: &str) -> Result<&Label, Error> {
        self.0.get(name).ok_or_else(|| {
            Error::new(PgSqlErrorCode::ERRCODE_UNDEFINED_OBJECT, format!("the graph has no label \"{name}\""))
                .hint("heimdall.set_mapping() makes the labels of a mapping again.")
        })
    }
}

/// The properties of a record `t` with those of `u` taken over; sealed ones are merged by name.
const MERGED: &str = "
        (t.properties OPERATOR(ag_catalog.||) u.properties) OPERATOR(ag_catalog.||)
        CASE WHEN t.properties OPERATOR(ag_catalog.?) 'sealed'::pg_catalog.text
                  AND u.properties OPERATOR(ag_catalog.?) 'sealed'::pg_catalog.text
             THEN ag_catalog.agtype_build_map('sealed'::pg_catalog.text,
                  (t.properties OPERATOR(ag_catalog.->) '\"sealed\"'::ag_catalog.agtype) OPERATOR(ag_catalog.||)
                  (u.properties OPERATOR(ag_catalog.->) '\"sealed\"'::ag_catalog.agtype))
             ELSE '{}'::ag_catalog.agtype END";

/// An edge `t` is the one between the ends of `u`. With `=` for the end as well, the planner may take the index on ends
/// alone, and reads all edges of a hub for each of them; a range has it take the one on both.
const SAME_ENDS: &str = "
        t.start_id OPERATOR(ag_catalog.=) u.start_id
        AND t.end_id OPERATOR(ag_catalog.>=) u.end_id AND t.end_id OPERATOR(ag_catalog.<=) u.end_id";

impl Label {
    /// A statement with `{table}`, `{merged}` and `{same_ends}` filled in.
    pub fn statement(&self, template: &str) -> Result<CString, Error> {
        let sql = template
            .replace("{table}", &self.table)
            .replace("{merged}", MERGED)
            .replace("{same_ends}", SAME_ENDS);
        CString::new(sql)
            .map_err(|_| Error::new(PgSqlErrorCode::ERRCODE_INVALID_NAME, "a label's name has a NUL"))
    }

    /// Takes ids for that many records.
    pub fn take_ids(&self, count: usize) -> Vec<i64> {
        // SAFETY: nextval(regclass) of a sequence; it raises where that is not there.
        let next =
            || unsafe { direct_function_call::<i64>(pg_sys::nextval_oid, &[self.sequence.into_datum()]) };
        (0..count).filter_map(|_| next()).map(|entry| self.id << 48 | entry).collect()
    }
}
