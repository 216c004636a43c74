//! `COPY heimdall_in.stream (source, chunk)`: a dump of any format as chunks of bytes.

use std::io::Write;

use heimdall_tests::{Database, Failure, copy, text_rows};
use postgres::Client;
use postgres::types::Type;

use crate::dumps::{ADDRESSES, LARGE, LARGE_ROWS, LOGINS, LOGINS_CSV, LOGINS_NDJSON, large, with_logins};

pub const COPY: &str = "COPY heimdall_in.stream (source, chunk) FROM STDIN BINARY";

/// Sends chunks as rows of a COPY in binary.
pub fn stream<'a>(
    client: &mut Client,
    chunks: impl IntoIterator<Item = (&'a str, &'a [u8])>,
) -> Result<u64, Failure> {
    let writer = client.copy_in(COPY).map_err(Failure::from)?;
    let mut writer = postgres::binary_copy::BinaryCopyInWriter::new(writer, &[Type::TEXT, Type::BYTEA]);
    for (source, chunk) in chunks {
        writer.write(&[&source, &chunk]).map_err(Failure::from)?;
    }
    writer.finish().map_err(Failure::from)
}

fn send(database: &Database, source: &str, dump: &[u8], size: usize) -> Result<u64, Failure> {
    stream(&mut database.connect(), dump.chunks(size).map(|chunk| (source, chunk)))
}

fn graph(database: &Database) -> [Vec<Vec<String>>; 2] {
    [database.vertices(), database.edges()]
}

#[test]
fn chunks_of_any_size_give_the_graph_of_the_whole() {
    let whole = with_logins();
    whole.ingest("logins", LOGINS_CSV);
    for size in [1, 2, 7, 64, 1 << 20] {
        let database = with_logins();
        send(&database, "logins", LOGINS_CSV.as_bytes(), size).expect("a stream");
        assert_eq!(graph(&database), graph(&whole), "chunks of {size} bytes");
    }
}

#[test]
fn a_stream_is_in_the_format_of_its_source() {
    let whole = with_logins();
    whole.ingest("logins", LOGINS_CSV);
    let database = Database::new();
    database.source("logins", "ndjson", LOGINS);
    send(&database, "logins", LOGINS_NDJSON.as_bytes(), 11).expect("a stream");
    assert_eq!(graph(&database), graph(&whole));
}

#[test]
fn a_chunk_may_end_inside_a_quoted_field_and_a_character() {
    let database = Database::new();
    database.source(
        "hosts",
        "csv",
        r#"{"entities": {"ip": {"label": "Ip", "key": "ip"}, "name": {"label": "Name", "key": "name"}},
        "relations": [{"from": "ip", "type": "IS", "to": "name"}]}"#,
    );
    let dump = "ip,name\n192.0.2.1,\"Zoë, \"\"Z\"\"\nÅngström 🜨\"\n192.0.2.2,plain\n";
    send(&database, "hosts", dump.as_bytes(), 1).expect("a stream");
    assert_eq!(
        database.rows("SELECT neighbor FROM heimdall.neighbors('ip', '192.0.2.1')"),
        [["Zoë, \"Z\"\nÅngström 🜨"]]
    );
}

#[test]
fn text_and_insert_do_as_well() {
    let database = with_logins();
    let hex: String = LOGINS_CSV.bytes().map(|byte| format!("{byte:02x}")).collect();
    let (head, rest) = hex.split_at(40);
    let rows = format!("logins\t\\\\x{head}\nlogins\t\\N\nlogins\t\\\\x{rest}\n");
    let statement = "COPY heimdall_in.stream (source, chunk) FROM STDIN";
    assert_eq!(database.copy(statement, rows.as_bytes()), Ok(3));
    assert_eq!(database.value("SELECT rows_accepted FROM heimdall.batch"), "3");
    let insert = format!("INSERT INTO heimdall_in.stream SELECT 'logins', decode('{hex}', 'hex')");
    assert_eq!(database.notices(&insert), ["this dump is batch 1 already: nothing was changed"]);
    assert_eq!(database.value("SELECT count(*) FROM heimdall_in.stream"), "0");
}

#[test]
fn the_end_is_told_and_nothing_is_no_dump() {
    let database = with_logins();
    let before = database.snapshot();
    assert_eq!(send(&database, "logins", b"", 1), Ok(0));
    assert_eq!(
        database.notices("INSERT INTO heimdall_in.stream SELECT 'a', 'b' WHERE false"),
        Vec::<String>::new()
    );
    assert_eq!(database.snapshot(), before);
    let insert = format!("INSERT INTO heimdall_in.stream VALUES ('logins', '{LOGINS_CSV}')");
    assert_eq!(database.notices(&insert), ["batch 1: 3 rows accepted, 0 rejected"]);
}

