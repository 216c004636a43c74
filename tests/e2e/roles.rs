//! Who may do what.

use heimdall_tests::{Database, Failure, copy, eventually, ingest, report, text_rows};
use postgres::Client;

use crate::dumps::{LOGINS, LOGINS_CSV, with_logins};

fn denied(client: &mut Client, sql: &str) {
    let failure = text_rows(client, sql).expect_err(sql);
    assert_eq!(failure.code, "42501", "{sql}: {failure:?}");
}

/// A database with logins in it, and a connection as a role with that membership.
fn as_member(groups: &[&str]) -> (Database, Client) {
    let database = with_logins();
    database.ingest("logins", LOGINS_CSV);
    let role = database.role("member", groups);
    let mut client = database.connect_as(&role);
    // Cypher's own operators are looked up there.
    text_rows(&mut client, "SET search_path = ag_catalog, public").expect("the path");
    (database, client)
}

/// What writes, or gives away what is stored; nobody but the owner may.
const OWNER_ONLY: [&str; 44] = [
    "SELECT heimdall.init()",
    "SELECT heimdall.after_restore()",
    "SELECT heimdall._apply_mapping('logins', '{}', 'given')",
    "SELECT heimdall._ensure_label('Evil', false)",
    "SELECT heimdall._make_inbox('logins', ARRAY['a'])",
    "SELECT heimdall._unseal('a', 'b', 'c')",
    "SELECT heimdall.refresh_similar()",
    "SELECT * FROM heimdall.look_alike_progress",
    "SELECT heimdall.create_reader('evil')",
    "SELECT heimdall.acknowledge('evil', '0-0')",
    "SELECT heimdall.drop_reader('evil')",
    "SELECT heimdall.prune_changes('0')",
    "SELECT * FROM heimdall.readers",
    "SELECT * FROM heimdall.reader",
    "SELECT * FROM heimdall.change_horizon",
    "SELECT * FROM heimdall.data_key",
    "SELECT heimdall._audit('test', 'x')",
    "SELECT heimdall._audit_alone('test', 'x')",
    "SELECT * FROM heimdall.field_rule",
    "SELECT * FROM heimdall.tombstone",
    "SELECT heimdall.reapply_policy('logins')",
    "SELECT heimdall.set_rule('logins', 'user', 'keep')",
    "SELECT heimdall.rotate_data_key()",
    "UPDATE heimdall.rejects SET retried_in = NULL",
    "SELECT * FROM heimdall.key_status()",
    "SELECT heimdall.hash_key_fits()",
    "SELECT * FROM heimdall.erased('user', 'ada')",
    "SELECT heimdall.erase_subject('user', 'ada', 'request 17')",
    "SELECT heimdall._rekeyed('logins', '{}', '{}', 'User', '{}', '{}')",
    "SELECT heimdall._actor()",
    "SELECT * FROM heimdall.audit",
    "INSERT INTO heimdall.audit DEFAULT VALUES",
    "SELECT heimdall.verify_audit()",
    "SELECT heimdall.audit_heads()",
    "SELECT heimdall.export_audit()",
    "SELECT * FROM heimdall.change_log",
    "INSERT INTO heimdall.node VALUES ('Ip:x', '1', 0)",
    "UPDATE heimdall.source SET reject_limit = 1",
    "UPDATE heimdall.batch SET rows_read = 0",
    "DELETE FROM heimdall.sighting",
    "DELETE FROM heimdall.sighting_run",
    "TRUNCATE heimdall.rejects",
    "SELECT nextval('heimdall.batch_id_seq')",
    "DROP VIEW heimdall_in.logins",
];

#[test]
fn those_who_ingest_can_make_a_source_and_fill_it() {
    let (database, mut client) = as_member(&["heimdall_ingest"]);
    let source = format!("SELECT heimdall.create_source('own', 'csv', $mapping${LOGINS}$mapping$)");
    text_rows(&mut client, &source).expect("create_source");
    assert!(!ingest(&mut client, "own", LOGINS_CSV.as_bytes()).expect("ingest").duplicate);
    let more = LOGINS_CSV.replace("ada", "bob");
    let statement = "COPY heimdall_in.own FROM STDIN (FORMAT csv, HEADER)";
    assert_eq!(copy(&mut client, statement, more.as_bytes()), Ok(3));
    let actors = "SELECT DISTINCT actor FROM heimdall.batch WHERE source = 'own'";
    let member = format!("{}_member", database.name());
    assert_eq!(text_rows(&mut client, actors), Ok(vec![vec![member]]));
}

