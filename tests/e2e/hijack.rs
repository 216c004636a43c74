//! What a user names like ours is not run as the owner, and what he puts into names is not run at all.

use heimdall_tests::{Database, copy, ingest, text_rows};

use crate::dumps::{LOGINS, LOGINS_CSV, with_logins};

/// Operators, functions and tables with names that our functions use, which write down who has called them.
const TRAPS: &str = r#"
CREATE TABLE evil.witness (runs_as name, what text);
GRANT USAGE ON SCHEMA evil TO PUBLIC;
GRANT INSERT ON evil.witness TO PUBLIC;
CREATE FUNCTION evil.note(what text) RETURNS void LANGUAGE sql AS
    'INSERT INTO evil.witness VALUES (current_user, what)';
CREATE FUNCTION evil.same(a text, b text) RETURNS boolean LANGUAGE plpgsql AS
    $$BEGIN PERFORM evil.note('='); RETURN a OPERATOR(pg_catalog.=) b; END$$;
CREATE OPERATOR evil.= (LEFTARG = text, RIGHTARG = text, FUNCTION = evil.same);
CREATE FUNCTION evil.same(a name, b text) RETURNS boolean LANGUAGE plpgsql AS
    $$BEGIN PERFORM evil.note('name ='); RETURN a::text OPERATOR(pg_catalog.=) b; END$$;
CREATE OPERATOR evil.= (LEFTARG = name, RIGHTARG = text, FUNCTION = evil.same);
CREATE FUNCTION evil.like_it(a text, b text) RETURNS boolean LANGUAGE plpgsql AS
    $$BEGIN PERFORM evil.note('!~'); RETURN false; END$$;
CREATE OPERATOR evil.!~ (LEFTARG = text, RIGHTARG = text, FUNCTION = evil.like_it);
CREATE FUNCTION evil.less(a bigint, b bigint) RETURNS boolean LANGUAGE plpgsql AS
    $$BEGIN PERFORM evil.note('<'); RETURN a OPERATOR(pg_catalog.<) b; END$$;
CREATE OPERATOR evil.< (LEFTARG = bigint, RIGHTARG = bigint, FUNCTION = evil.less);
CREATE FUNCTION evil.format(a text, VARIADIC b text[]) RETURNS text LANGUAGE plpgsql AS
    $$BEGIN PERFORM evil.note('format'); RETURN 'SELECT 1'; END$$;
CREATE FUNCTION evil.unnest(a text[]) RETURNS SETOF text LANGUAGE plpgsql AS
    $$BEGIN PERFORM evil.note('unnest'); RETURN; END$$;
CREATE FUNCTION evil.jsonb_array_elements_text(a jsonb) RETURNS SETOF text LANGUAGE plpgsql AS
    $$BEGIN PERFORM evil.note('jsonb_array_elements_text'); RETURN; END$$;
CREATE FUNCTION evil.nextval(a text) RETURNS bigint LANGUAGE plpgsql AS
    $$BEGIN PERFORM evil.note('nextval'); RETURN 1; END$$;
CREATE FUNCTION evil.add(a numeric, b bigint) RETURNS numeric LANGUAGE plpgsql AS
    $$BEGIN PERFORM evil.note('sum'); RETURN 0; END$$;
CREATE AGGREGATE evil.sum(bigint) (SFUNC = evil.add, STYPE = numeric, INITCOND = '0');
CREATE TABLE evil.node (key text, gid bigint, tlp smallint);
CREATE TABLE evil.batch (id bigint, source text);
CREATE TEMPORARY TABLE source (name text, format text, mapping jsonb);
CREATE TEMPORARY TABLE unnest (key text);
CREATE TEMPORARY TABLE ag_label (name name, id integer, graph oid, kind "char");
"#;

