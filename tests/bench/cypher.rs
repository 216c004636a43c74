//! The rival that AGE itself offers: the same graph by `UNWIND … MERGE`.
//!
//! As fast as we know how to make it: labels and the GIN indexes that MERGE looks up by are there beforehand, and
//! 500 rows go in one statement. It protects nothing and keeps no provenance.

use std::fmt::Write;
use std::time::{Duration, Instant};

use heimdall_tests::Database;

use crate::Measured;
use crate::log::{self, Entry};

/// How long the rival runs; it takes as much of the log as it manages.
const LIMIT: Duration = Duration::from_secs(45);
const ROWS: usize = 500;

const PREPARE: &str = r#"
    SET search_path = ag_catalog, public;
    SELECT create_graph('rival');
    SELECT create_vlabel('rival', 'Ip'), create_vlabel('rival', 'User'), create_vlabel('rival', 'Domain');
    SELECT create_elabel('rival', 'USED'), create_elabel('rival', 'CONNECTED_TO'), create_elabel('rival', 'QUERIED');
    CREATE INDEX ON rival."Ip" USING gin (properties);
    CREATE INDEX ON rival."User" USING gin (properties);
    CREATE INDEX ON rival."Domain" USING gin (properties);"#;

/// Takes in a prefix of the log.
pub fn measure(database: &Database, entries: &[Entry]) -> Measured {
    let mut client = database.connect();
    client.batch_execute(PREPARE).expect("the rival's graph is made");
    let pid: i32 = client.query_one("SELECT pg_backend_pid()", &[]).expect("a process").get(0);
    let watch = crate::memory::Watch::start(pid);
    let start = Instant::now();
    let mut rows = 0;
    for chunk in entries.chunks(ROWS) {
        client.batch_execute(&statement(chunk)).expect("MERGE succeeds");
        rows += chunk.len();
        if start.elapsed() > LIMIT {
            break;
        }
    }
    Measured {
        rows: rows as u32,
        seconds: start.elapsed().as_secs_f64(),
        peak_megabytes: watch.stop(),
        note: format!("{ROWS} rows a statement, at most {} s", LIMIT.as_secs()),
    }
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