#[test]
fn those_who_ingest_can_bring_a_dump_without_mapping() {
    let (_database, mut client) = as_member(&["heimdall_ingest"]);
    text_rows(&mut client, "SELECT heimdall.create_source('own', 'csv')").expect("create_source");
    ingest(&mut client, "own", b"addr,mac\n192.0.2.1,00:1a:2b:3c:4d:5e\n").expect("ingest");
}

#[test]
fn those_who_ingest_see_nothing_of_what_is_stored() {
    let (_database, mut client) = as_member(&["heimdall_ingest"]);
    for sql in OWNER_ONLY.into_iter().chain([
        "SELECT * FROM heimdall.node",
        "SELECT * FROM heimdall.provenance",
        "SELECT * FROM heimdall_graph.\"Ip\"",
        "SELECT * FROM heimdall_graph._ag_label_vertex",
        "SELECT * FROM heimdall.lookup('ip', '192.0.2.1')",
        "SELECT * FROM heimdall.neighbors('ip', '192.0.2.1')",
        "SELECT * FROM heimdall.correlate('192.0.2.1', '192.0.2.2')",
        "SELECT * FROM heimdall.provenance('ip', '192.0.2.1')",
        "SELECT * FROM heimdall.overlap('logins', ARRAY['logins'])",
        "SELECT * FROM heimdall.search('192.0.2.1')",
        "SELECT * FROM heimdall.path('ip', '192.0.2.1', 'ip', '192.0.2.2')",
        "SELECT * FROM heimdall.timeline('ip', '192.0.2.1')",
        "SELECT * FROM heimdall.top('seen')",
        "SELECT * FROM heimdall.as_of(now(), 'ip', '192.0.2.1')",
        "SELECT * FROM heimdall.changes_between('2020-01-01')",
        "SELECT * FROM heimdall._edges_of('{}', 1)",
        "SELECT * FROM heimdall._vertices('{}')",
        "SELECT * FROM heimdall._degrees('{}', 1)",
        "SELECT * FROM heimdall.similar('example.org')",
        "SELECT * FROM heimdall.look_alike",
        "SELECT * FROM heimdall._look_alikes_waiting('Domain', 1)",
        "SELECT * FROM heimdall.cypher('RETURN 1')",
        "SELECT * FROM heimdall.export_csv()",
        "SELECT * FROM heimdall.export_stix()",
        "SELECT heimdall.reveal_reject(1, 1, 'case 4711')",
        "SELECT * FROM ag_catalog.cypher('heimdall_graph', $$ MATCH (n) RETURN n $$) AS (n ag_catalog.agtype)",
    ]) {
        denied(&mut client, sql);
    }
}

#[test]
fn a_file_of_the_server_takes_the_right_to_read_files() {
    let (database, mut client) = as_member(&["heimdall_ingest"]);
    let file = database.server().file("roles.csv", LOGINS_CSV.as_bytes(), 0o600);
    let call = "SELECT * FROM heimdall.ingest_file($1, $2)";
    let failure = report(&mut client, call, &[&"logins", &file.name()]).expect_err("no right");
    assert_eq!(failure.code, "42501");
    assert!(failure.detail.contains("pg_read_server_files"), "{failure:?}");
    // Also not to find out whether a file is there.
    let absent = report(&mut client, call, &[&"logins", &"/nowhere"]).expect_err("no right");
    assert_eq!(absent, failure);
    database.run(&format!("GRANT pg_read_server_files TO {}_member", database.name()));
    assert!(report(&mut client, call, &[&"logins", &file.name()]).expect("the right").duplicate);
}

