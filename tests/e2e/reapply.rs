//! What is stored is brought under the rules of now.

use heimdall_tests::Database;

/// A row has a record with a note, a vertex with a port, and an edge with a way.
const CALLS: &str = r#"{"columns": ["at", "src", "port", "page", "way", "note"], "time": "at", "tlp": "amber",
    "entities": {"src": {"label": "Ip", "key": "src", "properties": {"port": "port"}},
                 "page": {"label": "Domain", "key": "page"}},
    "relations": [{"from": "src", "type": "CALLED", "to": "page", "properties": {"way": "way"}}],
    "fields": {"port": {"rule": "keep"}, "way": {"rule": "keep"}, "note": {"rule": "keep"}}}"#;
/// No value is one that digests or sealed values may hold by chance.
const DUMP: &str = "at,src,port,page,way,note\n\
    2026-03-04T05:06:07Z,192.0.2.1,4711/tcp,example.org,fast lane,first note\n\
    2026-03-04T06:06:07Z,192.0.2.2,4712/tcp,example.org,slow lane,second note\n";

/// The change log itself: what readers see of it waits for every transaction that is open, those of other tests among them.
const LOG: &str = "heimdall.change_log AS c, unnest(c.keys, c.to_keys, c.first_seen, c.last_seen, c.properties) \
                   AS k (key, to_key, first_seen, last_seen, properties)";

fn calls() -> Database {
    let database = Database::new();
    database.source("calls", "csv", CALLS);
    database.ingest("calls", DUMP);
    database
}

fn set(database: &Database, arguments: &str) {
    database.run(&format!("SELECT heimdall.set_rule('calls', {arguments})"));
}

/// Vertices, edges and segments of the log that were written again, and the keys that were not.
fn reapply(database: &Database) -> Vec<String> {
    database.rows("SELECT * FROM heimdall.reapply_policy('calls')").remove(0)
}

fn edge(database: &Database, name: &str) -> Vec<String> {
    let sql =
        format!("SELECT properties::text::jsonb #>> '{{{name}}}' FROM heimdall_graph.\"CALLED\" ORDER BY 1");
    database.rows(&sql).into_iter().flatten().collect()
}

fn records(database: &Database, name: &str) -> Vec<String> {
    let sql =
        format!("SELECT properties::text::jsonb #>> '{{{name}}}' FROM heimdall_graph.\"Record\" ORDER BY 1");
    database.rows(&sql).into_iter().flatten().collect()
}

fn in_log(database: &Database, text: &str) -> bool {
    let sql = format!("SELECT count(*) FROM {LOG} WHERE strpos(k.properties, '{text}') > 0");
    database.value(&sql) != "0"
}

#[test]
fn properties_of_vertices_edges_and_the_log_go_under_the_rules_of_now() {
    let database = calls();
    assert!(
        in_log(&database, "first note") && in_log(&database, "4711/tcp") && in_log(&database, "slow lane")
    );
    set(&database, "'note', 'encrypt'");
    set(&database, "'port', 'drop'");
    set(&database, "'way', 'hash'");
    assert_eq!(reapply(&database)[..2], ["4", "2"]);
    assert_eq!(database.property("Ip:192.0.2.1", "port"), "∅");
    assert!(edge(&database, "way").iter().all(|way| way.len() == 64));
    assert_eq!(records(&database, "note"), ["∅", "∅"]);
    let keys = "SELECT key FROM heimdall.node WHERE key LIKE 'Record:%'";
    let mut notes: Vec<String> =
        database.rows(keys).iter().map(|key| database.unsealed(&key[0], "note")).collect();
    notes.sort_unstable();
    assert_eq!(notes, ["first note", "second note"]);
    for text in ["first note", "4711/tcp", "slow lane"] {
        assert!(!in_log(&database, text), "{text}");
    }
    // The edge that a later dump would merge into has the digest that it would have brought.
    let before = edge(&database, "way");
    database.ingest("calls", DUMP);
    assert_eq!(edge(&database, "way"), before);
    assert_eq!(database.strays(), "0");
}

