//! Policy, keys, access and erasure over REST.

use heimdall_tests::{Database, Gateway};
use reqwest::Method;
use serde_json::{Value, json};

use crate::asking::{LOGINS, assert_problem, assert_unsaid, post, send};

const DUMP: &str = "src,who,note\n192.0.2.1,ada.zq7@example.org,x\n";

fn with_logins() -> Database {
    let database = Database::new();
    database.source("logins", "csv", LOGINS);
    database.ingest("logins", DUMP);
    database
}

fn items(database: &Database, query: &str) -> Value {
    let rows = database
        .value(&format!("SET timezone = 'UTC'; SELECT coalesce(json_agg(o), '[]') FROM ({query}) AS o"));
    json!({"items": serde_json::from_str::<Value>(&rows).expect("JSON")})
}

#[test]
fn a_rule_is_set_and_taken_back() {
    let database = with_logins();
    let gateway = Gateway::start(&database);
    let policy = || gateway.get_as(&["auditor"], "/v1/policy?source=logins").json();
    assert_eq!(policy(), items(&database, "SELECT * FROM heimdall.policy"));
    let needing = gateway.get_as(&["ingest"], "/v1/policy?needs_rule=true").json();
    assert_eq!(needing, items(&database, "SELECT * FROM heimdall.policy WHERE needs_rule"));
    assert_eq!(needing["items"][0]["field"], "note");

    let rule = json!({"rule": "keep", "tlp": "green"});
    let path = "/v1/policy/logins/note";
    assert_problem(&send(&gateway, "ingest", Method::PUT, path, &rule), 403, "forbidden");
    let set = send(&gateway, "admin", Method::PUT, path, &rule);
    assert_eq!((set.status, set.body.as_str()), (204, ""), "{set:?}");
    assert_eq!(policy(), items(&database, "SELECT * FROM heimdall.policy"));
    assert_eq!(database.value("SELECT rule FROM heimdall.policy WHERE field = 'note'"), "keep");
    let delete = || gateway.answer(gateway.request_as(&["admin"], Method::DELETE, path));
    assert_eq!(delete().status, 204);
    assert_problem(&delete(), 404, "not-found");

    // A field may have any name: it is decoded once.
    let odd = send(&gateway, "admin", Method::PUT, "/v1/policy/*/a%2Fb%2520c", &json!({"rule": "drop"}));
    assert_eq!(odd.status, 204, "{odd:?}");
    assert_eq!(database.rows("SELECT source, field FROM heimdall.field_rule"), [["*", "a/b%20c"]]);
    for (path, rule, status) in [
        (path, json!({"rule": "lose"}), 400),
        (path, json!({"tlp": "red"}), 400),
        (path, json!({"rule": "keep", "tlp": "blue"}), 400),
        (path, json!({"rule": "keep", "options": {"zq7": 1}}), 400),
        ("/v1/policy/none/note", json!({"rule": "keep"}), 404),
    ] {
        let answer = send(&gateway, "admin", Method::PUT, path, &rule);
        assert_eq!(answer.status, status, "{answer:?}");
    }
}

#[test]
fn what_is_stored_is_brought_under_the_rules_of_now() {
    let database = with_logins();
    let gateway = Gateway::start(&database);
    database.run("SELECT heimdall.set_rule('logins', 'src', 'hash')");
    let path = "/v1/policy/logins/reapply";
    assert_problem(&post(&gateway, "analyst", path, ""), 403, "forbidden");
    let done = post(&gateway, "admin", path, "");
    assert_eq!((done.status, &done.json()["vertices"]), (200, &json!(1)), "{done:?}");
    let key = "SELECT key ~ '^Ip:[0-9a-f]{64}$' FROM heimdall.node WHERE key LIKE 'Ip:%'";
    assert_eq!(database.value(key), "t");
    assert_problem(&post(&gateway, "admin", "/v1/policy/none/reapply", ""), 404, "not-found");
}

