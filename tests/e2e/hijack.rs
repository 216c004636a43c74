//! What a user names like ours is not run as the owner.

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
    text_rows(&mut client, "SELECT heimdall.set_source('inferred', 'csv', '{}', 0.2)").expect("set_source");
    let first = ingest(&mut client, "own", LOGINS_CSV.as_bytes()).expect("ingest");
    assert!(ingest(&mut client, "own", LOGINS_CSV.as_bytes()).expect("ingest").duplicate);
    ingest(&mut client, "inferred", b"addr,site,mail\n192.0.2.1,example.org,a@example.org\n")
        .expect("inferred");
    text_rows(&mut client, &format!("SELECT heimdall.preview('own', $dump${LOGINS_CSV}$dump$)"))
        .expect("preview");
    let more = LOGINS_CSV.replace("ada", "bob");
    let statement = "COPY heimdall_in.own FROM STDIN (FORMAT csv, HEADER)";
    copy(&mut client, statement, more.as_bytes()).expect("copy");
    for statement in [
        "SELECT heimdall.set_source('own', reject_limit => 1)",
        "INSERT INTO heimdall_in.stream VALUES ('own', E'time,user,src,host,bytes\\n,ada,nowhere,a.example,1\\n')",
        "SELECT * FROM heimdall.reject_summary()",
        "SELECT heimdall.retry_rejects(r.batch) FROM heimdall.rejects AS r",
        "SELECT * FROM heimdall.ingest_progress",
        "SELECT * FROM heimdall.last_report()",
        "SELECT * FROM heimdall.feeds()",
    ] {
        text_rows(&mut client, statement).expect(statement);
    }
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
        "SELECT heimdall.hash_key_fits()",
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
        "SELECT * FROM heimdall.search('*ample*', after => 'Domain:mail.example.org')",
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
        "SELECT heimdall.hash_key_fits()",
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