#[test]
fn nothing_changes_where_the_rules_have_not() {
    let database = calls();
    let before = database.snapshot();
    assert_eq!(reapply(&database), ["0", "0", "0", "{}"]);
    set(&database, "'way', 'hash'");
    reapply(&database);
    let once = edge(&database, "way");
    assert_eq!(reapply(&database)[..2], ["0", "0"]);
    assert_eq!(edge(&database, "way"), once);
    assert_ne!(database.snapshot(), before);
}

#[test]
fn what_is_sealed_is_opened_again_and_what_is_lost_is_not() {
    let database = calls();
    set(&database, "'note', 'encrypt'");
    set(&database, "'way', 'hash'");
    reapply(&database);
    set(&database, "'note', 'keep'");
    set(&database, "'way', 'keep'");
    assert_eq!(reapply(&database)[..2], ["2", "2"]);
    assert_eq!(records(&database, "note"), ["first note", "second note"]);
    assert!(edge(&database, "way").iter().all(|way| way.len() == 64));
    // It is not taken for a value that was kept.
    let digests = edge(&database, "way");
    set(&database, "'way', 'hash'");
    reapply(&database);
    assert_eq!(edge(&database, "way"), digests);
}

#[test]
fn a_time_is_cut_wherever_it_stands() {
    let database = calls();
    set(&database, "'at', 'truncate'");
    reapply(&database);
    let times = "SELECT DISTINCT first_seen, last_seen FROM heimdall.provenance UNION SELECT k.first_seen, k.last_seen FROM";
    assert_eq!(
        database.rows(&format!("{times} {LOG}")),
        [["2026-03-04 00:00:00+00", "2026-03-04 00:00:00+00"]]
    );
    assert_eq!(records(&database, "at"), ["2026-03-04", "2026-03-04"]);
}

#[test]
fn a_mark_that_the_mapping_has_raised_is_raised_and_never_lowered() {
    let database = calls();
    let marks = "SELECT DISTINCT tlp FROM heimdall.node UNION SELECT DISTINCT (properties::text::jsonb ->> 'tlp')::int FROM heimdall_graph._ag_label_edge";
    let mapping = |mark: &str| {
        format!("SELECT heimdall.set_mapping('calls', $mapping${}$mapping$)", CALLS.replace("amber", mark))
    };
    database.run(&mapping("amber+strict"));
    reapply(&database);
    assert_eq!(database.rows(marks), [["3"]]);
    database.run(&mapping("green"));
    reapply(&database);
    assert_eq!(database.rows(marks), [["3"]]);
}

fn keys(database: &Database) -> Vec<String> {
    let keys = "SELECT regexp_replace(key, '[0-9a-f]{64}', '…') FROM heimdall.node WHERE key NOT LIKE 'Record:%' ORDER BY 1";
    database.rows(keys).into_iter().flatten().collect()
}

/// What the graph says around a value, whatever its neighbours are called.
fn around(database: &Database, kind: &str, value: &str) -> Vec<Vec<String>> {
    database.rows(&format!(
        "SELECT edge_type, label, count(*) FROM heimdall.neighbors('{kind}', '{value}') GROUP BY 1, 2 ORDER BY 1, 2"
    ))
}

fn no_address_in_clear(database: &Database) {
    assert!(!in_log(database, "192.0.2."));
    assert_eq!(logged(database, "192[.]0[.]"), "0");
    assert_eq!(database.value("SELECT count(*) FROM heimdall.node WHERE key ~ '192[.]0[.]'"), "0");
    assert_eq!(
        database.value(
            "SELECT count(*) FROM heimdall_graph._ag_label_vertex WHERE properties::text ~ '192[.]0[.]'"
        ),
        "0"
    );
}

/// How many changes are of records whose keys are like that.
fn logged(database: &Database, pattern: &str) -> String {
    database.value(&format!("SELECT count(*) FROM {LOG} WHERE k.key ~ '{pattern}' OR k.to_key ~ '{pattern}'"))
}

