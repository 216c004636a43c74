//! Cypher that would end the server, or read around grants: refused however it comes in, by `cypher()` of Apache AGE as
//! much as by `heimdall.cypher()`.

use heimdall_tests::{Database, Failure, text_rows};
use postgres::Client;

use crate::dumps::{LOGINS_CSV, with_logins};

/// Each of these has ended a server of Apache AGE 1.8.0 that was meant for it. What is no value of Cypher is an operand of
/// what reads it as one.
const ENDS_THE_SERVER: [&str; 40] = [
    "WITH [1] AS l MATCH (n) WHERE id(n) IN l RETURN n",
    "WITH [1] AS l MATCH (n) WHERE ((Id (n))) in l RETURN n",
    "WITH [1] AS l MATCH ()-[e]->() WHERE start_id(e) IN l RETURN e",
    "MATCH (n) WHERE id(n) IN [x IN [1] | x] RETURN n",
    "MATCH (n) WHERE id(n) IN [[1]][0] RETURN n",
    "MATCH (n) WHERE id(n) IN range(1, 3) RETURN n",
    "MATCH (n) WHERE 1 IN id(n) RETURN n",
    "MATCH (n) WITH n, id(n) AS i, [1] AS l WHERE i IN l RETURN n",
    "MATCH (n) WITH id(n) AS i WITH i AS `j` WITH j AS k, [1] AS l RETURN [k IN l, 2]",
    "MATCH (n) WITH coalesce(id(n), 1) AS i, [1] AS l WHERE i IN l RETURN i",
    "MATCH (n) WITH coalesce(id(n), id(n)) AS i, [1] AS l WHERE i IN l RETURN i",
    "MATCH (n) WITH CASE WHEN true THEN id(n) END AS i, [1] AS l WHERE i IN l RETURN i",
    "WITH [1] AS l MATCH (n) WHERE (n IS NULL) IN l RETURN n",
    "WITH [1] AS l MATCH (n) WITH (n IS NULL) AS b, l WHERE b IN l RETURN b",
    "WITH [1] AS l MATCH (n) WHERE (NOT true) IN l RETURN n",
    "WITH [1] AS l MATCH (n) WHERE (true AND false) IN l RETURN n",
    "WITH [1] AS l MATCH (n) WHERE (1 IN [1, 2]) IN l RETURN n",
    "MATCH (n) WHERE n.value STARTS WITH id(n) RETURN n",
    "MATCH (n) WHERE id(n) STARTS WITH 'x' RETURN n",
    "MATCH (n) WHERE id(n) ENDS WITH 'x' RETURN n",
    "MATCH (n) WHERE id(n) CONTAINS 'x' RETURN n",
    "MATCH (n) WHERE (n IS NULL) CONTAINS 'x' RETURN n",
    "MATCH (n) WHERE (n IS NULL) STARTS WITH 'x' RETURN n",
    "MATCH (n) RETURN [1, 2][id(n)]",
    "MATCH (n) RETURN n[id(n)]",
    "MATCH (n) RETURN [1][(n IS NULL)]",
    "MATCH (n) RETURN [1, 2][0..id(n)]",
    "MATCH (n) RETURN [1, 2][(n IS NULL)..]",
    "MATCH (n) RETURN [x IN [1] WHERE id(n) IN [x, x][0..1] | x]",
    "MATCH (n) RETURN CASE WHEN id(n) IN range(1, 2) THEN 1 END",
    "MATCH (n) WHERE EXISTS { MATCH (m) WHERE id(m) IN range(1, 2) RETURN m } RETURN n",
    "MATCH (n) RETURN n.value ORDER BY [1, 2][id(n)]",
    "RETURN 1 UNION MATCH (n) RETURN [1, 2][id(n)]",
    "MATCH (n) RETURN collect([1, 2][id(n)])",
    "MATCH (n) WITH id(n) AS i RETURN i {.a}",
    "MATCH p = (a)-[]->(b) RETURN p[id(a)]",
    "MATCH (n) RETURN (1::pg_bigint) IN collect(1)",
    "RETURN [1,2][1::pg_bigint]",
    "RETURN (1.5::pg_float8) IN range(1,2)",
    "MATCH (n) WITH collect(id(n)) AS ids MATCH (m) WHERE id(m) IN ids RETURN m",
];