/// A database in which a role with that membership has set the traps and put them first on its path.
fn trapped(groups: &[&str]) -> (Database, postgres::Client) {
    let database = with_logins();
    database.ingest("logins", LOGINS_CSV);
    let role = database.role("evil", groups);
    database.run(&format!("CREATE SCHEMA evil AUTHORIZATION {role}"));
    let mut client = database.connect_as(&role);
    client.batch_execute(TRAPS).expect("the traps");
    client.batch_execute("SET search_path = evil, pg_temp, pg_catalog, public").expect("the path");
    (database, client)
}

fn nobody_was_caught(database: &Database) {
    let caught = "SELECT DISTINCT runs_as, what FROM evil.witness WHERE runs_as NOT LIKE '%\\_evil'";
    assert_eq!(database.rows(caught), Vec::<Vec<String>>::new());
}

#[test]
fn a_search_path_of_those_who_ingest_changes_nothing() {
    let (database, mut client) = trapped(&["heimdall_ingest"]);
    let source = format!("SELECT heimdall.create_source('own', 'csv', $mapping${LOGINS}$mapping$)");
    text_rows(&mut client, &source).expect("create_source");
    text_rows(&mut client, &format!("SELECT heimdall.set_mapping('own', $mapping${LOGINS}$mapping$)"))
        .expect("set_mapping");
    text_rows(&mut client, "SELECT heimdall.create_source('inferred', 'csv')").expect("create_source");
    let first = ingest(&mut client, "own", LOGINS_CSV.as_bytes()).expect("ingest");
    assert!(ingest(&mut client, "own", LOGINS_CSV.as_bytes()).expect("ingest").duplicate);
    ingest(&mut client, "inferred", b"addr,site,mail\n192.0.2.1,example.org,a@example.org\n")
        .expect("inferred");
    let more = LOGINS_CSV.replace("ada", "bob");
    let statement = "COPY heimdall_in.own FROM STDIN (FORMAT csv, HEADER)";
    copy(&mut client, statement, more.as_bytes()).expect("copy");
    nobody_was_caught(&database);
    assert_eq!((first.vertices_created, first.vertices_merged), (0, 6));
    assert_eq!(database.strays(), "0");
    // It is the caller's again afterwards.
    assert_eq!(
        text_rows(&mut client, "SHOW search_path"),
        Ok(vec![vec!["evil, pg_temp, pg_catalog, public".to_owned()]])
    );
}

#[test]
fn a_search_path_of_administrators_changes_nothing() {
    let (database, mut client) = trapped(&["heimdall_admin"]);
    for statement in [
        "SELECT * FROM heimdall.key_status()",
        "SELECT heimdall.rotate_data_key('logins')",
        "SELECT heimdall.rewrap_keys()",
        "SELECT * FROM heimdall.erase_subject('ip', '192.0.2.2', 'x')",
        "SELECT * FROM heimdall.erased('ip', '192.0.2.2')",
        "SELECT heimdall.destroy_data_key(1, 'x')",
    ] {
        assert_eq!(text_rows(&mut client, statement).expect(statement).len(), 1);
    }
    nobody_was_caught(&database);
    assert_eq!(database.strays(), "0");
}

