//! Wrong input of any kind: a clear error, and nothing is half-written.

use heimdall_tests::{Database, Failure, report};

use crate::dumps::{LOGINS, LOGINS_CSV, with_logins};

/// Ingests what is to be refused, and looks that nothing has changed.
fn refused(database: &Database, source: &str, dump: impl AsRef<[u8]>) -> Failure {
    let before = database.snapshot();
    let failure = database.refused(source, dump);
    assert_eq!(database.snapshot(), before);
    assert!(!failure.message.is_empty() && !failure.hint.is_empty(), "{failure:?}");
    failure
}

/// Runs what is to be refused, and looks that nothing has changed.
fn fails(database: &Database, sql: &str) -> Failure {
    let before = database.snapshot();
    let failure = database.failure(sql);
    assert_eq!(database.snapshot(), before);
    assert!(!failure.message.is_empty() && !failure.hint.is_empty(), "{failure:?}");
    failure
}

#[test]
fn no_such_source() {
    let failure = refused(&Database::new(), "nobody", LOGINS_CSV);
    assert_eq!(failure.code, "42704");
    assert!(!failure.message.contains("nobody"), "it may be the dump: {failure:?}");
    assert!(failure.hint.contains("create_source"));
}

#[test]
fn no_such_format() {
    let failure = fails(&Database::new(), "SELECT heimdall.create_source('a', 'parquet')");
    assert_eq!(failure.code, "22023");
    assert!(failure.hint.contains("csv") && failure.hint.contains("ndjson"), "{failure:?}");
}

#[test]
fn a_name_that_is_none() {
    let database = Database::new();
    for name in ["", "A", "1a", "a-b", "a b", "a\"b", "a;b", "ä", &"a".repeat(64)] {
        let failure = fails(&database, &format!("SELECT heimdall.create_source('{name}', 'csv')"));
        assert_eq!(failure.code, "42602", "{name}");
    }
    database.run(&format!("SELECT heimdall.create_source('{}', 'csv')", "a".repeat(63)));
}

#[test]
fn a_source_that_is_there_already() {
    let failure = fails(&with_logins(), "SELECT heimdall.create_source('logins', 'csv')");
    assert_eq!(failure.code, "42710");
    assert!(failure.hint.contains("set_mapping"));
}

#[test]
fn a_mistake_in_a_mapping_is_named_by_its_path() {
    let database = with_logins();
    for (mapping, path) in [
        (LOGINS.replace("\"from\": \"who\"", "\"from\": \"whom\""), "relations[0].from"),
        (LOGINS.replace("\"Ip\"", "\"I p\""), "entities.src.label"),
        (LOGINS.replace("\"key\": \"host\"", "\"key\": \"hots\""), "entities.host.key"),
        (LOGINS.replace("\"tlp\"", "\"tpl\""), "mapping"),
        ("\"x\"".to_owned(), "mapping"),
    ] {
        for call in ["set_mapping('logins'", "create_source('other', 'csv'"] {
            let sql = format!("SELECT heimdall.{call}, $mapping${mapping}$mapping$)");
            let failure = fails(&database, &sql);
            assert_eq!(failure.code, "22023", "{mapping}");
            assert!(failure.detail.contains(path), "{failure:?}");
        }
    }
}

#[test]
fn a_name_cannot_be_a_label_here_and_an_edge_type_there() {
    let database = with_logins();
    let mapping = LOGINS.replace("\"Ip\"", "\"REACHED\"").replace("\"type\": \"REACHED\"", "\"type\": \"X\"");
    let failure = database
        .failure(&format!("SELECT heimdall.create_source('other', 'csv', $mapping${mapping}$mapping$)"));
    assert_eq!(failure.code, "42710");
}

#[test]
fn a_mapping_that_names_a_column_which_is_not_there() {
    let failure = refused(&with_logins(), "logins", LOGINS_CSV.replacen("host", "hots", 1));
    assert_eq!(failure.code, "42703");
    assert!(failure.message.contains("\"host\""), "{failure:?}");
    assert!(failure.detail.contains('5'), "{failure:?}");
}