#[test]
fn analysts_can_ask_everything() {
    let (_database, mut client) = as_member(&["heimdall_analyst", "heimdall_tlp_red"]);
    let mut rows = |sql: &str| text_rows(&mut client, sql).expect(sql).len();
    assert_eq!(rows("SELECT * FROM heimdall.lookup('user', 'ada')"), 1);
    assert_eq!(rows("SELECT heimdall.lookup_error('ip', 'ada')"), 1);
    assert_eq!(rows("SELECT * FROM heimdall.neighbors('ip', '192.0.2.2', 2)"), 5);
    assert_eq!(rows("SELECT * FROM heimdall.correlate('192.0.2.1', '192.0.2.2')"), 2);
    assert_eq!(rows("SELECT * FROM heimdall.provenance('ip', '192.0.2.1')"), 1);
    assert_eq!(rows("SELECT * FROM heimdall.overlap('logins', ARRAY['logins'])"), 6);
    assert_eq!(rows("SELECT * FROM heimdall.search('192.0.2.0/24')"), 2);
    assert_eq!(rows("SELECT * FROM heimdall.search('*.example.org', since => '2020-01-01')"), 2);
    assert_eq!(rows("SELECT * FROM heimdall.path('ip', '192.0.2.1', 'ip', '192.0.2.2')"), 3);
    assert_eq!(rows("SELECT * FROM heimdall.timeline('ip', '192.0.2.2')"), 4);
    assert_eq!(rows("SELECT * FROM heimdall.as_of(now(), 'ip', '192.0.2.2')"), 1);
    assert_eq!(rows("SELECT * FROM heimdall.changes_between('2020-01-01')"), 6);
    assert_eq!(rows("SELECT * FROM heimdall.neighbors('ip', '192.0.2.2', 1, '{domain}', '{REACHED}')"), 2);
    assert_eq!(rows("SELECT * FROM heimdall.correlate(ARRAY['192.0.2.1', '192.0.2.2'], 1)"), 1);
    for what in ["connected", "newest", "seen"] {
        assert_eq!(rows(&format!("SELECT * FROM heimdall.top('{what}', source => 'logins')")), 6);
    }
    assert_eq!(rows("SELECT * FROM heimdall.similar('mai1.example.org', 1)"), 1);
    assert_eq!(rows("SELECT * FROM heimdall.cypher('MATCH (n:Ip) RETURN n.value')"), 2);
    assert_eq!(rows("SELECT * FROM heimdall.export_csv(max_tlp => 'amber')"), 5);
    assert_eq!(rows("SELECT * FROM heimdall.export_stix(max_tlp => 'amber')"), 14);
    assert_eq!(rows("SELECT * FROM heimdall.node"), 6);
    assert_eq!(
        rows(
            "SELECT * FROM ag_catalog.cypher('heimdall_graph', \
             $$ MATCH (u:User)-[:LOGIN_FROM]->(i:Ip) RETURN u.value, i.value $$) \
             AS (u ag_catalog.agtype, i ag_catalog.agtype)"
        ),
        3
    );
}

#[test]
fn analysts_can_write_nothing() {
    let (database, mut client) = as_member(&["heimdall_analyst", "heimdall_tlp_red"]);
    let before = database.snapshot();
    for sql in OWNER_ONLY.into_iter().chain([
        "SELECT heimdall.create_source('own', 'csv')",
        "SELECT heimdall.set_mapping('logins', '{}')",
        "SELECT heimdall.set_source('logins')",
        "SELECT heimdall.ingest_csv('logins', 'x')",
        "SELECT heimdall.ingest('logins', 'x')",
        "SELECT heimdall.dry_run('logins', 'x')",
        "SELECT heimdall.preview('logins', 'x')",
        "SELECT heimdall.ingest_file('logins', '/etc/passwd')",
        "INSERT INTO heimdall_in.logins VALUES ('x', 'x', 'x', 'x', 'x')",
        "INSERT INTO heimdall_graph.\"Ip\" DEFAULT VALUES",
        "DELETE FROM heimdall_graph._ag_label_edge",
        "SELECT ag_catalog.create_vlabel('heimdall_graph', 'Evil')",
        "SELECT ag_catalog.drop_graph('heimdall_graph', true)",
        "SELECT ag_catalog.alter_graph('heimdall_graph', 'RENAME', 'mine')",
        "SELECT ag_catalog.create_graph('mine')",
        "SELECT * FROM heimdall.rejects",
        "SELECT heimdall.retry_rejects(1)",
        "SELECT * FROM heimdall.reject_summary()",
        "SELECT * FROM heimdall.ingest_progress",
        "SELECT * FROM heimdall.last_report()",
        "SELECT * FROM heimdall.feeds()",
        "INSERT INTO heimdall_in.stream VALUES ('logins', 'x')",
    ]) {
        denied(&mut client, sql);
    }
    assert_eq!(database.snapshot(), before);
}

