//! The server dies in the middle of an ingest.

use heimdall_tests::{Database, backend, ingest};

use crate::{LOGINS_CSV, alone, with_logins};

/// Ingests on a thread of its own, until it has written vertices and edges and waits for a lock of ours.
/// Gives the two connections, which die with the server.
fn in_the_middle(database: &Database) -> (postgres::Client, std::thread::JoinHandle<()>) {
    let mut blocker = database.connect();
    blocker.batch_execute("BEGIN; LOCK TABLE heimdall.rejects IN ACCESS EXCLUSIVE MODE").expect("the lock");
    let rows: String = (0..500).map(|n| format!("user{n},192.0.2.{}\n", n % 250)).collect();
    let dump = format!("user,src\n{rows}mallory,nowhere\n");
    let mut client = database.connect();
    let pid = backend(&mut client);
    let ingesting = std::thread::spawn(move || {
        let row = client.query("SELECT * FROM heimdall.ingest('logins', $1)", &[&dump.as_bytes()]);
        assert!(row.is_err(), "the server was killed");
    });
    database.wait_until_blocked(pid);
    (blocker, ingesting)
}

fn survives(stop: &[&str]) {
    let _alone = alone();
    let database = with_logins();
    database.ingest("logins", LOGINS_CSV);
    let before = database.snapshot();
    let (blocker, ingesting) = in_the_middle(&database);
    // What was written is to be on the disk, where recovery has to deal with it.
    database.run("CHECKPOINT");
    database.server().control(stop);
    ingesting.join().expect("no panic");
    drop(blocker);
    database.server().control(&["start"]);
    database.reconnect();

    assert_eq!(database.snapshot(), before);
    let mut client = database.connect();
    let report =
        ingest(&mut client, "logins", b"user,src\nada,192.0.2.1\njoan,192.0.2.9\n").expect("afterwards");
    assert_eq!((report.vertices_created, report.vertices_merged), (2, 2));
    assert!(database.ingest("logins", LOGINS_CSV).duplicate);
    assert_eq!(database.strays(), "0");
}

#[test]
fn a_server_that_is_killed_has_nothing_of_the_batch() {
    survives(&["kill"]);
}

#[test]
fn a_server_that_stops_at_once_has_nothing_of_the_batch() {
    survives(&["stop", "immediate"]);
}
