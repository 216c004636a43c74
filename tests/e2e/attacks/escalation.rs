//! Becoming somebody else, or putting something of one's own in the place of what protects.

use heimdall_tests::text_rows;

use super::{ATTACKERS, GREEN, all_fail, all_succeed, role, without_row_security, world};

/// What an attacker does to himself, to a setting, to a protection.
const ATTEMPTS: [&str; 20] = [
    "SET ROLE heimdall_tlp_red",
    "SET SESSION AUTHORIZATION heimdall_tlp_red",
    "SELECT set_config('role', 'heimdall_tlp_red', false)",
    "GRANT heimdall_tlp_red TO CURRENT_USER",
    "ALTER ROLE CURRENT_USER SUPERUSER",
    "ALTER ROLE CURRENT_USER BYPASSRLS",
    "ALTER TABLE heimdall.node DISABLE ROW LEVEL SECURITY",
    "ALTER TABLE heimdall_graph._ag_label_vertex DISABLE ROW LEVEL SECURITY",
    "DROP POLICY heimdall_clearance ON heimdall.node",
    "CREATE POLICY mine ON heimdall.node USING (true)",
    "SELECT heimdall._limit_rows('heimdall.node', 'true')",
    "SELECT heimdall._limit_label('heimdall_graph.\"Domain\"')",
    "CREATE OR REPLACE FUNCTION heimdall.clearance() RETURNS smallint LANGUAGE sql AS 'SELECT 4::smallint'",
    "ALTER FUNCTION heimdall.clearance() RENAME TO mine",
    "SET heimdall.cypher_guard = off",
    "SET session_replication_role = replica",
    "CREATE TABLE heimdall.mine (a text)",
    "CREATE FUNCTION heimdall_graph.mine() RETURNS integer LANGUAGE sql AS 'SELECT 1'",
    "CREATE RULE mine AS ON SELECT TO heimdall.node DO INSTEAD SELECT 1",
    "CREATE TRIGGER mine BEFORE INSERT ON heimdall.node FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()",
];

/// What may be done, and must not help: functions and views of one's own, of the same names, on one's own path.
const DISGUISES: [&str; 6] = [
    "CREATE FUNCTION pg_temp.clearance() RETURNS smallint LANGUAGE sql AS 'SELECT 4::smallint';
     CREATE FUNCTION pg_temp._mark(ag_catalog.agtype) RETURNS smallint LANGUAGE sql AS 'SELECT 0::smallint';
     SET search_path = pg_temp, heimdall, pg_catalog; SELECT * FROM heimdall.node",
    "CREATE TEMPORARY TABLE node (key text, tlp smallint); SET search_path = pg_temp, heimdall, pg_catalog;
     SELECT * FROM heimdall.search('*')",
    "CREATE FUNCTION pg_temp.mine() RETURNS SETOF text LANGUAGE sql SECURITY DEFINER AS 'SELECT key FROM heimdall.node';
     SELECT pg_temp.mine()",
    "CREATE FUNCTION pg_temp.mine() RETURNS SETOF text LANGUAGE sql SECURITY DEFINER AS
         'SELECT heimdall._look_alikes_waiting(''Domain'', 1000)';
     SELECT pg_temp.mine()",
    "CREATE TEMPORARY VIEW mine AS SELECT * FROM heimdall_graph.\"Domain\"; SELECT * FROM pg_temp.mine",
    "CREATE FUNCTION pg_temp.mine() RETURNS SETOF text LANGUAGE plpgsql AS
         $$ BEGIN RETURN QUERY SELECT key FROM heimdall.node; END $$;
     SELECT * FROM heimdall.node AS n, pg_temp.mine()",
];

#[test]
fn nobody_makes_himself_more_than_he_is() {
    let database = world();
    let before = database.snapshot();
    let policies =
        "SELECT polrelid::regclass, polname, pg_get_expr(polqual, polrelid) FROM pg_policy ORDER BY 1";
    let limited = database.rows(policies);
    for attacker in &ATTACKERS {
        let mut client = database.connect_as(&role(&database, attacker));
        for attempt in ATTEMPTS {
            assert!(text_rows(&mut client, attempt).is_err(), "{} may\n{attempt}", attacker.name);
        }
    }
    assert_eq!((database.snapshot(), database.rows(policies)), (before, limited));
}