#[test]
fn a_header_that_is_none() {
    let database = with_logins();
    for header in
        [&b"time,user,src,host,\xff\n"[..], b"time,user,src,host,a\x00b\n", b"time,user,src,host,10.0.0.1\n"]
    {
        assert_eq!(refused(&database, "logins", header).code, "22P04");
    }
}

#[test]
fn a_quote_that_is_not_closed() {
    let failure = refused(&with_logins(), "logins", format!("{LOGINS_CSV}\"2026,ada\n"));
    assert_eq!(failure.code, "22P04");
    assert!(failure.message.contains("row 4"), "{failure:?}");
}

#[test]
fn an_empty_dump() {
    let database = with_logins();
    for dump in ["", "\n\n", "\u{feff}"] {
        assert_eq!(refused(&database, "logins", dump).code, "P0002", "{dump:?}");
    }
}

#[test]
fn a_header_alone_is_a_dump_of_no_rows() {
    let database = with_logins();
    let report = database.ingest("logins", "time,user,src,host,bytes\n");
    assert_eq!((report.read, report.vertices_created), (0, 0));
}

#[test]
fn too_many_columns() {
    let header: Vec<String> = (0..1601).map(|at| format!("c{at}")).collect();
    let before = with_logins();
    let failure = before.refused("logins", header.join(",") + "\n");
    assert_eq!(failure.code, "54011");
}

#[test]
fn a_field_of_100_mb() {
    let database = with_logins();
    let before = database.snapshot();
    let mut dump = LOGINS_CSV.as_bytes().to_vec();
    dump.extend_from_slice(b"2026-01-01,ada,192.0.2.1,www.example.org,");
    dump.resize(dump.len() + 100_000_000, b'x');
    let failure = database.refused("logins", &dump);
    assert_eq!(failure.code, "54000");
    assert!(failure.message.contains("row 4"), "{failure:?}");
    let statement = "COPY heimdall_in.logins FROM STDIN (FORMAT csv, HEADER)";
    let failure = database.copy(statement, &dump).expect_err("too large");
    assert_eq!(failure.code, "54000");
    assert_eq!(database.snapshot(), before);
}

#[test]
fn a_row_of_100_mb_in_ndjson() {
    let database = Database::new();
    database.source("logins", "ndjson", LOGINS);
    let mut dump = br#"{"src": "192.0.2.1", "x": ""#.to_vec();
    dump.resize(100_000_000, b'x');
    assert_eq!(refused(&database, "logins", &dump).code, "54000");
}

#[test]
fn a_file_that_cannot_be_read() {
    let database = with_logins();
    let closed = database.server().file("closed", b"x", 0o000);
    for (path, code) in [("/nowhere/at/all.csv", "58P01"), (closed.name(), "42501"), ("/", "42809")] {
        let call = "SELECT * FROM heimdall.ingest_file($1, $2)";
        let failure = report(&mut database.connect(), call, &[&"logins", &path]).expect_err("it is not read");
        assert_eq!(failure.code, code, "{failure:?}");
    }
}

#[test]
fn a_null_argument_does_nothing() {
    let database = with_logins();
    let before = database.snapshot();
    assert!(database.rows("SELECT * FROM heimdall.ingest_csv('logins', NULL)").is_empty());
    assert_eq!(database.snapshot(), before);
}

#[test]
fn a_database_in_another_encoding_is_refused() {
    let database = Database::bare();
    let name = format!("{}_latin", database.name());
    database.run(&format!(
        "CREATE DATABASE {name} TEMPLATE template0 ENCODING 'LATIN1' LOCALE_PROVIDER libc LOCALE 'C'"
    ));
    let mut client = database.connect_to(&name);
    let failure = client
        .batch_execute(
            "CREATE EXTENSION heimdall CASCADE; SELECT heimdall.init(); \
             SELECT heimdall.create_source('a', 'csv'); SELECT heimdall.ingest_csv('a', 'x')",
        )
        .map_err(Failure::from)
        .expect_err("another encoding");
    drop(client);
    database.run(&format!("DROP DATABASE {name}"));
    assert_eq!(failure.code, "0A000", "{failure:?}");
}
