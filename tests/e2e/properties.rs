//! Properties of vertices and edges.

use heimdall_tests::Database;

/// One property for each rule, on the vertex and on the edge.
const ASSETS: &str = r#"{
    "columns":   ["ts", "ip", "host", "os", "owner", "serial", "rack", "port"],
    "entities":  {"ip":   {"label": "Ip", "key": "ip", "properties":
                             {"os": "os", "owner": "owner", "serial": "serial", "rack": "rack"}},
                  "host": {"label": "Host", "key": "host"}},
    "relations": [{"from": "ip", "type": "NAMED", "to": "host", "properties":
                             {"os": "os", "owner": "owner", "serial": "serial", "rack": "rack"}}],
    "time": "ts", "tlp": "green",
    "fields": {"os": {"rule": "keep"}, "owner": {"rule": "encrypt"}, "serial": {"rule": "hash"},
               "rack": {"rule": "drop"}, "port": {"rule": "drop"}}}"#;

const HEADER: &str = "ts,ip,host,os,owner,serial,rack,port\n";

fn assets() -> Database {
    let database = Database::new();
    database.source("assets", "csv", ASSETS);
    database
}

/// A property of the one edge, sealed ones as they open.
fn of_edge(database: &Database, name: &str) -> String {
    database.value(&format!(
        "SELECT coalesce(p ->> '{name}', heimdall._unseal('NAMED:Ip:192.0.2.1>Host:web', '{name}', \
                p #>> '{{sealed,{name}}}')) \
         FROM (SELECT properties::text::jsonb AS p FROM heimdall_graph.\"NAMED\") AS e"
    ))
}

#[test]
fn every_rule_does_what_it_says() {
    let database = assets();
    database.ingest("assets", format!("{HEADER}2026-01-01,192.0.2.1,web,Linux 6,Ada L,SN-1,R2,80\n"));
    assert_eq!(database.property("Ip:192.0.2.1", "os"), "Linux 6");
    assert_eq!(database.property("Ip:192.0.2.1", "owner"), "∅");
    assert_eq!(database.unsealed("Ip:192.0.2.1", "owner"), "Ada L");
    let digest = database.property("Ip:192.0.2.1", "serial");
    assert_eq!(digest.len(), 64, "{digest}");
    assert_eq!(database.property("Ip:192.0.2.1", "rack"), "∅");

    assert_eq!(of_edge(&database, "os"), "Linux 6");
    assert_eq!(of_edge(&database, "owner"), "Ada L");
    assert_eq!(format!("{}", of_edge(&database, "serial")), digest, "equal values, equal digests");
    assert_eq!(of_edge(&database, "rack"), "∅");
    let names = "SELECT DISTINCT jsonb_object_keys(properties::text::jsonb) FROM heimdall_graph._ag_label_vertex ORDER BY 1";
    assert_eq!(database.rows(names), [["os"], ["sealed"], ["serial"], ["tlp"], ["value"]]);
}

#[test]
fn the_latest_in_time_wins_within_a_batch() {
    let database = assets();
    database.ingest(
        "assets",
        format!(
            "{HEADER}2026-01-02,192.0.2.1,web,second,b,,,\n\
             2026-01-03,192.0.2.1,web,third,c,,,\n\
             2026-01-01,192.0.2.1,web,first,a,,,\n\
             ,192.0.2.1,web,never,never,,,\n"
        ),
    );
    assert_eq!(database.property("Ip:192.0.2.1", "os"), "third");
    assert_eq!(database.unsealed("Ip:192.0.2.1", "owner"), "c");
    assert_eq!(of_edge(&database, "os"), "third");
    assert_eq!(of_edge(&database, "owner"), "c");
}

#[test]
fn without_a_time_the_last_row_wins() {
    let database = assets();
    database.ingest("assets", format!("{HEADER},192.0.2.1,web,a,,,,\n,192.0.2.1,web,b,,,,\n"));
    assert_eq!(database.property("Ip:192.0.2.1", "os"), "b");
}

#[test]
fn a_later_batch_overrides() {
    let database = assets();
    database.ingest("assets", format!("{HEADER}2026-01-02,192.0.2.1,web,old,a,SN-1,,\n"));
    let before = database.property("Ip:192.0.2.1", "serial");
    database.ingest("assets", format!("{HEADER}2026-01-03,192.0.2.1,web,new,b,SN-2,,\n"));
    assert_eq!(database.property("Ip:192.0.2.1", "os"), "new");
    assert_eq!(database.unsealed("Ip:192.0.2.1", "owner"), "b");
    assert_ne!(database.property("Ip:192.0.2.1", "serial"), before);
    assert_eq!(of_edge(&database, "os"), "new");
    assert_eq!(of_edge(&database, "owner"), "b");
    // Value and mark stay what they are.
    assert_eq!(database.property("Ip:192.0.2.1", "value"), "192.0.2.1");
    assert_eq!(database.property("Ip:192.0.2.1", "tlp"), "1");
}

#[test]
fn what_a_later_batch_does_not_say_stays() {
    let database = assets();
    database.ingest("assets", format!("{HEADER}2026-01-02,192.0.2.1,web,old,a,,,\n"));
    database.ingest("assets", format!("{HEADER}2026-01-03,192.0.2.1,web,,,,,\n"));
    assert_eq!(database.property("Ip:192.0.2.1", "os"), "old");
    assert_eq!(database.unsealed("Ip:192.0.2.1", "owner"), "a");
    assert_eq!(of_edge(&database, "owner"), "a");
}

