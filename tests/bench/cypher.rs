//! The rival that AGE itself offers: the same graph by `UNWIND … MERGE`.
//!
//! As fast as we know how to make it: labels and the GIN indexes that MERGE looks up by are there beforehand, and
//! 500 rows go in one statement. It protects nothing and keeps no provenance.

use std::fmt::Write;
use std::time::{Duration, Instant};

use heimdall_tests::Database;
use postgres::Client;

use crate::log::{self, Entry};

const ROWS: usize = 500;

/// The labels.
const GRAPH: &str = "
    SET search_path = ag_catalog, public;
    SELECT create_graph('rival');
    SELECT create_vlabel('rival', 'Ip'), create_vlabel('rival', 'User'), create_vlabel('rival', 'Domain');
    SELECT create_elabel('rival', 'USED'), create_elabel('rival', 'CONNECTED_TO'), create_elabel('rival', 'QUERIED')";

/// What MERGE looks up by.
pub const INDEXES: &str = r#"
    CREATE INDEX ON rival."Ip" USING gin (properties);
    CREATE INDEX ON rival."User" USING gin (properties);
    CREATE INDEX ON rival."Domain" USING gin (properties)"#;

/// Makes an empty graph with indexes.
pub fn prepare(database: &Database) {
    database.run(GRAPH);
    database.run(INDEXES);
    database.reconnect();
}

/// A connection in which Cypher can be used.
pub fn connect(database: &Database) -> Client {
    let mut client = database.connect();
    client.batch_execute("SET search_path = ag_catalog, public").expect("a setting");
    client
}

/// Takes in as much of the log as it manages in that time; gives the number of rows and the seconds.
pub fn ingest(client: &mut Client, entries: &[Entry], limit: Duration) -> (usize, f64) {
    let start = Instant::now();
    let mut rows = 0;
    for chunk in entries.chunks(ROWS) {
        client.batch_execute(&statement(chunk)).expect("MERGE succeeds");
        rows += chunk.len();
        if start.elapsed() > limit {
            break;
        }
    }
    (rows, start.elapsed().as_secs_f64())
}

fn statement(entries: &[Entry]) -> String {
    let csv = log::csv(entries);
    let mut rows = String::new();
    for line in csv.lines().skip(1) {
        let mut fields = line.split(',');
        let mut next = || fields.next().unwrap_or_default();
        let separator = if rows.is_empty() { "" } else { "," };
        let (ts, src, dst, user, domain, bytes) = (next(), next(), next(), next(), next(), next());
        let _ = write!(
            rows,
            "{separator}{{ts:'{ts}',src:'{src}',dst:'{dst}',who:'{user}',name:'{domain}',bytes:'{bytes}'}}"
        );
    }
    format!(
        "SELECT * FROM cypher('rival', $$ UNWIND [{rows}] AS r
         MERGE (s:Ip {{value: r.src}}) MERGE (d:Ip {{value: r.dst}})
         MERGE (u:User {{value: r.who}}) MERGE (n:Domain {{value: r.name}})
         MERGE (u)-[:USED]->(s) MERGE (s)-[:CONNECTED_TO]->(d) MERGE (s)-[:QUERIED]->(n) $$) AS (a agtype)"
    )
}
