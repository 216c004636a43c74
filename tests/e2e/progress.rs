//! `heimdall.ingest_progress`: what an ingest shows to others while it runs, and that one ends at once when it is told to.

use std::io::Write;
use std::sync::mpsc::channel;
use std::time::{Duration, Instant};

use heimdall_tests::{Database, backend, eventually, text_rows};
use postgres::{Client, CopyInWriter};

use crate::dumps::{ADDRESSES, LARGE, large};
use crate::stream::COPY;

const SHOWN: &str = "SELECT source, way, phase, bytes_processed, bytes_total, rows_read, rows_rejected, flushes \
                     FROM heimdall.ingest_progress";

fn with_addresses() -> Database {
    let database = Database::new();
    database.source("addresses", "csv", ADDRESSES);
    database
}

/// The beginning of a COPY in binary.
fn header(writer: &mut impl Write) {
    writer.write_all(b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0").expect("the header");
}

/// A chunk of the source `addresses`, and an empty one after it: what this client is given, it sends when it is given more.
fn chunk(writer: &mut impl Write, bytes: &[u8]) {
    for bytes in [bytes, b""] {
        let mut row = vec![0, 2, 0, 0, 0, 9];
        row.extend_from_slice(b"addresses");
        row.extend_from_slice(&(bytes.len() as u32).to_be_bytes());
        row.extend_from_slice(bytes);
        writer.write_all(&row).expect("a chunk");
        writer.flush().expect("it is taken");
    }
}

/// A stream whose first row is shown.
fn streaming<'a>(database: &Database, client: &'a mut Client) -> CopyInWriter<'a> {
    let mut writer = client.copy_in(COPY).expect("a stream");
    header(&mut writer);
    chunk(&mut writer, b"ip\n192.0.2.1\n");
    eventually("it is shown", || database.rows(SHOWN).len() == 1);
    writer
}

fn shows_nothing(database: &Database) {
    eventually("nothing is shown any more", || database.rows(SHOWN).is_empty());
}

#[test]
fn another_connection_sees_a_stream_grow() {
    let database = with_addresses();
    let mut client = database.connect();
    let pid = backend(&mut client).to_string();
    let mut writer = client.copy_in(COPY).expect("a stream");
    header(&mut writer);
    let (head, line) = (b"ip\n", "192.0.2.1\n".repeat(10_000));
    chunk(&mut writer, head);
    for chunks in 1..=3 {
        chunk(&mut writer, line.as_bytes());
        let bytes = (head.len() + chunks * line.len()).to_string();
        let rows = (chunks * 10_000).to_string();
        let expected = ["addresses", "stream", "receiving", &bytes, "∅", &rows, "0", "0"];
        eventually("the chunk is shown", || database.rows(SHOWN) == [expected]);
    }
    let about =
        "SELECT pid, started_at <= clock_timestamp(), rows_per_second > 0 FROM heimdall.ingest_progress";
    assert_eq!(database.rows(about), [[pid.as_str(), "t", "t"]]);
    writer.write_all(&[0xff, 0xff]).expect("the end");
    writer.finish().expect("a stream");
    assert_eq!(database.rows(SHOWN), Vec::<Vec<String>>::new(), "after the commit");
}

#[test]
fn nothing_is_shown_of_an_ingest_that_has_failed_or_was_left() {
    let database = with_addresses();
    let mut client = database.connect();
    for end in ["error", "abandoned"] {
        client.batch_execute("BEGIN; SAVEPOINT a").expect("a savepoint");
        let mut writer = streaming(&database, &mut client);
        if end == "abandoned" {
            drop(writer);
        } else {
            writer.write_all(b"\x00\x07").expect("a row with too many columns");
            writer.finish().expect_err("an error");
        }
        client.batch_execute("ROLLBACK TO a").expect("back");
        shows_nothing(&database);
        client.batch_execute("ROLLBACK").expect("the end");
    }
}

#[test]
fn nothing_is_shown_of_a_backend_that_was_ended() {
    let database = with_addresses();
    let mut client = database.connect();
    let pid = backend(&mut client);
    let writer = streaming(&database, &mut client);
    database.run(&format!("SELECT pg_terminate_backend({pid})"));
    shows_nothing(&database);
    drop(writer);
}

#[test]
fn a_file_and_a_function_say_how_long_they_are() {
    let database = Database::new();
    database.source("large", "csv", LARGE);
    let dump = large();
    let file = database.server().file("progress.csv", &dump, 0o644);
    let total = dump.len().to_string();
    // Whoever holds the lock of a first flush keeps it in the midst.
    let mut blocker = database.connect();
    blocker.batch_execute("BEGIN; LOCK TABLE heimdall.node IN ACCESS EXCLUSIVE MODE").expect("the lock");
    let mut client = database.connect();
    let pid = backend(&mut client);
    let path = file.name().to_owned();
    let ingest = std::thread::spawn(move || {
        client.execute("SELECT heimdall.ingest_file('large', $1)", &[&path]).map(drop)
    });
    database.wait_until_blocked(pid);
    let shown = database.rows(
        "SELECT way, phase, bytes_total, bytes_processed > 100000000, flushes FROM heimdall.ingest_progress",
    );
    assert_eq!(shown, [["file", "flushing", total.as_str(), "t", "0"]]);
    // Told to stop while it flushes, it does at once, and nothing of it is there.
    let asked = Instant::now();
    database.run(&format!("SELECT pg_cancel_backend({pid})"));
    let failure = ingest.join().expect("a thread").expect_err("cancelled");
    assert_eq!(failure.code().map(|code| code.code().to_owned()).as_deref(), Some("57014"));
    assert!(asked.elapsed() < Duration::from_secs(5), "{:?}", asked.elapsed());
    blocker.batch_execute("ROLLBACK").expect("the end");
    shows_nothing(&database);
    assert_eq!(
        database.rows("SELECT count(*) FROM heimdall.batch UNION ALL SELECT count(*) FROM heimdall.node"),
        [["0"], ["0"]]
    );
}