#[test]
fn keys_are_shown_rotated_and_destroyed() {
    let database = with_logins();
    let gateway = Gateway::start(&database);
    let shown = gateway.get_as(&["auditor"], "/v1/keys");
    assert_eq!(shown.json(), items(&database, "SELECT * FROM heimdall.key_status() ORDER BY id"));
    assert_problem(&gateway.get_as(&["analyst"], "/v1/keys"), 403, "forbidden");
    for path in ["/v1/keys/logins/rotate", "/v1/keys/rotate", "/v1/keys/rewrap"] {
        assert_problem(&post(&gateway, "auditor", path, ""), 403, "forbidden");
    }
    assert_problem(&post(&gateway, "admin", "/v1/keys/none/rotate", ""), 404, "not-found");
    assert_eq!(post(&gateway, "admin", "/v1/keys/logins/rotate", "").json(), json!({"retired": 1}));
    assert_eq!(post(&gateway, "admin", "/v1/keys/rotate", "").json(), json!({"retired": 0}));
    assert_eq!(post(&gateway, "admin", "/v1/keys/rewrap", "").json(), json!({"rewrapped": 0}));
    let id = shown.json()["items"][0]["id"].clone();
    let destroy = |body: Value| send(&gateway, "admin", Method::POST, "/v1/keys/destroy", &body);
    assert_problem(&destroy(json!({"id": id, "reason": " "})), 400, "invalid");
    assert_problem(&destroy(json!({"id": 4711, "reason": "the end"})), 404, "not-found");
    let lost = destroy(json!({"id": id, "reason": "the end"}));
    assert_eq!((lost.status, &lost.json()["lost"]), (200, &shown.json()["items"][0]["sealed"]), "{lost:?}");
}

#[test]
fn why_somebody_sees_something_is_explained_without_the_value() {
    let database = with_logins();
    let gateway = Gateway::start(&database);
    let ask =
        |group: &str, question: Value| send(&gateway, group, Method::POST, "/v1/access/explain", &question);
    let own = ask("analyst", json!({"kind": "email", "value": "Ada.zq7@example.org"}));
    assert_eq!(own.status, 200, "{own:?}");
    let verdicts = own.json();
    let access =
        verdicts["items"].as_array().and_then(|items| items.iter().find(|item| item["what"] == "access"));
    assert_eq!(access.map(|item| &item["verdict"]), Some(&json!("visible")), "{own:?}");
    let nobody = ask("auditor", json!({"role": "none", "kind": "email", "value": "Ada.zq7@example.org"}));
    assert_problem(&nobody, 404, "not-found");
    let ingest = ask("ingest", json!({"kind": "email", "value": "Ada.zq7@example.org"}));
    assert_problem(&ingest, 403, "forbidden");
    let misplaced = ask("analyst", json!({"kind": "email", "value": ["zq7"]}));
    assert_problem(&misplaced, 400, "invalid");
    assert_eq!(
        database
            .value("SELECT count(*) FROM heimdall.audit WHERE action = 'access.explain' AND actor = 'ada'"),
        "1"
    );
    assert_unsaid(&gateway, &[own, nobody, ingest, misplaced], "zq7");
}

#[test]
fn a_subject_is_erased() {
    let database = with_logins();
    let gateway = Gateway::start(&database);
    let subject = json!({"kind": "email", "value": "ada.zq7@example.org", "reason": "request 4711"});
    let erase = |group: &str, body: &Value| send(&gateway, group, Method::POST, "/v1/subjects/erase", body);
    let refused = erase("analyst", &subject);
    assert_problem(&refused, 403, "forbidden");
    let naming = json!({"kind": "email", "value": "ada.zq7@example.org", "reason": "ada.zq7@example.org asked for it"});
    let naming = erase("admin", &naming);
    assert_problem(&naming, 400, "invalid");
    let gone = erase("admin", &subject);
    assert_eq!((gone.status, &gone.json()["vertices"]), (200, &json!(1)), "{gone:?}");
    assert_eq!(database.value("SELECT count(*) FROM heimdall.node WHERE key LIKE 'Email:%'"), "0");
    let known = json!({"kind": "email", "value": "ada.zq7@example.org"});
    let erased = send(&gateway, "auditor", Method::POST, "/v1/subjects/erased", &known);
    assert_eq!(erased.json()["items"][0]["tombstone"], gone.json()["tombstone"], "{erased:?}");
    let nobody = json!({"kind": "email", "value": "else@example.org", "reason": "request 4712"});
    assert_eq!(erase("admin", &nobody).json()["tombstone"], json!(null));
    assert_unsaid(&gateway, &[refused, naming, gone, erased], "zq7");
}
