//! What leaves: STIX and CSV, as SQL gives them.

use heimdall_tests::Gateway;
use serde_json::{Value, json};

use crate::graph::{ask, get_in, graph};

#[test]
fn stix_is_a_bundle_or_lines() {
    let database = graph();
    let gateway = Gateway::start(&database);
    let path = "/v1/export/stix?kind=ip&max_tlp=amber";
    let expected =
        database.rows("SELECT o::text FROM heimdall.export_stix(kind => 'ip', max_tlp => 'amber') AS o");
    let expected: Vec<Value> =
        expected.iter().map(|row| serde_json::from_str(&row[0]).expect("JSON")).collect();
    assert!(expected.len() > 2);
    let bundle = gateway.get_as(&["analyst"], path);
    assert_eq!(bundle.headers["content-type"], "application/stix+json;version=2.1");
    assert_eq!((&bundle.json()["type"], &bundle.json()["objects"]), (&json!("bundle"), &json!(expected)));
    let lines = get_in(&gateway, "application/x-ndjson", path);
    let lines: Vec<Value> =
        lines.body.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!(lines, expected);
    assert_eq!(get_in(&gateway, "text/csv", path).status, 406);
}

#[test]
fn csv_is_what_sql_gives() {
    let database = graph();
    let gateway = Gateway::start(&database);
    let rows = database.rows(
        "SELECT l FROM heimdall.export_csv(observables => '{192.0.2.1,www.example.org}', max_tlp => 'red') AS l",
    );
    assert_eq!(rows.len(), 3);
    let expected: String = rows.iter().map(|row| format!("{}\r\n", row[0])).collect();
    let asked = json!({"observables": ["192.0.2.1", "www.example.org"], "max_tlp": "red"});
    let posted = ask(&gateway, "/v1/export/csv", &asked);
    assert_eq!((posted.status, posted.body), (200, expected.clone()));
    let got =
        gateway.get_as(&["analyst"], "/v1/export/csv?observables=192.0.2.1,www.example.org&max_tlp=red");
    assert_eq!(got.body, expected);
}

#[test]
fn nothing_leaves_that_is_marked_higher_or_that_one_may_not_see() {
    let database = graph();
    let gateway = Gateway::start(&database);
    let header = "label,value,tlp,sightings,first_seen,last_seen,sources\r\n";
    assert_eq!(gateway.get_as(&["analyst"], "/v1/export/csv").body, header);
    assert_eq!(gateway.get_as(&["uncleared"], "/v1/export/csv?max_tlp=red").body, header);
    assert_eq!(gateway.get_as(&["admin"], "/v1/export/csv").status, 403);
    let refused = gateway.get_as(&["analyst"], "/v1/export/csv?max_tlp=hunter2");
    assert_eq!(refused.status, 400, "{refused:?}");
    assert!(!refused.body.contains("hunter2"));
}
