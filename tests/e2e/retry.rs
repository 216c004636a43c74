//! Rows that were put aside are tried again, once the mapping was mended.

use heimdall_tests::{Database, Failure, Report, backend, report, text_rows};

use crate::dumps::LOGINS;

/// `LOGINS`, for whose hosts anything will do.
fn mended() -> String {
    LOGINS.replace("Domain", "Site")
}

/// Row 2 and 4 have no host, row 3 cannot be decoded, row 5 has no address either.
const DUMP: &str = "time,user,src,host,bytes\n\
    2026-01-01T10:00:00Z,ada,192.0.2.1,www.example.org,1\n\
    2026-01-01T10:00:00Z,ada,192.0.2.1,\"not a, host!\",2\n\
    2026-01-01T10:00:00Z,ada,192.0.2.1\n\
    2026-01-01T10:00:00Z,grace,192.0.2.2,nor \"\"this!,4\n\
    2026-01-01T10:00:00Z,grace,nowhere,nor this!,5\n";

const OPEN: &str = "SELECT row_number, byte_offset, column_name, rule, encoding, retried_in FROM heimdall.rejects ORDER BY 1";

fn with_rejects() -> (Database, i64) {
    let database = Database::new();
    database.run(&format!("SELECT heimdall.create_source('logins', 'csv', $mapping${LOGINS}$mapping$, 1)"));
    let batch = database.ingest("logins", DUMP).batch;
    (database, batch)
}

fn mend(database: &Database) {
    database.run(&format!("SELECT heimdall.set_mapping('logins', $mapping${}$mapping$)", mended()));
}

fn retry_as(client: &mut postgres::Client, batch: i64) -> Result<Report, Failure> {
    report(client, "SELECT * FROM heimdall.retry_rejects($1)", &[&batch])
}

fn retry(database: &Database, batch: i64) -> Result<Report, Failure> {
    retry_as(&mut database.connect(), batch)
}

#[test]
fn what_the_mapping_takes_by_now_comes_in_and_the_rest_stays() {
    let (database, batch) = with_rejects();
    mend(&database);
    let report = retry(&database, batch).expect("a retry");
    assert_eq!((report.read, report.accepted, report.rejected), (4, 2, 2));
    let new = report.batch.to_string();
    assert_eq!(
        database.rows(OPEN),
        [
            ["2", "78", "host", "domain", "fields", &new],
            ["3", "130", "∅", "format", "raw", "∅"],
            ["4", "165", "host", "domain", "fields", &new],
            ["5", "216", "src", "ip", "fields", "∅"],
        ]
    );
    let rows = "SELECT first_row FROM heimdall.provenance('Site', 'not a, host!')";
    assert_eq!(database.rows(rows), [["2"]], "a row keeps its number");
    assert_eq!(
        database.rows("SELECT id, retry_of, rows_read, rows_rejected FROM heimdall.batch ORDER BY id"),
        [["1", "∅", "5", "4"], [&new, "1", "4", "2"]]
    );
    assert_eq!(database.strays(), "0");
    assert_eq!(
        database.rows("SELECT object, detail ->> 'rows_accepted', detail ->> 'batch' FROM heimdall.audit WHERE action = 'ingest.retry'"),
        [["batch 1", "2", &new]]
    );
}

/// The other way to the same graph: the rows that were mended, as a dump of their own.
#[test]
fn a_retry_gives_what_its_rows_would_give_as_a_dump() {
    let (database, batch) = with_rejects();
    mend(&database);
    retry(&database, batch).expect("a retry");
    let (other, _) = with_rejects();
    mend(&other);
    let rows: Vec<&str> = DUMP.lines().collect();
    other.ingest("logins", [rows[0], rows[2], rows[4]].join("\n"));
    assert_eq!((database.vertices(), database.edges()), (other.vertices(), other.edges()));
}

#[test]
fn a_row_that_still_fails_has_the_reason_of_now_and_nothing_is_stored() {
    let (database, batch) = with_rejects();
    database.run(&format!(
        "SELECT heimdall.set_mapping('logins', $mapping${}$mapping$)",
        LOGINS.replace("\"Domain\"", "\"Cve\"")
    ));
    let graph = (database.vertices(), database.edges());
    let report = retry(&database, batch).expect("a retry");
    assert_eq!((report.batch, report.read, report.accepted, report.rejected), (0, 4, 0, 4));
    let rules = "SELECT row_number, rule FROM heimdall.rejects WHERE retried_in IS NULL ORDER BY 1";
    assert_eq!(database.rows(rules), [["2", "cve"], ["3", "format"], ["4", "cve"], ["5", "ip"]]);
    assert_eq!(database.value("SELECT count(*) FROM heimdall.batch"), "1");
    assert_eq!((database.vertices(), database.edges()), graph);
    // And once more, when it is mended.
    mend(&database);
    assert_eq!(retry(&database, batch).expect("a retry").accepted, 2);
}

