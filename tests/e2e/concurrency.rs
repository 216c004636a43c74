//! Several writers at once.

use std::sync::Barrier;

use heimdall_tests::{Database, Report, copy, ingest};

use crate::dumps::{LOGINS_CSV, with_logins};

const WRITERS: usize = 8;
const ROUNDS: usize = 5;
const ROWS: usize = 200;

/// Runs `work` on so many connections, all at the same moment.
fn at_once<R: Send>(database: &Database, work: impl Fn(usize, postgres::Client) -> R + Sync) -> Vec<R> {
    let barrier = Barrier::new(WRITERS);
    std::thread::scope(|scope| {
        let writers: Vec<_> = (0..WRITERS)
            .map(|writer| {
                let (client, work, barrier) = (database.connect(), &work, &barrier);
                scope.spawn(move || {
                    barrier.wait();
                    work(writer, client)
                })
            })
            .collect();
        writers.into_iter().map(|writer| writer.join().expect("no panic")).collect()
    })
}

/// A dump that shares most of its things with those of the other writers; no two dumps are the same.
fn overlapping(writer: usize, round: usize) -> String {
    let rows = (0..ROWS).map(|row| {
        let (user, src) = ((row * 7 + writer) % 40, (row * 3 + round) % 50);
        let (minute, host) = (row % 60, (row + writer * round) % 30);
        format!("2026-01-{:02}T{writer:02}:{minute:02}:00Z,user{user},192.0.2.{src},h{host}.example,{writer}.{round}\n", round + 1)
    });
    "time,user,src,host,bytes\n".to_owned() + &rows.collect::<String>()
}

#[test]
fn overlapping_dumps_meet_in_the_same_vertices() {
    let database = with_logins();
    let reports: Vec<Report> = (0..ROUNDS)
        .flat_map(|round| {
            at_once(&database, |writer, mut client| {
                // Half of them by inbox, half by function.
                let dump = overlapping(writer, round);
                if writer % 2 == 0 {
                    ingest(&mut client, "logins", dump.as_bytes()).map(Some)
                } else {
                    let statement = "COPY heimdall_in.logins FROM STDIN (FORMAT csv, HEADER)";
                    copy(&mut client, statement, dump.as_bytes()).map(|_| None)
                }
            })
        })
        .filter_map(|report| report.expect("no error"))
        .collect();
    assert_eq!(reports.len(), WRITERS / 2 * ROUNDS);
    assert!(reports.iter().all(|report| !report.duplicate));

    let dumps = (WRITERS * ROUNDS).to_string();
    assert_eq!(database.value("SELECT count(*) FROM heimdall.batch"), dumps);
    assert_eq!(database.strays(), "0");
    // The key of a vertex stands in its label and value.
    let twice =
        "SELECT count(*) - count(DISTINCT (tableoid, properties::text)) FROM heimdall_graph._ag_label_vertex";
    assert_eq!(database.value(twice), "0");
    let twice = "SELECT count(*) - count(DISTINCT (tableoid, start_id::text, end_id::text)) \
                 FROM heimdall_graph._ag_label_edge";
    assert_eq!(database.value(twice), "0");
    let rows = (WRITERS * ROUNDS * ROWS).to_string();
    for label in ["User", "Ip", "Domain"] {
        let sum = format!(
            "SELECT sum(p.sightings) FROM heimdall.provenance AS p \
             JOIN heimdall.node AS n ON n.gid OPERATOR(ag_catalog.=) p.gid WHERE n.key LIKE '{label}:%'"
        );
        assert_eq!(database.value(&sum), rows, "{label}");
    }
    for edge_type in ["LOGIN_FROM", "REACHED"] {
        let sum = format!(
            "SELECT sum(p.sightings) FROM heimdall.provenance AS p \
             JOIN heimdall_graph.\"{edge_type}\" AS e ON e.id OPERATOR(ag_catalog.=) p.gid"
        );
        assert_eq!(database.value(&sum), rows, "{edge_type}");
    }
    let created = "SELECT sum(vertices_created) = (SELECT count(*) FROM heimdall.node) FROM heimdall.batch";
    assert_eq!(database.value(created), "t");
    let created = "SELECT sum(edges_created) = (SELECT count(*) FROM heimdall_graph._ag_label_edge) FROM heimdall.batch";
    assert_eq!(database.value(created), "t");
}

#[test]
fn the_very_same_dump_from_all_at_once_is_one_batch() {
    let database = with_logins();
    let reports = at_once(&database, |_, mut client| {
        ingest(&mut client, "logins", LOGINS_CSV.as_bytes()).expect("no error")
    });
    assert_eq!(reports.iter().filter(|report| !report.duplicate).count(), 1);
    assert!(reports.iter().all(|report| report.batch == reports[0].batch));
    assert_eq!(database.value("SELECT count(*) FROM heimdall.batch"), "1");
    assert_eq!(database.value("SELECT sightings FROM heimdall.lookup('user', 'ada')"), "2");
}

