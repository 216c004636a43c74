//! One upload is one transaction: all of it is there, or none of it.

use heimdall_tests::{Database, backend, copy, ingest};

use crate::dumps::{ADDRESSES, LOGINS_CSV, with_logins};

const COPY: &str = "COPY heimdall_in.hosts FROM STDIN (FORMAT csv, HEADER)";

fn with_hosts() -> Database {
    let database = Database::new();
    database.source("hosts", "csv", ADDRESSES);
    database.source("others", "csv", ADDRESSES);
    database
}

fn sightings(database: &Database, address: &str) -> String {
    database.value(&format!("SELECT coalesce(sum(sightings), 0) FROM heimdall.lookup('ip', '{address}')"))
}

#[test]
fn rollback_leaves_nothing() {
    let database = with_logins();
    let before = database.snapshot();
    let mut client = database.connect();
    client.batch_execute("BEGIN").expect("BEGIN");
    ingest(&mut client, "logins", LOGINS_CSV.as_bytes()).expect("by function");
    let more = LOGINS_CSV.replace("ada", "bob");
    copy(&mut client, "COPY heimdall_in.logins FROM STDIN (FORMAT csv, HEADER)", more.as_bytes())
        .expect("by inbox");
    client.batch_execute("ROLLBACK").expect("ROLLBACK");
    assert_eq!(database.snapshot(), before);
    assert!(!database.ingest("logins", LOGINS_CSV).duplicate);
}

#[test]
fn rollback_takes_back_an_inferred_mapping() {
    let database = Database::new();
    database.run("SELECT heimdall.create_source('new', 'csv')");
    let before = database.snapshot();
    let mut client = database.connect();
    client.batch_execute("BEGIN").expect("BEGIN");
    ingest(&mut client, "new", b"ip,mac\n192.0.2.1,00:1a:2b:3c:4d:5e\n").expect("the first");
    client.batch_execute("ROLLBACK").expect("ROLLBACK");
    assert_eq!(database.snapshot(), before);
    // AGE keeps labels in a cache of the session, which has to notice.
    ingest(&mut client, "new", b"ip,mac\n192.0.2.1,00:1a:2b:3c:4d:5e\n").expect("the second");
    assert_eq!(sightings(&database, "192.0.2.1"), "1");
}

#[test]
fn a_savepoint_takes_back_what_came_after_it() {
    let database = with_hosts();
    let mut client = database.connect();
    client.batch_execute("BEGIN").expect("BEGIN");
    copy(&mut client, COPY, b"ip\n192.0.2.1\n").expect("before");
    client.batch_execute("SAVEPOINT here").expect("SAVEPOINT");
    copy(&mut client, COPY, b"ip\n192.0.2.2\n").expect("after");
    client.batch_execute("ROLLBACK TO here").expect("ROLLBACK TO");
    copy(&mut client, COPY, b"ip\n192.0.2.3\n").expect("afterwards");
    client.batch_execute("COMMIT").expect("COMMIT");
    let seen: Vec<String> = (1..=3).map(|n| sightings(&database, &format!("192.0.2.{n}"))).collect();
    assert_eq!(seen, ["1", "0", "1"]);
}

#[test]
fn a_savepoint_takes_back_an_upload_that_failed() {
    let database = with_hosts();
    let mut client = database.connect();
    client.batch_execute("BEGIN").expect("BEGIN");
    copy(&mut client, COPY, b"ip\n192.0.2.1\n").expect("before");
    client.batch_execute("SAVEPOINT here").expect("SAVEPOINT");
    copy(&mut client, COPY, b"ip\n192.0.2.2\n192.0.2.3,too many\n").expect_err("a bad line");
    client.batch_execute("ROLLBACK TO here").expect("ROLLBACK TO");
    copy(&mut client, COPY, b"ip\n192.0.2.4\n").expect("afterwards");
    client.batch_execute("COMMIT").expect("COMMIT");
    let seen: Vec<String> = (1..=4).map(|n| sightings(&database, &format!("192.0.2.{n}"))).collect();
    assert_eq!(seen, ["1", "0", "0", "1"]);
}