#[test]
fn a_search_path_of_analysts_changes_no_answer() {
    let (database, mut client) = trapped(&["heimdall_analyst", "heimdall_tlp_red"]);
    let mut plain = database.connect();
    for question in [
        "SELECT * FROM heimdall.lookup('ip', '192.0.2.2')",
        "SELECT * FROM heimdall.provenance('ip', '192.0.2.2')",
        "SELECT * FROM heimdall.neighbors('ip', '192.0.2.2', 2)",
        "SELECT * FROM heimdall.correlate('192.0.2.1', '192.0.2.2')",
        "SELECT * FROM heimdall.overlap('logins', ARRAY['logins'])",
        "SELECT * FROM heimdall.search('192.0.2.0/24', since => '2020-01-01')",
        "SELECT * FROM heimdall.search('*.example.org')",
        "SELECT * FROM heimdall.path('ip', '192.0.2.1', 'domain', 'mail.example.org')",
        "SELECT * FROM heimdall.timeline('ip', '192.0.2.2')",
        "SELECT * FROM heimdall.top('connected')",
        "SELECT * FROM heimdall.top('seen', 'ip', source => 'logins')",
        "SELECT * FROM heimdall.neighbors('ip', '192.0.2.2', 2, '{ip}', '{REACHED}')",
        "SELECT * FROM heimdall.correlate(ARRAY['192.0.2.1', '192.0.2.2'], 5)",
        "SELECT * FROM heimdall.as_of('infinity', 'ip', '192.0.2.2')",
        "SELECT * FROM heimdall.changes_between('2020-01-01', change => 'new')",
        "SELECT * FROM heimdall.similar('mai1.example.org')",
        "SELECT * FROM heimdall.cypher('MATCH (n:Ip) WHERE n.value = $ip RETURN n.value', '{\"ip\": \"192.0.2.1\"}')",
        "SELECT * FROM heimdall.export_csv(max_tlp => 'amber')",
        "SELECT * FROM heimdall.export_stix(max_tlp => 'amber')",
        "SELECT heimdall.reveal('user', 'ada', 'value', 'case 4711')",
    ] {
        assert_eq!(
            text_rows(&mut client, question).expect(question),
            text_rows(&mut plain, question).expect(question)
        );
    }
    let called = "SELECT count(*) FROM evil.witness";
    assert_eq!(database.value(called), "0");
}

#[test]
fn a_search_path_of_operators_runs_nothing_of_theirs() {
    let (database, mut client) = trapped(&["heimdall_admin", "heimdall_sync", "heimdall_auditor"]);
    for action in [
        "SELECT * FROM heimdall.check(true)",
        "SELECT heimdall.create_reader('own', 'latest')",
        "SELECT heimdall.acknowledge('own', '0-0')",
        "SELECT * FROM heimdall.prune_changes('0')",
        "SELECT heimdall.drop_reader('own')",
        "SELECT * FROM heimdall.changes(max_segments => 5) LIMIT 1",
        "SELECT * FROM heimdall.explain_access(current_user, 'ip', '192.0.2.2')",
        "SELECT * FROM heimdall.policy",
        "SELECT heimdall.set_rule('logins', 'src', 'hash')",
        "SELECT * FROM heimdall.reapply_policy('logins')",
        "SELECT heimdall.drop_rule('logins', 'src')",
        "SELECT heimdall.pii_encrypt('logins', 'Ip:192.0.2.1', 'note', 'x')",
        "SELECT * FROM heimdall.erase_subject('ip', '192.0.2.1', 'request 17')",
        "SELECT * FROM heimdall.erased('ip', '192.0.2.1')",
        "SELECT * FROM heimdall.key_status()",
        "SELECT heimdall.rotate_data_key()",
        "SELECT heimdall.rewrap_keys()",
        "SELECT heimdall.destroy_data_key(1, 'request 17')",
    ] {
        if let Err(failure) = text_rows(&mut client, action) {
            // Nothing of the log is left for the last of them.
            assert_eq!(failure.code, "55000", "{action}: {failure:?}");
        }
    }
    assert_eq!(database.value("SELECT count(*) FROM evil.witness"), "0");
}

#[test]
fn a_search_path_of_auditors_changes_nothing() {
    let (database, mut client) = trapped(&["heimdall_auditor"]);
    let mut plain = database.connect();
    for question in [
        "SELECT * FROM heimdall.verify_audit(heimdall.audit_heads())",
        "SELECT heimdall.export_audit(since => '2020-01-01')",
    ] {
        assert_eq!(
            text_rows(&mut client, question).expect(question),
            text_rows(&mut plain, question).expect(question)
        );
    }
    assert_eq!(database.value("SELECT count(*) FROM evil.witness"), "0");
}

