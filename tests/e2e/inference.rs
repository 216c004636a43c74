//! Sources without a mapping.

use heimdall_tests::Database;

const DUMP: &str = "when,client,mail,colour\n\
    2026-01-01T10:00:00Z,192.0.2.1,ada@example.org,red\n\
    2026-01-01T11:00:00Z,192.0.2.2,grace@example.org,blue\n";

fn without_mapping() -> Database {
    let database = Database::new();
    database.run("SELECT heimdall.create_source('unknown', 'csv')");
    database
}

#[test]
fn the_first_dump_gives_the_mapping() {
    let database = without_mapping();
    assert_eq!(database.ingest("unknown", DUMP).accepted, 2);
    let kept = database.rows(
        "SELECT mapping_origin, mapping #>> '{entities,client,label}', mapping #>> '{entities,mail,label}', \
                mapping ->> 'time', mapping ->> 'columns' FROM heimdall.source",
    );
    let columns = r#"["when", "client", "mail", "colour"]"#;
    assert_eq!(kept, [["inferred", "Ip", "Email", "when", columns]]);
    assert_eq!(
        database.value("SELECT last_seen FROM heimdall.lookup('ip', '192.0.2.2')"),
        "2026-01-01 11:00:00+00"
    );
}

#[test]
fn an_inferred_mapping_makes_the_inbox() {
    let database = without_mapping();
    database.ingest("unknown", DUMP);
    let more = DUMP.replace("192.0.2.1", "192.0.2.3");
    let statement = "COPY heimdall_in.unknown FROM STDIN (FORMAT csv, HEADER match)";
    assert_eq!(database.copy(statement, more.as_bytes()), Ok(2));
    assert_eq!(database.value("SELECT count(*) FROM heimdall.lookup('ip', '192.0.2.3')"), "1");
}

#[test]
fn infer_mapping_shows_what_would_be_kept_and_stores_nothing() {
    let database = without_mapping();
    let before = database.snapshot();
    let shown = database.value(&format!("SELECT heimdall.infer_mapping('{DUMP}')"));
    assert_eq!(database.snapshot(), before);
    database.ingest("unknown", DUMP);
    assert_eq!(database.value("SELECT mapping FROM heimdall.source"), shown);
}

#[test]
fn json_is_inferred_as_well() {
    let database = Database::new();
    database.run("SELECT heimdall.create_source('events', 'ndjson')");
    database.ingest("events", r#"{"ts": 1767225600, "id": {"orig_h": "192.0.2.1"}, "note": "x"}"#);
    let kept = database
        .rows("SELECT mapping #>> '{entities,id.orig_h,label}', mapping ->> 'time' FROM heimdall.source");
    assert_eq!(kept, [["Ip", "ts"]]);
}

#[test]
fn a_header_that_may_be_data_is_refused_and_none_of_it_shows() {
    let database = without_mapping();
    let before = database.snapshot();
    let failure = database.refused("unknown", "name,password,zaphod@example.org\nford,hunter2,yes\n");
    assert_eq!(failure.code, "22P04");
    assert!(failure.hint.contains("header"), "{failure:?}");
    for value in ["zaphod", "example.org", "hunter2"] {
        assert!(!format!("{failure:?}").contains(value), "{failure:?}");
    }
    assert_eq!(database.snapshot(), before);
}

#[test]
fn a_dump_without_header_gets_names_that_are_no_values() {
    let database = without_mapping();
    let report = database.ingest("unknown", "zaphod@example.org,hunter2\nford@example.org,betelgeuse\n");
    assert_eq!((report.read, report.accepted), (2, 2));
    let kept = database
        .rows("SELECT mapping #>> '{entities,column_1,label}', mapping ->> 'columns' FROM heimdall.source");
    assert_eq!(kept, [["Email", r#"["column_1", "column_2"]"#]]);
}

#[test]
fn a_dump_without_observables_gives_records_that_are_sealed() {
    let database = without_mapping();
    let report = database.ingest("unknown", "colour,size\nred,large\n");
    assert_eq!((report.accepted, report.vertices_created), (1, 1));
    let record = database.value("SELECT properties FROM heimdall_graph.\"Record\"");
    assert!(record.contains("colour") && !record.contains("large"), "{record}");
}

#[test]
fn a_failed_first_dump_leaves_the_source_without_mapping() {
    let database = without_mapping();
    let failure = database.refused("unknown", format!("{DUMP}\"unterminated\n"));
    assert_eq!(failure.code, "22P04");
    assert_eq!(database.value("SELECT mapping IS NULL FROM heimdall.source"), "t");
    assert_eq!(
        database.value("SELECT count(*) FROM pg_class WHERE relnamespace = 'heimdall_in'::regnamespace"),
        "1",
        "the stream alone"
    );
}

#[test]
fn records_alone_take_dumps_without_the_time_of_the_first() {
    let database = Database::new();
    database.run("SELECT heimdall.create_source('events', 'ndjson')");
    database.ingest("events", "{\"time\": \"2026-01-01T10:00:00Z\", \"colour\": \"red\"}\n");
    assert_eq!(database.ingest("events", "{\"colour\": \"blue\"}\n").accepted, 1);
}
