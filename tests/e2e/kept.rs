//! The plans that a session keeps, and the labels that it knows, are those of the graph as it is.

use std::fmt::Write;

use heimdall_tests::{Database, text_rows};
use postgres::Client;

use crate::dumps::{LOGINS_CSV, with_logins};

/// Two hops of types that the source `logins` does not have.
const VISITS: &str = r#"{"columns": ["user", "ip", "mac"],
    "entities": {"user": {"label": "User", "key": "user"}, "ip": {"label": "Ip", "key": "ip"},
                 "mac": {"label": "Mac", "key": "mac"}},
    "relations": [{"from": "user", "type": "VISITED", "to": "ip"}, {"from": "ip", "type": "SERVED", "to": "mac"}]}"#;

const VISITS_CSV: &str = "user,ip,mac\nada,198.51.100.9,00:00:5e:00:53:01\n";

/// What is around ada: edge types and values, nearest first.
const AROUND: &str =
    "SELECT edge_type, neighbor FROM heimdall.neighbors('user', 'ada', 3) ORDER BY distance, 1, 2";

fn types(client: &mut Client) -> Vec<String> {
    let mut types: Vec<String> =
        text_rows(client, AROUND).expect("an answer").into_iter().map(|mut row| row.remove(0)).collect();
    types.sort();
    types.dedup();
    types
}

fn with_visits(database: &Database) {
    database.source("visits", "csv", VISITS);
    database.ingest("visits", VISITS_CSV);
}

const BEFORE: [&str; 2] = ["LOGIN_FROM", "REACHED"];
const AFTER: [&str; 4] = ["LOGIN_FROM", "REACHED", "SERVED", "VISITED"];

#[test]
fn a_session_sees_labels_that_are_made_after_its_first_question() {
    let database = with_logins();
    let mut client = database.connect();
    // Before there is anything to plan for.
    assert_eq!(types(&mut client), [""; 0]);
    database.ingest("logins", LOGINS_CSV);
    assert_eq!(types(&mut client), BEFORE);
    with_visits(&database);
    assert_eq!(types(&mut client), AFTER);
}

#[test]
fn a_transaction_that_sees_an_older_graph_leaves_nothing_stale_behind() {
    let database = with_logins();
    database.ingest("logins", LOGINS_CSV);
    let mut client = database.connect();
    client.batch_execute("BEGIN ISOLATION LEVEL REPEATABLE READ").expect("a transaction");
    assert_eq!(types(&mut client), BEFORE);
    with_visits(&database);
    assert_eq!(types(&mut client), BEFORE);
    client.batch_execute("COMMIT").expect("its end");
    assert_eq!(types(&mut client), AFTER);
}

#[test]
fn a_label_whose_making_is_rolled_back_is_forgotten() {
    let database = with_logins();
    database.ingest("logins", LOGINS_CSV);
    let mut client = database.connect();
    client.batch_execute("BEGIN").expect("a transaction");
    let made = format!("SELECT heimdall.create_source('visits', 'csv', $mapping${VISITS}$mapping$)");
    text_rows(&mut client, &made).expect("a source");
    let named = "SELECT count(*) FROM heimdall.neighbors('user', 'ada', types => '{VISITED}')";
    assert_eq!(text_rows(&mut client, named), Ok(vec![vec!["0".to_owned()]]));
    client.batch_execute("ROLLBACK").expect("its end");
    assert_eq!(text_rows(&mut client, named).expect_err("no such type").code, "22023");
    assert_eq!(types(&mut client), BEFORE);
}

#[test]
fn a_label_that_is_dropped_is_asked_no_more() {
    let database = with_logins();
    database.ingest("logins", LOGINS_CSV);
    with_visits(&database);
    let mut client = database.connect();
    assert_eq!(types(&mut client), AFTER);
    database.run("SELECT ag_catalog.drop_label('heimdall_graph', 'SERVED')");
    assert_eq!(types(&mut client), ["LOGIN_FROM", "REACHED", "VISITED"]);
}