/// Nothing but the lack of rights is in the way of these: who has them all does each.
#[test]
fn control_a_superuser_may_do_all_of_it() {
    let database = world();
    // A rule on SELECT makes a view of a table, which PostgreSQL does not do any more.
    for attempt in ATTEMPTS.iter().filter(|attempt| !attempt.starts_with("CREATE RULE")) {
        let taken_back = format!("BEGIN; {attempt}; ROLLBACK");
        if let Err(failure) = text_rows(&mut database.connect(), &taken_back) {
            panic!("{failure:?}\n{attempt}");
        }
    }
}

#[test]
fn what_is_called_like_ours_is_not_taken_for_it() {
    all_fail(&world(), &DISGUISES);
}

#[test]
fn control_without_row_security_disguises_are_not_needed() {
    let database = without_row_security();
    let ours = [DISGUISES[0], DISGUISES[2], DISGUISES[4], DISGUISES[5]];
    all_succeed(&database, &ours);
}

/// To read past the policies is asked for in vain: it is an error, not an answer.
#[test]
fn row_security_cannot_be_switched_off() {
    let database = world();
    let mut client = database.connect_as(&role(&database, GREEN));
    for sql in [
        "SELECT * FROM heimdall.node",
        "SELECT * FROM heimdall_graph._ag_label_vertex",
        "SELECT * FROM heimdall.lookup('ip', '192.0.1.1')",
        "SELECT * FROM heimdall.cypher('MATCH (n) RETURN n')",
    ] {
        client.batch_execute("SET row_security = off").expect("a setting");
        assert_eq!(text_rows(&mut client, sql).expect_err(sql).code, "42501", "{sql}");
        client.batch_execute("RESET row_security").expect("a setting");
        assert!(text_rows(&mut client, sql).is_ok(), "{sql}");
    }
}

/// pg_dump reads with row_security off, and so dumps nothing for who is limited; or, told otherwise, what he may see.
#[test]
fn a_dump_by_an_analyst_holds_what_he_is_cleared_for() {
    let database = world();
    let role = role(&database, GREEN);
    // A dump of a table is also one of its sequence.
    database.run(&format!("GRANT SELECT ON ALL SEQUENCES IN SCHEMA heimdall_graph TO {role}"));
    let dump = |options: &[&str]| {
        let mut program = database.server().program("pg_dump", database.name());
        let output = program.args(options).args([
            "--username",
            &role,
            "--data-only",
            "--table",
            "heimdall_graph.\"Domain\"",
        ]);
        let output = output.output().expect("pg_dump");
        (
            output.status.success(),
            String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned(),
        )
    };
    let (is_made, text) = dump(&[]);
    assert!(!is_made && !text.contains("crimson"));
    let (_, text) = dump(&["--enable-row-security"]);
    assert!(!text.contains("crimson"));
    database.run("ALTER TABLE heimdall_graph.\"Domain\" DISABLE ROW LEVEL SECURITY");
    let (is_made, text) = dump(&[]);
    assert!(is_made && text.contains("crimson0.example"), "without row security he dumps all of it: {text}");
}

/// A clearance is what a role inherits: one that is granted without that counts once it is taken on.
#[test]
fn a_clearance_that_is_not_inherited_has_to_be_taken_on() {
    let database = world();
    let role = role(&database, GREEN);
    database.run(&format!("GRANT heimdall_tlp_red TO {role} WITH INHERIT FALSE"));
    let mut client = database.connect_as(&role);
    let mut highest = |sql: &str| text_rows(&mut client, sql).expect(sql);
    assert_eq!(highest("SELECT heimdall.clearance()"), [["1"]]);
    assert_eq!(highest("SELECT max(tlp) FROM heimdall.node"), [["1"]]);
    // The bare role of a level is no analyst: it may see everything, and read nothing.
    assert_eq!(
        text_rows(&mut client, "SET ROLE heimdall_tlp_red; SELECT * FROM heimdall.node")
            .expect_err("no right")
            .code,
        "42501"
    );
}
