//! What a source declares: format, options, preset.

use heimdall_tests::Database;

use crate::dumps::{LOGINS, LOGINS_CSV, LOGINS_NDJSON, with_logins};

const DNS: &str = r#"{"ts": "2026-01-01T10:00:00Z", "id.orig_h": "192.0.2.1", "id.orig_p": 5353, "id.resp_h": "192.0.2.53",
    "id.resp_p": 53, "proto": "udp", "query": "www.example.org", "qtype_name": "A", "rcode_name": "NOERROR"}"#;

#[test]
fn a_preset_is_a_source_in_one_word() {
    let database = Database::new();
    database.run("SELECT heimdall.create_source('dns', preset => 'zeek.dns')");
    database.ingest("dns", DNS.replace('\n', ""));
    assert_eq!(
        database.rows("SELECT edge_type, neighbor FROM heimdall.neighbors('ip', '192.0.2.1') ORDER BY 1, 2"),
        [["CONNECTED_TO", "192.0.2.53"], ["QUERIED", "www.example.org"]]
    );
    assert_eq!(
        database.rows(
            "SELECT s.format, s.preset, s.mapping_origin, s.mapping = p.mapping \
             FROM heimdall.source AS s JOIN heimdall.presets() AS p ON p.name = s.preset"
        ),
        [["zeek", "zeek.dns", "given", "t"]]
    );
}

#[test]
fn what_is_given_goes_before_what_the_preset_says() {
    let database = Database::new();
    database.run(&format!(
        "SELECT heimdall.create_source('logins', 'csv', $mapping${LOGINS}$mapping$, preset => 'zeek.dns')"
    ));
    assert_eq!(database.ingest("logins", LOGINS_CSV).accepted, 3);
}

#[test]
fn presets_say_what_they_are() {
    let database = Database::new();
    let nameless = "SELECT count(*) FROM heimdall.presets() WHERE name = '' OR description = '' OR NOT format = ANY (heimdall.formats())";
    assert_eq!(database.value(nameless), "0");
    assert_ne!(database.value("SELECT count(*) FROM heimdall.presets()"), "0");
}

#[test]
fn what_is_not_valid_is_refused_and_says_why() {
    let database = with_logins();
    for (call, code, part) in [
        ("create_source('a', preset => 'nothing')", "22023", "there is no preset \"nothing\""),
        ("create_source('a', 'nothing')", "22023", "there is no format \"nothing\""),
        ("create_source('a', options => '{\"nothing\": 1}')", "22023", "options of the format"),
        ("create_source('a', options => '[]')", "22023", "JSON object"),
        ("create_source('a', reject_limit => 2)", "22023", "reject_limit"),
        ("create_source('a', mapping => '{\"a\": 1}')", "22023", "mapping"),
        ("create_source('stream')", "42939", "stream"),
        ("set_source('nothing')", "42704", "there is no source"),
        ("set_source('logins', 'nothing')", "22023", "there is no format"),
        ("set_source('logins', options => '{\"nothing\": 1}')", "22023", "options of the format"),
        ("set_source('logins', reject_limit => -1)", "22023", "reject_limit"),
    ] {
        let before = database.snapshot();
        let failure = database.failure(&format!("SELECT heimdall.{call}"));
        assert_eq!(failure.code, code, "{call}: {failure:?}");
        assert!(failure.message.contains(part), "{call}: {failure:?}");
        assert_eq!(database.snapshot(), before);
    }
}

#[test]
fn a_source_can_have_another_format_for_the_dumps_that_follow() {
    let database = with_logins();
    database.run("SELECT heimdall.set_source('logins', 'ndjson', reject_limit => 0.5)");
    assert_eq!(database.ingest("logins", LOGINS_NDJSON).accepted, 3);
    assert_eq!(
        database.rows("SELECT format, options, reject_limit FROM heimdall.source"),
        [["ndjson", "{}", "0.5"]]
    );
    assert_eq!(
        database.rows("SELECT object, detail ->> 'format' FROM heimdall.audit WHERE action = 'source.set'"),
        [["logins", "ndjson"]]
    );
}

#[test]
fn a_format_and_a_name_are_enough_and_so_is_a_name() {
    let database = Database::new();
    database.run("SELECT heimdall.create_source('hosts')");
    database.ingest("hosts", "addr,mac\n192.0.2.1,00:1a:2b:3c:4d:5e\n");
    assert_eq!(database.value("SELECT mapping_origin FROM heimdall.source"), "inferred");
}

#[test]
fn stamps_without_a_year_are_refused_with_the_way_out() {
    let database = Database::new();
    database.run("SELECT heimdall.create_source('auth', preset => 'linux.auth')");
    let dump = "Oct  1 22:14:15 edge sshd[7]: Failed password for root from 192.0.2.7 port 22 ssh2\n";
    let failure = database.refused("auth", dump);
    assert!(failure.hint.contains("heimdall.set_source"), "{failure:?}");
    database.run("SELECT heimdall.set_source('auth', options => '{\"year\": 2026}')");
    assert_eq!(database.ingest("auth", dump).accepted, 1);
    let seen = "SELECT first_seen AT TIME ZONE 'UTC' FROM heimdall.lookup('ip', '192.0.2.7')";
    assert_eq!(database.value(seen), "2026-10-01 22:14:15");
}
