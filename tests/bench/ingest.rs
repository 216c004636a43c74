//! One log, one backend: Heimdall, `COPY` alone, the same graph by hand-written SQL, the same by Cypher.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::time::Duration;

use heimdall_tests::{Database, backend};

use crate::contender::{Contender, assert_same};
use crate::cypher;
use crate::log::{self, Entry, Shape};
use crate::memory::Watch;
use crate::options::Options;
use crate::table::{Table, count, ratio, round};
use crate::timing::{median, send, timed};

/// Each way but Cypher takes the log so often, in turn, into a database of its own; the median counts.
const RUNS: usize = 3;

const PLAIN: &str = "CREATE TABLE plain (ts text, src text, dst text, account text, domain text, bytes text)";

/// One way of taking in a log.
struct Way {
    name: &'static str,
    seconds: Vec<f64>,
    peak: f64,
}

/// Measures both logs.
pub fn run(options: &Options) -> String {
    let mut table = Table::new(&["log", "way", ">rows", ">s", ">rows/s", ">Heimdall is", ">peak MB"]);
    let mut notes = String::new();
    for (shape, name, rows) in
        [(Shape::Repeating, "repeating", 1_000_000), (Shape::Distinct, "distinct", 200_000)]
    {
        let entries = log::entries(shape, 0, options.scaled(rows));
        let csv = log::csv(&entries);
        let mut ways = ["`COPY` to a plain table", "Heimdall, `\\copy` to the inbox", "hand-written SQL"]
            .map(|name| Way { name, seconds: Vec::new(), peak: 0.0 });
        let mut counts = BTreeMap::new();
        for _ in 0..RUNS {
            counts = turn(&mut ways, &csv);
        }
        let cypher = cypher_way(&entries, options.limit(45.0));
        let rate = |way: &Way| entries.len() as f64 / median(&way.seconds);
        let own = rate(&ways[1]);
        for way in &ways {
            table.row([
                name.to_owned(),
                way.name.to_owned(),
                count(entries.len()),
                round(median(&way.seconds)),
                round(rate(way)),
                if way.name.starts_with("Heimdall") { String::new() } else { ratio(own, rate(way)) },
                format!("{:.0}", way.peak),
            ]);
        }
        let (rows, way) = cypher;
        let rate = rows as f64 / way.seconds[0];
        table.row([
            name.to_owned(),
            way.name.to_owned(),
            count(rows),
            round(way.seconds[0]),
            round(rate),
            ratio(own, rate),
            format!("{:.0}", way.peak),
        ]);
        let graph: Vec<String> =
            counts.iter().map(|(label, number)| format!("{} {label}", count(*number))).collect();
        let _ = writeln!(
            notes,
            "- The {name} log has {:.1} MB. Heimdall and the hand-written SQL make the same graph of it: {}.",
            csv.len() as f64 / 1e6,
            graph.join(", ")
        );
    }
    format!("{table}\n{notes}")
}

/// Each way takes the log once; what Heimdall and the hand-written SQL have made is compared.
fn turn(ways: &mut [Way; 3], csv: &str) -> BTreeMap<String, u64> {
    let database = Database::new();
    database.run(PLAIN);
    measured(&mut ways[0], &database, |client| {
        timed(|| send(client, "COPY plain FROM STDIN (FORMAT csv, HEADER)", csv)).0
    });
    database.run("DROP TABLE plain");
    let graphs = [Contender::Heimdall, Contender::HandWritten].map(|contender| {
        let database = Database::new();
        contender.prepare(&database);
        let way = &mut ways[if contender == Contender::Heimdall { 1 } else { 2 }];
        measured(way, &database, |client| contender.ingest(client, csv));
        database
    });
    assert_same(&graphs[0], &graphs[1])
}

fn measured(way: &mut Way, database: &Database, work: impl FnOnce(&mut postgres::Client) -> f64) {
    database.run("CHECKPOINT");
    let mut client = database.connect();
    let watch = Watch::start(backend(&mut client));
    way.seconds.push(work(&mut client));
    way.peak = way.peak.max(watch.stop());
}

fn cypher_way(entries: &[Entry], limit: Duration) -> (usize, Way) {
    let database = Database::new();
    cypher::prepare(&database);
    let mut client = cypher::connect(&database);
    let watch = Watch::start(backend(&mut client));
    let (rows, seconds) = cypher::ingest(&mut client, entries, limit);
    let way = Way { name: "Cypher `UNWIND … MERGE`", seconds: vec![seconds], peak: watch.stop() };
    (rows, way)
}