#[test]
fn a_row_that_could_not_be_decoded_is_decoded_as_the_source_says_now() {
    let database = Database::new();
    database
        .run(&format!("SELECT heimdall.create_source('logins', 'ndjson', $mapping${LOGINS}$mapping$, 1)"));
    let good = r#"{"time":"2026-01-01T10:00:00Z","user":"ada","src":"192.0.2.1","host":"a.example"}"#;
    let batch =
        database.ingest("logins", format!("{good}\n2026-01-01,ada,192.0.2.9,www.example.org\n")).batch;
    database.run("SELECT heimdall.set_source('logins', 'csv')");
    let report = retry(&database, batch).expect("a retry");
    assert_eq!((report.read, report.accepted), (1, 1));
    assert_eq!(
        database.rows("SELECT neighbor FROM heimdall.neighbors('ip', '192.0.2.9') ORDER BY 1").len(),
        2
    );
}

#[test]
fn a_row_that_could_not_be_decoded_has_the_header_of_its_dump() {
    for format in ["csv", "auto"] {
        let database = Database::new();
        database.run(&format!(
            "SELECT heimdall.create_source('logins', '{format}', $mapping${LOGINS}$mapping$, 1)"
        ));
        let batch = database.ingest("logins", DUMP.replace(',', ";")).batch;
        let put_aside =
            "SELECT row_number FROM heimdall.rejects WHERE encoding = 'raw' AND retried_in IS NULL";
        assert_eq!(database.rows(put_aside), [["3"]], "{format}");
        database
            .run(&format!("SELECT heimdall.set_source('logins', '{format}', '{{\"ragged\": \"fill\"}}')"));
        let report = retry(&database, batch).expect("a retry");
        assert_eq!((report.read, report.accepted), (4, 1), "{format}");
        assert_eq!(database.rows(put_aside), Vec::<Vec<String>>::new(), "{format}");
    }
}

#[test]
fn what_is_left_is_none_of_another_retry() {
    let (database, batch) = with_rejects();
    mend(&database);
    let first = retry(&database, batch).expect("a retry");
    let again = retry(&database, batch).expect("the rest");
    assert_eq!((again.batch, again.read, again.accepted), (0, 2, 0));
    let of_retry = retry(&database, first.batch).expect_err("nothing was put aside");
    assert_eq!(of_retry.code, "P0002", "{of_retry:?}");
    assert_eq!(retry(&database, 4711).expect_err("no batch").code, "42704");
}

#[test]
fn of_two_retries_at_a_time_the_second_gets_what_is_left() {
    let (database, batch) = with_rejects();
    mend(&database);
    let (mut first, mut second) = (database.connect(), database.connect());
    first.batch_execute("BEGIN").expect("a transaction");
    assert_eq!(retry_as(&mut first, batch).expect("a retry").accepted, 2);
    let pid = backend(&mut second);
    let waiting = std::thread::spawn(move || retry_as(&mut second, batch));
    database.wait_until_blocked(pid);
    first.batch_execute("COMMIT").expect("the end");
    let left = waiting.join().expect("a thread").expect("the rest");
    assert_eq!((left.read, left.accepted), (2, 0));
    assert_eq!(database.value("SELECT count(*) FROM heimdall.batch"), "2");
}

#[test]
fn a_retry_is_taken_back_before_what_it_retries() {
    let (database, batch) = with_rejects();
    let before = database.content();
    mend(&database);
    let report = retry(&database, batch).expect("a retry");
    let failure = database.failure(&format!("SELECT heimdall.rollback_batch({batch})"));
    assert_eq!(failure.code, "55000", "{failure:?}");
    assert!(failure.hint.contains(&report.batch.to_string()), "{failure:?}");
    database.run(&format!("SELECT heimdall.rollback_batch({})", report.batch));
    assert_eq!(database.value("SELECT count(*) FROM heimdall.rejects WHERE retried_in IS NULL"), "4");
    assert_eq!(database.content().differences(&before), Vec::<String>::new());
    assert_eq!(retry(&database, batch).expect("once more").accepted, 2);
}

#[test]
fn those_who_brought_it_may_and_administrators_and_nobody_else() {
    let database = Database::new();
    database.run(&format!("SELECT heimdall.create_source('logins', 'csv', $mapping${LOGINS}$mapping$, 1)"));
    let member = database.role("member", &["heimdall_ingest"]);
    let batch = heimdall_tests::ingest(&mut database.connect_as(&member), "logins", DUMP.as_bytes())
        .expect("a dump")
        .batch;
    mend(&database);
    let other = database.role("other", &["heimdall_ingest"]);
    assert_eq!(retry_as(&mut database.connect_as(&other), batch).expect_err("not his").code, "42704");
    assert_eq!(retry_as(&mut database.connect_as(&member), batch).expect("his own").accepted, 2);
    let admin = database.role("admin", &["heimdall_admin"]);
    assert_eq!(retry_as(&mut database.connect_as(&admin), batch).expect("any").rejected, 2);
    let summary =
        "SELECT source, column_name, rule, rejected, open, first_row FROM heimdall.reject_summary()";
    assert_eq!(
        text_rows(&mut database.connect_as(&member), summary).expect("his own"),
        [
            ["logins", "host", "domain", "2", "0", "2"],
            ["logins", "∅", "format", "1", "1", "3"],
            ["logins", "src", "ip", "1", "1", "5"]
        ]
    );
    assert_eq!(
        text_rows(&mut database.connect_as(&other), summary).expect("none"),
        Vec::<Vec<String>>::new()
    );
}