#[test]
fn a_graph_that_is_made_anew_is_read_anew() {
    let database = with_logins();
    database.ingest("logins", LOGINS_CSV);
    let mut client = database.connect();
    assert_eq!(types(&mut client), BEFORE);
    database.run("DROP EXTENSION heimdall CASCADE; SELECT ag_catalog.drop_graph('heimdall_graph', true)");
    database.run("CREATE EXTENSION heimdall; SELECT heimdall.init()");
    with_visits(&database);
    assert_eq!(types(&mut client), ["SERVED", "VISITED"]);
}

#[test]
fn a_graph_whose_schema_is_another_is_refused() {
    let database = with_logins();
    database.ingest("logins", LOGINS_CSV);
    let mut client = database.connect();
    assert_eq!(types(&mut client), BEFORE);
    database.run("ALTER SCHEMA heimdall_graph RENAME TO elsewhere");
    for question in [AROUND, "SELECT * FROM heimdall._labels('edge')", "SELECT * FROM heimdall.search('ada')"]
    {
        assert_eq!(text_rows(&mut client, question).expect_err(question).code, "55000");
    }
}

#[test]
fn a_kept_plan_gives_nobody_what_he_may_not_read() {
    let database = with_logins();
    database.ingest("logins", LOGINS_CSV);
    let role = database.role("asking", &["heimdall_analyst", "heimdall_tlp_amber"]);
    let mut client = database.connect();
    assert_eq!(types(&mut client), BEFORE);
    client.batch_execute(&format!("SET ROLE {role}")).expect("a role");
    assert_eq!(types(&mut client), BEFORE);
    database.run("CREATE POLICY nothing ON heimdall_graph.\"REACHED\" AS RESTRICTIVE USING (false)");
    assert_eq!(types(&mut client), ["LOGIN_FROM"]);
    client.batch_execute("RESET ROLE").expect("the owner");
    assert_eq!(types(&mut client), BEFORE);
    database.run("REVOKE SELECT ON heimdall_graph.\"REACHED\" FROM heimdall_analyst");
    client.batch_execute(&format!("SET ROLE {role}")).expect("a role");
    assert_eq!(text_rows(&mut client, AROUND).expect_err("no right").code, "42501");
}

/// What the session has planned for one role is not what another one gets, whichever came first.
#[test]
fn a_plan_that_is_kept_is_that_of_the_role() {
    let database = with_logins();
    database.ingest("logins", LOGINS_CSV);
    let green = database.role("green", &["heimdall_analyst", "heimdall_tlp_green"]);
    let amber = database.role("amber", &["heimdall_analyst", "heimdall_tlp_amber"]);
    let red = database.role("red", &["heimdall_analyst", "heimdall_tlp_red"]);
    let mut client = database.connect();
    let seen = |client: &mut Client, role: &str| {
        client.batch_execute(&format!("SET ROLE {role}")).expect("a role");
        types(client)
    };
    for _ in 0..3 {
        assert_eq!(seen(&mut client, &amber), BEFORE);
        assert_eq!(seen(&mut client, &green), [""; 0]);
        assert_eq!(seen(&mut client, "NONE"), BEFORE);
        assert_eq!(seen(&mut client, &red), BEFORE);
        assert_eq!(seen(&mut client, &green), [""; 0]);
    }
    // A clearance that is given or taken counts at once, also within a transaction.
    client.batch_execute("BEGIN").expect("a transaction");
    database.run(&format!("GRANT heimdall_tlp_amber TO {green}"));
    assert_eq!(types(&mut client), BEFORE);
    database.run(&format!("REVOKE heimdall_tlp_amber FROM {green}"));
    assert_eq!(types(&mut client), [""; 0]);
}

