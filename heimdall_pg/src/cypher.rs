//! The statement that runs a Cypher query which only reads.

use std::ffi::CStr;

use heimdall_core::cypher::{self, CypherError};
use pgrx::prelude::*;

use crate::error::{Error, ok};
use crate::logs;

/// The SQL that gives one `jsonb` object for each row of the query, or an error where it may not run. `$1` is the
/// parameters, `$2` the number of rows.
#[pg_extern(immutable, strict, parallel_safe, name = "_cypher_statement")]
pub fn cypher_statement(graph: &str, query: &str) -> String {
    logs::statement_is_ours();
    let columns = ok(cypher::columns(query).map_err(refused));
    let tag = cypher::dollar_tag(query);
    let mut members = Vec::with_capacity(columns.len());
    let mut targets = Vec::with_capacity(columns.len());
    for (at, name) in columns.iter().enumerate() {
        let name = spi::quote_literal(name);
        members
            .push(format!("{name}, heimdall._cypher_json(ag_catalog.agtype_out(r.c{at}))::pg_catalog.jsonb"));
        targets.push(format!("c{at} ag_catalog.agtype"));
    }
    let (members, targets, graph) = (members.join(", "), targets.join(", "), spi::quote_literal(graph));
    format!(
        "SELECT pg_catalog.jsonb_build_object({members}) \
         FROM ag_catalog.cypher({graph}, {tag}{query}\n{tag}, $1) AS r ({targets}) LIMIT $2"
    )
}

/// A value as AGE writes it, as JSON without AGE's ids.
#[pg_extern(immutable, strict, parallel_safe, name = "_cypher_json")]
fn cypher_json(agtype: &CStr) -> String {
    cypher::json(&agtype.to_string_lossy())
}

fn refused(error: CypherError) -> Error {
    let message = error.to_string();
    let (code, detail, hint) = match error {
        CypherError::TooLong | CypherError::TooManyColumns => {
            (PgSqlErrorCode::ERRCODE_PROGRAM_LIMIT_EXCEEDED, "", "Ask for less, or in several queries.")
        }
        CypherError::Unterminated(_) | CypherError::Character(_) => {
            (PgSqlErrorCode::ERRCODE_SYNTAX_ERROR, "", "A quote within a string takes a backslash before it.")
        }
        CypherError::Writes(_) => (
            PgSqlErrorCode::ERRCODE_INSUFFICIENT_PRIVILEGE,
            "Heimdall alone writes the graph: what is written past it is not in registry, provenance and change log.",
            "A name of that spelling goes in backticks. Data come in by heimdall.ingest() and the inboxes.",
        ),
        CypherError::QualifiedFunction => (
            PgSqlErrorCode::ERRCODE_FEATURE_NOT_SUPPORTED,
            "Functions of SQL may do anything, and AGE would run them.",
            "Call functions of Cypher by their name alone, and those of SQL on what heimdall.cypher() gives.",
        ),
        CypherError::VariableLength => (
            PgSqlErrorCode::ERRCODE_FEATURE_NOT_SUPPORTED,
            "AGE would load the whole graph into this session, and read around row-level security.",
            "heimdall.neighbors() goes several steps, heimdall.path() finds a shortest path.",
        ),
        CypherError::NoReturn => (
            PgSqlErrorCode::ERRCODE_SYNTAX_ERROR,
            "",
            "Say what the columns are: MATCH (n:Ip) RETURN n.value AS address.",
        ),
        CypherError::ReturnsAll | CypherError::SameName => (
            PgSqlErrorCode::ERRCODE_SYNTAX_ERROR,
            "Columns are members of an object, each with a name of its own.",
            "Name them: RETURN n AS one, m AS other.",
        ),
    };
    let error = Error::new(code, message).hint(hint);
    if detail.is_empty() { error } else { error.detail(detail) }
}
