//! The tables of the graph's labels.

use std::collections::HashMap;
use std::ffi::{CStr, CString};

use pgrx::PgSqlErrorCode;

use crate::error::Error;
use crate::session::Session;

/// What AGE knows of a label.
pub struct Label {
    /// AGE's number, the high bits of every graphid.
    pub id: i64,
    /// Quoted name of the table.
    pub table: String,
    /// Quoted name of the sequence, as a literal.
    pub sequence: String,
}

/// Every label of the graph.
pub struct Labels(HashMap<String, Label>);

const LOAD: &CStr = c"
    SELECT l.name::pg_catalog.text, l.id::pg_catalog.int8,
           pg_catalog.format('%I.%I', g.name, l.name),
           pg_catalog.quote_literal(pg_catalog.format('%I.%I', g.name, l.seq_name))
    FROM ag_catalog.ag_label AS l
    JOIN ag_catalog.ag_graph AS g ON g.graphid = l.graph
    WHERE g.name = heimdall.graph()";

impl Labels {
    pub fn load(session: &Session) -> Result<Labels, Error> {
        let rows = session.query(LOAD, &[])?;
        let mut labels = HashMap::new();
        for row in 0..rows.len() {
            if let (Some(name), Some(id), Some(table), Some(sequence)) =
                (rows.text(row, 1), rows.int(row, 2), rows.text(row, 3), rows.text(row, 4))
            {
                labels.insert(name, Label { id, table, sequence });
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

impl Label {
    /// A statement with `{table}`, `{label}`, `{sequence}`, `{merged}` and `{conflict}` filled in.
    pub fn statement(&self, template: &str, conflict: &str) -> Result<CString, Error> {
        let sql = template
            .replace("{table}", &self.table)
            .replace("{sequence}", &self.sequence)
            .replace("{label}", &self.id.to_string())
            .replace("{merged}", MERGED)
            .replace("{conflict}", conflict);
        CString::new(sql)
            .map_err(|_| Error::new(PgSqlErrorCode::ERRCODE_INVALID_NAME, "a label's name has a NUL"))
    }
}