/// Runs a statement in a thread, has it cancelled once `is_under_way`, and gives how long it then took to end.
fn cancelled(database: &Database, mut client: Client, statement: &'static str, path: String) -> Duration {
    let pid = backend(&mut client);
    let (done, ended) = channel();
    let ingest = std::thread::spawn(move || {
        let result = client.execute(statement, &[&path]).map(drop);
        done.send(Instant::now()).expect("somebody waits");
        result
    });
    let under_way = format!("SELECT FROM heimdall.ingest_progress WHERE pid = {pid} AND rows_read > 0");
    eventually("it is under way", || !database.rows(&under_way).is_empty());
    let asked = Instant::now();
    database.run(&format!("SELECT pg_cancel_backend({pid})"));
    let took = ended.recv().expect("an end").duration_since(asked);
    let failure = ingest.join().expect("a thread").expect_err("cancelled");
    assert_eq!(failure.code().map(|code| code.code().to_owned()).as_deref(), Some("57014"));
    took
}

#[test]
fn a_file_that_is_being_read_is_cancelled_at_once_and_leaves_nothing() {
    let database = with_addresses();
    // As many addresses as take some seconds.
    let mut dump = b"ip\n".to_vec();
    for at in 0..1_500_000_u32 {
        let [_, a, b, c] = at.to_be_bytes();
        dump.extend_from_slice(format!("10.{a}.{b}.{c}\n").as_bytes());
    }
    let file = database.server().file("cancelled.csv", &dump, 0o644);
    let statement = "SELECT heimdall.ingest_file('addresses', $1)";
    let took = cancelled(&database, database.connect(), statement, file.name().to_owned());
    assert!(took < Duration::from_secs(2), "{took:?}");
    shows_nothing(&database);
    let left = "SELECT count(*) FROM heimdall.batch UNION ALL SELECT count(*) FROM heimdall.node";
    assert_eq!(database.rows(left), [["0"], ["0"]]);
}

/// A backend that waits for its client sees that it is to stop when something comes, as any COPY does.
#[test]
fn a_stream_is_cancelled_with_its_next_chunk_and_leaves_nothing() {
    let database = with_addresses();
    let before = database.snapshot();
    let mut client = database.connect();
    let pid = backend(&mut client);
    let writer = streaming(&database, &mut client);
    database.run(&format!("SELECT pg_cancel_backend({pid})"));
    let asked = Instant::now();
    let failure = writer.finish().expect_err("cancelled");
    assert!(asked.elapsed() < Duration::from_secs(2), "{:?}", asked.elapsed());
    assert_eq!(failure.code().map(|code| code.code().to_owned()).as_deref(), Some("57014"));
    shows_nothing(&database);
    assert_eq!(database.snapshot(), before);
}

#[test]
fn everybody_sees_his_own_and_those_who_run_it_see_all() {
    let database = with_addresses();
    let member = database.role("member", &["heimdall_ingest"]);
    let mut client = database.connect_as(&member);
    let mut writer = streaming(&database, &mut client);
    for (name, groups, seen) in [
        ("admin", &["heimdall_admin"][..], 1),
        ("monitor", &["pg_read_all_stats"], 1),
        ("other", &["heimdall_ingest"], 0),
    ] {
        let role = database.role(name, groups);
        assert_eq!(text_rows(&mut database.connect_as(&role), SHOWN).expect("a view").len(), seen, "{name}");
    }
    assert_eq!(text_rows(&mut database.connect_as(&member), SHOWN).expect("a view").len(), 1);
    let analyst = database.role("analyst", &["heimdall_analyst"]);
    assert_eq!(text_rows(&mut database.connect_as(&analyst), SHOWN).expect_err("no right").code, "42501");
    let elsewhere = Database::new();
    assert_eq!(elsewhere.rows(SHOWN), Vec::<Vec<String>>::new(), "a database shows its own");
    writer.write_all(&[0xff, 0xff]).expect("the end");
    writer.finish().expect("a stream");
}

#[test]
fn who_uploads_through_a_gateway_finds_his_own_by_the_request() {
    let database = with_addresses();
    let gateway = database.role("gateway", &["heimdall_gateway", "heimdall_ingest"]);
    let (mut ada, mut bob) = (database.connect_as(&gateway), database.connect_as(&gateway));
    ada.batch_execute("SET heimdall.actor = 'ada'; SET heimdall.request_id = 'request-0001'").expect("SET");
    bob.batch_execute("SET heimdall.actor = 'bob'").expect("SET");
    let mut watching = database.connect_as(&gateway);
    let mut seen_by = |actor: &str| {
        watching.batch_execute(&format!("SET heimdall.actor = '{actor}'")).expect("SET");
        text_rows(&mut watching, "SELECT request_id FROM heimdall.ingest_progress").expect("a view")
    };
    let writer = streaming(&database, &mut ada);
    assert_eq!(seen_by("ada"), [["request-0001"]]);
    assert_eq!(seen_by("bob"), Vec::<Vec<String>>::new());
    drop(writer);
    ada.batch_execute("SELECT 1").expect("it has been abandoned");
    shows_nothing(&database);
    let writer = streaming(&database, &mut bob);
    assert_eq!(seen_by("bob"), [["∅"]], "without a request");
    drop(writer);
}