const IN_LIST: &str = "WITH [1] AS l MATCH (n) WHERE id(n) IN l RETURN n.value";

fn graph() -> Database {
    let database = with_logins();
    database.ingest("logins", LOGINS_CSV);
    database
}

fn direct(query: &str) -> String {
    format!(
        "SELECT * FROM ag_catalog.cypher('heimdall_graph', $heimdall_test${query}$heimdall_test$) AS (a ag_catalog.agtype)"
    )
}

/// An analyst's session, in which AGE's operators are found.
fn analyst(database: &Database) -> Client {
    let mut client = database.connect_as(&database.role("clerk", &["heimdall_analyst", "heimdall_tlp_red"]));
    client.batch_execute("SET search_path = ag_catalog, public").expect("a path");
    client
}

fn refused(client: &mut Client, sql: &str) -> Failure {
    let failure = match text_rows(client, sql) {
        Ok(rows) => panic!("no error, but {rows:?} from {sql}"),
        Err(failure) => failure,
    };
    client.batch_execute("ROLLBACK").expect("alive");
    assert_eq!(failure.code, "0A000", "{sql}: {failure:?}");
    assert!(failure.hint.contains("UNWIND"), "{sql}: {failure:?}");
    failure
}

#[test]
fn what_ends_the_server_is_refused_and_the_server_lives() {
    let database = graph();
    let mut client = analyst(&database);
    for query in ENDS_THE_SERVER {
        refused(&mut client, &direct(query));
    }
}

#[test]
fn it_is_refused_the_same_by_heimdall() {
    let database = graph();
    let mut client = analyst(&database);
    for query in ENDS_THE_SERVER {
        let expected = refused(&mut client, &direct(query));
        assert_eq!(refused(&mut client, &format!("SELECT * FROM heimdall.cypher($q${query}$q$)")), expected);
    }
}

/// How a statement brings it makes no difference, nor does who.
#[test]
fn it_is_refused_in_every_kind_of_statement() {
    let database = graph();
    let mut client = analyst(&database);
    let mut superuser = database.connect();
    database.run("CREATE SCHEMA own; GRANT ALL ON SCHEMA own TO PUBLIC");
    let call = direct(IN_LIST);
    let statements = [
        format!("CREATE VIEW own.v AS {call}"),
        format!("CREATE MATERIALIZED VIEW own.m AS {call}"),
        format!("CREATE TABLE own.t AS {call}"),
        format!("EXPLAIN {call}"),
        format!("EXPLAIN (ANALYZE) CREATE TABLE own.t AS {call}"),
        format!("PREPARE p AS {call}"),
        format!("BEGIN; DECLARE c CURSOR FOR {call}; FETCH c"),
        format!("COPY ({call}) TO STDOUT"),
        format!("SELECT * FROM (SELECT * FROM ({call}) AS one) AS two"),
        format!("WITH c AS ({call}) SELECT * FROM c"),
        format!("WITH c AS MATERIALIZED (WITH d AS ({call}) SELECT * FROM d) SELECT 1"),
        format!("SELECT 1 WHERE EXISTS ({call})"),
        format!("SELECT ARRAY({call})"),
        format!("VALUES ((SELECT count(*) FROM ({call}) AS c))"),
        format!("SELECT 1 UNION ALL SELECT 2 FROM ({call}) AS c"),
        format!(
            "SELECT 1 AS one, 2 FROM generate_series(1, 2) ORDER BY (SELECT count(*) FROM ({call}) AS c)"
        ),
        format!("SELECT * FROM generate_series(1, (SELECT count(*) FROM ({call}) AS c))"),
        format!("SELECT * FROM generate_series(1, 2) AS g, LATERAL ({call}) AS c"),
        format!("SELECT * FROM generate_series(1, 2) AS g LEFT JOIN ({call}) AS c ON EXISTS ({call})"),
        format!(
            "CREATE FUNCTION own.f() RETURNS SETOF ag_catalog.agtype LANGUAGE sql STABLE AS $body$ {call} $body$"
        ),
        format!("DO $body$ BEGIN PERFORM * FROM ({call}) AS c; END $body$"),
        format!("DO $body$ BEGIN EXECUTE $text$ {call} $text$; END $body$"),
        // AGE takes graph and query from the session where both are NULL.
        format!(
            "SELECT ag_catalog.age_prepare_cypher('heimdall_graph', $q${IN_LIST}$q$); \
             SELECT * FROM ag_catalog.cypher(NULL, NULL) AS (a ag_catalog.agtype)"
        ),
        direct(&format!("EXPLAIN {IN_LIST}")),
    ];
    for client in [&mut client, &mut superuser] {
        client.batch_execute("SET search_path = ag_catalog, public").expect("a path");
        for statement in &statements {
            refused(client, statement);
        }
    }
}

