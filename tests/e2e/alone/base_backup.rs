//! A base backup of a server that is busy, started as a second one.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use heimdall_tests::{Database, eventually, ingest};

use crate::{LOGINS, alone, with_logins};

const WRITERS: usize = 3;
/// Batches of each writer before the backup begins.
const BEFORE: usize = 5;

/// A dump that shares most of its things with the others of its writer.
fn dump(writer: usize, number: usize) -> String {
    let rows = (0..200).map(|row| {
        format!("user{writer}x{},10.{writer}.0.{}\n", (row * 7 + number) % 150, (row + number * 11) % 250)
    });
    format!("user,src\n{}only{writer}x{number},10.{writer}.1.{}\n", rows.collect::<String>(), number % 250)
}

fn after_restore(database: &Database) -> Vec<String> {
    database.rows("SELECT changed, repaired, sequences, incarnation FROM heimdall.after_restore()").remove(0)
}

#[test]
fn a_base_backup_of_a_busy_server_is_that_server_as_of_a_commit() {
    let _alone = alone();
    let database = with_logins();
    let before = after_restore(&database).pop().expect("a clone has an incarnation of its own");
    database.run("SELECT heimdall.create_reader('siem')");

    let written: Vec<AtomicUsize> = (0..WRITERS).map(|_| AtomicUsize::new(0)).collect();
    let is_done = AtomicBool::new(false);
    let (stored, copy) = std::thread::scope(|scope| {
        for (writer, written) in written.iter().enumerate() {
            let (mut client, is_done) = (database.connect(), &is_done);
            scope.spawn(move || {
                for number in 0.. {
                    if is_done.load(Ordering::Relaxed) {
                        return;
                    }
                    ingest(&mut client, "logins", dump(writer, number).as_bytes()).expect("a dump");
                    written.store(number + 1, Ordering::Relaxed);
                }
            });
        }
        let each = || -> Vec<usize> { written.iter().map(|number| number.load(Ordering::Relaxed)).collect() };
        eventually("all writers are at work", || each().iter().all(|number| *number >= BEFORE));
        let stored = each();
        let copy = database.server().base_backup();
        is_done.store(true, Ordering::Relaxed);
        (stored, copy)
    });

    copy.control(&["start"]);
    let second = Database::existing(copy.clone(), database.name());
    assert_eq!(second.strays(), "0");
    // Of each writer, the dumps up to one of those that were stored while the backup was taken.
    let there: Vec<usize> = (0..WRITERS)
        .map(|writer| {
            let most = written[writer].load(Ordering::Relaxed);
            let numbers = second.rows(&format!(
                "SELECT k.number FROM generate_series(0, {most}) AS k (number) \
                 WHERE EXISTS (SELECT FROM heimdall.node AS n \
                               WHERE n.key = heimdall.canonical_key('user', 'only{writer}x' || k.number)) ORDER BY 1"
            ));
            assert!(
                numbers.iter().enumerate().all(|(at, row)| row[0] == at.to_string()),
                "a dump is there, and one that was stored before it is not"
            );
            numbers.len()
        })
        .collect();
    for (writer, number) in there.iter().enumerate() {
        let most = written[writer].load(Ordering::Relaxed);
        assert!(
            (stored[writer]..=most).contains(number),
            "{number} of writer {writer}: {stored:?} to {written:?}"
        );
    }
    // What the same dumps give elsewhere.
    let expected = Database::new();
    expected.source("logins", "csv", LOGINS);
    for (writer, number) in there.iter().enumerate() {
        for number in 0..*number {
            expected.ingest("logins", dump(writer, number));
        }
    }
    assert_eq!(second.content().differences(&expected.content()), Vec::<String>::new());
    let near = "SELECT distance, edge_type, neighbor, tlp FROM heimdall.neighbors('ip', '10.0.0.7', 2) ORDER BY 1, 2, 3";
    assert_eq!(second.rows(near), expected.rows(near));

    // Nothing tells such a copy from the original, until it has a timeline of its own.
    assert_eq!(after_restore(&second), ["f", "0", "0", &before]);
    copy.control(&["stop"]);
    copy.signal_recovery();
    copy.control(&["start"]);
    second.reconnect();
    eventually("the recovery ends", || second.value("SELECT pg_is_in_recovery()") == "f");
    let next = (before.parse::<i32>().expect("a number") + 1).to_string();
    assert_eq!(after_restore(&second), ["t", "0", "0", &next]);
    assert_eq!(second.value("SELECT invalidation_reason FROM heimdall.readers"), "restored");
    assert_eq!(database.value("SELECT invalidation_reason FROM heimdall.readers"), "∅");

    // Both go on, each for itself.
    assert!(second.ingest("logins", dump(0, 0)).duplicate);
    assert_eq!(second.ingest("logins", "user,src\nada,203.0.113.1\n").edges_created, 1);
    assert!(database.rows("SELECT * FROM heimdall.lookup('ip', '203.0.113.1')").is_empty());
    assert_eq!((second.strays(), database.strays()), ("0".to_owned(), "0".to_owned()));
}