#[test]
fn the_traps_do_catch_who_walks_into_them() {
    let (database, mut client) = trapped(&["heimdall_ingest"]);
    text_rows(&mut client, "SELECT 'a'::text = 'b'::text").expect("the caller's own statement");
    assert_eq!(database.value("SELECT what FROM evil.witness"), "=");
}

const SQL: &str = r#"x"; DROP SCHEMA heimdall CASCADE; --"#;

#[test]
fn sql_in_a_name_of_a_source_or_a_label_is_refused() {
    let database = Database::new();
    let quoted = SQL.replace('"', "\\\"");
    for mapping in [
        format!(r#"{{"entities": {{"a": {{"label": "{quoted}", "key": "a"}}}}}}"#),
        format!(
            r#"{{"entities": {{"a": {{"label": "Ip", "key": "a"}}}},
                 "relations": [{{"from": "a", "type": "{quoted}", "to": "a"}}]}}"#
        ),
    ] {
        let sql = format!("SELECT heimdall.create_source('a', 'csv', $mapping${mapping}$mapping$)");
        assert_eq!(database.failure(&sql).code, "22023", "{mapping}");
    }
    let mut client = database.connect();
    let created = client.execute("SELECT heimdall.create_source($1, 'csv')", &[&SQL]);
    assert_eq!(created.expect_err("no name").code().map(|code| code.code()), Some("42602"));
    assert_eq!(database.refused(SQL, "a\n").code, "42704");
}

#[test]
fn sql_in_a_name_of_a_column_is_a_name() {
    let database = Database::new();
    let names = [
        SQL,
        "a'); DROP SCHEMA heimdall CASCADE; --",
        "$mapping$ || 1 || $mapping$",
        "%1$I %s %L",
        "{table} {sequence} {label}",
        "back\\slash",
    ];
    let columns: Vec<String> = names.iter().map(|name| format!("{name:?}")).collect();
    let mapping = format!(
        r#"{{"columns": [{0}], "entities": {{{1}: {{"label": "Text", "key": {1}, "properties": {{{2}: {2}}}}}}}}}"#,
        columns.join(", "),
        columns[0],
        columns[1],
    );
    let mut client = database.connect();
    client
        .execute("SELECT heimdall.create_source('a', 'csv', $1::text::jsonb)", &[&mapping])
        .expect("create_source");
    let values: Vec<String> = names.iter().map(|name| format!("\"{}\"", name.replace('"', "\"\""))).collect();
    let row = values.join(",");
    let report = ingest(&mut client, "a", format!("{row}\n{row}\n").as_bytes()).expect("ingest");
    assert_eq!((report.accepted, report.vertices_created), (1, 2));
    let statement = "COPY heimdall_in.a FROM STDIN (FORMAT csv, HEADER match)";
    assert_eq!(copy(&mut client, statement, format!("{row}\n{row}\n").as_bytes()), Ok(1));
    let found = client.query("SELECT label FROM heimdall.neighbors('text', $1)", &[&SQL]).expect("neighbors");
    assert_eq!(found.len(), 1);
    assert_eq!(database.unsealed(&format!("Text:{SQL}"), names[1]), names[1]);
}

/// What a record says of itself, by the names of what it has.
const RESERVED: [&str; 10] =
    ["tlp", "sealed", "value", "id", "label", "properties", "key", "first_seen", "__id__", "start_id"];