#[test]
fn a_key_that_is_to_be_hashed_is_and_what_hangs_on_it_comes_along() {
    let database = calls();
    let (before, seen) = (
        around(&database, "ip", "192.0.2.1"),
        "SELECT label, sightings, first_seen FROM heimdall.lookup('ip', '192.0.2.1')",
    );
    let found = database.rows(seen);
    set(&database, "'src', 'hash'");
    set(&database, "'port', 'encrypt'");
    assert_eq!(reapply(&database)[3], "{}");
    no_address_in_clear(&database);
    assert_eq!(keys(&database), ["Domain:example.org", "Ip:…", "Ip:…"]);
    assert_eq!((around(&database, "ip", "192.0.2.1"), database.rows(seen)), (before, found));
    // What is sealed opens under the key of now, and the original of the key is among it.
    let key = database.value("SELECT key FROM heimdall.lookup('ip', '192.0.2.1')");
    assert_eq!(database.unsealed(&key, "value"), "192.0.2.1");
    assert_eq!(database.unsealed(&key, "port"), "4711/tcp");
    assert_eq!(database.strays(), "0");
    // A dump that comes now merges with it, and once more there is nothing to do.
    let report = database.ingest("calls", DUMP.replace("first", "third"));
    assert_eq!(report.vertices_created, 2);
    assert_eq!(reapply(&database), ["0", "0", "0", "{}"]);
}

#[test]
fn a_hashed_key_comes_back_into_the_clear() {
    let database = calls();
    set(&database, "'src', 'hash'");
    reapply(&database);
    set(&database, "'src', 'keep'");
    assert_eq!(reapply(&database)[3], "{}");
    assert_eq!(keys(&database), ["Domain:example.org", "Ip:192.0.2.1", "Ip:192.0.2.2"]);
    assert_eq!(database.property("Ip:192.0.2.1", "sealed"), "∅");
    assert_eq!(database.property("Ip:192.0.2.1", "port"), "4711/tcp");
    assert_eq!(database.strays(), "0");
}

#[test]
fn addresses_become_one_network_and_their_edges_one() {
    let database = calls();
    set(&database, "'src', 'truncate'");
    reapply(&database);
    assert_eq!(logged(&database, "192[.]0[.]2[.][12]$"), "0");
    assert_eq!(keys(&database), ["Cidr:192.0.2.0/24", "Domain:example.org"]);
    assert_eq!(database.rows("SELECT sightings FROM heimdall.lookup('cidr', '192.0.2.0/24')"), [["2"]]);
    assert_eq!(database.value("SELECT count(*) FROM heimdall_graph.\"CALLED\""), "1");
    assert_eq!(database.strays(), "0");
}

#[test]
fn what_another_source_has_seen_stays_as_it_has_it() {
    let database = calls();
    database.source("others", "csv", CALLS);
    database
        .ingest("others", "at,src,port,page,way,note\n2026-05-01,192.0.2.1,1,example.net,fast,other note\n");
    set(&database, "'src', 'pseudonymise'");
    reapply(&database);
    let found = keys(&database);
    assert_eq!(found.iter().filter(|key| key.starts_with("PseudonymIp:")).count(), 2, "{found:?}");
    assert!(
        found.contains(&"Ip:192.0.2.1".to_owned()) && !found.contains(&"Ip:192.0.2.2".to_owned()),
        "{found:?}"
    );
    let sources =
        "SELECT split_part(key, ':', 1), sources FROM heimdall.lookup('ip', '192.0.2.1') ORDER BY 1";
    assert_eq!(database.rows(sources), [["Ip", "{others}"], ["PseudonymIp", "{calls}"]]);
    assert_eq!(around(&database, "ip", "192.0.2.1").len(), 2);
    assert_eq!(database.strays(), "0");
}

#[test]
fn keys_of_which_nothing_says_the_rule_are_named() {
    let database = Database::new();
    let mapping = r#"{"columns": ["a", "b"], "entities": {"a": {"label": "Ip", "key": "a"}, "b": {"label": "Ip", "key": "b"}},
        "relations": [{"from": "a", "type": "CALLED", "to": "b"}]}"#;
    database.source("calls", "csv", mapping);
    database.ingest("calls", "a,b\n192.0.2.1,192.0.2.2\n");
    set(&database, "'a', 'hash'");
    assert_eq!(reapply(&database)[3], "{a,b}");
    // It says so until it is done.
    assert_eq!(reapply(&database)[3], "{a,b}");
    set(&database, "'b', 'hash'");
    assert_eq!(reapply(&database)[3], "{}");
    no_address_in_clear(&database);
    assert_eq!(database.strays(), "0");
}