/// A function is looked at when it runs, also where its text was stored unseen.
#[test]
fn it_is_refused_in_the_body_of_a_function() {
    let database = graph();
    let mut client = analyst(&database);
    let call = direct(IN_LIST);
    database.run("CREATE SCHEMA own; GRANT ALL ON SCHEMA own TO PUBLIC");
    for (name, language, body) in [
        ("inlined", "sql STABLE", call.clone()),
        ("not_inlined", "sql VOLATILE", call.clone()),
        ("procedural", "plpgsql", format!("BEGIN RETURN QUERY {call}; END")),
        ("dynamic", "plpgsql", format!("BEGIN RETURN QUERY EXECUTE $text$ {call} $text$; END")),
    ] {
        client
            .batch_execute(&format!(
                "SET check_function_bodies = off; \
                 CREATE FUNCTION own.{name}() RETURNS SETOF ag_catalog.agtype LANGUAGE {language} AS $body$ {body} $body$"
            ))
            .expect("a function");
        refused(&mut client, &format!("SELECT * FROM own.{name}()"));
        refused(&mut client, &format!("SELECT own.{name}()"));
    }
}

/// What is looked at is what AGE makes of a query.
#[test]
fn no_spelling_hides_it() {
    let database = graph();
    let mut client = analyst(&database);
    let graph = "'heimdall_graph'";
    for call in [
        format!("cypher({graph}, $${IN_LIST}$$)"),
        format!("\"ag_catalog\" . /* x */ CYPHER ({graph} -- x\n, $a${IN_LIST}$a$)"),
        format!("U&\"\\0063ypher\"(U&'heimdall\\005fgraph', $${IN_LIST}$$)"),
        format!("cypher({graph}, $$with [1] as L/**/match(n)where(ID/* ' */(n))iN//\"\rL\nreturn n$$)"),
        format!(
            "cypher({graph}, $$WITH [1] AS `IN`, '\\'' AS x MATCH (n) WHERE `id`(n) IN `IN` RETURN \"`\"$$)"
        ),
    ] {
        refused(&mut client, &format!("SELECT * FROM {call} AS (a agtype)"));
    }
}

/// An analyst reads no more than he may, and does not load the graph.
#[test]
fn paths_of_variable_length_are_for_superusers() {
    let database = graph();
    let mut client = analyst(&database);
    for query in [
        "MATCH (a)-[*1..3]->(b) RETURN b",
        "MATCH p = (a)-[e:REACHED*]-(b) RETURN p",
        "MATCH (a) WHERE exists((a)-[*2]->()) RETURN a",
        "RETURN graph_stats('heimdall_graph')",
        "RETURN materialize_vle_path(1)",
        "RETURN materialize_vle_edges('a')",
        "MATCH (a), (b) RETURN shortest_path('heimdall_graph', a, b)",
    ] {
        let failure = text_rows(&mut client, &direct(query)).expect_err(query);
        assert_eq!(failure.code, "0A000", "{query}: {failure:?}");
        assert!(failure.hint.contains("heimdall.neighbors()"), "{query}: {failure:?}");
    }
    let mut superuser = database.connect();
    superuser.batch_execute("SET search_path = ag_catalog, public").expect("a path");
    let paths = text_rows(&mut superuser, &direct("MATCH (a:Ip)-[*1..2]->(b) RETURN b"));
    assert!(!paths.expect("for superusers").is_empty());
}