#[test]
fn the_very_same_dump_by_inbox_from_all_at_once_is_one_batch() {
    let database = with_logins();
    at_once(&database, |_, mut client| {
        let statement = "COPY heimdall_in.logins FROM STDIN (FORMAT csv, HEADER)";
        copy(&mut client, statement, LOGINS_CSV.as_bytes()).expect("no error")
    });
    assert_eq!(database.value("SELECT count(*) FROM heimdall.batch"), "1");
    assert_eq!(database.strays(), "0");
}

#[test]
fn sources_that_need_new_labels_can_be_made_and_filled_at_once() {
    let database = Database::new();
    at_once(&database, |writer, mut client| {
        let name = format!("source{writer}");
        client.execute("SELECT heimdall.create_source($1, 'csv')", &[&name]).expect("the source");
        let dump = format!("ip,mail,url\n192.0.2.{writer},a@example.org,https://example.org/\n");
        ingest(&mut client, &name, dump.as_bytes()).expect("no error")
    });
    assert_eq!(
        database.value("SELECT sightings FROM heimdall.lookup('url', 'https://example.org/')"),
        WRITERS.to_string()
    );
    assert_eq!(database.strays(), "0");
}

#[test]
fn a_dump_that_waits_for_one_that_fails_is_stored() {
    let database = with_logins();
    let mut first = database.connect();
    first.batch_execute("BEGIN").expect("BEGIN");
    ingest(&mut first, "logins", LOGINS_CSV.as_bytes()).expect("the first");
    let mut second = database.connect();
    let pid = heimdall_tests::backend(&mut second);
    let waiting = std::thread::spawn(move || ingest(&mut second, "logins", LOGINS_CSV.as_bytes()));
    database.wait_until_blocked(pid);
    first.batch_execute("ROLLBACK").expect("ROLLBACK");
    let report = waiting.join().expect("no panic").expect("no error");
    assert!(!report.duplicate);
    assert_eq!(report.vertices_created, 6);
}

#[test]
fn first_dumps_of_a_source_without_mapping_at_once_are_all_stored() {
    let database = Database::new();
    database.run("SELECT heimdall.create_source('new', 'csv')");
    at_once(&database, |writer, mut client| {
        let dump = format!("ip,mail,note\n192.0.2.1,a@example.org,{writer}\n");
        ingest(&mut client, "new", dump.as_bytes()).expect("no error")
    });
    assert_eq!(
        database.value("SELECT sightings FROM heimdall.lookup('ip', '192.0.2.1')"),
        WRITERS.to_string()
    );
    assert_eq!(database.copy("COPY heimdall_in.new FROM STDIN", b"192.0.2.2\tb@example.org\tx\n"), Ok(1));
}

#[test]
fn the_very_same_first_dump_at_once_is_one_batch() {
    let database = Database::new();
    database.run("SELECT heimdall.create_source('new', 'csv')");
    let reports = at_once(&database, |_, mut client| {
        ingest(&mut client, "new", b"ip,mail\n192.0.2.1,a@example.org\n").expect("no error")
    });
    assert_eq!(reports.iter().filter(|report| !report.duplicate).count(), 1);
    assert_eq!(database.value("SELECT count(*) FROM heimdall.batch"), "1");
}

#[test]
fn a_snapshot_that_has_been_overtaken_is_told_to_try_again() {
    let database = with_logins();
    let mut first = database.connect();
    first
        .batch_execute("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT FROM heimdall.node")
        .expect("a snapshot");
    database.ingest("logins", LOGINS_CSV);
    let dump = LOGINS_CSV.replace(",300", ",301");
    let failure = ingest(&mut first, "logins", dump.as_bytes()).expect_err("overtaken");
    assert_eq!(failure.code, "40001");
    first.batch_execute("ROLLBACK").expect("ROLLBACK");
    ingest(&mut first, "logins", dump.as_bytes()).expect("tried again");
    assert_eq!(database.strays(), "0");
}

/// Ingests while `first` is open, and fails rather than waits for it.
fn beside(database: &Database, source: &str, dump: &[u8]) -> Report {
    let mut client = database.connect();
    client.batch_execute("SET statement_timeout = '60s'").expect("a limit");
    ingest(&mut client, source, dump).expect("nothing to wait for")
}