#[test]
fn an_error_caught_in_a_block_leaves_the_rest_of_the_transaction() {
    let database = with_hosts();
    for bad in [
        "INSERT INTO heimdall_in.hosts SELECT CASE WHEN n < 5 THEN '192.0.2.9' ELSE (1 / (n - 5))::text END \
         FROM generate_series(1, 9) AS n",
        "PERFORM heimdall.ingest_csv('hosts', E'ip\\n192.0.2.9\\nx\\ny\\n')",
        "PERFORM heimdall.ingest_csv('hosts', E'ip\\n\"192.0.2.9\\n')",
        "PERFORM heimdall.ingest_csv('nobody', 'x')",
    ] {
        let before = sightings(&database, "192.0.2.1");
        database.run(&format!(
            "DO $$ BEGIN \
               BEGIN {bad}; RAISE 'no error'; EXCEPTION WHEN OTHERS THEN \
                 IF SQLERRM = 'no error' THEN RAISE; END IF; END; \
               INSERT INTO heimdall_in.hosts VALUES ('192.0.2.1'), ('192.0.2.{}'); \
             END $$",
            100 + bad.len() % 100
        ));
        assert_eq!(sightings(&database, "192.0.2.9"), "0", "{bad}");
        assert_ne!(sightings(&database, "192.0.2.1"), before, "{bad}");
    }
}

#[test]
fn an_error_in_the_middle_of_a_copy_leaves_nothing_and_the_session_goes_on() {
    let database = with_hosts();
    let before = database.snapshot();
    let mut client = database.connect();
    let failure = copy(&mut client, COPY, b"ip\n192.0.2.1\n192.0.2.2,too many\n192.0.2.3\n");
    assert_eq!(failure.expect_err("a bad line").code, "22P04");
    assert_eq!(database.snapshot(), before);
    assert_eq!(copy(&mut client, COPY, b"ip\n192.0.2.1\n"), Ok(1));
    assert_eq!(sightings(&database, "192.0.2.1"), "1");
}

#[test]
fn a_client_that_gives_up_in_the_middle_leaves_nothing() {
    use std::io::Write;
    let database = with_hosts();
    let before = database.snapshot();
    let mut client = database.connect();
    let mut writer = client.copy_in(COPY).expect("COPY");
    writer.write_all(b"ip\n192.0.2.1\n").expect("a row");
    writer.flush().expect("flushed");
    drop(writer);
    assert_eq!(copy(&mut client, COPY, b"ip\n192.0.2.2\n"), Ok(1));
    assert_eq!(sightings(&database, "192.0.2.1"), "0");
    assert_ne!(database.snapshot(), before);
}

#[test]
fn two_copies_in_one_transaction_are_two_batches() {
    let database = with_hosts();
    let mut client = database.connect();
    client.batch_execute("BEGIN").expect("BEGIN");
    copy(&mut client, COPY, b"ip\n192.0.2.1\n192.0.2.2\n").expect("the first");
    copy(&mut client, COPY, b"ip\n192.0.2.2\n192.0.2.3\n").expect("the second");
    client.batch_execute("COMMIT").expect("COMMIT");
    assert_eq!(database.value("SELECT count(*) FROM heimdall.batch"), "2");
    assert_eq!(sightings(&database, "192.0.2.2"), "2");
    assert_eq!(database.strays(), "0");
}

#[test]
fn an_upload_that_reads_from_a_query_that_uploads_is_two_uploads() {
    let database = with_hosts();
    database.run(
        "CREATE FUNCTION pass_on(ip text) RETURNS text LANGUAGE plpgsql AS $$ \
         BEGIN INSERT INTO heimdall_in.others VALUES (ip); RETURN ip; END $$",
    );
    database
        .run("INSERT INTO heimdall_in.hosts SELECT pass_on('192.0.2.' || n) FROM generate_series(1, 5) AS n");
    let batches = "SELECT source, count(*), sum(rows_accepted) FROM heimdall.batch GROUP BY 1 ORDER BY 1";
    assert_eq!(database.rows(batches), [["hosts", "1", "5"], ["others", "5", "5"]]);
    assert_eq!(sightings(&database, "192.0.2.3"), "2");
}

