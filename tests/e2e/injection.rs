//! SQL, Cypher and names of ours in what a user gives us, as a name or in a dump, are names and values, and are not run.

use heimdall_tests::{Database, copy, ingest};

use crate::dumps::{LOGINS_CSV, with_logins};

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
    let cells: Vec<String> = names.iter().map(|name| format!("\"{}\"", name.replace('"', "\"\""))).collect();
    let header = cells.join(",");
    // What says the same as the header in every column would be the header once more, and no row.
    let dump = format!("{header}\n{},$$ \\\n", cells[..cells.len() - 1].join(","));
    let report = ingest(&mut client, "a", dump.as_bytes()).expect("ingest");
    assert_eq!((report.accepted, report.vertices_created), (1, 2));
    let statement = "COPY heimdall_in.a FROM STDIN (FORMAT csv, HEADER match)";
    assert_eq!(copy(&mut client, statement, dump.as_bytes()), Ok(1));
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