#[test]
fn more_statements_than_are_kept_are_answered_all_the_same() {
    let database = Database::new();
    let kinds: Vec<String> = (0..7).map(|n| format!("TYPE_{n}")).collect();
    let relations: Vec<String> =
        kinds.iter().map(|kind| format!(r#"{{"from": "a", "type": "{kind}", "to": "b"}}"#)).collect();
    let mapping = format!(
        r#"{{"columns": ["a", "b"], "entities": {{"a": {{"label": "Ip", "key": "a"}}, "b": {{"label": "Ip", "key": "b"}}}},
             "relations": [{}]}}"#,
        relations.join(", ")
    );
    database.source("pairs", "csv", &mapping);
    database.ingest("pairs", "a,b\n192.0.2.1,192.0.2.2\n");
    let mut client = database.connect();
    for choice in 1..128 {
        let chosen: Vec<&str> =
            (0..7).filter(|at| choice >> at & 1 == 1).map(|at| kinds[at].as_str()).collect();
        let question = format!(
            "SELECT edge_type FROM heimdall.neighbors('ip', '192.0.2.1', types => '{{{}}}')",
            chosen.join(",")
        );
        assert_eq!(text_rows(&mut client, &question), Ok(vec![vec![chosen[0].to_owned()]]), "{chosen:?}");
    }
}

/// Pages of tables and indexes that a question reads.
fn pages(client: &mut Client, question: &str) -> u64 {
    let sql = format!("EXPLAIN (ANALYZE, BUFFERS, TIMING off, FORMAT json) SELECT FROM {question}");
    let plan = text_rows(client, &sql).expect("a plan")[0][0].clone();
    let number = |key: &str| -> u64 {
        let at = plan.find(key).expect(key) + key.len();
        plan[at..].split([',', '\n']).next().and_then(|number| number.trim().parse().ok()).expect("a number")
    };
    number("\"Shared Hit Blocks\":") + number("\"Shared Read Blocks\":")
}

#[test]
fn a_plan_that_was_made_on_an_empty_graph_fits_when_it_has_filled() {
    let database = with_logins();
    // Nobody but the session itself is to notice how large the tables have become.
    database.run(
        "ALTER TABLE heimdall.node SET (autovacuum_enabled = off);
         ALTER TABLE heimdall.sighting SET (autovacuum_enabled = off);
         ALTER TABLE heimdall.sighting_run SET (autovacuum_enabled = off);
         ALTER TABLE heimdall_graph.\"REACHED\" SET (autovacuum_enabled = off);
         ALTER TABLE heimdall_graph.\"LOGIN_FROM\" SET (autovacuum_enabled = off)",
    );
    database.run("ANALYZE");
    let questions = [
        "heimdall.lookup('user', 'user7')",
        "heimdall.provenance('user', 'user7')",
        "heimdall.search('host7.example')",
        "heimdall.search('*host7.example')",
        "heimdall.neighbors('domain', 'host7.example', 2)",
        "heimdall.correlate('user7', 'host7.example')",
        "heimdall.path('user', 'user7', 'domain', 'host7.example')",
        "heimdall.timeline('domain', 'host7.example')",
    ];
    let role = database.role("asking", &["heimdall_analyst", "heimdall_tlp_amber"]);
    let mut clients = [database.connect(), database.connect_as(&role)];
    for client in &mut clients {
        for question in questions {
            pages(client, question);
        }
    }
    let mut dump = "time,user,src,host,bytes\n".to_owned();
    for n in 0..30_000 {
        let _ = writeln!(
            dump,
            "2026-01-01T10:00:00Z,user{n},10.{}.{}.{},host{n}.example,1",
            n >> 16,
            n >> 8 & 255,
            n & 255
        );
    }
    database.ingest("logins", dump);
    // Sizes are looked at ten times a second.
    std::thread::sleep(std::time::Duration::from_millis(300));
    for client in &mut clients {
        for question in questions {
            // The first time it may read the catalogue, to plan anew.
            pages(client, question);
            let read = pages(client, question);
            assert!((1..=200).contains(&read), "{read} pages were read for {question}");
        }
    }
}
