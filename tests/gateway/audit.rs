//! The audit trail over REST.

use heimdall_tests::Gateway;
use serde_json::{Value, json};

use crate::graph::{graph, send};

const AUDITOR: [&str; 1] = ["auditor"];

#[test]
fn pages_have_every_entry_once_the_latest_first() {
    let database = graph();
    let gateway = Gateway::start(&database);
    let all = gateway.get_as(&AUDITOR, "/v1/audit?limit=1000").json();
    assert_eq!(all["next"], Value::Null);
    let all = all["items"].as_array().expect("items").clone();
    assert_eq!(all.len().to_string(), database.value("SELECT count(*) FROM heimdall.audit"));
    let mut paged = Vec::new();
    let mut path = "/v1/audit?limit=2".to_owned();
    loop {
        let page = gateway.get_as(&AUDITOR, &path).json();
        paged.extend(page["items"].as_array().expect("items").clone());
        let Some(next) = page["next"].as_str() else { break };
        path = format!("/v1/audit?limit=2&after={next}");
    }
    assert_eq!(paged, all);
    assert!(all.len() > 2, "{all:?}");
    let times: Vec<&str> = all.iter().filter_map(|entry| entry["at"].as_str()).collect();
    assert!(times.is_sorted_by(|later, earlier| later >= earlier), "{times:?}");
}

#[test]
fn entries_are_chosen_by_what_they_say() {
    let database = graph();
    let gateway = Gateway::start(&database);
    let made = gateway.get_as(&AUDITOR, "/v1/audit?action=source.create&object=logins").json();
    assert_eq!(made["items"].as_array().map(Vec::len), Some(1), "{made}");
    assert_eq!(made["items"][0]["action"], "source.create");
    for path in
        ["actor=nobody", "since=2999-01-01T00:00:00Z", "until=1999-01-01T00:00:00Z", "request_id=none"]
    {
        assert_eq!(
            gateway.get_as(&AUDITOR, &format!("/v1/audit?{path}")).json()["items"],
            json!([]),
            "{path}"
        );
    }
    for path in ["limit=0", "after=%21", "after=WyJhIl0", "after=WyJhIiwiYiIsImMiXQ", "since=now"] {
        let answer = gateway.get_as(&AUDITOR, &format!("/v1/audit?{path}"));
        assert_eq!(answer.status, 400, "{path}: {answer:?}");
    }
}

#[test]
fn the_trail_is_verified_and_exported() {
    let database = graph();
    let gateway = Gateway::start(&database);
    let heads = gateway.get_as(&AUDITOR, "/v1/audit/heads").json();
    assert_ne!(heads, json!({}));
    let verified = send(&gateway, &AUDITOR, "/v1/audit/verify", &json!({"known_heads": heads})).json();
    let lanes = verified["items"].as_array().expect("items");
    assert!(!lanes.is_empty() && lanes.iter().all(|lane| lane["reason"].is_null()), "{verified}");
    let forged = json!({"known_heads": {"0": {"position": 999, "digest": "00"}}});
    let verified = send(&gateway, &AUDITOR, "/v1/audit/verify", &forged).json();
    assert!(
        verified["items"].as_array().expect("items").iter().any(|lane| !lane["reason"].is_null()),
        "{verified}"
    );

    let exported = gateway.get_as(&AUDITOR, "/v1/audit/export");
    assert_eq!(exported.headers["content-type"], "application/x-ndjson");
    let expected = database.rows("SELECT e FROM heimdall.export_audit() AS e");
    assert_eq!(
        exported.body.lines().collect::<Vec<_>>(),
        expected.iter().map(|row| &row[0]).collect::<Vec<_>>()
    );
}

#[test]
fn nobody_else_reads_it() {
    let database = graph();
    let gateway = Gateway::start(&database);
    for groups in [["analyst"], ["ingest"], ["sync"], ["admin"]] {
        for path in ["/v1/audit", "/v1/audit/heads", "/v1/audit/export"] {
            assert_eq!(gateway.get_as(&groups, path).status, 403, "{groups:?} {path}");
        }
    }
}
