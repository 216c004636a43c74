//! Arrays, computed values and conditions, and what rules make of them.

use heimdall_tests::Database;

const DNS: &str = r#"{"values": {"account": {"template": "{domain}\\{user}"}}, "tlp": "amber", "time": "ts",
    "entities": {"who": {"label": "User", "key": "account"}, "name": {"label": "Domain", "key": "query"},
                 "addr": {"label": "Ip", "key": "answers[].rdata", "when": {"answers[].type": "A"}}},
    "relations": [{"from": "who", "type": "ASKED_FOR", "to": "name", "properties": {"account": "account"}},
                  {"from": "name", "type": "RESOLVES_TO", "to": "addr", "properties": {"ttl": "answers[].ttl"}}],
    "fields": {"answers": {"rule": "keep"}}}"#;
const ANSWERS: &str = r#"{"ts": 1767225600, "domain": "CORP", "user": "ada", "query": "www.example.org", "answers": [{"type": "A", "rdata": "192.0.2.1", "ttl": 60}, {"type": "A", "rdata": "192.0.2.2", "ttl": 5}, {"type": "TXT", "rdata": "v=spf1"}]}"#;

fn dns() -> Database {
    let database = Database::new();
    database.source("dns", "ndjson", DNS);
    database
}

fn keys(database: &Database) -> Vec<String> {
    let keys =
        "SELECT regexp_replace(key, '[0-9a-f]{64}', '…') FROM heimdall.node ORDER BY key COLLATE \"C\"";
    database.rows(keys).into_iter().flatten().collect()
}

#[test]
fn arrays_and_computed_values_become_vertices_and_edges() {
    let database = dns();
    assert_eq!(database.ingest("dns", ANSWERS).accepted, 1);
    assert_eq!(keys(&database), ["Domain:www.example.org", "Ip:192.0.2.1", "Ip:192.0.2.2", "User:…"]);
    assert_eq!(database.rows("SELECT key FROM heimdall.lookup('user', 'CORP\\ada')").len(), 1);
    let ttl = "SELECT properties::text::jsonb ->> 'ttl' FROM heimdall_graph.\"RESOLVES_TO\" ORDER BY 1";
    assert_eq!(database.rows(ttl), [["5"], ["60"]]);
}

#[test]
fn the_policy_shows_columns_and_computed_values() {
    let database = dns();
    database.ingest("dns", ANSWERS);
    let policy = "SELECT field, coalesce(used_as, ''), rule, origin FROM heimdall.policy";
    assert_eq!(
        database.rows(policy),
        [
            ["account", "key of User", "hash", "use"],
            ["answers", "key of Ip", "keep", "mapping"],
            ["domain", "", "encrypt", "none"],
            ["query", "key of Domain", "keep", "use"],
            ["ts", "time", "keep", "use"],
            ["user", "", "encrypt", "none"],
        ]
    );
    database.run("SELECT heimdall.set_rule('dns', 'user', 'drop')");
    let of = |field: &str| database.rows(&format!("{policy} WHERE field = '{field}'")).remove(0);
    assert_eq!(of("account"), ["account", "key of User", "drop", "inputs"]);
    database.run("SELECT heimdall.set_rule('dns', 'account', 'keep')");
    assert_eq!(of("account"), ["account", "key of User", "keep", "set"]);
}

#[test]
fn what_is_dropped_is_not_had_back_by_computing() {
    let database = dns();
    database.run("SELECT heimdall.set_rule('dns', 'user', 'drop')");
    database.ingest("dns", ANSWERS);
    assert_eq!(keys(&database), ["Domain:www.example.org", "Ip:192.0.2.1", "Ip:192.0.2.2"]);
}

#[test]
fn keys_in_arrays_and_computed_ones_go_under_the_rules_of_now() {
    let database = dns();
    database.ingest("dns", ANSWERS);
    database.run("SELECT heimdall.set_rule('dns', 'answers', 'hash')");
    database.run("SELECT heimdall.set_rule('dns', 'account', 'keep')");
    let anew = || database.value("SELECT keys_to_ingest_anew FROM heimdall.reapply_policy('dns')");
    assert_eq!(anew(), "{}");
    assert_eq!(keys(&database), ["Domain:www.example.org", "Ip:…", "Ip:…", "User:corp\\ada"]);
    database.run("SELECT heimdall.drop_rule('dns', 'account')");
    database.run("SELECT heimdall.set_rule('dns', 'user', 'drop')");
    assert_eq!(anew(), "{account}");
}

#[test]
fn one_column_may_hold_keys_of_several_kinds() {
    let database = Database::new();
    let mapping = r#"{"tlp": "green", "entities": {
        "ip": {"label": "Ip", "key": "value", "when": {"value": {"kind": "ip"}}},
        "mail": {"label": "Email", "key": "value", "when": {"value": {"kind": "email"}}}}}"#;
    database.source("iocs", "csv", mapping);
    let dump = "value\n192.0.2[.]1\nada@example.org\nneither\n";
    let report = "SELECT rows_accepted FROM heimdall.ingest_csv('iocs', $d$";
    database.run("UPDATE heimdall.source SET reject_limit = 1");
    assert_eq!(database.value(&format!("{report}{dump}$d$)")), "3");
    let plain = || keys(&database).into_iter().filter(|key| !key.starts_with("Record")).collect::<Vec<_>>();
    assert_eq!(plain(), ["Email:…", "Ip:192.0.2.1"]);
    // By their kinds they were stored in two ways: either rule moves those that were not stored so.
    for (rule, stored) in [("keep", ["Email:ada@example.org", "Ip:192.0.2.1"]), ("hash", ["Email:…", "Ip:…"])]
    {
        database.run(&format!("SELECT heimdall.set_rule('iocs', 'value', '{rule}')"));
        database.run("SELECT heimdall.reapply_policy('iocs')");
        assert_eq!(plain(), stored);
    }
}

#[test]
fn a_mistake_is_named_by_its_path() {
    let database = Database::new();
    let failure = database.failure(
        r#"SELECT heimdall.create_source('s', 'csv', '{"values": {"v": {"from": "a", "pattern": "("}},
           "entities": {"e": {"label": "Ip", "key": "v"}}}')"#,
    );
    assert_eq!(failure.code, "22023");
    assert!(failure.detail.contains("values.v.pattern"), "{failure:?}");
}

#[test]
fn inference_says_why() {
    let database = Database::new();
    let sample = "when,client,user,password\n2026-01-01T10:00:00Z,192.0.2.1,ada,hunter2\n";
    let shown = database.rows(&format!(
        "SELECT field, role, coalesce(label, ''), confidence, reason FROM heimdall.explain_mapping('{sample}')"
    ));
    let roles: Vec<_> = shown.iter().map(|row| [row[0].as_str(), row[1].as_str(), row[2].as_str()]).collect();
    assert_eq!(
        roles,
        [
            ["when", "time", ""],
            ["client", "entity", "Ip"],
            ["user", "entity", "User"],
            ["password", "property", ""]
        ]
    );
    assert_eq!(shown[1][4], "1 of 1 values are of the kind ip");
    assert!(!format!("{shown:?}").contains("hunter2"));
}