#[test]
fn analysts_can_write_nothing_by_cypher() {
    let (database, mut client) = as_member(&["heimdall_analyst", "heimdall_tlp_red"]);
    let before = database.snapshot();
    for query in [
        "CREATE (n:Ip {value: 'x'}) RETURN n",
        "CREATE (n {value: 'x'}) RETURN n",
        "CREATE (n:Evil) RETURN n",
        "MATCH (a:User), (b:Ip) CREATE (a)-[e:LOGIN_FROM]->(b) RETURN e",
        "MERGE (n:Ip {value: 'x'}) RETURN n",
        "MATCH (n:Ip) SET n.value = 'x' RETURN n",
        "MATCH (n:Ip) REMOVE n.value RETURN n",
        "MATCH (n:Ip) DETACH DELETE n RETURN n",
        "MATCH ()-[e:LOGIN_FROM]->() DELETE e RETURN e",
    ] {
        let sql = format!(
            "SELECT * FROM ag_catalog.cypher('heimdall_graph', $$ {query} $$) AS (n ag_catalog.agtype)"
        );
        denied(&mut client, &sql);
    }
    assert_eq!(database.snapshot(), before);
}

#[test]
fn a_role_with_neither_can_do_nothing() {
    let (_database, mut client) = as_member(&[]);
    for sql in OWNER_ONLY.into_iter().chain([
        "SELECT * FROM heimdall.source",
        "SELECT * FROM heimdall.batch",
        "SELECT * FROM heimdall.node",
        "SELECT heimdall.create_source('own', 'csv')",
        "SELECT heimdall.set_source('logins')",
        "SELECT heimdall.presets()",
        "SELECT heimdall._declared('csv', NULL, NULL, NULL)",
        "SELECT heimdall.ingest_csv('logins', 'x')",
        "SELECT heimdall.graph()",
        "SELECT heimdall.canonical_ip('192.0.2.1')",
        "SELECT heimdall.canonical_key('user', 'ada')",
        "SELECT * FROM heimdall.lookup('ip', '192.0.2.1')",
        "SELECT heimdall.lookup_error('ip', '192.0.2.1')",
        "SELECT * FROM heimdall.search('192.0.2.1')",
        "SELECT * FROM heimdall.path('ip', '192.0.2.1', 'ip', '192.0.2.2')",
        "SELECT * FROM heimdall.timeline('ip', '192.0.2.1')",
        "SELECT * FROM heimdall.top('seen')",
        "SELECT * FROM heimdall.similar('example.org')",
        "SELECT * FROM heimdall.look_alike",
        "SELECT * FROM heimdall._look_alikes_waiting('Domain', 1)",
        "SELECT * FROM heimdall.cypher('RETURN 1')",
        "SELECT * FROM heimdall.export_csv()",
        "SELECT * FROM heimdall.export_stix()",
        "SELECT * FROM heimdall_in.logins",
        "SELECT heimdall.retry_rejects(1)",
        "SELECT * FROM heimdall.reject_summary()",
        "SELECT heimdall.reveal_reject(1, 1, 'case 4711')",
        "SELECT * FROM heimdall.ingest_progress",
        "SELECT * FROM heimdall.last_report()",
        "SELECT * FROM heimdall.feeds()",
        "SELECT heimdall._brings()",
        "INSERT INTO heimdall_in.stream VALUES ('logins', 'x')",
        "INSERT INTO heimdall_in.logins VALUES ('x', 'x', 'x', 'x', 'x')",
        "SELECT * FROM heimdall_graph.\"Ip\"",
        "SELECT * FROM ag_catalog.ag_graph",
    ]) {
        denied(&mut client, sql);
    }
}

/// What an operator, a carrier of changes or an auditor is not to see.
const DATA: [&str; 8] = [
    "SELECT * FROM heimdall.node",
    "SELECT * FROM heimdall.sighting",
    "SELECT * FROM heimdall.rejects",
    "SELECT * FROM heimdall.look_alike",
    "SELECT * FROM heimdall_graph.\"Ip\"",
    "SELECT * FROM heimdall_graph._ag_label_vertex",
    "SELECT * FROM heimdall.lookup('ip', '192.0.2.1')",
    "SELECT * FROM ag_catalog.ag_graph",
];

