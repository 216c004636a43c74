//! What happens to a field: rules of the mapping, and those that are set beside it.

use heimdall_tests::{Database, text_rows};

use crate::dumps::{LOGINS, LOGINS_CSV, with_logins};

/// A log without relations, so that every row is a record with the other columns in it.
const VISITS: &str = r#"{"columns": ["at", "src", "page", "from", "note"], "time": "at", "tlp": "amber",
    "entities": {"src": {"label": "Ip", "key": "src"}, "page": {"label": "Url", "key": "page"}}, "derive": "none"}"#;
const ROW: &str = "at,src,page,from,note\n2026-03-04T05:06:07+02:00,192.0.2.77,https://example.org/a,198.51.100.9,call me\n";

fn visits(mapping: &str) -> Database {
    let database = Database::new();
    database.source("visits", "csv", mapping);
    database
}

fn set(database: &Database, arguments: &str) {
    database.run(&format!("SELECT heimdall.set_rule({arguments})"));
}

/// A property of the only record.
fn of_record(database: &Database, name: &str) -> String {
    let key = database.value("SELECT key FROM heimdall.node WHERE key LIKE 'Record:%'");
    database.property(&key, name)
}

fn keys(database: &Database) -> Vec<String> {
    let keys = "SELECT key FROM heimdall.node WHERE key NOT LIKE 'Record:%' ORDER BY key COLLATE \"C\"";
    database.rows(keys).into_iter().flatten().collect()
}

#[test]
fn an_address_is_cut_to_its_network_and_a_time_to_its_day() {
    let database = visits(VISITS);
    for field in ["src", "from", "at"] {
        set(&database, &format!("'visits', '{field}', 'truncate'"));
    }
    database.ingest("visits", ROW);
    assert_eq!(keys(&database), ["Cidr:192.0.2.0/24", "Url:https://example.org/a"]);
    assert_eq!(of_record(&database, "from"), "198.51.100.0/24");
    assert_eq!(of_record(&database, "at"), "2026-03-04");
    let seen = "SELECT DISTINCT first_seen, last_seen FROM heimdall.provenance";
    assert_eq!(database.rows(seen), [["2026-03-04 00:00:00+00", "2026-03-04 00:00:00+00"]]);
    assert!(database.rows("SELECT * FROM heimdall.lookup('ip', '192.0.2.77')").is_empty());
    assert_eq!(database.rows("SELECT key FROM heimdall.lookup('cidr', '192.0.2.0/24')").len(), 1);
}

