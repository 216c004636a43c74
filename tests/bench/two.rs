//! Two logs by two connections at the same time, beside the same two one after the other.

use std::fmt::Write;

use heimdall_tests::Database;

use crate::contender::Contender;
use crate::log::{self, Shape};
use crate::options::Options;
use crate::table::{Table, count, round};
use crate::timing::{median, send, timed};

/// Each of the two is done so often, in turn; the median counts.
const RUNS: usize = 3;

/// Measures both logs.
pub fn run(options: &Options) -> String {
    let mut table = Table::new(&[
        "log",
        ">rows, both together",
        ">one after the other, s",
        ">at the same time, s",
        ">rows/s",
        ">times as fast",
    ]);
    let mut notes = String::new();
    for (shape, name, known_before, rows) in [
        (Shape::Distinct, "distinct", false, 100_000),
        (Shape::Repeating, "repeating, of two sites", true, 500_000),
        (Shape::Repeating, "repeating, of one network", false, 500_000),
    ] {
        let rows = options.scaled(rows);
        let logs = [0, 1].map(|at| {
            let entries = log::entries(shape, at * rows, rows);
            log::csv(&if known_before { log::at_site(entries, at) } else { entries })
        });
        let before = known_before.then(|| log::csv(&log::everything_named()));
        let prepared = || prepared(before.as_deref());
        let (mut after, mut together) = (Vec::new(), Vec::new());
        let mut known = String::new();
        for _ in 0..RUNS {
            let database = prepared();
            after.push(one_after_the_other(&database, &logs));
            known = share_known(&database);
            let counts = Contender::Heimdall.counts(&database);
            drop(database);
            let database = prepared();
            together.push(at_the_same_time(&database, &logs));
            assert_eq!(counts, Contender::Heimdall.counts(&database), "both orders give one graph");
        }
        table.row([
            name.to_owned(),
            count(2 * rows),
            round(median(&after)),
            round(median(&together)),
            round(f64::from(2 * rows) / median(&together)),
            format!("{:.2}", median(&after) / median(&together)),
        ]);
        let _ = writeln!(notes, "- Of what the second {name} log names, the first has brought {known}.");
    }
    format!("{table}\n{notes}{}", limit(options))
}

/// What the machine itself can do at the same time: the distinct logs by COPY to two plain tables.
fn limit(options: &Options) -> String {
    // Enough rows to outlast the start of a connection.
    let rows = options.scaled(500_000);
    let logs = [0, rows].map(|first| log::csv(&log::entries(Shape::Distinct, first, rows)));
    let database = Database::new();
    let copy = |at: usize| {
        database.run(&format!("DROP TABLE IF EXISTS plain{at}; CREATE TABLE plain{at} (ts text, src text, dst text, account text, domain text, bytes text)"));
        let mut client = database.connect();
        let (statement, log) = (format!("COPY plain{at} FROM STDIN (FORMAT csv, HEADER)"), &logs[at]);
        move || send(&mut client, &statement, log)
    };
    let (mut after, mut together) = (Vec::new(), Vec::new());
    for _ in 0..RUNS {
        let (mut first, mut second) = (copy(0), copy(1));
        after.push(timed(|| (first(), second())).0);
        let (mut first, mut second) = (copy(0), copy(1));
        together.push(timed(|| std::thread::scope(|scope| (scope.spawn(&mut first), second()).1)).0);
    }
    format!(
        "- `COPY` of {} such rows each to two plain tables is {:.2} times as fast at the same time: what this machine can do.\n",
        count(rows),
        median(&after) / median(&together)
    )
}

fn prepared(before: Option<&str>) -> Database {
    let database = Database::new();
    Contender::Heimdall.prepare(&database);
    if let Some(log) = before {
        Contender::Heimdall.ingest(&mut database.connect(), log);
    }
    database.run("CHECKPOINT");
    database
}

fn one_after_the_other(database: &Database, logs: &[String; 2]) -> f64 {
    let mut client = database.connect();
    logs.iter().map(|log| Contender::Heimdall.ingest(&mut client, log)).sum()
}

fn at_the_same_time(database: &Database, logs: &[String; 2]) -> f64 {
    let clients = [database.connect(), database.connect()];
    let work = || {
        std::thread::scope(|scope| {
            for (mut client, log) in clients.into_iter().zip(logs) {
                scope.spawn(move || Contender::Heimdall.ingest(&mut client, log));
            }
        });
    };
    timed(work).0
}

/// How much of what the second batch names was there.
fn share_known(database: &Database) -> String {
    database.value(
        "SELECT format('%s %% of the vertices and %s %% of the edges', \
             round(100.0 * vertices_merged / (vertices_merged + vertices_created)), \
             round(100.0 * edges_merged / (edges_merged + edges_created))) \
         FROM heimdall.batch ORDER BY id DESC LIMIT 1",
    )
}
