//! Questions about observables: each answer is what SQL gives, by GET and by POST, in each format.

use heimdall_tests::Gateway;
use serde_json::{Value, json};

use crate::graph::{ask, get_in, graph, items, send};

#[test]
fn each_answer_is_what_sql_gives() {
    let database = graph();
    let gateway = Gateway::start(&database);
    let known = "key, label, tlp, sightings, first_seen, last_seen, sources";
    for (path, body, rows) in [
        (
            "lookup?kind=ip&value=::ffff:192.0.2.2",
            json!({"kind": "ip", "value": "::ffff:192.0.2.2"}),
            format!("SELECT {known} FROM heimdall.lookup('ip', '192.0.2.2')"),
        ),
        (
            "provenance?kind=ip&value=192.0.2.2",
            json!({"kind": "ip", "value": "192.0.2.2"}),
            "SELECT * FROM heimdall.provenance('ip', '192.0.2.2')".to_owned(),
        ),
        (
            "as-of?at=2999-01-01T00:00:00Z&kind=ip&value=192.0.2.2",
            json!({"at": "2999-01-01T00:00:00+00:00", "kind": "ip", "value": "192.0.2.2"}),
            format!("SELECT {known}, known_since, edges FROM heimdall.as_of('2999-01-01', 'ip', '192.0.2.2')"),
        ),
        (
            "timeline?kind=ip&value=192.0.2.2&limit=3",
            json!({"kind": "ip", "value": "192.0.2.2", "limit": 3, "edges": null}),
            "SELECT * FROM heimdall.timeline('ip', '192.0.2.2', 3)".to_owned(),
        ),
        (
            "similar?value=wwww.example.org&limit=2",
            json!({"value": "wwww.example.org", "limit": 2}),
            "SELECT label, look_alike, similarity, tlp, sightings, first_seen, last_seen \
             FROM heimdall.similar('wwww.example.org', 2)"
                .to_owned(),
        ),
        (
            "neighbors?kind=ip&value=192.0.2.1&depth=3&labels=ip,domain&types=REACHED",
            json!({"kind": "ip", "value": "192.0.2.1", "depth": 3, "labels": ["ip", "domain"], "types": ["REACHED"]}),
            "SELECT distance, edge_type, label, neighbor, tlp \
             FROM heimdall.neighbors('ip', '192.0.2.1', 3, '{ip,domain}', '{REACHED}')"
                .to_owned(),
        ),
        (
            "path?from_kind=ip&from_value=192.0.2.1&to_kind=domain&to_value=mail.example.org",
            json!({"from_kind": "ip", "from_value": "192.0.2.1", "to_kind": "domain", "to_value": "mail.example.org"}),
            "SELECT step, edge_type, direction, label, value \
             FROM heimdall.path('ip', '192.0.2.1', 'domain', 'mail.example.org')"
                .to_owned(),
        ),
        (
            "correlate?observables=192.0.2.1,192.0.2.2",
            json!({"observables": ["192.0.2.1", "192.0.2.2"]}),
            "SELECT * FROM heimdall.correlate('192.0.2.1', '192.0.2.2')".to_owned(),
        ),
        (
            "top?what=seen&kind=ip&limit=1",
            json!({"what": "seen", "kind": "ip", "limit": 1}),
            "SELECT label, value, tlp, degree, sightings, first_seen, last_seen FROM heimdall.top('seen', 'ip', 1)"
                .to_owned(),
        ),
        (
            "overlap?source=logins&others=logins",
            json!({"source": "logins", "others": ["logins"]}),
            "SELECT * FROM heimdall.overlap('logins', '{logins}')".to_owned(),
        ),
    ] {
        let expected = items(&database, &rows);
        assert_ne!(expected["items"], json!([]), "{path}");
        let got = gateway.get_as(&["analyst"], &format!("/v1/observables/{path}"));
        assert_eq!((got.status, got.json()), (200, expected.clone()), "{path}");
        let route = path.split('?').next().expect("a route");
        let posted = ask(&gateway, &format!("/v1/observables/{route}"), &body);
        assert_eq!((posted.status, posted.json()), (200, expected), "{route} by POST");
    }
}

#[test]
fn many_are_looked_up_at_once() {
    let database = graph();
    let gateway = Gateway::start(&database);
    let asked = json!({"observables": [
        {"kind": "ip", "value": "192.0.2.99"}, {"kind": "domain", "value": "WWW.example[.]org"}]});
    let found = ask(&gateway, "/v1/observables/lookup-many", &asked).json();
    assert_eq!(found["items"][0], json!({"kind": "ip", "value": "192.0.2.99", "found": [], "error": null}));
    assert_eq!(found["items"][1]["found"][0]["key"], "Domain:www.example.org");
    let many = vec![json!({"kind": "ip", "value": "192.0.2.1"}); 1001];
    let refused = ask(&gateway, "/v1/observables/lookup-many", &json!({"observables": many}));
    assert_eq!(
        (refused.status, refused.json()["detail"].as_str()),
        (400, Some("There may be 1,000 values at most."))
    );
}