#[test]
fn those_who_carry_changes_follow_the_log_and_nothing_else() {
    let (database, mut client) = as_member(&["heimdall_sync", "heimdall_tlp_amber"]);
    let mut run = |sql: &str| text_rows(&mut client, sql).expect(sql);
    let begin = run("SELECT heimdall.create_reader('peer')")[0][0].clone();
    let changes = format!("SELECT cursor FROM heimdall.changes('{begin}')");
    // Other transactions of the server may hold the log back for a while.
    eventually("the log can be read", || run(&changes).len() == 12);
    assert_eq!(run(&changes), database.rows(&changes), "as the owner reads it");
    let last = run(&changes)[11][0].clone();
    run(&format!("SELECT heimdall.acknowledge('peer', '{last}')"));
    assert_eq!(run("SELECT name, lag_segments FROM heimdall.readers"), [["peer", "0"]]);
    run("SELECT heimdall.drop_reader('peer')");
    for sql in DATA.into_iter().chain([
        "SELECT * FROM heimdall.batch",
        "SELECT * FROM heimdall.reader",
        "DELETE FROM heimdall.change_log",
        "SELECT * FROM heimdall.prune_changes('0')",
        "SELECT * FROM heimdall.explain_access(current_user, 'ip', '192.0.2.1')",
        "SELECT heimdall.ingest_csv('logins', 'x')",
    ]) {
        denied(&mut client, sql);
    }
}

#[test]
fn those_who_carry_changes_carry_what_they_are_cleared_for() {
    let (_database, mut client) = as_member(&["heimdall_sync", "heimdall_tlp_green"]);
    for sql in ["SELECT * FROM heimdall.changes()", "SELECT * FROM heimdall.change_log"] {
        assert_eq!(text_rows(&mut client, sql), Ok(vec![]), "{sql}");
    }
}

#[test]
fn administrators_keep_it_running_and_see_no_record() {
    let (database, mut client) = as_member(&["heimdall_admin"]);
    database.run("INSERT INTO heimdall.node (key, gid, tlp) VALUES ('Ip:astray', '1', 0)");
    let mut run = |sql: &str| text_rows(&mut client, sql).expect(sql);
    run("SELECT heimdall.create_source('own', 'csv')");
    run("SELECT heimdall.create_reader('peer')");
    let broken = "SELECT violations, example FROM heimdall.check() WHERE violations > 0 ORDER BY invariant";
    assert!(run(broken).iter().all(|row| row[1] == "∅"), "an example is a record");
    assert!(run(broken).iter().any(|row| row[0] == "1"), "what is broken is counted");
    run("SELECT * FROM heimdall.refresh_similar()");
    run("SELECT * FROM heimdall.prune_changes('0')");
    run("SELECT heimdall.drop_reader('peer')");
    assert_eq!(run("SELECT name FROM heimdall.source ORDER BY 1"), [["logins"], ["own"]]);
    assert_eq!(run("SELECT id, source FROM heimdall.batch"), [["1", "logins"]], "which they take back");
    for sql in DATA.into_iter().chain([
        "UPDATE heimdall.batch SET tlp = 0",
        "SELECT * FROM heimdall.change_log",
        "SELECT * FROM heimdall.changes()",
        "SELECT * FROM heimdall.data_key",
        "SELECT heimdall.ingest_csv('logins', 'x')",
        "SELECT heimdall._unseal('a', 'b', 'c')",
        "SELECT heimdall._limit_rows('heimdall.node', 'true')",
    ]) {
        denied(&mut client, sql);
    }
}

#[test]
fn an_administrator_who_ingests_does_not_see_what_was_rejected_of_others() {
    let (database, mut client) = as_member(&["heimdall_admin", "heimdall_ingest"]);
    database.run("SELECT heimdall.set_source('logins', reject_limit => 1)");
    let rejected = database.ingest("logins", LOGINS_CSV.replace("192.0.2.1,", "no address,")).rejected;
    assert_ne!(rejected, 0);
    let mut run = |sql: &str| text_rows(&mut client, sql).expect(sql);
    assert_eq!(run("SELECT count(*) FROM heimdall.batch"), [["2"]]);
    assert_eq!(run("SELECT count(*) FROM heimdall.rejects"), [["0"]]);
}

