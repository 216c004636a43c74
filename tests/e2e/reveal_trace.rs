//! Whoever has got a plaintext has left a trace, whatever becomes of the transaction.

use std::sync::Barrier;

use heimdall_tests::{Failure, backend, eventually, text_rows};

use crate::reveal::{analyst, entries, leaked, reveal};

const REVEAL: &str = "SELECT heimdall.reveal('email', 'ada@example.org', 'note', 'case 4711')";

#[test]
fn what_is_taken_back_leaves_its_trace() {
    let database = leaked();
    let mut client = analyst(&database, "red", &["heimdall_tlp_red"]);
    client.batch_execute("BEGIN").expect("BEGIN");
    assert_eq!(reveal(&mut client, "note").as_deref(), Ok("called back"));
    client.batch_execute("ROLLBACK").expect("ROLLBACK");
    assert_eq!(entries(&database).len(), 1);

    client.batch_execute("BEGIN; SAVEPOINT here").expect("BEGIN");
    assert_eq!(reveal(&mut client, "note").as_deref(), Ok("called back"));
    client.batch_execute("ROLLBACK TO here; COMMIT").expect("COMMIT");
    assert_eq!(entries(&database).len(), 2);

    // The value goes out by an error, in the statement that asked for it.
    let told = format!("DO $$ BEGIN RAISE EXCEPTION '%', ({REVEAL}); END $$");
    let failure = text_rows(&mut client, &told).expect_err("an error");
    assert!(failure.message.contains("called back"), "the control: {failure:?}");
    assert_eq!(entries(&database).len(), 3);
    let caught = format!("DO $$ BEGIN PERFORM ({REVEAL})::integer; EXCEPTION WHEN OTHERS THEN NULL; END $$");
    text_rows(&mut client, &caught).expect("caught");
    assert_eq!(entries(&database).len(), 4);

    // Cancelled, or out of time, once its entry is there.
    let cancel = client.cancel_token();
    std::thread::scope(|scope| {
        let sleeping = scope.spawn(|| {
            text_rows(&mut client, &format!("SELECT ({REVEAL}), pg_sleep(60)")).expect_err("cancelled")
        });
        eventually("the entry is there", || entries(&database).len() == 5);
        cancel.cancel_query(postgres::NoTls).expect("the cancel");
        assert_eq!(sleeping.join().expect("no panic").code, "57014");
    });
    assert_eq!(entries(&database).len(), 5);

    client.batch_execute("BEGIN READ ONLY").expect("BEGIN");
    assert_eq!(reveal(&mut client, "note").as_deref(), Ok("called back"));
    client.batch_execute("ROLLBACK").expect("ROLLBACK");
    assert_eq!(entries(&database), vec![["reveal.granted", "note", "∅"]; 6]);
}

#[test]
fn the_trace_names_whom_a_gateway_acts_for() {
    let database = leaked();
    let analyst = database.role("analyst", &["heimdall_analyst", "heimdall_tlp_red"]);
    let gateway = database.role("gateway", &["heimdall_gateway"]);
    database.run(&format!("GRANT {analyst} TO {gateway} WITH INHERIT FALSE"));
    let mut client = database.connect_as(&gateway);
    assert_eq!(reveal(&mut client, "note").expect_err("the gateway itself").code, "42501");
    let begin = format!(
        "BEGIN; SET LOCAL ROLE {analyst}; SET LOCAL heimdall.actor = 'ada'; SET LOCAL heimdall.request_id = 'r-1'"
    );
    client.batch_execute(&begin).expect("BEGIN");
    assert_eq!(reveal(&mut client, "note").as_deref(), Ok("called back"));
    client.batch_execute("ROLLBACK").expect("ROLLBACK");
    let who =
        "SELECT actor, session_user_name, request_id FROM heimdall.audit WHERE action = 'reveal.granted'";
    assert_eq!(database.rows(who), [["ada", &gateway, "r-1"]]);
}

#[test]
fn many_may_reveal_at_once() {
    const CLIENTS: usize = 8;
    const EACH: usize = 5;
    let database = leaked();
    let barrier = Barrier::new(CLIENTS);
    std::thread::scope(|scope| {
        for _ in 0..CLIENTS {
            let (mut client, barrier) = (database.connect(), &barrier);
            scope.spawn(move || {
                barrier.wait();
                for _ in 0..EACH {
                    assert_eq!(reveal(&mut client, "note").as_deref(), Ok("called back"));
                }
            });
        }
    });
    assert_eq!(entries(&database).len(), CLIENTS * EACH);
    assert_eq!(database.strays(), "0");
}

/// As long as somebody keeps the lanes of such entries, none is written.
#[test]
fn whoever_gives_up_waiting_for_the_trace_gets_nothing() {
    let database = leaked();
    let mut keeper = database.connect();
    keeper
        .batch_execute("SELECT pg_advisory_lock(7226403, lane) FROM generate_series(32, 39) AS lane")
        .expect("the lanes");
    let mut client = database.connect();
    let (pid, cancel) = (backend(&mut client), client.cancel_token());
    let waiting = std::thread::spawn(move || reveal(&mut client, "note"));
    let is_waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() \
                      AND backend_type = 'heimdall audit' AND wait_event_type = 'Lock'";
    eventually("the worker waits for a lane", || database.value(is_waiting) == "1");
    assert_eq!(database.value(&format!("SELECT state FROM pg_stat_activity WHERE pid = {pid}")), "active");
    cancel.cancel_query(postgres::NoTls).expect("the cancel");
    let failure: Failure = waiting.join().expect("no panic").expect_err("cancelled");
    assert_eq!(failure.code, "57014");
    assert!(entries(&database).is_empty());

    // A worker that is ended leaves no entry, and whoever waits for it gets nothing.
    let mut client = database.connect();
    let waiting = std::thread::spawn(move || reveal(&mut client, "note"));
    let workers =
        "FROM pg_stat_activity WHERE datname = current_database() AND backend_type = 'heimdall audit'";
    eventually("both workers wait", || database.value(&format!("SELECT count(*) {workers}")) == "2");
    database.run(&format!("SELECT pg_terminate_backend(pid) {workers}"));
    let failure: Failure = waiting.join().expect("no panic").expect_err("no worker");
    assert_eq!(failure.code, "XX000", "{failure:?}");
    assert!(!failure.hint.is_empty());
    drop(keeper);
    assert!(entries(&database).is_empty());
    assert_eq!(reveal(&mut database.connect(), "note").as_deref(), Ok("called back"));
}
