//! Plaintext is given to those who are cleared and say why, and the audit trail has who they were.

use heimdall_tests::Gateway;
use serde_json::json;

use crate::graph::{ask, graph, send};

#[test]
fn a_reveal_gives_the_plaintext_and_leaves_a_trace() {
    let database = graph();
    let gateway = Gateway::start(&database);
    let asked = json!({"kind": "user", "value": "ada", "field": "note", "reason": "case 4711"});
    let answer = ask(&gateway, "/v1/reveal", &asked);
    assert_eq!((answer.status, answer.json()), (200, json!({"plaintext": "back on monday"})));
    assert_eq!(answer.headers["cache-control"], "no-store");
    let key = database.value("SELECT key FROM heimdall.lookup('user', 'ada')");
    let by_key = json!({"key": key, "field": "note", "reason": "case 4711"});
    assert_eq!(ask(&gateway, "/v1/reveal-key", &by_key).json(), json!({"plaintext": "back on monday"}));
    let request = answer.headers["x-request-id"].as_str();
    assert_eq!(
        database.rows(&format!(
            "SELECT actor, action, detail ->> 'reason' FROM heimdall.audit WHERE request_id = '{request}'"
        )),
        [["ada", "reveal.granted", "case 4711"]]
    );
}

#[test]
fn who_may_not_or_says_not_why_gets_nothing() {
    let database = graph();
    let gateway = Gateway::start(&database);
    let asked = json!({"kind": "user", "value": "ada", "field": "note", "reason": "case 4711"});
    for (groups, status) in [(["uncleared"], 404), (["admin"], 403), (["auditor"], 403)] {
        let answer = send(&gateway, &groups, "/v1/reveal", &asked);
        assert_eq!(answer.status, status, "{groups:?}: {answer:?}");
        assert!(!answer.body.contains("monday"));
    }
    for reason in ["", "ab"] {
        let asked = json!({"kind": "user", "value": "ada", "field": "note", "reason": reason});
        assert_eq!(ask(&gateway, "/v1/reveal", &asked).status, 400, "{reason}");
    }
    let without = json!({"kind": "user", "value": "ada", "field": "note"});
    assert_eq!(ask(&gateway, "/v1/reveal", &without).status, 400);
    assert!(!gateway.log().join("\n").contains("monday"));
}
