//! The audit trail: small dumps by several connections at once, with all lanes and with one; reveals; verifying.

use std::fmt::Write;
use std::sync::Barrier;
use std::time::{Duration, Instant};

use heimdall_tests::{Database, ingest};

use crate::options::Options;
use crate::table::{Table, count, round};
use crate::timing::{median, timed};

/// Each is done so often, in turn; the median counts.
const RUNS: usize = 3;

const CONNECTIONS: [usize; 4] = [1, 2, 4, 8];

const SEEN: &str = r#"{"columns": ["ip", "user"],
    "entities": {"ip": {"label": "Ip", "key": "ip"}, "who": {"label": "User", "key": "user"}},
    "relations": [{"from": "who", "type": "USED", "to": "ip"}]}"#;

/// Measures commits, reveals, and entries that are verified.
pub fn run(options: &Options) -> String {
    let mut table = Table::new(&[
        "connections",
        ">dumps/s, all lanes",
        ">dumps/s, one lane",
        ">times as fast",
        ">reveals/s",
        ">ms a reveal",
    ]);
    for connections in CONNECTIONS {
        let (mut all, mut one, mut reveals) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..RUNS {
            all.push(dumps(options, connections, 0));
            // Those that somebody keeps are as if they were not there.
            one.push(dumps(options, connections, 31));
            reveals.push(reveal(options, connections));
        }
        let (all, one, reveals) = (median(&all), median(&one), median(&reveals));
        table.row([
            connections.to_string(),
            round(all),
            round(one),
            format!("{:.2}", all / one),
            round(reveals),
            round(1000.0 * connections as f64 / reveals),
        ]);
    }
    format!("{table}\n{}", verified(options))
}

fn prepared() -> Database {
    let database = Database::new();
    database.source("seen", "csv", SEEN);
    database.ingest("seen", "ip,user\n192.0.2.1,ada\n");
    database.run("CHECKPOINT");
    database
}

/// How often a second `work` is done by that many connections at once.
fn rate(
    options: &Options,
    database: &Database,
    connections: usize,
    work: impl Fn(&mut postgres::Client, usize, usize) + Sync,
) -> f64 {
    let time = Duration::from_secs_f64(3.0 * options.scale);
    let barrier = Barrier::new(connections + 1);
    let (begun, done) = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..connections)
            .map(|worker| {
                let (mut client, work, barrier) = (database.connect(), &work, &barrier);
                // One after the other: from now on each waits for a lane that it has had.
                client.batch_execute("SELECT heimdall._audit('test', 'begin')").expect("an entry");
                scope.spawn(move || {
                    barrier.wait();
                    let (begun, mut number) = (Instant::now(), 0);
                    while begun.elapsed() < time {
                        work(&mut client, worker, number);
                        number += 1;
                    }
                    number
                })
            })
            .collect();
        barrier.wait();
        let begun = Instant::now();
        let done: usize = workers.into_iter().map(|worker| worker.join().expect("no panic")).sum();
        (begun, done)
    });
    done as f64 / begun.elapsed().as_secs_f64()
}

/// Dumps of ten rows that have nothing in common, while somebody keeps that many lanes.
fn dumps(options: &Options, connections: usize, kept: usize) -> f64 {
    let database = prepared();
    let mut keeper = database.connect();
    let keep = format!("SELECT pg_advisory_lock(7226403, lane - 1) FROM generate_series(1, {kept}) AS lane");
    keeper.batch_execute(&keep).expect("lanes");
    let rate = rate(options, &database, connections, |client, worker, number| {
        let rows = (0..10).map(|row| {
            format!(
                "10.{worker}.{}.{},user{worker}x{number}x{row}\n",
                number / 20 % 250,
                number % 20 * 10 + row
            )
        });
        let dump = "ip,user\n".to_owned() + &rows.collect::<String>();
        ingest(client, "seen", dump.as_bytes()).expect("a dump");
    });
    drop(keeper);
    rate
}

fn reveal(options: &Options, connections: usize) -> f64 {
    let database = prepared();
    rate(options, &database, connections, |client, _, _| {
        let revealed = "SELECT heimdall.reveal('user', 'ada', 'value', 'benchmark')";
        assert_eq!(client.query_one(revealed, &[]).expect("a reveal").get::<_, &str>(0), "ada");
    })
}

/// How long a long trail takes to verify, beside the sum of SHA-256 digests of the same rows in SQL.
fn verified(options: &Options) -> String {
    let entries = options.scaled(1_000_000);
    let database = Database::new();
    let written = format!(
        "SELECT count(heimdall._audit('test', 'object ' || n)) FROM generate_series(1, {entries}) AS n"
    );
    let (writing, _) = timed(|| database.value(&written));
    database.run("VACUUM ANALYZE heimdall.audit");
    let (seconds, holding) =
        timed(|| database.value("SELECT sum(entries) FROM heimdall.verify_audit() WHERE reason IS NULL"));
    assert_eq!(holding, entries.to_string(), "all entries hold");
    let (rival, _) = timed(|| {
        database
            .value("SELECT count(DISTINCT sha256(convert_to((a.*)::text, 'UTF8'))) FROM heimdall.audit AS a")
    });
    let mut notes = String::new();
    let _ = writeln!(
        notes,
        "- An entry takes {} ms to write.\n- `verify_audit()` of {} entries: {} s; SQL that digests the text of each row: {} s.",
        round(1000.0 * writing / f64::from(entries)),
        count(u64::from(entries)),
        round(seconds),
        round(rival)
    );
    notes
}