#[test]
fn auditors_see_no_record() {
    let (_database, mut client) = as_member(&["heimdall_auditor", "heimdall_tlp_red"]);
    let may =
        |sql: &&str| ["audit", "key_status", "hash_key_fits", "erased"].iter().any(|own| sql.contains(own));
    for sql in OWNER_ONLY.into_iter().filter(|sql| !may(sql)).chain(DATA).chain([
        "SELECT * FROM heimdall.batch",
        "SELECT * FROM heimdall.changes()",
        "SELECT * FROM heimdall.check()",
        "SELECT heimdall.create_source('own', 'csv')",
    ]) {
        denied(&mut client, sql);
    }
}

#[test]
fn an_operator_who_is_cleared_is_told_which_record_is_broken() {
    let (database, mut client) = as_member(&["heimdall_admin", "heimdall_tlp_red"]);
    database.run("INSERT INTO heimdall.node (key, gid, tlp) VALUES ('Ip:astray', '1', 0)");
    let broken =
        "SELECT example FROM heimdall.check() WHERE invariant = 'a row of the registry has a vertex'";
    assert_eq!(text_rows(&mut client, broken), Ok(vec![vec!["Ip:astray".to_owned()]]));
}

#[test]
fn auditors_read_the_audit_trail_and_nothing_else() {
    let (_database, mut client) = as_member(&["heimdall_auditor"]);
    let mut rows = |sql: &str| text_rows(&mut client, sql).expect(sql).len();
    assert_eq!(rows("SELECT * FROM heimdall.audit"), 4);
    assert_eq!(rows("SELECT * FROM heimdall.verify_audit(heimdall.audit_heads()) WHERE reason IS NULL"), 1);
    assert_eq!(rows("SELECT * FROM heimdall.export_audit()"), 4);
    for sql in [
        "SELECT heimdall._audit('test', 'x')",
        "INSERT INTO heimdall.audit SELECT * FROM heimdall.audit",
        "DELETE FROM heimdall.audit",
        "ALTER TABLE heimdall.audit DISABLE TRIGGER ALL",
        "SELECT * FROM heimdall.source",
        "SELECT * FROM heimdall.batch",
        "SELECT * FROM heimdall.node",
        "SELECT * FROM heimdall.lookup('ip', '192.0.2.1')",
        "SELECT heimdall.reveal('ip', '192.0.2.1', 'note', 'case 4711')",
        "SELECT heimdall.ingest_csv('logins', 'x')",
        "SELECT * FROM heimdall_graph.\"Ip\"",
    ] {
        denied(&mut client, sql);
    }
}

#[test]
fn administrators_verify_the_audit_trail_and_do_not_read_it() {
    let (_database, mut client) = as_member(&["heimdall_admin"]);
    let holds = "SELECT sum(entries) FROM heimdall.verify_audit() WHERE reason IS NULL";
    assert_eq!(text_rows(&mut client, holds), Ok(vec![vec!["4".to_owned()]]));
    for sql in ["SELECT * FROM heimdall.audit", "SELECT heimdall.export_audit()"] {
        denied(&mut client, sql);
    }
}

#[test]
fn no_function_is_for_everyone() {
    let open = "SELECT p.oid::regprocedure::text FROM pg_proc AS p, \
                aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) AS a \
                WHERE p.pronamespace = 'heimdall'::regnamespace AND a.grantee = 0";
    assert_eq!(Database::new().rows(open), Vec::<Vec<String>>::new());
}

#[test]
fn where_the_keys_are_is_not_for_everyone() {
    let (_database, mut client) = as_member(&["heimdall_ingest", "heimdall_analyst"]);
    denied(&mut client, "SHOW heimdall.master_key_file");
    for sql in ["SET heimdall.master_key_file = '/tmp/x'", "SET heimdall.hash_key_file = '/tmp/x'"] {
        let failure: Failure = text_rows(&mut client, sql).expect_err(sql);
        assert_eq!(failure.code, "55P02", "{sql}");
    }
}
