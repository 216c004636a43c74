//! Rows that are put aside.

use heimdall_tests::Database;

use crate::dumps::{LOGINS, LOGINS_CSV};

/// The source `logins`, which takes a dump with any share of bad rows.
fn lenient(limit: &str) -> Database {
    let database = Database::new();
    database
        .run(&format!("SELECT heimdall.create_source('logins', 'csv', $mapping${LOGINS}$mapping$, {limit})"));
    database
}

/// One row for each way to be bad, between two good ones.
const BAD: &[u8] = b"time,user,src,host,bytes\n\
    2026-01-01T10:00:00Z,ada,192.0.2.1,www.example.org,1\n\
    2026-01-01T10:00:00Z,ada,192.0.2.999,www.example.org,2\n\
    once upon a time,ada,192.0.2.1,www.example.org,3\n\
    2026-01-01T10:00:00Z,ada,192.0.2.1\n\
    2026-01-01T10:00:00Z,ada,192.0.2.1,www.example.org,5,6\n\
    2026-01-01T10:00:00Z,a\xffa,192.0.2.1,www.example.org,6\n\
    2026-01-01T10:00:00Z,a\x00a,192.0.2.1,www.example.org,7\n\
    ,,-,N/A,8\n\
    2026-01-01T11:00:00Z,ada,192.0.2.1,www.example.org,9\n";

/// Row, byte offset, column, rule, reason.
const REASONS: [[&str; 5]; 7] = [
    ["2", "78", "src", "ip", "not a number"],
    ["3", "133", "time", "timestamp", ""],
    ["4", "182", "∅", "format", "fewer fields than the header has"],
    ["5", "217", "∅", "format", "more fields than the header has"],
    ["6", "272", "∅", "format", "not valid UTF-8"],
    ["7", "325", "∅", "format", "a NUL character"],
    ["8", "378", "∅", "row", "no value in any column that the mapping names"],
];

#[test]
fn every_bad_row_is_put_aside_with_its_place_and_reason() {
    let database = lenient("1");
    let report = database.ingest("logins", BAD);
    assert_eq!((report.read, report.accepted, report.rejected), (9, 2, 7));
    let rejects = database.rows(
        "SELECT row_number, byte_offset, column_name, rule, reason FROM heimdall.rejects ORDER BY row_number",
    );
    for (reject, expected) in rejects.iter().zip(REASONS) {
        assert_eq!(reject[..4], expected[..4]);
        assert!(!reject[4].is_empty());
        if expected[3] != "ip" && expected[3] != "timestamp" {
            assert_eq!(reject[4], expected[4]);
        }
        let offset: usize = reject[1].parse().expect("a number");
        assert_eq!(BAD[offset - 1], b'\n', "the offset of row {}", reject[0]);
    }
    assert_eq!(rejects.len(), REASONS.len());
}

#[test]
fn a_bad_row_leaves_nothing_in_the_graph() {
    let database = lenient("1");
    let good = "time,user,src,host,bytes\n2026-01-01,ada,192.0.2.1,www.example.org,1\n";
    let bad = "2026-01-01,mallory,192.0.2.66,not a domain!,1\n";
    database.ingest("logins", format!("{good}{bad}"));
    let clean = lenient("1");
    clean.ingest("logins", good);
    assert_eq!(database.vertices(), clean.vertices());
    assert_eq!(database.edges(), clean.edges());
}

#[test]
fn a_row_that_was_decoded_is_kept_sealed_by_its_fields() {
    let database = lenient("1");
    let batch = database
        .ingest("logins", "time,user,src,host,bytes\n2026-01-01,ada,nowhere,\"www, the\",secret\n")
        .batch;
    let sealed = database.value("SELECT raw_sealed FROM heimdall.rejects");
    assert!(!sealed.contains("secret"));
    assert_eq!(
        database.value(&format!("SELECT heimdall._unseal('reject:{batch}:1', 'raw', '{sealed}')")),
        r#"{"time":"2026-01-01","user":"ada","src":"nowhere","host":"www, the","bytes":"secret"}"#
    );
    let elsewhere =
        database.failure(&format!("SELECT heimdall._unseal('reject:{batch}:2', 'raw', '{sealed}')"));
    assert_eq!(elsewhere.code, "XX001");
}

#[test]
fn a_row_that_could_not_be_decoded_opens_as_it_was() {
    let database = Database::new();
    database
        .run(&format!("SELECT heimdall.create_source('logins', 'ndjson', $mapping${LOGINS}$mapping$, 1)"));
    let line = r#"{"time": "2026-01-01", "src": "nowhere", "host": ""}"#;
    let batch = database.ingest("logins", format!("{line}\n[1]\n{{\"src\": \n")).batch;
    let opened = format!(
        "SELECT row_number, encoding, heimdall._unseal('reject:{batch}:' || row_number, 'raw', raw_sealed) \
         FROM heimdall.rejects ORDER BY 1"
    );
    assert_eq!(
        database.rows(&opened),
        [
            ["1", "fields", r#"{"time":"2026-01-01","src":"nowhere"}"#],
            ["2", "raw", "[1]"],
            ["3", "raw", "{\"src\":"]
        ]
    );
}

#[test]
fn an_inbox_puts_bad_rows_aside_as_well() {
    let database = lenient("1");
    let dump = "time,user,src,host,bytes\n\
                2026-01-01,ada,192.0.2.1,www.example.org,1\n2026-01-01,ada,nowhere,www.example.org,2\n";
    let statement = "COPY heimdall_in.logins FROM STDIN (FORMAT csv, HEADER)";
    assert_eq!(database.copy(statement, dump.as_bytes()), Ok(2));
    assert_eq!(
        database.rows("SELECT row_number, column_name, rule FROM heimdall.rejects"),
        [["2", "src", "ip"]]
    );
}

#[test]
fn too_many_bad_rows_fail_the_dump_as_a_whole() {
    let database = lenient("0.1");
    let before = database.snapshot();
    let failure = database.refused("logins", LOGINS_CSV.replace("192.0.2.1,", "hunter2,"));
    assert_eq!(failure.code, "22000");
    assert!(failure.message.starts_with("1 of 3 rows"), "{failure:?}");
    assert!(failure.detail.contains("row 1, column \"src\""), "{failure:?}");
    assert!(failure.hint.contains("reject_limit"), "{failure:?}");
    assert!(!format!("{failure:?}").contains("hunter2"), "{failure:?}");
    assert_eq!(database.snapshot(), before);
}

#[test]
fn too_many_bad_rows_fail_an_inbox_as_a_whole() {
    let database = lenient("0.1");
    let before = database.snapshot();
    let dump = LOGINS_CSV.replace("192.0.2.1,", "hunter2,");
    let statement = "COPY heimdall_in.logins FROM STDIN (FORMAT csv, HEADER)";
    let failure = database.copy(statement, dump.as_bytes()).expect_err("too many");
    assert_eq!(failure.code, "22000");
    assert_eq!(database.snapshot(), before);
}

#[test]
fn as_many_bad_rows_as_the_limit_allows_are_let_through() {
    let database = lenient("0.1");
    let good = "2026-01-01,ada,192.0.2.1,www.example.org,1\n".repeat(9);
    let dump = format!("time,user,src,host,bytes\n{good}2026-01-01,ada,nowhere,www.example.org,1\n");
    assert_eq!(database.ingest("logins", dump).rejected, 1);
}
