//! Apache AGE: every form of Cypher, and every function of its own, that might read around row security.

use heimdall_tests::{Database, text_rows};

use super::{ATTACKERS, GREEN, all_fail, all_succeed, cypher, role, without_row_security, world};

/// Cypher that reads: by label, by none, by number, through patterns.
const CYPHER: [&str; 12] = [
    cypher!("MATCH (n) RETURN n"),
    cypher!("MATCH (n:Domain) RETURN n"),
    cypher!("MATCH ()-[e]->() RETURN e"),
    cypher!("MATCH ()-[e:REACHED]->() RETURN properties(e)"),
    cypher!("MATCH (n) RETURN collect(n.value)"),
    cypher!("OPTIONAL MATCH (n:Domain) RETURN properties(n)"),
    cypher!("MATCH p = (a)-[e]->(b) RETURN p"),
    cypher!("MATCH p = (a)-[]-(b) RETURN relationships(p)"),
    cypher!("MATCH (n) WHERE EXISTS { MATCH (n)-[]-() } RETURN n"),
    cypher!("MATCH (n) WITH n ORDER BY n.value DESC LIMIT 100 RETURN n.value"),
    cypher!("MATCH (n) UNWIND keys(n) AS k RETURN n[k]"),
    cypher!("MATCH (a)-[e]->(b) RETURN [startNode(e).value, endNode(e).value]"),
];

/// Forms and functions that load the whole graph, or write: closed to all.
const CLOSED: [&str; 22] = [
    cypher!("MATCH p = (a)-[*1..3]-(b) RETURN p"),
    cypher!("MATCH (a)-[e*]-(b) RETURN e"),
    cypher!("MATCH (a)-[e:REACHED*0..1]->(b) RETURN b"),
    cypher!("MATCH (a), (b) RETURN shortest_path('heimdall_graph', a, b)"),
    cypher!("MATCH (a), (b) RETURN all_shortest_paths('heimdall_graph', a, b)"),
    cypher!("RETURN graph_stats('heimdall_graph')"),
    cypher!("MATCH (n) RETURN vertex_stats(n)"),
    cypher!("CREATE (n:Ip {value: 'x'}) RETURN n"),
    cypher!("MATCH (n) SET n.tlp = 0 RETURN n"),
    cypher!("MATCH (n) DETACH DELETE n RETURN n"),
    "SELECT * FROM ag_catalog.age_vle('\"heimdall_graph\"', NULL, NULL, '{}', '1', '3', '1')",
    "SELECT * FROM ag_catalog.age_shortest_path('\"heimdall_graph\"', '1', '2', NULL, NULL, NULL, NULL)",
    "SELECT ag_catalog.age_graph_stats('\"heimdall_graph\"')",
    "SELECT ag_catalog.create_graph('mine')",
    "SELECT * FROM ag_catalog.create_subgraph('mine', 'heimdall_graph', 'true', 'true')",
    "SELECT ag_catalog.drop_label('heimdall_graph', 'Domain')",
    "SELECT ag_catalog.drop_graph('heimdall_graph', true)",
    "SELECT ag_catalog.load_labels_from_file('heimdall_graph', 'Domain', '/etc/passwd')",
    "SELECT ag_catalog.alter_graph('heimdall_graph', 'RENAME', 'mine')",
    "SELECT * FROM ag_catalog.ag_label",
    "SELECT ag_catalog.age_prepare_pg_upgrade()",
    "SELECT ag_catalog.create_complete_graph('heimdall_graph', 2, 'Edge', 'Vertex')",
];