/// An empty list as an end of a slice ended the server; which value it is, no look at the query tells.
#[test]
fn the_ends_of_a_slice_are_integers() {
    let database = graph();
    let mut client = analyst(&database);
    for query in [
        "RETURN [1, 2][[]..[]]",
        "RETURN [1, 2][[]..]",
        "RETURN [1, 2][..[]]",
        "WITH [] AS x RETURN [1, 2][x..x]",
        "UNWIND [[]] AS x RETURN [1, 2][0..x]",
        "RETURN [1, 2][0..'x']",
    ] {
        text_rows(&mut client, &direct(query)).expect_err(query);
    }
    for (query, slice) in [
        ("RETURN [1, 2, 3][0..2]", "[1, 2]"),
        ("RETURN [1, 2, 3][-2..]", "[2, 3]"),
        ("UNWIND [1] AS x RETURN [1, 2, 3][x..x + 1]", "[2]"),
        ("WITH [1, 2, 3] AS l RETURN l[..size(l) - 1]", "[1, 2]"),
        ("WITH [[1, 2, 3]] AS l RETURN l[0][1..][0..1]", "[2]"),
    ] {
        assert_eq!(text_rows(&mut client, &direct(query)), Ok(vec![vec![slice.to_owned()]]), "{query}");
    }
}

/// AGE puts the name of the graph in; with a full name it can be left out, which ended the server.
#[test]
fn the_end_of_an_edge_is_asked_for_in_a_graph() {
    let database = graph();
    let mut client = analyst(&database);
    for query in ["RETURN ag_catalog.age_startnode(1, 1)", "WITH 1 AS g RETURN ag_catalog.age_endnode(g, g)"]
    {
        let failure = text_rows(&mut client, &direct(query)).expect_err(query);
        assert_eq!(failure.code, "0A000", "{query}: {failure:?}");
        assert!(failure.hint.contains("startNode(edge)"), "{query}: {failure:?}");
    }
    let ends = text_rows(&mut client, &direct("MATCH (:Ip)-[e]->() RETURN [startNode(e), endNode(e)]"));
    assert!(!ends.expect("ends of edges").is_empty());
}

/// Without Cypher the same functions are not to be called either.
#[test]
fn functions_that_nobody_needs_are_for_superusers() {
    let database = graph();
    let role = database.role("clerk", &["heimdall_analyst"]);
    let may = database.rows(&format!(
        "SELECT p.oid::regprocedure FROM pg_proc AS p WHERE p.pronamespace = 'ag_catalog'::regnamespace \
         AND p.proname ~ '^age_(vle|materialize_vle_.*|float8_stddev_.*_aggfinalfn|shortest_path|all_shortest_paths|graph_stats|vertex_stats)$' \
         AND has_function_privilege('{role}', p.oid, 'EXECUTE')"
    ));
    assert_eq!(may, Vec::<Vec<String>>::new());
    let mut client = database.connect_as(&role);
    let failure = text_rows(&mut client, "SELECT ag_catalog.age_graph_stats('\"heimdall_graph\"')")
        .expect_err("no right");
    assert_eq!(failure.code, "42501");
}

