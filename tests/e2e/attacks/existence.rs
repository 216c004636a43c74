//! What row security does not hide, named and judged: see "What is not promised" in docs/reference/sql.md. These tests hold
//! the line that the page draws: they fail where more than that is told, and where less is, so that the page is kept true.

use heimdall_tests::text_rows;

use super::{GREEN, role, world};

/// A value that is guessed can be confirmed: the counters of an index look-up differ where a row was found and hidden. No
/// other record can be found out by it than the one that is guessed whole.
#[test]
fn a_guess_can_be_confirmed_by_counters() {
    let database = world();
    let mut client = database.connect_as(&role(&database, GREEN));
    let mut removed = |key: &str| {
        let sql = format!("EXPLAIN (ANALYZE, COSTS OFF) SELECT FROM heimdall.node WHERE key = '{key}'");
        client.batch_execute("SET enable_seqscan = off; SET enable_bitmapscan = off").expect("settings");
        text_rows(&mut client, &sql)
            .expect("a plan")
            .iter()
            .any(|line| line[0].contains("Rows Removed by Filter: 1"))
    };
    assert!(removed("Domain:crimson0.example"), "a red record that is there");
    assert!(!removed("Domain:crimson9.example"), "one that is not");
}

/// Those who bring a dump are told how many of its records were there, whatever they are marked; ingest is no clearance.
#[test]
fn who_brings_a_value_is_told_that_it_was_known() {
    let database = world();
    let mut client = database.connect_as(&database.role("bringer", &["heimdall_ingest"]));
    let dump = b"ip,host,note,time\n,crimson0.example,,\n,never-seen.example,,\n";
    let report = heimdall_tests::ingest(&mut client, "of_clear", dump).expect("a dump");
    assert_eq!((report.vertices_created, report.vertices_merged), (1, 1));
    // What was known is marked as before: to bring it again as clear does not open it.
    let mark = "SELECT tlp FROM heimdall.node WHERE key = 'Domain:crimson0.example'";
    assert_eq!(database.value(mark), "4");
}

/// No unique index can be asked by who cannot write, so that no violation says that a key is taken.
#[test]
fn nobody_can_provoke_a_unique_violation() {
    let database = world();
    for attacker in &super::ATTACKERS {
        let mut client = database.connect_as(&role(&database, attacker));
        for sql in [
            "INSERT INTO heimdall.node VALUES ('Domain:crimson0.example', '1', 0)",
            "INSERT INTO heimdall.batch SELECT * FROM heimdall.batch",
            "INSERT INTO heimdall_graph.\"Domain\" (id) VALUES ('1')",
            "UPDATE heimdall.node SET tlp = 0",
            "DELETE FROM heimdall.node",
        ] {
            let failure = text_rows(&mut client, sql).expect_err(sql);
            assert_eq!(failure.code, "42501", "{}: {sql}: {failure:?}", attacker.name);
        }
    }
}

/// How many records there are is no secret: sizes of tables and estimates are those of all rows.
#[test]
fn sizes_of_tables_are_open() {
    let database = world();
    let mut client = database.connect_as(&role(&database, GREEN));
    let rows = "SELECT reltuples FROM pg_class WHERE oid = 'heimdall.node'::regclass";
    assert_eq!(
        text_rows(&mut client, rows).expect("a size")[0][0],
        database.value("SELECT count(*) FROM heimdall.node")
    );
}

/// A green edge to a vertex that was raised to red is still to be seen, with the number of that vertex and of its label;
/// what the vertex is is not.
#[test]
fn an_edge_shows_the_number_of_a_hidden_end() {
    let database = world();
    let mut client = database.connect_as(&role(&database, GREEN));
    let hidden = "SELECT count(*) FROM heimdall_graph.\"REACHED\" AS e WHERE NOT EXISTS (
                      SELECT FROM heimdall_graph.\"Domain\" AS d WHERE d.id OPERATOR(ag_catalog.=) e.end_id)";
    assert_eq!(text_rows(&mut client, hidden), Ok(vec![vec!["2".to_owned()]]));
    for way in [
        "SELECT neighbor FROM heimdall.neighbors('ip', '198.51.100.1', 2)",
        "SELECT value FROM heimdall.path('ip', '198.51.100.1', 'ip', '198.51.100.9')",
        "SELECT value FROM heimdall.correlate('198.51.100.1', '198.51.100.9')",
    ] {
        assert_eq!(text_rows(&mut client, way), Ok(vec![]), "nothing leads to it or through it: {way}");
        assert_ne!(database.rows(way), Vec::<Vec<String>>::new(), "for those who are cleared: {way}");
    }
}
