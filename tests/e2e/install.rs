//! Making the extension and its graph, and taking them away.

use heimdall_tests::Database;

use crate::dumps::with_logins;

#[test]
fn one_statement_installs_it_and_one_makes_the_graph() {
    let database = Database::bare();
    database.run("CREATE EXTENSION heimdall CASCADE");
    assert_eq!(database.value("SELECT heimdall.init()"), "heimdall_graph");
    assert_eq!(database.value("SELECT heimdall.graph()"), "heimdall_graph");
}

#[test]
fn a_schema_that_somebody_else_has_made_is_refused() {
    let database = Database::bare();
    let squatter = database.role("squatter", &[]);
    database.run(&format!("CREATE SCHEMA heimdall AUTHORIZATION {squatter}"));
    let failure = database.failure("CREATE EXTENSION heimdall CASCADE");
    assert_eq!(failure.code, "42P06", "{failure:?}");
    assert!(!failure.hint.is_empty());
}

#[test]
fn functions_of_another_extension_keep_their_grants() {
    let database = Database::bare();
    database.run(
        "CREATE SCHEMA heimdall; CREATE EXTENSION vector SCHEMA heimdall; CREATE EXTENSION heimdall CASCADE",
    );
    let open = "SELECT count(*) > 0 FROM pg_proc WHERE pronamespace = 'heimdall'::regnamespace \
                AND proname = 'l2_distance' AND has_function_privilege('public', oid, 'EXECUTE')";
    assert_eq!(database.value(open), "t");
    let ours = "SELECT count(*) FROM pg_proc AS p JOIN pg_depend AS d ON d.objid = p.oid AND d.deptype = 'e' \
                JOIN pg_extension AS e ON e.oid = d.refobjid AND e.extname = 'heimdall' \
                WHERE has_function_privilege('public', p.oid, 'EXECUTE')";
    assert_eq!(database.value(ours), "0");
}

#[test]
fn init_called_again_changes_nothing() {
    let database = with_logins();
    let before = database.snapshot();
    assert_eq!(database.value("SELECT heimdall.init()"), "heimdall_graph");
    assert_eq!(database.snapshot(), before);
}

#[test]
fn a_database_has_one_graph() {
    let database = Database::new();
    let failure = database.failure("SELECT heimdall.init('another_graph')");
    assert_eq!(failure.code, "42710");
    assert!(failure.message.contains("heimdall_graph"), "{failure:?}");
    assert!(!failure.hint.is_empty());
}

#[test]
fn the_graph_has_the_name_that_init_was_given() {
    let database = Database::bare();
    database.run("CREATE EXTENSION heimdall CASCADE");
    database.run("SELECT heimdall.init('my_graph')");
    database.source("hosts", "csv", r#"{"entities": {"ip": {"label": "Ip", "key": "ip"}}}"#);
    database.ingest("hosts", "ip\n192.0.2.1\n");
    assert_eq!(database.value("SELECT count(*) FROM my_graph.\"Ip\""), "1");
    assert_eq!(database.value("SELECT count(*) FROM heimdall.neighbors('ip', '192.0.2.1')"), "1");
}

#[test]
fn without_a_graph_every_way_in_says_what_to_call() {
    let database = Database::bare();
    database.run("CREATE EXTENSION heimdall CASCADE");
    for statement in [
        "SELECT heimdall.create_source('logins', 'csv')",
        "SELECT heimdall.graph()",
        "SELECT * FROM heimdall.neighbors('ip', '192.0.2.1')",
    ] {
        let failure = database.failure(statement);
        assert_eq!(failure.code, "55000", "{statement}");
        assert!(failure.hint.contains("heimdall.init()"), "{statement}: {failure:?}");
    }
}

#[test]
fn drop_extension_takes_everything_with_it() {
    let database = with_logins();
    database.ingest("logins", crate::dumps::LOGINS_CSV);
    database.run("DROP EXTENSION heimdall CASCADE");
    // pgvector, which CASCADE has put beside it, is an extension of its own and stays.
    let left = "SELECT o.oid::regclass::text FROM pg_class AS o \
                WHERE o.relnamespace::regnamespace::text IN ('heimdall', 'heimdall_in') \
                UNION ALL SELECT o.oid::regprocedure::text FROM pg_proc AS o \
                WHERE o.pronamespace::regnamespace::text = 'heimdall' \
                  AND NOT EXISTS (SELECT FROM pg_depend AS d WHERE d.objid = o.oid AND d.deptype = 'e')";
    assert_eq!(database.rows(left), Vec::<Vec<String>>::new());
    assert_eq!(database.value("SELECT count(*) FROM pg_extension WHERE extname = 'age'"), "1");
}

#[test]
fn what_drop_extension_leaves_can_be_installed_again() {
    let database = with_logins();
    database.run("DROP EXTENSION heimdall CASCADE");
    database.run("SELECT ag_catalog.drop_graph('heimdall_graph', true)");
    database.run("CREATE EXTENSION heimdall");
    database.run("SELECT heimdall.init()");
    database.source("logins", "csv", crate::dumps::LOGINS);
    assert_eq!(database.ingest("logins", crate::dumps::LOGINS_CSV).vertices_created, 6);
}