#[test]
fn what_is_harmless_works() {
    let database = graph();
    let mut client = analyst(&database);
    let mut superuser = database.connect();
    for client in [&mut client, &mut superuser] {
        client.batch_execute("SET search_path = ag_catalog, public").expect("a path");
        for (query, rows) in [
            ("MATCH (n:Ip) WHERE n.value IN ['192.0.2.1', 'x'] RETURN n.value", 1),
            ("WITH ['192.0.2.1', 'x'] AS l MATCH (n:Ip) WHERE n.value IN l RETURN n", 1),
            ("MATCH (n:Ip) WITH collect(n.value) AS l UNWIND l AS v RETURN [v IN l, l[0], l[0..1]]", 2),
            ("MATCH (n:Ip) WITH collect(id(n)) AS l UNWIND l AS i RETURN i IN l", 2),
            ("MATCH (n:Ip) WHERE id(n) IN [1] RETURN n", 0),
            ("UNWIND [1] AS i MATCH (n) WHERE id(n) = i RETURN n", 0),
            ("MATCH (n:Ip) WHERE n.value STARTS WITH '192' AND NOT n.value ENDS WITH 'x' RETURN n", 2),
            ("MATCH (n:Ip) WHERE any(x IN ['192'] WHERE n.value CONTAINS x) RETURN n {.value, i: id(n)}", 2),
            ("MATCH (n:Ip) RETURN [id(n), n IS NULL, {i: id(n)}]", 2),
            ("MATCH (n:Ip) RETURN [x IN labels(n) WHERE x <> 'a' | x]", 2),
            ("RETURN reduce(s = 0, x IN [1, 2] | s + x)", 1),
            ("MATCH (a:User)-[e:LOGIN_FROM]->(b) RETURN DISTINCT type(e)", 1),
            ("MATCH (n:Ip) WHERE EXISTS { MATCH (n)<-[:LOGIN_FROM]-(m) } RETURN count(*)", 1),
            ("MATCH (n:Ip) RETURN id(n) UNION RETURN 1", 3),
            ("MATCH (n:Ip) RETURN max(id(n))", 1),
            ("EXPLAIN (COSTS OFF) RETURN 1", 1),
        ] {
            let found = text_rows(client, &direct(query));
            assert_eq!(found.as_ref().map(Vec::len), Ok(rows), "{query}: {found:?}");
        }
    }
}

/// Other graphs, written by Cypher: what AGE can do it does, also in paths of variable length for those who may.
#[test]
fn other_graphs_and_databases_are_left_alone() {
    let other = Database::bare();
    other.run("CREATE EXTENSION age");
    for database in [other, graph()] {
        database.run("SET search_path = ag_catalog, public; SELECT create_graph('own')");
        for (query, rows) in [
            ("CREATE (:A {i: 1, l: [1, 2]})-[:E {w: 1}]->(:A {i: 2})-[:E]->(:B {i: 3, t: 'abc'})", 0),
            ("MATCH (n:B) SET n.x = 5, n.y = id(n) RETURN n.x", 1),
            ("MERGE (n:A {i: 1}) RETURN n", 1),
            ("MERGE (n:A {i: 9}) RETURN n.i", 1),
            ("MATCH (n:A) WHERE n.i = 9 DETACH DELETE n", 0),
            ("MATCH (n:B) REMOVE n.x RETURN n.x IS NULL", 1),
            ("MATCH (a:A {i: 1})-[e*1..2]->(b) RETURN [b.i, size(e)]", 2),
            ("MATCH p = (a:A)-[*]->(b:B) RETURN length(p)", 2),
            ("MATCH (a:A) WHERE 2 IN a.l RETURN [a.l[0], a.l[0..1]]", 1),
            (
                "MATCH (b:B) WHERE b.t STARTS WITH 'a' AND b.t CONTAINS 'b' RETURN CASE b.i WHEN 3 THEN 'y' ELSE 'n' END",
                1,
            ),
            ("MATCH (n) WITH n ORDER BY n.i DESC SKIP 1 LIMIT 1 RETURN [n.i ^ 2, n.i % 2]", 1),
        ] {
            let found = database.rows(&format!("SELECT * FROM cypher('own', $q${query}$q$) AS (a agtype)"));
            assert_eq!(found.len(), rows, "{query}: {found:?}");
        }
    }
}

/// The server is everybody's: it is guarded in databases without the extension, too.
#[test]
fn other_databases_cannot_end_the_server_either() {
    let database = Database::bare();
    database.run("CREATE EXTENSION age; SET search_path = ag_catalog, public; SELECT create_graph('own')");
    let failure = database.failure(&format!("SELECT * FROM cypher('own', $${IN_LIST}$$) AS (a agtype)"));
    assert_eq!(failure.code, "0A000");
}

#[test]
fn superusers_alone_switch_it_off() {
    let database = graph();
    let failure =
        text_rows(&mut analyst(&database), "SET heimdall.cypher_guard = off").expect_err("no right");
    assert_eq!(failure.code, "42501");
    // Nothing runs: the statement is analysed and no more.
    database.run(&format!(
        "SET search_path = ag_catalog, public; SET heimdall.cypher_guard = off; PREPARE p AS {}",
        direct(IN_LIST)
    ));
}
