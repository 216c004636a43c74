//! What the graph takes on disk, and what is left lying in it by dumps that overlap.

use std::fmt::Write;

use heimdall_tests::Database;

use crate::contender::Contender;
use crate::log::{self, Shape};
use crate::options::Options;
use crate::table::{Table, count, round};

/// Logs that overlap, and how many rows each has.
const LOGS: u32 = 10;
const LOG_ROWS: u32 = 100_000;

/// Tables by what they hold. Segments of the change log are mostly in its TOAST table, which counts as table.
const TABLES: &str = "
    CREATE TEMP VIEW graph_table AS
    SELECT c.oid AS id, CASE
               WHEN c.oid = 'heimdall.node'::regclass THEN 'registry'
               WHEN c.oid IN ('heimdall.sighting'::regclass, 'heimdall.sighting_run'::regclass) THEN 'provenance'
               WHEN c.oid = 'heimdall.change_log'::regclass THEN 'change log'
               WHEN l.kind = 'v' THEN 'vertex tables'
               ELSE 'edge tables' END AS part
    FROM pg_class AS c LEFT JOIN ag_catalog.ag_label AS l ON l.relation = c.oid
    WHERE c.relkind = 'r'
      AND (l.relation IS NOT NULL OR c.oid IN ('heimdall.node'::regclass, 'heimdall.sighting'::regclass,
          'heimdall.sighting_run'::regclass, 'heimdall.change_log'::regclass))";

const SIZES: &str = "
    SELECT part, sum(pg_table_size(id))::text, sum(pg_indexes_size(id))::text FROM graph_table GROUP BY part ORDER BY part";

/// Dead tuples and free space; what is free can be used again.
const WASTE: &str = "
    SELECT part, sum(t.dead_tuple_count)::text, sum(t.dead_tuple_len)::text, sum(t.free_space)::text
    FROM graph_table, LATERAL pgstattuple(id::regclass) AS t GROUP BY part ORDER BY part";

/// Bytes of a part: table, indexes.
struct Part {
    name: String,
    table: f64,
    indexes: f64,
}

/// Measures both.
pub fn run(options: &Options) -> String {
    format!("{}\n{}", sizes(options), bloat(options))
}

fn prepared() -> Database {
    let database = Database::new();
    Contender::Heimdall.prepare(&database);
    database.run("CREATE EXTENSION pgstattuple");
    database.run(TABLES);
    database
}

fn parts(database: &Database) -> Vec<Part> {
    let number = |text: &String| text.parse::<f64>().expect("a number of bytes");
    let rows = database.rows(SIZES);
    rows.iter()
        .map(|row| Part { name: row[0].clone(), table: number(&row[1]), indexes: number(&row[2]) })
        .collect()
}

/// Bytes for each record after one log of each shape.
fn sizes(options: &Options) -> String {
    let mut table = Table::new(&[
        "log",
        "part",
        ">records",
        ">table, bytes a record",
        ">indexes, bytes a record",
        ">MB in all",
    ]);
    let mut notes = String::new();
    for (shape, name, rows) in
        [(Shape::Repeating, "repeating", 500_000), (Shape::Distinct, "distinct", 100_000)]
    {
        let rows = options.scaled(rows);
        let database = prepared();
        let csv = log::csv(&log::entries(shape, 0, rows));
        Contender::Heimdall.ingest(&mut database.connect(), &csv);
        let totals = database.rows("SELECT vertices_created, edges_created FROM heimdall.batch");
        let [vertices, edges] = [0, 1].map(|at| totals[0][at].parse::<f64>().expect("a number"));
        let mut bytes = 0.0;
        for part in parts(&database) {
            let records = match part.name.as_str() {
                "registry" | "vertex tables" => vertices,
                "edge tables" => edges,
                _ => vertices + edges,
            };
            bytes += part.table + part.indexes;
            table.row([
                name.to_owned(),
                part.name,
                count(records as u64),
                round(part.table / records),
                round(part.indexes / records),
                round((part.table + part.indexes) / 1e6),
            ]);
        }
        let _ = writeln!(
            notes,
            "- The {name} log of {} rows takes {} bytes on disk for each of its rows, {} for each byte of its text.",
            count(rows),
            round(bytes / f64::from(rows)),
            round(bytes / csv.len() as f64)
        );
    }
    format!("{table}\n{notes}")
}

/// What ten logs that overlap have made of the tables, beside the same tables written anew.
fn bloat(options: &Options) -> String {
    let rows = options.scaled(LOG_ROWS);
    let database = prepared();
    for log in 0..LOGS {
        let csv = log::csv(&log::entries(Shape::Repeating, log * rows, rows));
        Contender::Heimdall.ingest(&mut database.connect(), &csv);
    }
    let (before, waste) = (parts(&database), database.rows(WASTE));
    for relation in database.rows("SELECT id::regclass::text FROM graph_table") {
        database.run(&format!("VACUUM FULL {}", relation[0]));
    }
    let mut table = Table::new(&[
        "part",
        ">table, MB",
        ">written anew",
        ">times",
        ">indexes, MB",
        ">written anew",
        ">times",
        ">dead rows",
        ">dead, MB",
        ">free, MB",
    ]);
    for ((before, after), waste) in before.iter().zip(parts(&database)).zip(&waste) {
        let megabytes = |text: &String| round(text.parse::<f64>().expect("a number of bytes") / 1e6);
        table.row([
            before.name.clone(),
            round(before.table / 1e6),
            round(after.table / 1e6),
            round(before.table / after.table),
            round(before.indexes / 1e6),
            round(after.indexes / 1e6),
            round(before.indexes / after.indexes),
            count(waste[1].parse::<u64>().expect("a number of rows")),
            megabytes(&waste[2]),
            megabytes(&waste[3]),
        ]);
    }
    format!(
        "After {LOGS} repeating logs of {} rows each, which overlap as those of two sensors do, with autovacuum as it is set:\n\n{table}",
        count(rows)
    )
}