#[test]
fn of_many_that_are_looked_up_one_that_is_not_of_its_kind_says_so() {
    let database = graph();
    let gateway = Gateway::start(&database);
    let asked = json!({"observables": [{"kind": "ip", "value": "hunter2"}, {"kind": "ip", "value": "192.0.2.1"},
        {"kind": "domain", "value": "hunter2 .example"}]});
    let answer = ask(&gateway, "/v1/observables/lookup-many", &asked);
    assert_eq!(answer.status, 200, "{answer:?}");
    let items = answer.json()["items"].clone();
    for (at, value) in [(0, "hunter2"), (2, "hunter2 .example")] {
        let (item, error) = (&items[at], &items[at]["error"]);
        assert_eq!(
            (&item["value"], &item["found"], &error["code"]),
            (&json!(value), &json!(null), &json!("22P02"))
        );
        let message = error["message"].as_str().expect("a message");
        assert!(!message.is_empty() && !message.contains("hunter2"), "{message}");
    }
    assert_eq!((&items[1]["found"][0]["key"], &items[1]["error"]), (&json!("Ip:192.0.2.1"), &json!(null)));
}

#[test]
fn rows_come_in_the_format_that_is_asked_for() {
    let database = graph();
    let gateway = Gateway::start(&database);
    let path = "/v1/observables/neighbors?kind=ip&value=192.0.2.1&labels=domain";
    let row = json!({"distance": 1, "edge_type": "REACHED", "label": "Domain", "neighbor": "www.example.org", "tlp": "amber"});
    let lines = get_in(&gateway, "application/x-ndjson", path);
    assert_eq!((lines.status, lines.headers["content-type"].as_str()), (200, "application/x-ndjson"));
    assert_eq!(serde_json::from_str::<Value>(lines.body.trim_end()).expect("one line"), row);
    let sheet = get_in(&gateway, "text/csv", path);
    assert_eq!(sheet.headers["content-type"], "text/csv; charset=utf-8; header=present");
    assert_eq!(
        sheet.body,
        "distance,edge_type,label,neighbor,tlp\r\n1,REACHED,Domain,www.example.org,amber\r\n"
    );
    let neither = get_in(&gateway, "image/png", path);
    assert_eq!((neither.status, neither.json()["type"].as_str()), (406, Some("urn:heimdall:problem:format")));
}

#[test]
fn what_one_is_not_cleared_for_is_not_there() {
    let database = graph();
    let gateway = Gateway::start(&database);
    for path in ["lookup?kind=ip&value=192.0.2.1", "neighbors?kind=ip&value=192.0.2.1", "top?what=seen"] {
        let answer = gateway.get_as(&["uncleared"], &format!("/v1/observables/{path}"));
        assert_eq!((answer.status, answer.json()), (200, json!({"items": []})), "{path}");
    }
    for groups in [["ingest"], ["auditor"], ["admin"], ["sync"]] {
        let answer = gateway.get_as(&groups, "/v1/observables/lookup?kind=ip&value=192.0.2.1");
        assert_eq!(answer.status, 403, "{groups:?}");
    }
}

#[test]
fn bad_input_is_named_and_no_value_is_repeated() {
    let database = graph();
    let gateway = Gateway::start(&database);
    for (path, detail) in [
        ("lookup?kind=ip", "The query: missing field `value`."),
        (
            "lookup?kind=ip&value=192.0.2.1&vlaue=hunter2",
            "The query has a member that is not known; expected `kind` or `value`.",
        ),
        ("timeline?kind=ip&value=192.0.2.1&limit=0", "The limit has to be 1 at least."),
        ("timeline?kind=ip&value=192.0.2.1&limit=10001", "The limit is 10000 at most in one JSON object."),
    ] {
        let answer = gateway.get_as(&["analyst"], &format!("/v1/observables/{path}"));
        assert_eq!((answer.status, answer.json()["detail"].as_str()), (400, Some(detail)), "{path}");
    }
    let hidden = [
        "lookup?kind=ip&value=hunter2",
        "as-of?at=hunter2&kind=ip&value=192.0.2.1",
        "top?what=hunter2",
        "timeline?kind=ip&value=192.0.2.1&limit=hunter2",
    ];
    for path in hidden {
        let answer = gateway.get_as(&["analyst"], &format!("/v1/observables/{path}"));
        assert_eq!(answer.status, 400, "{path}: {answer:?}");
        assert!(!answer.body.contains("hunter2"), "{answer:?}");
    }
    let not_json = send(&gateway, &["analyst"], "/v1/observables/lookup", &json!([1]));
    assert_eq!(not_json.status, 400);
    let written = gateway.log().join("\n");
    assert!(!written.contains("hunter2") && !written.contains("192.0.2"), "{written}");
}
