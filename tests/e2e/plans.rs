//! The plans of the questions where the graph has ten million vertices, against `plans.txt` beside this file.
//!
//! The planner is told so: it plans by the statistics that it finds. What is compared is the shape, the kinds of nodes and
//! the indexes, never what they cost. `HEIMDALL_WRITE_PLANS=1 make test ARGS='--test e2e -- plans'` writes the file anew.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::Path;

use heimdall_tests::Database;

use crate::dumps::{LOGINS_CSV, with_logins};

const GOLDEN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/e2e/plans.txt");

const QUESTIONS: [(&str, &str); 17] = [
    ("lookup", "heimdall.lookup('ip', '192.0.2.2')"),
    ("provenance", "heimdall.provenance('ip', '192.0.2.2')"),
    ("neighbors", "heimdall.neighbors('ip', '192.0.2.2', 3)"),
    ("neighbors, of a label, by a type", "heimdall.neighbors('ip', '192.0.2.2', 2, '{domain}', '{REACHED}')"),
    ("search, a value", "heimdall.search('192.0.2.2')"),
    ("search, a beginning", "heimdall.search('192.0*', 'ip')"),
    ("search, an end", "heimdall.search('*.example.org')"),
    ("search, in the midst", "heimdall.search('*ample*')"),
    ("search, a network and a time", "heimdall.search('192.0.2.0/24', since => '2026-01-01')"),
    ("correlate", "heimdall.correlate('192.0.2.1', '192.0.2.2')"),
    ("path", "heimdall.path('user', 'grace', 'domain', 'www.example.org')"),
    ("timeline", "heimdall.timeline('ip', '192.0.2.2')"),
    ("as_of", "heimdall.as_of(now(), 'ip', '192.0.2.2')"),
    ("changes_between", "heimdall.changes_between('2026-01-01', change => 'new')"),
    // What follows reads much of a table on purpose.
    ("overlap", "heimdall.overlap('logins', '{logins}')"),
    ("top connected", "heimdall.top('connected')"),
    ("top seen, of a source", "heimdall.top('seen', source => 'logins')"),
];

/// Questions at the end that may scan a table.
const SCANNING: usize = 2;

/// Tables that grow with what is taken in. Those of AGE's and Postgres' own catalogue are planned as they happen to be.
const TABLES: [&str; 12] = [
    "node",
    "sighting",
    "sighting_run",
    "look_alike",
    "batch",
    "User",
    "Ip",
    "Domain",
    "Record",
    "REACHED",
    "LOGIN_FROM",
    "OBSERVED_IN",
];

/// Rows of the tables, as the planner is to see them; it takes them all to be on the pages that a table has in truth. The
/// provenance gets enough of these for the ranges of its BRIN index to mean something.
const STATISTICS: &str = "
    INSERT INTO heimdall.sighting
    SELECT ag_catalog._graphid(60000, n), n / 1000, 1, 'infinity', '-infinity', 1 FROM generate_series(10000, 109999) AS n;
    SELECT pg_restore_relation_stats('schemaname', n.nspname::text, 'relname', c.relname::text,
               'relpages', greatest(pg_relation_size(c.oid) / 8192, 1)::integer,
               'reltuples', (CASE c.relname WHEN 'node' THEN 1e7 WHEN 'sighting' THEN 6e7 WHEN 'sighting_run' THEN 2e6 WHEN 'look_alike' THEN 4e6 WHEN 'batch' THEN 1e4
                             WHEN 'User' THEN 1e6 WHEN 'Ip' THEN 5e6 WHEN 'Domain' THEN 4e6
                             WHEN 'REACHED' THEN 3e7 WHEN 'LOGIN_FROM' THEN 2e7 END)::real)
    FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
    WHERE (n.nspname, c.relname) IN (
        ('heimdall', 'node'), ('heimdall', 'sighting'), ('heimdall', 'sighting_run'), ('heimdall', 'look_alike'), ('heimdall', 'batch'),
        ('heimdall_graph', 'User'), ('heimdall_graph', 'Ip'), ('heimdall_graph', 'Domain'),
        ('heimdall_graph', 'REACHED'), ('heimdall_graph', 'LOGIN_FROM'));
    SELECT pg_restore_attribute_stats('schemaname', s.schema, 'relname', s.relation, 'attname', s.attribute,
               'inherited', false, 'null_frac', 0::real, 'avg_width', s.width, 'n_distinct', s.distinct_values,
               'correlation', CASE WHEN s.attribute IN ('batch', 'id') THEN 1 ELSE 0 END::real)
    FROM (VALUES
        ('heimdall', 'node', 'key', 24, -1::real), ('heimdall', 'node', 'gid', 8, -1),
        ('heimdall', 'sighting', 'gid', 8, -0.5), ('heimdall', 'sighting', 'batch', 8, 10000),
        ('heimdall', 'sighting_run', 'last_gid', 8, -1), ('heimdall', 'sighting_run', 'batch', 8, 10000),
        ('heimdall', 'batch', 'id', 8, -1), ('heimdall', 'batch', 'source', 8, 20),
        ('heimdall_graph', 'User', 'id', 8, -1), ('heimdall_graph', 'Ip', 'id', 8, -1),
        ('heimdall_graph', 'Domain', 'id', 8, -1),
        ('heimdall_graph', 'REACHED', 'start_id', 8, 5000000), ('heimdall_graph', 'REACHED', 'end_id', 8, 4000000),
        ('heimdall_graph', 'LOGIN_FROM', 'start_id', 8, 1000000), ('heimdall_graph', 'LOGIN_FROM', 'end_id', 8, 5000000)
    ) AS s (schema, relation, attribute, width, distinct_values);";

