//! Where the audit trail cannot be written, nothing is revealed.

use heimdall_tests::{Database, Failure, eventually, text_rows};
use postgres::Client;

use crate::{LOGINS_CSV, alone, with_logins};

/// More than the server has places for workers.
const CLIENTS: usize = 10;

fn reveal(client: &mut Client) -> Result<String, Failure> {
    text_rows(client, "SELECT heimdall.reveal('user', 'ada', 'value', 'case 4711')")
        .map(|rows| rows[0][0].clone())
}

#[test]
fn without_a_place_for_a_worker_nothing_is_revealed() {
    let _alone = alone();
    let database = with_logins();
    database.ingest("logins", LOGINS_CSV);
    // Workers that have come wait, and keep their places.
    let mut keeper = database.connect();
    keeper
        .batch_execute("SELECT pg_advisory_lock(7226403, lane) FROM generate_series(32, 39) AS lane")
        .expect("the lanes");
    let results: Vec<Result<String, Failure>> = std::thread::scope(|scope| {
        let clients: Vec<_> = (0..CLIENTS)
            .map(|_| {
                let mut client = database.connect();
                scope.spawn(move || reveal(&mut client))
            })
            .collect();
        eventually("some have given up", || clients.iter().any(|client| client.is_finished()));
        eventually("all that wait have a worker", || {
            let workers = "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'heimdall audit'";
            let waiting = clients.iter().filter(|client| !client.is_finished()).count();
            database.value(workers) == waiting.to_string()
        });
        drop(keeper);
        clients.into_iter().map(|client| client.join().expect("no panic")).collect()
    });
    let refused: Vec<&Failure> = results.iter().filter_map(|result| result.as_ref().err()).collect();
    assert!(!refused.is_empty() && refused.len() < CLIENTS, "{} are refused", refused.len());
    for failure in &refused {
        assert_eq!(failure.code, "53400", "{failure:?}");
        assert!(failure.hint.contains("max_worker_processes"), "{failure:?}");
    }
    let entries = "SELECT count(*) FROM heimdall.audit WHERE action = 'reveal.granted'";
    assert_eq!(database.value(entries), (CLIENTS - refused.len()).to_string());
}

#[test]
fn a_standby_reveals_nothing() {
    let _alone = alone();
    let database = with_logins();
    database.ingest("logins", LOGINS_CSV);
    let copy = database.server().base_backup();
    copy.signal_standby();
    copy.control(&["start"]);
    let standby = Database::existing(copy.clone(), database.name());
    assert_eq!(standby.value("SELECT pg_is_in_recovery()"), "t");
    assert_eq!(standby.rows("SELECT label FROM heimdall.lookup('user', 'ada')"), [["User"]]);
    let failure = reveal(&mut standby.connect()).expect_err("a standby");
    assert_eq!(failure.code, "25006", "{failure:?}");
    assert!(failure.hint.contains("primary"), "{failure:?}");
    // It cannot be dropped there; it goes with the copy.
    std::mem::forget(standby);
    assert_eq!(reveal(&mut database.connect()).as_deref(), Ok("ada"));
}