#[test]
fn small_dumps_go_on_beside_one_of_several_flushes() {
    let database = with_logins();
    database.source("large", "csv", crate::dumps::LARGE);
    let mut first = database.connect();
    first.batch_execute("BEGIN").expect("BEGIN");
    ingest(&mut first, "large", &crate::dumps::large()).expect("the long one");
    assert_eq!(beside(&database, "logins", LOGINS_CSV.as_bytes()).vertices_created, 6);
    first.batch_execute("COMMIT").expect("COMMIT");
    assert_eq!(database.strays(), "0");
}

#[test]
fn a_small_dump_that_wants_a_record_of_a_long_one_waits_for_it() {
    let database = with_logins();
    database.source("large", "csv", crate::dumps::LARGE);
    let mut first = database.connect();
    first.batch_execute("BEGIN").expect("BEGIN");
    ingest(&mut first, "large", &crate::dumps::large()).expect("the long one");
    let dump = LOGINS_CSV.replace("192.0.2.1,", "192.0.2.7,");
    let mut second = database.connect();
    let pid = heimdall_tests::backend(&mut second);
    let waiting = std::thread::spawn(move || ingest(&mut second, "logins", dump.as_bytes()));
    database.wait_until_blocked(pid);
    first.batch_execute("COMMIT").expect("COMMIT");
    let report = waiting.join().expect("no panic").expect("no error");
    assert_eq!((report.vertices_created, report.vertices_merged), (5, 1));
    assert_eq!(database.strays(), "0");
}

#[test]
fn dumps_of_many_records_go_side_by_side() {
    let database = Database::new();
    database.source("addresses", "csv", crate::dumps::ADDRESSES);
    let dump = |network: u8| {
        let rows = (0..20_000).map(|row| format!("10.{network}.{}.{}\n", row >> 8, row & 255));
        ("ip\n".to_owned() + &rows.collect::<String>()).into_bytes()
    };
    let mut first = database.connect();
    first.batch_execute("BEGIN").expect("BEGIN");
    ingest(&mut first, "addresses", &dump(1)).expect("the first");
    assert_eq!(
        beside(&database, "addresses", &dump(2)).vertices_created,
        40_000,
        "an address and a record a row"
    );
    first.batch_execute("COMMIT").expect("COMMIT");
    assert_eq!(database.strays(), "0");
}

#[test]
fn of_two_that_make_the_same_record_the_second_adds_what_it_knows() {
    let database = Database::new();
    for (source, column, tlp) in [("systems", "os", "green"), ("owners", "owner", "red")] {
        database.source(
            source,
            "csv",
            &format!(
                r#"{{"columns": ["ip", "{column}"], "fields": {{"{column}": {{"rule": "keep"}}}}, "tlp": "{tlp}",
                    "entities": {{"ip": {{"label": "Ip", "key": "ip", "properties": {{"{column}": "{column}"}}}}}}}}"#
            ),
        );
    }
    let mut first = database.connect();
    first.batch_execute("BEGIN").expect("BEGIN");
    ingest(&mut first, "systems", b"ip,os\n192.0.2.1,Linux\n").expect("the first");
    let mut second = database.connect();
    let pid = heimdall_tests::backend(&mut second);
    let waiting = std::thread::spawn(move || ingest(&mut second, "owners", b"ip,owner\n192.0.2.1,ada\n"));
    database.wait_until_blocked(pid);
    first.batch_execute("COMMIT").expect("COMMIT");
    let report = waiting.join().expect("no panic").expect("no error");
    assert_eq!((report.vertices_created, report.vertices_merged), (1, 1), "the row, and the address");
    assert_eq!(database.property("Ip:192.0.2.1", "os"), "Linux");
    assert_eq!(database.property("Ip:192.0.2.1", "owner"), "ada");
    assert_eq!(database.value("SELECT tlp FROM heimdall.lookup('ip', '192.0.2.1')"), "red");
    assert_eq!(database.strays(), "0");
}

#[test]
fn who_waits_longer_than_he_wants_is_told_so_and_stores_nothing() {
    let database = with_logins();
    let mut first = database.connect();
    first.batch_execute("BEGIN").expect("BEGIN");
    ingest(&mut first, "logins", LOGINS_CSV.as_bytes()).expect("the first");
    let mut second = database.connect();
    second.batch_execute("SET lock_timeout = '1s'").expect("a limit");
    let dump = LOGINS_CSV.replace(",300", ",301");
    let failure = ingest(&mut second, "logins", dump.as_bytes()).expect_err("the first one is open");
    assert_eq!(failure.code, "55P03");
    first.batch_execute("COMMIT").expect("COMMIT");
    ingest(&mut second, "logins", dump.as_bytes()).expect("the session goes on");
    assert_eq!(database.strays(), "0");
}