/// Every plan of every statement that the functions run is a notice, which the server does not log.
const EXPLAIN: &str = "
    LOAD 'auto_explain';
    SET auto_explain.log_min_duration = 0;
    SET auto_explain.log_nested_statements = on;
    SET auto_explain.log_format = 'json';
    SET auto_explain.log_level = 'notice';
    SET client_min_messages = 'notice';
    SET max_parallel_workers_per_gather = 0;";

#[test]
fn plans_at_ten_million_vertices_are_the_ones_that_were_meant() {
    let database = with_logins();
    database.ingest("logins", LOGINS_CSV);
    let told = database.rows(STATISTICS);
    assert!(told.iter().all(|row| row[0] == "t"), "{told:?}");
    let analyst = database.role("analyst", &["heimdall_analyst", "heimdall_tlp_amber"]);
    let mut found = String::new();
    for (at, (name, question)) in QUESTIONS.iter().enumerate() {
        let plans = plans_of(&database, "NONE", question);
        assert!(!plans.is_empty(), "{name} reads no table of Heimdall");
        let _ = write!(found, "== {name}\n{plans}\n");
        // Where rows are hidden, the same indexes serve.
        let limited = plans_of(&database, &analyst, question);
        if at < QUESTIONS.len() - SCANNING {
            for plans in [&plans, &limited] {
                assert_eq!(scanned(plans), None, "{name} scans a table:\n{plans}");
            }
            // So few pages with so many rows make a range of them look dear, where each of its rows is judged.
            let (own, served) = (indexes(&plans), indexes(&limited));
            let lost: Vec<&&str> =
                own.difference(&served).filter(|index| **index != "sighting_batch").collect();
            assert!(lost.is_empty(), "{name} has no use for {lost:?} where rows are hidden:\n{limited}");
        }
    }
    if std::env::var_os("HEIMDALL_WRITE_PLANS").is_some() {
        std::fs::write(GOLDEN, &found).expect("the file of the plans");
        return;
    }
    let golden = std::fs::read_to_string(Path::new(GOLDEN)).expect("the file of the plans");
    for (found, golden) in found.split("== ").zip(golden.split("== ")) {
        assert!(
            found == golden,
            "a plan has changed. It is now:\n{found}\nand was meant to be:\n{golden}\n\
             Where that is right: HEIMDALL_WRITE_PLANS=1 make test ARGS='--test e2e -- plans'"
        );
    }
    assert_eq!(found.len(), golden.len(), "plans.txt has other questions");
}

/// A table that grows and is read whole. A batch is a row for a whole dump: that table is small.
fn scanned(plans: &str) -> Option<&'static str> {
    let is_scanned = |table: &&&str| plans.lines().any(|line| line.trim() == format!("Seq Scan on {table}"));
    TABLES.iter().filter(|table| **table != "batch").find(is_scanned).copied()
}

/// The indexes that are read.
fn indexes(plans: &str) -> BTreeSet<&str> {
    plans.lines().filter_map(|line| line.split_once(" using ")?.1.split(' ').next()).collect()
}

/// The plans that read a table of Heimdall, each once, in the order in which they came.
fn plans_of(database: &Database, role: &str, question: &str) -> String {
    let mut plans: Vec<String> = Vec::new();
    for notice in database.notices(&format!("{EXPLAIN} SET ROLE {role}; SELECT FROM {question}")) {
        let plan = shape(&notice);
        if TABLES.iter().any(|table| reads(&plan, table)) && !plans.contains(&plan) {
            plans.push(plan);
        }
    }
    plans.join("  --\n")
}

fn reads(plan: &str, table: &str) -> bool {
    plan.lines().any(|line| line.split(' ').skip_while(|word| *word != "on").nth(1) == Some(table))
}

/// A line for each node of a plan in JSON: its kind, and the relation and index that it reads.
fn shape(plan: &str) -> String {
    let mut lines: Vec<String> = Vec::new();
    for line in plan.lines() {
        let depth = line.len() - line.trim_start().len();
        let Some((key, value)) = line.trim().trim_end_matches(',').split_once(": ") else { continue };
        let value = value.trim_matches('"');
        match (key.trim_matches('"'), lines.last_mut()) {
            ("Node Type", _) => lines.push(format!("{:1$}{value}", "", depth / 3)),
            ("Relation Name", Some(last)) => _ = write!(last, " on {value}"),
            ("Index Name", Some(last)) => _ = write!(last, " using {value}"),
            _ => {}
        }
    }
    lines.iter().fold(String::new(), |text, line| text + line + "\n")
}