/// With the numbers of all records, hidden ones too: nobody keeps an attacker from counting.
fn by_number(database: &Database) -> Vec<String> {
    let gid = database.value("SELECT gid FROM heimdall.node WHERE key = 'Domain:crimson0.example'");
    let made_up =
        format!("{{id: 1, label: 'REACHED', end_id: {gid}, start_id: {gid}, properties: {{}}}}::edge");
    let edge = format!(
        "{{\"id\": 1, \"label\": \"REACHED\", \"end_id\": {gid}, \"start_id\": {gid}, \"properties\": {{}}}}::edge"
    );
    vec![
        format!(
            "SET search_path = ag_catalog, pg_catalog; SELECT * FROM ag_catalog.cypher('heimdall_graph', \
             $$ MATCH (n) WHERE id(n) = {gid} RETURN n $$) AS (found ag_catalog.agtype)"
        ),
        format!("SELECT ag_catalog._get_vertex_by_graphid('heimdall_graph', '{gid}')"),
        // An edge that is not there, made up to lead to it.
        format!("SELECT ag_catalog.age_startnode('\"heimdall_graph\"', '{edge}')"),
        format!("SELECT ag_catalog.age_endnode('\"heimdall_graph\"', '{edge}')"),
        format!(
            "SET search_path = ag_catalog, pg_catalog; SELECT * FROM ag_catalog.cypher('heimdall_graph', \
             $$ WITH {made_up} AS e RETURN [startNode(e), endNode(e)] $$) AS (found ag_catalog.agtype)"
        ),
    ]
}

fn texts(attacks: &[String]) -> Vec<&str> {
    attacks.iter().map(String::as_str).collect()
}

#[test]
fn cypher_reads_what_the_reader_is_cleared_for() {
    all_fail(&world(), &CYPHER);
}

#[test]
fn the_number_of_a_record_opens_nothing() {
    let database = world();
    all_fail(&database, &texts(&by_number(&database)));
}

#[test]
fn control_without_row_security_cypher_reads_everything() {
    let database = without_row_security();
    all_succeed(&database, &CYPHER);
    let database = without_row_security();
    all_succeed(&database, &texts(&by_number(&database)));
}

#[test]
fn what_loads_the_whole_graph_is_closed_to_every_role() {
    let database = world();
    let before = database.snapshot();
    all_fail(&database, &CLOSED);
    for attacker in &ATTACKERS {
        let mut client = database.connect_as(&role_of(&database, attacker.name));
        for attack in CLOSED {
            assert!(text_rows(&mut client, attack).is_err(), "{} is not refused\n{attack}", attacker.name);
        }
    }
    assert_eq!(database.snapshot(), before);
}

fn role_of(database: &Database, name: &str) -> String {
    format!("{}_{name}", database.name())
}

/// With the right, and without the guard, a path of variable length reads around row security and grants.
#[test]
fn control_paths_of_variable_length_read_around_everything() {
    let database = world();
    database.run(
        "DO $$ DECLARE f regprocedure; BEGIN
             FOR f IN SELECT p.oid FROM pg_proc AS p WHERE p.pronamespace = 'ag_catalog'::regnamespace
                      AND p.proname IN ('age_vle', 'age_materialize_vle_path', 'age_materialize_vle_edges')
             LOOP EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO PUBLIC', f); END LOOP;
         END $$",
    );
    all_succeed(&database, &CLOSED[..1]);
}

/// With rights on the functions and the tables, and without row security, nothing is in the way of the others: those that
/// can be called without ending the server.
#[test]
fn control_with_rights_what_is_closed_is_open() {
    let harmless = [&CLOSED[5..9], &CLOSED[19..20]].concat();
    let database = without_row_security();
    let role = role(&database, GREEN);
    let refused = |sql: &str| text_rows(&mut database.connect_as(&role), sql).is_err();
    for attack in &harmless {
        assert!(refused(attack), "{attack}");
    }
    database.run(&format!(
        "DO $$ DECLARE f regprocedure; BEGIN
             FOR f IN SELECT p.oid FROM pg_proc AS p WHERE p.pronamespace = 'ag_catalog'::regnamespace
                      AND p.proname IN ('age_graph_stats', 'age_vertex_stats')
             LOOP EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO PUBLIC', f); END LOOP;
         END $$;
         GRANT ALL ON ALL TABLES IN SCHEMA heimdall_graph, ag_catalog TO {role};
         GRANT ALL ON ALL SEQUENCES IN SCHEMA heimdall_graph TO {role}"
    ));
    for attack in &harmless {
        assert!(!refused(attack), "{attack}");
    }
}

