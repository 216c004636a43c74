//! Following the change log over REST.

use heimdall_tests::{Database, Gateway, eventually};
use reqwest::Method;
use serde_json::{Value, json};

use crate::graph::{graph, items, send};

const SYNC: [&str; 1] = ["sync"];

/// Transactions that are open elsewhere hold back what has come since.
fn nothing_is_held_back(database: &Database) {
    eventually("nothing is held back", || {
        database.value("SELECT max(xid) < pg_snapshot_xmin(pg_current_snapshot()) FROM heimdall.change_log")
            == "t"
    });
}

/// What the log has from there on, and where it ends.
fn follow(database: &Database, gateway: &Gateway, mut after: Option<String>) -> (Vec<Value>, Option<String>) {
    nothing_is_held_back(database);
    let mut found = Vec::new();
    loop {
        let place = after.as_deref().map(|after| format!("&after={after}")).unwrap_or_default();
        let answer = gateway.get_as(&SYNC, &format!("/v1/changes?segments=1{place}"));
        assert_eq!(answer.status, 200, "{answer:?}");
        let answer = answer.json();
        let more = answer["items"].as_array().expect("items").clone();
        let is_end = more.is_empty();
        found.extend(more);
        after = answer["next"].as_str().map(str::to_owned);
        if is_end {
            return (found, after);
        }
    }
}

fn more(database: &Database) {
    database
        .ingest("logins", "time,user,ip,host,note\n2026-01-02T01:00:00Z,ada,192.0.2.3,new.example.org,\n");
}

#[test]
fn each_change_comes_once_and_in_order() {
    let database = graph();
    let gateway = Gateway::start(&database);
    let (found, place) = follow(&database, &gateway, None);
    assert_eq!(json!({"items": found}), items(&database, "SELECT * FROM heimdall.changes()"));
    more(&database);
    let (later, _) = follow(&database, &gateway, place.clone());
    let place = place.expect("a place");
    assert_eq!(
        json!({"items": later}),
        items(&database, &format!("SELECT * FROM heimdall.changes('{place}')"))
    );
    assert!(!later.is_empty() && !found.is_empty());
}

#[test]
fn a_reader_begins_acknowledges_and_goes() {
    let database = graph();
    let gateway = Gateway::start(&database);
    // What is held back comes later, and so after what is latest now.
    nothing_is_held_back(&database);
    let begun = send(&gateway, &SYNC, "/v1/readers", &json!({"name": "siem", "start": "latest"}));
    assert_eq!(begun.status, 201, "{begun:?}");
    more(&database);
    let (found, place) = follow(&database, &gateway, begun.json()["cursor"].as_str().map(str::to_owned));
    assert!(found.iter().any(|change| change["key"] == "Ip:192.0.2.3"), "{found:?}");
    assert!(found.iter().all(|change| change["key"] != "Ip:192.0.2.1"), "{found:?}");
    let done = send(&gateway, &SYNC, "/v1/readers/siem/acknowledge", &json!({"cursor": place}));
    assert_eq!((done.status, done.body.as_str()), (204, ""));
    let readers = gateway.get_as(&SYNC, "/v1/readers");
    assert_eq!(readers.status, 200, "{readers:?}");
    let reader = readers.json()["items"][0].clone();
    assert_eq!((&reader["name"], &reader["lag_segments"]), (&json!("siem"), &json!(0)));
    let again = send(&gateway, &SYNC, "/v1/readers", &json!({"name": "siem"}));
    assert_eq!(again.status, 409, "{again:?}");
    let drop = || gateway.answer(gateway.request_as(&SYNC, Method::DELETE, "/v1/readers/siem")).status;
    assert_eq!((drop(), drop()), (204, 404));
}

#[test]
fn bad_cursors_and_others_are_refused() {
    let database = graph();
    let gateway = Gateway::start(&database);
    for path in ["after=hunter2", "segments=0", "segments=101"] {
        let answer = gateway.get_as(&SYNC, &format!("/v1/changes?{path}"));
        assert_eq!(answer.status, 400, "{path}: {answer:?}");
        assert!(!answer.body.contains("hunter2"), "{answer:?}");
    }
    for groups in [["analyst"], ["ingest"], ["auditor"]] {
        assert_eq!(gateway.get_as(&groups, "/v1/changes").status, 403, "{groups:?}");
    }
}
