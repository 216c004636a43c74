//! The ways in: whichever a dump takes, the graph is the same.

use heimdall_tests::{Database, copy, report};

use crate::dumps::{LOGINS, LOGINS_CSV, LOGINS_NDJSON, with_logins};

type Graph = (Vec<Vec<String>>, Vec<Vec<String>>);

fn graph(database: &Database) -> Graph {
    (database.vertices(), database.edges())
}

fn by_bytes() -> Graph {
    let database = with_logins();
    database.ingest("logins", LOGINS_CSV);
    graph(&database)
}

#[test]
fn the_graph_is_what_the_rows_say() {
    let database = with_logins();
    let report = database.ingest("logins", LOGINS_CSV);
    assert_eq!((report.read, report.accepted, report.rejected), (3, 3, 0));
    assert_eq!((report.vertices_created, report.vertices_merged), (6, 0));
    assert_eq!((report.edges_created, report.edges_merged), (6, 0));
    let counted =
        database.rows("SELECT key, sightings, first_seen, last_seen FROM heimdall.lookup('ip', '192.0.2.2')");
    assert_eq!(counted, [["Ip:192.0.2.2", "2", "2026-01-01 09:00:00+00", "2026-01-01 11:00:00+00"]]);
    assert_eq!(database.strays(), "0");
}

#[test]
fn ingest_csv_gives_the_same_graph() {
    let database = with_logins();
    report(&mut database.connect(), "SELECT * FROM heimdall.ingest_csv($1, $2)", &[&"logins", &LOGINS_CSV])
        .expect("ingest_csv");
    assert_eq!(graph(&database), by_bytes());
}

#[test]
fn copy_gives_the_same_graph() {
    let database = with_logins();
    let copied =
        database.copy("COPY heimdall_in.logins FROM STDIN (FORMAT csv, HEADER match)", LOGINS_CSV.as_bytes());
    assert_eq!(copied, Ok(3));
    assert_eq!(graph(&database), by_bytes());
    assert_eq!(database.value("SELECT count(*) FROM heimdall_in.logins"), "0");
}

#[test]
fn insert_gives_the_same_graph() {
    let database = with_logins();
    database.run(
        "INSERT INTO heimdall_in.logins VALUES \
         ('2026-01-01T10:00:00Z', 'ada', '192.0.2.1', 'www.example.org', '100'), \
         ('2026-01-01T11:00:00Z', 'ada', '192.0.2.2', 'www.example.org', '200'), \
         ('2026-01-01T09:00:00Z', 'grace', '192.0.2.2', 'mail.example.org', '300')",
    );
    assert_eq!(graph(&database), by_bytes());
}

#[test]
fn rows_of_a_table_a_sort_or_a_merge_go_in_as_they_are() {
    let database = with_logins();
    // Rows in each of the forms that the executor hands on, long ones too.
    database.run(
        "CREATE TABLE staged AS SELECT '2026-01-01'::text AS time, 'user' || n AS \"user\", '192.0.2.' || n % 250 AS src, \
            'h' || n || '.example' AS host, repeat(md5(n::text), n) AS bytes FROM generate_series(1, 500) AS n",
    );
    for insert in [
        "INSERT INTO heimdall_in.logins TABLE staged",
        "INSERT INTO heimdall_in.logins SELECT * FROM staged ORDER BY md5(src), host",
        "INSERT INTO heimdall_in.logins SELECT DISTINCT time, 'x', src, host, bytes FROM staged",
        "MERGE INTO heimdall_in.logins USING (SELECT * FROM staged) AS s ON false \
         WHEN NOT MATCHED THEN INSERT VALUES (s.time, 'y', s.src, s.host, s.bytes)",
    ] {
        database.run(insert);
    }
    let returned = database.rows(
        "WITH r AS (INSERT INTO heimdall_in.logins SELECT time, 'z', src, host, bytes FROM staged RETURNING *) \
         SELECT count(*), count(DISTINCT md5(bytes)), min(\"user\") FROM r",
    );
    assert_eq!(returned, [["500", "500", "z"]]);
    assert_eq!(
        database.rows("SELECT DISTINCT rows_accepted, rows_rejected FROM heimdall.batch"),
        [["500", "0"]]
    );
    assert_eq!(database.value("SELECT count(*) FROM heimdall.batch"), "5");
    let sightings = "SELECT sightings FROM heimdall.lookup('domain', 'h7.example')";
    assert_eq!(database.value(sightings), "5");
}

#[test]
fn a_file_of_the_server_gives_the_same_graph() {
    let database = with_logins();
    let file = database.server().file("logins.csv", LOGINS_CSV.as_bytes(), 0o600);
    report(&mut database.connect(), "SELECT * FROM heimdall.ingest_file($1, $2)", &[&"logins", &file.name()])
        .expect("ingest_file");
    assert_eq!(graph(&database), by_bytes());
}

#[test]
fn ndjson_gives_the_same_graph() {
    let database = Database::new();
    database.source("logins", "ndjson", LOGINS);
    database.ingest("logins", LOGINS_NDJSON);
    assert_eq!(graph(&database), by_bytes());
}

#[test]
fn another_delimiter_and_order_of_columns_give_the_same_graph() {
    let database = with_logins();
    database.ingest(
        "logins",
        "\u{feff}\"host\";\"src\";\"user\";\"bytes\";\"time\"\r\n\
         www.example.org;192.0.2.1;ada;100;2026-01-01T10:00:00Z\r\n\
         www.example.org;192.0.2.2;ada;200;2026-01-01T11:00:00Z\r\n\
         mail.example.org;192.0.2.2;grace;300;2026-01-01T09:00:00Z",
    );
    assert_eq!(graph(&database), by_bytes());
}

#[test]
fn a_second_way_in_is_recognised_as_the_duplicate() {
    let database = with_logins();
    let first = database.ingest("logins", LOGINS_CSV);
    let before = database.snapshot();
    let mut client = database.connect();
    for (call, dump) in [
        ("SELECT * FROM heimdall.ingest_csv($1, $2)", LOGINS_CSV),
        ("SELECT * FROM heimdall.ingest_ndjson($1, $2)", LOGINS_NDJSON),
    ] {
        let again = report(&mut client, call, &[&"logins", &dump]).expect("a duplicate is no error");
        assert_eq!((again.batch, again.duplicate), (first.batch, true), "{call}");
    }
    let statement = "COPY heimdall_in.logins FROM STDIN (FORMAT csv, HEADER)";
    assert_eq!(copy(&mut client, statement, LOGINS_CSV.as_bytes()), Ok(3));
    assert_eq!(database.snapshot(), before);
}