#[test]
fn a_key_of_a_dump_does_not_pass_for_what_a_record_says_of_itself() {
    let database = Database::new();
    let mapping = r#"{"entities": {"a": {"label": "Ip", "key": "ip"}}, "tlp": "amber"}"#;
    database.source("a", "ndjson", mapping);
    let members = RESERVED.map(|name| format!(r#""{name}": "forged""#)).join(", ");
    let dump = format!("{{\"ip\": \"192.0.2.1\", {members}}}\n");
    assert_eq!(database.ingest("a", &dump).accepted, 1);
    let ip = database.value("SELECT key FROM heimdall.lookup('ip', '192.0.2.1')");
    let record = database.value("SELECT key FROM heimdall.node WHERE key LIKE 'Record:%'");
    for key in [&ip, &record] {
        assert_eq!(database.value(&format!("SELECT tlp FROM heimdall.node WHERE key = '{key}'")), "2");
        // As Cypher sees it, and whoever reads the table of the label.
        let stored = "SELECT v.properties::text FROM heimdall_graph._ag_label_vertex AS v";
        for row in database.rows(stored) {
            assert!(!row[0].contains("\"forged\""), "a member in clear");
        }
    }
    assert_eq!(database.property(&record, "tlp"), "2");
    assert_eq!(database.property(&ip, "value"), "192.0.2.1");
    assert_eq!(database.unsealed(&record, "tlp_"), "forged");
    assert_eq!(database.unsealed(&record, "sealed_"), "forged");
}

#[test]
fn an_odd_member_of_a_dump_is_taken_whole_or_not_at_all() {
    let database = Database::new();
    database.source("a", "ndjson", r#"{"entities": {"a": {"label": "Ip", "key": "ip"}}}"#);
    let long = format!(r#""{}": 1"#, "k".repeat(5_000));
    for member in [
        r#""\u0000": 1"#,
        r#""a": "\u0000""#,
        r#""\ud800": 1"#,
        r#""it's": 1"#,
        r#""$1": 1"#,
        r#""a\"b": 1"#,
        r#"" ": 1"#,
        &long,
    ] {
        let before = database.snapshot();
        let dump = format!("{{\"ip\": \"192.0.2.1\", {member}}}\n");
        let outcome = ingest(&mut database.connect(), "a", dump.as_bytes());
        let is_whole = outcome.is_ok_and(|report| report.accepted == 1);
        assert!(is_whole || database.snapshot() == before, "{member}: half of it is there");
    }
}

#[test]
fn a_property_cannot_be_named_like_what_a_record_says_of_itself() {
    let database = Database::new();
    for name in ["tlp", "sealed", "value"] {
        let mapping = format!(
            r#"{{"columns": ["ip", "x"],
                 "entities": {{"a": {{"label": "Ip", "key": "ip", "properties": {{"{name}": "x"}}}}}}}}"#
        );
        let sql = format!("SELECT heimdall.create_source('a', 'csv', $mapping${mapping}$mapping$)");
        assert_eq!(database.failure(&sql).code, "22023", "{name}");
    }
}

#[test]
fn cypher_in_a_value_is_a_value() {
    let database = with_logins();
    database.ingest("logins", LOGINS_CSV);
    let vertices = database.value("SELECT count(*) FROM heimdall.node");
    let mut client = database.connect();
    for value in [
        "' OR true //",
        "\" OR true //",
        "$$) AS x; DROP SCHEMA heimdall CASCADE; --",
        "`}) DETACH DELETE n //",
        "\\",
    ] {
        let found = client
            .query(
                "SELECT * FROM heimdall.cypher('MATCH (n) WHERE n.value = $v RETURN n', jsonb_build_object('v', $1::text))",
                &[&value],
            )
            .expect("a value");
        assert!(found.is_empty(), "{value}");
        for question in
            ["SELECT key FROM heimdall.search($1)", "SELECT key FROM heimdall.lookup('domain', $1)"]
        {
            if let Ok(rows) = client.query(question, &[&value]) {
                assert!(rows.is_empty(), "{value}");
            }
        }
        let escape = format!("MATCH (n) RETURN n $heimdall$ {value} $cypher$ $$");
        let _ = client.query("SELECT * FROM heimdall.cypher($1)", &[&escape]);
    }
    assert_eq!(database.value("SELECT count(*) FROM heimdall.node"), vertices);
}