#[test]
fn sealed_properties_of_two_sources_are_merged_by_name() {
    let database = assets();
    let people = r#"{"columns": ["user", "note", "phone"],
        "entities": {"who": {"label": "User", "key": "user", "properties": {"note": "note", "phone": "phone"}}},
        "relations": [{"from": "who", "type": "SELF", "to": "who", "properties": {"note": "note", "phone": "phone"}}]}"#;
    database.source("people", "csv", people);
    database.ingest("people", "user,note,phone\nada,first,\n");
    database.ingest("people", "user,note,phone\nada,,12345\n");
    let key = database.value("SELECT key FROM heimdall.lookup('user', 'ada')");
    assert_eq!(database.unsealed(&key, "value"), "ada", "the original of the key");
    assert_eq!(database.unsealed(&key, "note"), "first");
    assert_eq!(database.unsealed(&key, "phone"), "12345");
    let of_edge = "SELECT count(*) FROM heimdall_graph.\"SELF\" \
                   WHERE properties::text::jsonb -> 'sealed' ?& ARRAY['note', 'phone']";
    assert_eq!(database.value(of_edge), "1");
}

#[test]
fn a_column_without_a_place_is_sealed_in_the_record_of_its_row() {
    let database = Database::new();
    database.source(
        "notes",
        "csv",
        r#"{"columns": ["ip", "note", "kept", "dropped"], "entities": {"ip": {"label": "Ip", "key": "ip"}},
            "fields": {"kept": {"rule": "keep"}, "dropped": {"rule": "drop"}}}"#,
    );
    database.ingest("notes", "ip,note,kept,dropped,unheard of\n192.0.2.1,n1,k1,d1,u1\n");
    let record = database.value("SELECT key FROM heimdall.node WHERE key LIKE 'Record:%'");
    assert_eq!(database.unsealed(&record, "note"), "n1");
    assert_eq!(database.unsealed(&record, "unheard of"), "u1");
    assert_eq!(database.property(&record, "kept"), "k1");
    assert_eq!(database.property(&record, "dropped"), "∅");
    assert_eq!(
        database.rows("SELECT edge_type, label FROM heimdall.neighbors('ip', '192.0.2.1')"),
        [["OBSERVED_IN", "Record"]]
    );
}

#[test]
fn the_same_row_in_two_dumps_is_one_record() {
    let database = Database::new();
    let mapping = r#"{"entities": {"ip": {"label": "Ip", "key": "ip"}}}"#;
    database.source("one", "csv", mapping);
    database.source("two", "ndjson", mapping);
    database.ingest("one", "note,ip\nhello,::ffff:192.0.2.1\n");
    let report = database.ingest("two", r#"{"ip": "192.0.2.1", "note": "hello", "empty": ""}"#);
    assert_eq!((report.vertices_created, report.vertices_merged), (0, 2));
}

#[test]
fn properties_are_stored_as_age_itself_would_store_them() {
    let database = assets();
    let long = "ü".repeat(9_000);
    database.ingest(
        "assets",
        format!(
            "{HEADER}2026-01-01,192.0.2.1,web,Linux,Ada L,SN-1,R2,80\n\
             2026-01-01,192.0.2.2,mail,,,,,\n\
             2026-01-01,192.0.2.3,web,\"with \"\"quotes\"\" and \\\\\",{long},\u{1F600},,\n"
        ),
    );
    // So many properties that their entries are no longer lengths alone.
    let names: Vec<String> = (0..40).map(|at| format!("p{}", "x".repeat(at))).collect();
    let properties: Vec<String> = names.iter().map(|name| format!(r#""{name}": "{name}""#)).collect();
    let rules: Vec<String> = names
        .iter()
        .enumerate()
        .map(|(at, name)| {
            format!(r#""{name}": {{"rule": "{}"}}"#, if at % 3 == 0 { "encrypt" } else { "keep" })
        })
        .collect();
    database.source(
        "wide",
        "csv",
        &format!(
            r#"{{"columns": ["ip", "{}"], "fields": {{{}}},
                "entities": {{"ip": {{"label": "Ip", "key": "ip", "properties": {{{}}}}}}}}}"#,
            names.join("\", \""),
            rules.join(", "),
            properties.join(", ")
        ),
    );
    let values: Vec<String> = (0..40).map(|at| "v".repeat(at + 1)).collect();
    database.ingest("wide", format!("ip,{}\n192.0.2.9,{}\n", names.join(","), values.join(",")));
    assert_eq!(database.property("Ip:192.0.2.9", names[38].as_str()), values[38]);
    assert_eq!(database.unsealed("Ip:192.0.2.9", &names[39]), values[39]);
    for table in ["_ag_label_vertex", "_ag_label_edge"] {
        // Compares bytes.
        let otherwise = format!(
            "SELECT count(*), count(*) FILTER (WHERE NOT record_image_eq( \
                 ROW(properties), ROW(properties::text::ag_catalog.agtype))) \
             FROM heimdall_graph.{table}"
        );
        let counted = &database.rows(&otherwise)[0];
        assert!(counted[0] != "0" && counted[1] == "0", "{table}: {counted:?}");
    }
}
