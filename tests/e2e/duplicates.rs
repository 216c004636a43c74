//! The same dump twice is one dump.

use heimdall_tests::{Database, copy, ingest};

use crate::dumps::{LARGE, LARGE_ROWS, LOGINS, LOGINS_CSV, large, with_logins};

#[test]
fn the_same_dump_twice_changes_nothing() {
    let database = with_logins();
    let first = database.ingest("logins", LOGINS_CSV);
    let before = database.snapshot();
    let second = database.ingest("logins", LOGINS_CSV);
    assert!(!first.duplicate && second.duplicate);
    assert_eq!(second.batch, first.batch);
    assert_eq!((second.read, second.accepted), (first.read, first.accepted));
    assert_eq!(database.snapshot(), before);
}

#[test]
fn a_duplicate_within_one_transaction_is_recognised() {
    let database = with_logins();
    let mut client = database.connect();
    let mut transaction = client.transaction().expect("a transaction");
    let first = ingest(&mut transaction, "logins", LOGINS_CSV.as_bytes()).expect("the first");
    let second = ingest(&mut transaction, "logins", LOGINS_CSV.as_bytes()).expect("the second");
    assert_eq!((second.batch, second.duplicate), (first.batch, true));
}

#[test]
fn one_value_more_is_another_dump() {
    let database = with_logins();
    let first = database.ingest("logins", LOGINS_CSV);
    let second = database.ingest("logins", LOGINS_CSV.replace("192.0.2.1,", "192.0.2.3,"));
    assert!(!second.duplicate);
    assert_ne!(second.batch, first.batch);
    assert_eq!(second.vertices_created, 1);
}

#[test]
fn after_a_change_of_the_mapping_it_is_another_dump() {
    let database = with_logins();
    let first = database.ingest("logins", LOGINS_CSV);
    let mapping = LOGINS.replace("REACHED", "ASKED_FOR");
    database.run(&format!("SELECT heimdall.set_mapping('logins', $mapping${mapping}$mapping$)"));
    let second = database.ingest("logins", LOGINS_CSV);
    assert!(!second.duplicate && second.batch != first.batch);
    assert_eq!((second.vertices_created, second.edges_created), (0, 3));
}

#[test]
fn the_same_dump_of_another_source_is_another_dump() {
    let database = with_logins();
    database.source("others", "csv", LOGINS);
    database.ingest("logins", LOGINS_CSV);
    let report = database.ingest("others", LOGINS_CSV);
    assert!(!report.duplicate);
    assert_eq!((report.vertices_created, report.vertices_merged), (0, 6));
    assert_eq!(database.value("SELECT sightings FROM heimdall.lookup('user', 'ada')"), "4");
}

#[test]
fn a_dump_of_several_flushes_is_one_batch_and_its_duplicate_changes_nothing() {
    let database = Database::new();
    database.source("large", "csv", LARGE);
    let dump = large();
    let first = database.ingest("large", &dump);
    assert_eq!((first.accepted, first.rejected), (LARGE_ROWS, 0));
    assert_eq!(
        database.rows("SELECT batch, sightings, first_row FROM heimdall.provenance('ip', '192.0.2.7')"),
        [[first.batch.to_string(), LARGE_ROWS.to_string(), "1".to_owned()]]
    );
    let segments = "SELECT count(*) > 1 FROM heimdall.change_log WHERE label = 'Ip'";
    assert_eq!(database.value(segments), "t", "there was but one flush");
    let before = database.snapshot();

    let second = database.ingest("large", &dump);
    assert_eq!((second.batch, second.duplicate), (first.batch, true));
    assert_eq!(database.snapshot(), before, "by function");

    // A view's trigger cannot take back what its statement has written: it fails as a whole.
    let statement = "COPY heimdall_in.large FROM STDIN (FORMAT csv, HEADER)";
    let failure = copy(&mut database.connect(), statement, &dump).expect_err("a duplicate");
    assert_eq!(failure.code, "23505");
    assert!(failure.message.contains(&format!("batch {}", first.batch)), "{failure:?}");
    assert_eq!(database.snapshot(), before, "by inbox");
}