#[test]
fn one_statement_takes_one_dump_of_a_source_that_there_is() {
    let database = with_logins();
    database.source("others", "csv", LOGINS);
    let (head, rest) = LOGINS_CSV.as_bytes().split_at(50);
    let before = database.snapshot();
    for (chunks, code, part) in [
        ([("logins", head), ("others", rest)], "22023", "a dump of the source \"logins\""),
        ([("nothing", head), ("nothing", rest)], "42704", "there is no source of that name"),
    ] {
        let failure = stream(&mut database.connect(), chunks).expect_err("one source");
        assert_eq!(failure.code, code, "{failure:?}");
        assert!(failure.message.contains(part), "{failure:?}");
    }
    let nameless = database.failure("INSERT INTO heimdall_in.stream VALUES (NULL, 'x')");
    assert_eq!(nameless.code, "22004", "{nameless:?}");
    assert_eq!(database.snapshot(), before);
    // The connection goes on, and so does the transaction of a savepoint.
    let mut client = database.connect();
    client.batch_execute("BEGIN; SAVEPOINT a").expect("a savepoint");
    stream(&mut client, [("nothing", head)]).expect_err("no source");
    client.batch_execute("ROLLBACK TO a").expect("back");
    stream(&mut client, [("logins", head), ("logins", rest)]).expect("a stream");
    stream(&mut client, [("others", head), ("others", rest)]).expect("another");
    client.batch_execute("COMMIT").expect("both");
    assert_eq!(database.value("SELECT count(*) FROM heimdall.batch"), "2");
}

#[test]
fn a_dump_in_the_place_of_a_name_is_not_told() {
    let database = with_logins();
    let mut client = database.connect();
    let table = "COPY heimdall_in.stream (source, chunk) FROM STDIN (FORMAT csv)";
    let wrong = [
        copy(&mut client, table, b"ada@example.org,hunter2\n").expect_err("no source").message,
        text_rows(&mut client, "SELECT heimdall.ingest_csv('hunter2,ada@example.org', 'logins')")
            .expect_err("no source")
            .message,
    ];
    for message in wrong {
        assert_eq!(message, "there is no source of that name");
    }
}

#[test]
fn a_duplicate_that_was_written_in_part_is_an_error() {
    let database = Database::new();
    database.source("large", "csv", LARGE);
    let dump = large();
    send(&database, "large", &dump, 1 << 20).expect("a stream of several flushes");
    let before = database.snapshot();
    let failure = send(&database, "large", &dump, 3 << 20).expect_err("a duplicate");
    assert_eq!((failure.code.as_str(), failure.message.as_str()), ("23505", "this dump is batch 1 already"));
    let report: serde_json::Value = serde_json::from_str(&failure.detail).expect("a report");
    assert_eq!((&report["batch"], &report["duplicate"]), (&1.into(), &true.into()), "{report}");
    assert_eq!(report["rows_accepted"], LARGE_ROWS);
    assert_eq!(database.snapshot(), before);
}

#[test]
fn too_many_bad_rows_fail_a_stream_as_a_whole() {
    let database = with_logins();
    let before = database.snapshot();
    let bad = LOGINS_CSV.replace("192.0.2.1,", "hunter2,");
    let failure = send(&database, "logins", bad.as_bytes(), 16).expect_err("too many");
    assert_eq!(failure.code, "22000");
    assert!(!format!("{failure:?}").contains("hunter2"), "{failure:?}");
    assert_eq!(database.snapshot(), before);
}

#[test]
fn those_who_ingest_may_and_others_may_not() {
    let database = with_logins();
    let member = database.role("member", &["heimdall_ingest"]);
    stream(&mut database.connect_as(&member), [("logins", LOGINS_CSV.as_bytes())]).expect("a stream");
    assert_eq!(database.value("SELECT actor FROM heimdall.batch"), member);
    let analyst = database.role("analyst", &["heimdall_analyst"]);
    let failure =
        text_rows(&mut database.connect_as(&analyst), "INSERT INTO heimdall_in.stream VALUES ('a', 'b')")
            .expect_err("no right");
    assert_eq!(failure.code, "42501");
}

/// What the backend has in memory beside what it shares, in MB.
fn megabytes(pid: i32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).expect("a process");
    let line = status.lines().find(|line| line.starts_with("RssAnon:")).expect("its memory");
    line.split_whitespace().nth(1).and_then(|number| number.parse::<u64>().ok()).expect("a number") / 1000
}

/// Chunks that were not freed, or copies of them, would be all of these.
#[test]
fn a_stream_of_any_length_takes_no_more_memory() {
    let database = Database::new();
    database.source("addresses", "csv", ADDRESSES);
    let mut client = database.connect();
    let pid = heimdall_tests::backend(&mut client);
    stream(&mut client, [("addresses", &b"ip\n192.0.2.1\n"[..])]).expect("a first one");
    let before = megabytes(pid);
    let chunk = format!("192.0.2.1{:990}\n", "").repeat(1000).into_bytes();
    let mut writer = client.copy_in(COPY).expect("a stream");
    writer.write_all(b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0").expect("the header");
    let mut row = |chunk: &[u8]| {
        let mut row = vec![0, 2, 0, 0, 0, 9];
        row.extend_from_slice(b"addresses");
        row.extend_from_slice(&(chunk.len() as u32).to_be_bytes());
        row.extend_from_slice(chunk);
        writer.write_all(&row).expect("a chunk");
    };
    row(b"ip\n");
    let mut most = before;
    for _ in 0..100 {
        row(&chunk);
        most = most.max(megabytes(pid));
    }
    writer.write_all(&[0xff, 0xff]).expect("the end");
    writer.finish().expect("a stream");
    assert_eq!(database.value("SELECT max(rows_read) FROM heimdall.batch"), "100000");
    assert!(most < before + 50, "{before} MB became {most} MB");
    assert_eq!(copy(&mut client, "COPY heimdall_in.addresses FROM STDIN", b"192.0.2.3\n"), Ok(1));
}