/// A parent is read where Cypher names no label; the policies of its children are not asked.
#[test]
fn control_the_parents_need_a_policy_of_their_own() {
    let database = world();
    database.run("ALTER TABLE heimdall_graph._ag_label_vertex DISABLE ROW LEVEL SECURITY");
    all_succeed(&database, &CYPHER[..1]);
    let role = role_of(&database, GREEN.name);
    assert!(!database.overheard(&role, CYPHER[1]).contains("crimson"), "by its label nothing is told");
}

/// A label that is made later, and a graph whose policies a dump has lost.
#[test]
fn every_label_is_limited() {
    let database = world();
    let open = "SELECT count(*) FROM pg_class AS c WHERE c.relnamespace = 'heimdall_graph'::regnamespace AND c.relkind = 'r' \
                AND NOT (c.relrowsecurity AND EXISTS (SELECT FROM pg_policy AS p WHERE p.polrelid = c.oid))";
    assert_eq!(database.value(open), "0");
    database.source(
        "late",
        "csv",
        &crate::dumps::LOGINS.replace("User", "Late").replace("LOGIN_FROM", "LATER"),
    );
    assert_eq!(database.value(open), "0");
    database.run(
        "DROP POLICY heimdall_clearance ON heimdall_graph.\"Late\";
         ALTER TABLE heimdall_graph.\"LATER\" DISABLE ROW LEVEL SECURITY",
    );
    assert_eq!(database.value(open), "2");
    database.run("SELECT heimdall.after_restore()");
    assert_eq!(database.value(open), "0");
}

/// The mark is read from the bytes of the properties: it has to be the one that AGE reads.
#[test]
fn the_mark_is_the_one_that_age_reads() {
    let database = world();
    let differing = "SELECT count(*) FILTER (WHERE m.own <> m.of_age), count(*) FROM (
        SELECT heimdall._mark(properties) AS own,
               ag_catalog.agtype_access_operator(properties, '\"tlp\"'::ag_catalog.agtype)::integer AS of_age
        FROM (SELECT properties FROM heimdall_graph._ag_label_vertex
              UNION ALL SELECT properties FROM heimdall_graph._ag_label_edge) AS r) AS m";
    assert_eq!(database.rows(differing), [["0", "52"]]);
    for (properties, mark) in [
        ("{}", 4),
        ("{\"tlp\": 1}", 1),
        ("{\"tlp\": 0, \"value\": \"x\", \"a\": {\"tlp\": 3}}", 0),
        ("{\"a\": {\"tlp\": 0}}", 4),
        ("{\"tlp\": \"1\"}", 4),
        ("{\"tlp\": 1.0}", 4),
        ("{\"tlp\": -1}", 4),
        ("{\"tlp\": 5}", 4),
        ("{\"tlp\": 65536}", 4),
        ("{\"tlp\": null}", 4),
        ("{\"tlp\": [0]}", 4),
        ("{\"tl\": 0, \"tlpx\": 0}", 4),
        ("[0]", 4),
        ("0", 4),
    ] {
        let sql = format!("SELECT heimdall._mark('{properties}'::ag_catalog.agtype)");
        assert_eq!(database.value(&sql), mark.to_string(), "{properties}");
    }
    // Many members, of which every thirty-second says where it ends; large enough to be compressed.
    let many = "SELECT DISTINCT heimdall._mark(('{\"tlp\": 2, ' || (
        SELECT string_agg(format('\"%s\": \"%s\"', left(md5(i::text), 1 + i % 7) || i, repeat('x', i * n)), ', ')
        FROM generate_series(1, 100) AS i) || '}')::ag_catalog.agtype) FROM generate_series(0, 40) AS n";
    assert_eq!(database.rows(many), [["2"]]);
}
