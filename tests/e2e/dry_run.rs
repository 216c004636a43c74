//! What a dump would change, without changing it.

use heimdall_tests::{Database, report};

use crate::dumps::{LOGINS_CSV, with_logins};

fn dry_run(database: &Database, source: &str, dump: &str) -> heimdall_tests::Report {
    let sql = "SELECT * FROM heimdall.dry_run($1, $2)";
    report(&mut database.connect(), sql, &[&source, &dump.as_bytes()]).expect("a dry run")
}

#[test]
fn a_dry_run_tells_what_the_ingest_does_and_stores_nothing() {
    let database = with_logins();
    let before = database.snapshot();
    let told = dry_run(&database, "logins", LOGINS_CSV);
    assert_eq!(database.snapshot(), before);
    let done = database.ingest("logins", LOGINS_CSV);
    assert_eq!(
        (told.batch, told.duplicate, told.accepted, told.rejected, told.vertices_created, told.edges_created),
        (0, false, done.accepted, done.rejected, done.vertices_created, done.edges_created)
    );
    // What is there already is told too.
    let more = LOGINS_CSV.replace("grace", "joan");
    let told = dry_run(&database, "logins", &more);
    let done = database.ingest("logins", &more);
    assert_eq!((told.vertices_created, told.vertices_merged), (done.vertices_created, done.vertices_merged));
    let again = dry_run(&database, "logins", LOGINS_CSV);
    assert!(again.duplicate && again.batch > 0);
}

#[test]
fn a_mapping_that_would_be_inferred_is_not_kept() {
    let database = Database::new();
    database.run("SELECT heimdall.create_source('new', 'csv')");
    let before = database.snapshot();
    assert_eq!(dry_run(&database, "new", "ip\n192.0.2.1\n").vertices_created, 2);
    assert_eq!(database.snapshot(), before);
    assert_eq!(database.value("SELECT mapping IS NULL FROM heimdall.source"), "t");
}

#[test]
fn a_dump_that_would_fail_fails() {
    let database = with_logins();
    let sql = "SELECT * FROM heimdall.dry_run($1, $2)";
    let failure = report(&mut database.connect(), sql, &[&"logins", &b"no,such,columns\n".as_slice()]);
    assert_eq!(failure.expect_err("no such columns").code, "42703");
}
