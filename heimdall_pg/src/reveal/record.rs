//! A record with what is sealed of it, found by its key.

use std::collections::BTreeMap;
use std::ffi::{CStr, CString};

use pgrx::PgSqlErrorCode;

use crate::error::Error;
use crate::local_settings::LocalSettings;
use crate::owner::{AsOwner, PATH};
use crate::session::{Arg, Rows, Session, session};

/// A vertex, or an edge.
pub(super) struct Record {
    /// What its sealed properties are bound to.
    pub key: String,
    /// The TLP level that it takes to see it.
    pub mark: i16,
    /// Sealed properties by name.
    pub sealed: BTreeMap<String, String>,
}

const TABLE: &CStr = c"
    SELECT pg_catalog.format('%I.%I', heimdall.graph(), l.label), w.what
    FROM (VALUES ('vertex'), ('edge')) AS w (what), heimdall._labels(w.what) AS l
    WHERE l.label = $1::pg_catalog.name";

/// The registry and the graph say the same of the mark; where they do not, the higher one holds.
const VERTEX: &str = "
    SELECT greatest(n.tlp, (r.properties OPERATOR(ag_catalog.->) '\"tlp\"'::ag_catalog.agtype)::pg_catalog.int4)::pg_catalog.int8,
           (r.properties OPERATOR(ag_catalog.->) '\"sealed\"'::ag_catalog.agtype)::pg_catalog.text
    FROM heimdall.node AS n
    JOIN {table} AS r ON r.id OPERATOR(ag_catalog.=) n.gid
    WHERE n.key = $1";

/// Whoever sees an edge sees both ends of it.
const EDGE: &str = "
    SELECT greatest(f.tlp, t.tlp, (r.properties OPERATOR(ag_catalog.->) '\"tlp\"'::ag_catalog.agtype)::pg_catalog.int4)::pg_catalog.int8,
           (r.properties OPERATOR(ag_catalog.->) '\"sealed\"'::ag_catalog.agtype)::pg_catalog.text
    FROM heimdall.node AS f
    CROSS JOIN heimdall.node AS t
    JOIN {table} AS r ON r.start_id OPERATOR(ag_catalog.=) f.gid AND r.end_id OPERATOR(ag_catalog.=) t.gid
    WHERE f.key = $1 AND t.key = $2";

/// Those of the records that the caller sees: read with the caller's rights, so that row security has its say.
pub(super) fn visible(keys: &[String]) -> Result<Vec<Record>, Error> {
    let _path = LocalSettings::new(&PATH);
    find(keys)
}

/// The key of the first of the records that is there, whoever may see it.
pub(super) fn stored(keys: &[String]) -> Result<Option<String>, Error> {
    let _owner = AsOwner::new()?;
    Ok(find(keys)?.into_iter().next().map(|record| record.key))
}

fn find(keys: &[String]) -> Result<Vec<Record>, Error> {
    session(|session| {
        let mut records = Vec::new();
        for key in keys {
            let Some((label, rest)) = key.split_once(':') else { continue };
            let table = session.query(TABLE, &[Arg::Text(label)])?;
            let (Some(table), Some(what)) = (table.text(0, 1), table.text(0, 2)) else { continue };
            let found = match what.as_str() {
                "edge" => edge(session, &table, rest)?,
                _ => read(&session.query(&statement(VERTEX, &table)?, &[Arg::Text(key)])?)?,
            };
            records.extend(found.map(|(mark, sealed)| Record { key: key.clone(), mark, sealed }));
        }
        Ok(records)
    })
}

type Content = (i16, BTreeMap<String, String>);

/// The edge of `from>to`. Keys may have that sign in them: where it stands between two that there are, it parts them.
fn edge(session: &Session<'_>, table: &str, ends: &str) -> Result<Option<Content>, Error> {
    let statement = statement(EDGE, table)?;
    for (at, _) in ends.match_indices('>') {
        let args = [Arg::Text(&ends[..at]), Arg::Text(&ends[at + 1..])];
        if let Some(found) = read(&session.query(&statement, &args)?)? {
            return Ok(Some(found));
        }
    }
    Ok(None)
}

fn statement(template: &str, table: &str) -> Result<CString, Error> {
    CString::new(template.replace("{table}", table))
        .map_err(|_| Error::new(PgSqlErrorCode::ERRCODE_INVALID_NAME, "a label's name has a NUL"))
}

fn read(rows: &Rows<'_>) -> Result<Option<Content>, Error> {
    if rows.len() == 0 {
        return Ok(None);
    }
    // A mark that cannot be read is the highest.
    let mark = rows.int(0, 1).and_then(|mark| i16::try_from(mark).ok()).unwrap_or(4);
    let sealed = rows.text(0, 2).map(|text| serde_json::from_str(&text)).transpose().map_err(|_| {
        Error::new(PgSqlErrorCode::ERRCODE_DATA_CORRUPTED, "what is sealed of the record cannot be read")
    })?;
    Ok(Some((mark, sealed.unwrap_or_default())))
}