#[test]
fn options_say_how_much_is_cut() {
    let database = visits(VISITS);
    set(&database, r#"'visits', 'src', 'truncate', options => '{"ipv4": 16}'"#);
    set(&database, r#"'visits', 'at', 'truncate', options => '{"time": "month"}'"#);
    set(&database, r#"'visits', 'note', 'truncate', options => '{"characters": 4}'"#);
    set(&database, r#"'visits', 'from', 'truncate', 'red'"#);
    database.ingest("visits", ROW);
    assert_eq!(keys(&database)[0], "Cidr:192.0.0.0/16");
    assert_eq!((of_record(&database, "at"), of_record(&database, "note")), ("2026-03".into(), "call".into()));
    // What has a mark above that of its record is sealed, as its rule leaves it.
    let key = database.value("SELECT key FROM heimdall.node WHERE key LIKE 'Record:%'");
    assert_eq!(database.unsealed(&key, "from"), "198.51.100.0/24");
    for (arguments, path) in [
        (r#"'visits', 'src', 'truncate', options => '{"ipv4": 33}'"#, "fields.src.options"),
        (r#"'visits', 'note', 'keep', options => '{"ipv4": 8}'"#, "fields.note.options"),
        (r#"'visits', 'note', 'keep', options => '{"bits": 8}'"#, "policy"),
        ("'visits', 'note', 'shred'", "policy"),
        ("'visits', 'note', 'keep', 'purple'", "policy"),
        ("'visits', 'src', 'drop'", "fields.src"),
        ("'visits', 'page', 'truncate'", "fields.page"),
        ("'visits', 'page', 'pseudonymise'", "fields.page"),
    ] {
        let failure = database.failure(&format!("SELECT heimdall.set_rule({arguments})"));
        assert_eq!(failure.code, "22023", "{failure:?}");
        assert!(failure.detail.contains(path) && !failure.hint.is_empty(), "{failure:?}");
    }
}

#[test]
fn pseudonyms_keep_prefixes_and_join() {
    let database = visits(VISITS);
    set(&database, "'visits', 'src', 'pseudonymise'");
    set(&database, "'visits', 'from', 'pseudonymise'");
    let row = |src: &str| format!("2026-03-04,{src},https://example.org/a,{src},\n");
    let rows: String = ["192.0.2.1", "192.0.2.2", "192.0.3.1", "2001:db8::1"].map(row).concat();
    database.ingest("visits", format!("at,src,page,from,note\n{rows}{}", row("::ffff:192.0.2.1")));
    let found = keys(&database);
    assert_eq!(found.iter().filter(|key| key.starts_with("PseudonymIp:")).count(), 4, "{found:?}");
    let is_in_clear = |key: &String| key.contains("192.0.2.") || key.contains("2001:db8:");
    assert!(!found.iter().any(is_in_clear), "{found:?}");
    let networks = |bits: u8| {
        database.value(&format!(
            "SELECT count(DISTINCT network(set_masklen(split_part(key, ':', 2)::inet, {bits}))) \
             FROM heimdall.node WHERE key ~ '^PseudonymIp:[0-9.]+$'"
        ))
    };
    assert_eq!((networks(23), networks(24), networks(32)), ("1".into(), "2".into(), "3".into()));
    // The address finds its pseudonym, and what the record has is the same.
    let key = database.rows("SELECT key, sightings FROM heimdall.lookup('ip', '192.0.2.1')");
    assert_eq!((key.len(), key[0][1].as_str()), (1, "2"));
    let pseudonym = key[0][0].split_once(':').expect("a key").1;
    let same = format!(
        "SELECT count(*) FROM heimdall_graph.\"Record\" WHERE properties::text::jsonb ->> 'from' = '{pseudonym}'"
    );
    assert_eq!(database.value(&same), "2");
}

#[test]
fn free_text_is_scrubbed() {
    let database = visits(VISITS);
    set(&database, "'visits', 'note', 'scrub'");
    set(&database, r#"'visits', 'from', 'scrub', options => '{"detect": {"ip": true}}'"#);
    let note = "ask ada.l@example.org, password=hunter2secret, about case 17";
    database.ingest("visits", ROW.replace("call me", &format!("\"{note}\"")));
    let kept = of_record(&database, "note");
    assert!(
        kept.contains("[EMAIL]") && kept.contains("[CREDENTIAL]") && kept.ends_with("about case 17"),
        "{kept}"
    );
    assert_eq!(of_record(&database, "from"), "[IP]");
    let failure = database.failure("SELECT heimdall.set_rule('visits', 'src', 'scrub')");
    assert!(failure.code == "22023" && failure.detail.contains("fields.src"), "{failure:?}");
}

#[test]
fn a_mark_above_that_of_the_record_seals_the_value() {
    let mapping = VISITS.replace(
        "\"derive\"",
        r#""fields": {"note": {"rule": "keep", "tlp": "red"}, "from": {"rule": "keep", "tlp": "green"}}, "derive""#,
    );
    let database = visits(&mapping);
    database.ingest("visits", ROW);
    assert_eq!(of_record(&database, "from"), "198.51.100.9");
    assert_eq!(of_record(&database, "note"), "∅");
    let key = database.value("SELECT key FROM heimdall.node WHERE key LIKE 'Record:%'");
    assert_eq!(database.unsealed(&key, "note"), "call me");
}

#[test]
fn a_rule_that_was_set_goes_before_the_mapping_for_what_follows() {
    let mapping = VISITS
        .replace("\"derive\"", r#""fields": {"note": {"rule": "keep"}, "from": {"rule": "keep"}}, "derive""#);
    let database = visits(&mapping);
    database.ingest("visits", ROW);
    set(&database, "'visits', 'note', 'drop'");
    set(&database, "'*', 'from', 'hash'");
    // Another rule makes another dump of it; the record is the same, as far as what is stored goes.
    let report = database.ingest("visits", ROW.replace("04T", "05T"));
    assert!(!report.duplicate && report.accepted == 1);
    let notes = "SELECT properties::text::jsonb ->> 'note', length(properties::text::jsonb ->> 'from') \
                 FROM heimdall_graph.\"Record\" ORDER BY properties::text::jsonb ->> 'at'";
    assert_eq!(database.rows(notes), [["call me", "12"], ["∅", "64"]]);
    // A mapping that comes later does not take it back.
    database.run(&format!("SELECT heimdall.set_mapping('visits', $mapping${mapping}$mapping$)"));
    database.ingest("visits", ROW.replace("04T", "06T"));
    assert_eq!(database.rows(notes)[2], ["∅", "64"]);
    assert_eq!(database.value("SELECT heimdall.drop_rule('visits', 'note')"), "t");
    assert_eq!(database.value("SELECT heimdall.drop_rule('visits', 'note')"), "f");
    database.ingest("visits", ROW.replace("04T", "07T"));
    assert_eq!(database.rows(notes)[3], ["call me", "64"]);
}

#[test]
fn the_rule_of_a_source_goes_before_that_of_every_source() {
    let database = visits(VISITS);
    set(&database, "'*', 'note', 'drop'");
    set(&database, "'visits', 'note', 'keep'");
    set(&database, "'*', '*', 'hash'");
    database.ingest("visits", ROW);
    assert_eq!(of_record(&database, "note"), "call me");
    assert_eq!(of_record(&database, "from").len(), 64);
    // What nobody has named falls under the rule of every field; keys and times do not.
    assert_eq!(keys(&database), ["Ip:192.0.2.77", "Url:https://example.org/a"]);
}

#[test]
fn a_mapping_that_is_inferred_falls_under_the_rules() {
    let database = Database::new();
    database.run("SELECT heimdall.create_source('leak', 'csv')");
    set(&database, "'*', 'mail', 'drop'");
    set(&database, "'leak', 'addr', 'truncate'");
    database.ingest("leak", "mail,addr,site\na@example.org,192.0.2.1,example.org\n");
    assert_eq!(keys(&database), ["Cidr:192.0.2.0/24", "Domain:example.org"]);
    let policy = "SELECT field, used_as, rule, origin FROM heimdall.policy";
    assert_eq!(
        database.rows(policy),
        [
            ["addr", "key of Ip", "truncate", "set"],
            ["mail", "∅", "drop", "set for every source"],
            ["site", "key of Domain", "keep", "use"]
        ]
    );
}

#[test]
fn the_policy_shows_every_field_and_those_without_a_rule_stand_out() {
    let database = with_logins();
    database.source("visits", "csv", VISITS);
    database.ingest("visits", format!("{ROW}2026-03-04,192.0.2.1,-,,\n"));
    set(&database, "'visits', 'from', 'keep', 'green'");
    let policy = "SELECT field, used_as, rule, tlp, origin, field_values, needs_rule FROM heimdall.policy WHERE source = 'visits'";
    assert_eq!(
        database.rows(policy),
        [
            ["at", "time", "keep", "amber", "use", "2", "f"],
            ["from", "∅", "keep", "amber", "set", "1", "f"],
            ["note", "∅", "encrypt", "red", "none", "1", "t"],
            ["page", "key of Url", "keep", "amber", "use", "1", "f"],
            ["src", "key of Ip", "keep", "amber", "use", "2", "f"],
        ]
    );
    let fields = "SELECT string_agg(field, ' ') FROM heimdall.policy WHERE source = 'logins'";
    assert_eq!(database.value(fields), "bytes host src time user");
    database.ingest("logins", LOGINS_CSV);
    assert_eq!(
        database.value("SELECT field_values FROM heimdall.policy WHERE source = 'logins' AND field = 'user'"),
        "3"
    );
}

#[test]
fn only_those_who_answer_for_the_data_set_rules() {
    let database = with_logins();
    let admin = database.role("admin", &["heimdall_admin"]);
    let mut client = database.connect_as(&admin);
    text_rows(&mut client, "SELECT heimdall.set_rule('logins', 'host', 'hash')").expect("set_rule");
    text_rows(&mut client, "SELECT * FROM heimdall.policy").expect("policy");
    text_rows(&mut client, "SELECT heimdall.drop_rule('logins', 'host')").expect("drop_rule");
    for group in ["heimdall_ingest", "heimdall_analyst", "heimdall_auditor", "heimdall_sync"] {
        let role = database.role(group, &[group]);
        let mut client = database.connect_as(&role);
        for sql in [
            "SELECT heimdall.set_rule('logins', 'host', 'keep')",
            "SELECT heimdall.drop_rule('logins', 'host')",
        ] {
            assert_eq!(text_rows(&mut client, sql).expect_err(sql).code, "42501", "{group}");
        }
    }
    assert_eq!(
        database.rows("SELECT action, object FROM heimdall.audit WHERE action LIKE 'policy.%' ORDER BY at"),
        [["policy.set", "logins/host"], ["policy.drop", "logins/host"]]
    );
    let failure = database.failure("SELECT heimdall.set_rule('nobody', 'host', 'keep')");
    assert_eq!(failure.code, "42704");
    database.run(&format!("SELECT heimdall.set_mapping('logins', $mapping${LOGINS}$mapping$)"));
}