#[test]
fn two_inboxes_in_one_statement_are_two_uploads() {
    let database = with_hosts();
    database.run(
        "WITH a AS (INSERT INTO heimdall_in.hosts SELECT '192.0.2.' || n FROM generate_series(1, 3) AS n), \
              b AS (INSERT INTO heimdall_in.others SELECT '192.0.2.' || n FROM generate_series(2, 5) AS n) \
         SELECT",
    );
    let batches = "SELECT source, rows_accepted FROM heimdall.batch ORDER BY 1";
    assert_eq!(database.rows(batches), [["hosts", "3"], ["others", "4"]]);
    assert_eq!(database.strays(), "0");
}

#[test]
fn a_statement_without_rows_is_no_upload() {
    let database = with_hosts();
    let before = database.snapshot();
    database.run("INSERT INTO heimdall_in.hosts SELECT '192.0.2.1' WHERE false");
    let batches = "SELECT count(*) FROM heimdall.batch";
    assert_eq!(database.value(batches), "0");
    assert_eq!(database.copy(COPY, b"ip\n"), Ok(0));
    assert_eq!(database.value(batches), "0");
    drop(before);
}

#[test]
fn a_cancelled_ingest_leaves_nothing_and_the_session_goes_on() {
    let database = with_logins();
    let before = database.snapshot();
    // Rejects are stored last: whoever waits for this lock has written vertices and edges already.
    let mut blocker = database.connect();
    blocker.batch_execute("BEGIN; LOCK TABLE heimdall.rejects IN ACCESS EXCLUSIVE MODE").expect("the lock");
    let dump = LOGINS_CSV.to_owned() + &"2026-01-01,ada,192.0.2.1,www.example.org,1\n".repeat(20) + "x,,,,\n";
    let mut client = database.connect();
    let (pid, cancel) = (backend(&mut client), client.cancel_token());
    let ingesting = std::thread::spawn(move || {
        let failure = ingest(&mut client, "logins", dump.as_bytes()).expect_err("cancelled");
        (client, failure)
    });
    database.wait_until_blocked(pid);
    cancel.cancel_query(postgres::NoTls).expect("the cancel");
    let (mut client, failure) = ingesting.join().expect("no panic");
    assert_eq!(failure.code, "57014");
    blocker.batch_execute("ROLLBACK").expect("ROLLBACK");
    assert_eq!(database.snapshot(), before);
    ingest(&mut client, "logins", LOGINS_CSV.as_bytes()).expect("afterwards");
    assert_eq!(database.strays(), "0");
}

#[test]
fn a_cancelled_decoding_stops_soon() {
    let database = with_hosts();
    let before = database.snapshot();
    let mut dump = b"ip\n".to_vec();
    (0..4_000_000u32).for_each(|_| dump.extend_from_slice(b"192.0.2.1\n"));
    let mut client = database.connect();
    let cancel = client.cancel_token();
    let pid = backend(&mut client);
    let ingesting = std::thread::spawn(move || ingest(&mut client, "hosts", &dump));
    let mut watcher = database.connect();
    heimdall_tests::eventually("the ingest runs", || {
        let running =
            "SELECT FROM pg_stat_activity WHERE pid = $1 AND state = 'active' AND query LIKE '%ingest%'";
        ingesting.is_finished() || watcher.query_opt(running, &[&pid]).expect("pg_stat_activity").is_some()
    });
    cancel.cancel_query(postgres::NoTls).expect("the cancel");
    assert_eq!(ingesting.join().expect("no panic").expect_err("cancelled").code, "57014");
    assert_eq!(database.snapshot(), before);
}
