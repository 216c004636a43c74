//! Cypher for those who only read.

use heimdall_tests::{Database, text_rows};

use crate::dumps::{LOGINS_CSV, with_logins};

fn graph() -> Database {
    let database = with_logins();
    database.ingest("logins", LOGINS_CSV);
    database
}

fn cypher(query: &str) -> String {
    format!("SELECT * FROM heimdall.cypher($heimdall_test${query}$heimdall_test$)")
}

#[test]
fn a_row_is_an_object_with_the_columns_as_members() {
    let database = graph();
    let query = "MATCH (i:Ip)-[e:REACHED]->(d:Domain) WHERE i.value = '192.0.2.1' RETURN i.value, d.value AS `the host`, type(e), [1, null] AS list";
    assert_eq!(
        database.rows(&cypher(query)),
        [[
            r#"{"list": [1, null], "i.value": "192.0.2.1", "type(e)": "REACHED", "the host": "www.example.org"}"#
        ]]
    );
    let vertex = cypher("MATCH (n:Ip {value: '192.0.2.1'}) RETURN n");
    assert_eq!(
        database.value(&format!("SELECT cypher #>> '{{n,properties,value}}' FROM ({vertex}) AS v (cypher)")),
        "192.0.2.1"
    );
    // What is quoted in a query, and how a query quotes, does not matter.
    assert_eq!(
        database.rows(&cypher("RETURN '$heimdall0$ CREATE' AS a // it's one")),
        [[r#"{"a": "$heimdall0$ CREATE"}"#]]
    );
}

#[test]
fn parameters_are_values() {
    let database = graph();
    let sql = "SELECT * FROM heimdall.cypher('MATCH (n:Ip) WHERE n.value = $ip RETURN n.value AS v', '{\"ip\": \"192.0.2.2\"}')";
    assert_eq!(database.rows(sql), [[r#"{"v": "192.0.2.2"}"#]]);
    let sql = "SELECT * FROM heimdall.cypher('MATCH (n:Ip) WHERE n.value IN $ips RETURN n.value AS v', '{\"ips\": [\"192.0.2.2\", \"x''\"]}')";
    assert_eq!(database.rows(sql), [[r#"{"v": "192.0.2.2"}"#]]);
    assert_eq!(database.failure("SELECT * FROM heimdall.cypher('RETURN 1', '[]')").code, "22023");
    assert_eq!(database.failure("SELECT * FROM heimdall.cypher('RETURN 1', NULL)").code, "22023");
}

#[test]
fn there_are_no_more_rows_than_asked_for() {
    let database = graph();
    let rows = |most: &str| {
        database.value(&format!(
            "SELECT count(*) FROM heimdall.cypher('UNWIND range(1, 5000) AS i RETURN i'{most})"
        ))
    };
    assert_eq!(rows(""), "1000");
    assert_eq!(rows(", max_rows => 7"), "7");
    assert_eq!(rows(", max_rows => 10000"), "5000");
    assert_eq!(database.failure("SELECT * FROM heimdall.cypher('RETURN 1', max_rows => 0)").code, "22023");
}

#[test]
fn what_is_refused_says_why_and_what_to_do_instead() {
    let database = graph();
    let before = database.snapshot();
    for (query, code) in [
        ("CREATE (n:Ip {value: 'x'}) RETURN n", "42501"),
        ("MATCH (n:Ip) SET n.value = 'x' RETURN n", "42501"),
        ("MATCH (n:Ip) /* ' */ DETACH DELETE n RETURN n", "42501"),
        ("MERGE (n:Ip {value: 'x'}) RETURN n", "42501"),
        ("CALL pg_catalog.pg_sleep(0) RETURN 1", "42501"),
        ("MATCH (a)-[*1..3]->(b) RETURN b", "0A000"),
        ("MATCH p = shortestPath((a)-[]->(b)) RETURN p", "0A000"),
        ("RETURN pg_catalog.version()", "0A000"),
        ("WITH [1] AS l MATCH (n) WHERE id(n) IN l RETURN n", "0A000"),
        ("MATCH (n) RETURN n[id(n)]", "0A000"),
        ("MATCH (n) RETURN *", "42601"),
        ("MATCH (n)", "42601"),
        ("RETURN 'a", "42601"),
        ("RETURN 1 AS a, 2 AS a", "42601"),
    ] {
        let failure = database.failure(&cypher(query));
        assert_eq!(failure.code, code, "{query}: {failure:?}");
        assert!(!failure.hint.is_empty(), "{query}");
    }
    assert_eq!(database.snapshot(), before);
}

/// The rest of the transaction is the caller's.
#[test]
fn the_search_path_is_as_before() {
    let database = graph();
    let mut client = database.connect();
    let rows = text_rows(
        &mut client,
        "BEGIN; SET LOCAL search_path = public; SELECT count(*) FROM heimdall.cypher('MATCH (n) RETURN n'); SHOW search_path; COMMIT",
    );
    assert_eq!(rows, Ok(vec![vec!["6".to_owned()], vec!["public".to_owned()]]));
}

#[test]
fn it_runs_with_the_rights_of_the_caller() {
    let database = graph();
    let role = database.role("clerk", &["heimdall_analyst", "heimdall_tlp_red"]);
    database.run("REVOKE SELECT ON heimdall_graph.\"Domain\" FROM heimdall_analyst");
    let mut client = database.connect_as(&role);
    assert_eq!(text_rows(&mut client, &cypher("MATCH (n:Ip) RETURN n.value")).expect("Ip").len(), 2);
    let failure = text_rows(&mut client, &cypher("MATCH (n:Domain) RETURN n.value")).expect_err("no right");
    assert_eq!(failure.code, "42501");
}