#[test]
fn a_retried_row_is_stored_under_the_rules_of_now() {
    let (database, batch) = with_rejects();
    mend(&database);
    database.run("SELECT heimdall.set_rule('logins', 'host', 'hash')");
    retry(&database, batch).expect("a retry");
    assert_eq!(database.value("SELECT count(*) FROM heimdall.node WHERE key LIKE 'Site:%host%'"), "0");
    assert_eq!(database.value("SELECT count(*) FROM heimdall.node WHERE key ~ '^Site:[0-9a-f]{64}$'"), "2");
}

#[test]
fn a_row_whose_key_was_destroyed_stays_as_it_is() {
    let (database, batch) = with_rejects();
    mend(&database);
    database.run("SELECT heimdall.destroy_data_key(1, 'request 17')");
    assert_eq!(retry(&database, batch).expect_err("nothing can be opened").code, "P0002");
    assert_eq!(database.value("SELECT count(*) FROM heimdall.rejects WHERE retried_in IS NULL"), "4");
}

#[test]
fn a_row_is_revealed_to_those_who_may_see_everything_with_a_reason_and_a_trace() {
    let (database, batch) = with_rejects();
    let analyst = database.role("analyst", &["heimdall_analyst", "heimdall_tlp_red"]);
    let reveal =
        |row: u32, reason: &str| format!("SELECT heimdall.reveal_reject({batch}, {row}, '{reason}')");
    let mut client = database.connect_as(&analyst);
    let fields =
        r#"{"time":"2026-01-01T10:00:00Z","user":"ada","src":"192.0.2.1","host":"not a, host!","bytes":"2"}"#;
    assert_eq!(text_rows(&mut client, &reveal(2, "case 4711")).expect("fields"), [[fields]]);
    let raw = "2026-01-01T10:00:00Z,ada,192.0.2.1";
    assert_eq!(text_rows(&mut client, &reveal(3, "case 4711")).expect("as it came"), [[raw]]);
    assert_eq!(text_rows(&mut client, &reveal(1, "case 4711")).expect_err("not put aside").code, "P0002");
    assert_eq!(text_rows(&mut client, &reveal(2, " ")).expect_err("no reason").code, "22023");
    let uncleared = database.role("uncleared", &["heimdall_admin", "heimdall_tlp_amber"]);
    let failure =
        text_rows(&mut database.connect_as(&uncleared), &reveal(2, "case 4711")).expect_err("not cleared");
    assert_eq!(failure.code, "42501", "{failure:?}");
    assert_eq!(
        database.rows("SELECT action, object, detail ->> 'denied' FROM heimdall.audit WHERE action LIKE 'reveal%' ORDER BY at"),
        [
            ["reveal.granted", &format!("reject:{batch}:2"), "∅"],
            ["reveal.granted", &format!("reject:{batch}:3"), "∅"],
            ["reveal.denied", &format!("reject:{batch}:1"), "no such record"],
            ["reveal.denied", &format!("reject:{batch}:2"), "clearance"],
        ]
    );
}

#[test]
fn a_row_that_is_no_text_is_revealed_all_the_same() {
    let database = Database::new();
    database
        .run(&format!("SELECT heimdall.create_source('logins', 'ndjson', $mapping${LOGINS}$mapping$, 1)"));
    let batch = database.ingest("logins", b"{\"user\": \"a\xff\0b\"}\n").batch;
    assert_eq!(
        database.value(&format!("SELECT heimdall.reveal_reject({batch}, 1, 'case 4711')")),
        r#"{"user": "a\xff\x00b"}"#
    );
}

#[test]
fn erasure_finds_a_subject_in_what_was_put_aside() {
    let database = Database::new();
    database.run(&format!("SELECT heimdall.create_source('logins', 'csv', $mapping${LOGINS}$mapping$, 1)"));
    // After a line break, which JSON writes as a letter.
    database.ingest(
        "logins",
        "time,user,src,host,bytes\n2026-01-01,ada,nowhere,\"seen by\nhopper@example.org, twice\",2\n",
    );
    assert_eq!(
        database
            .value("SELECT rejects FROM heimdall.erase_subject('email', 'hopper@example.org', 'request 17')"),
        "1"
    );
}
