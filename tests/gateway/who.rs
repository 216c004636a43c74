//! Who asks decides what is seen.

use heimdall_tests::{Database, Gateway};
use reqwest::Method;

const LIST: &str = r#"{"columns": ["ip"], "entities": {"ip": {"label": "Ip", "key": "ip"}}, "tlp": "amber"}"#;

fn with_list() -> Database {
    let database = Database::new();
    database.source("list", "csv", LIST);
    database.ingest("list", "ip\n192.0.2.1\n");
    database
}

#[test]
fn nobody_unknown_comes_in() {
    let database = Database::new();
    let gateway = Gateway::start(&database);
    let answer = gateway.answer(gateway.request(Method::GET, "/v1/whoami"));
    assert_eq!(answer.status, 401);
    assert_eq!(answer.headers["content-type"], "application/problem+json");
    assert_eq!(answer.json()["request_id"], answer.headers["x-request-id"]);
    assert_eq!(answer.headers["www-authenticate"], "Bearer");

    let answer = gateway.get_as(&["nobody"], "/v1/whoami");
    assert_eq!(
        (answer.status, answer.json()["type"].as_str()),
        (403, Some("urn:heimdall:problem:forbidden"))
    );
}

#[test]
fn a_token_is_somebody_with_a_role_and_a_reason() {
    let database = Database::new();
    let gateway = Gateway::start(&database);
    let me = gateway.get_as(&["other", "analyst"], "/v1/whoami").json();
    assert_eq!(me["subject"], "ada");
    assert!(me["role"].as_str().is_some_and(|role| role.ends_with("_analyst")), "{me}");
    assert_eq!(me["reason"], serde_json::json!({"claim": "groups", "value": "analyst"}));
}

#[test]
fn each_sees_what_the_role_sees() {
    let database = with_list();
    let gateway = Gateway::start(&database);
    let path = "/v1/observables/lookup?kind=ip&value=::ffff:192.0.2.1";
    let seen = gateway.get_as(&["analyst"], path);
    assert_eq!(seen.status, 200, "{seen:?}");
    assert_eq!(seen.json()["items"][0]["key"], "Ip:192.0.2.1");
    assert_eq!(gateway.get_as(&["uncleared"], path).json()["items"], serde_json::json!([]));
    let refused = gateway.get_as(&["auditor"], path);
    assert_eq!((refused.status, refused.json()["code"].as_str()), (403, Some("42501")), "{refused:?}");
}

#[test]
fn statements_that_are_kept_know_who_asks() {
    let database = with_list();
    let gateway = Gateway::start_with(&database, |settings| {
        for (name, value) in
            [("HMD_DATABASE_PREPARED", "on"), ("HMD_DATABASE_CONNECTIONS", "2"), ("HMD_UPLOADS", "1")]
        {
            settings.insert(name.into(), value.into());
        }
    });
    let path = "/v1/observables/lookup?kind=ip&value=192.0.2.1";
    for _ in 0..20 {
        assert_eq!(gateway.get_as(&["analyst"], path).json()["items"][0]["key"], "Ip:192.0.2.1");
        assert_eq!(gateway.get_as(&["uncleared"], path).json()["items"], serde_json::json!([]));
        assert_eq!(gateway.get_as(&["auditor"], path).status, 403);
        let bad = gateway.get_as(&["analyst"], "/v1/observables/lookup?kind=ip&value=nothing");
        assert_eq!(bad.status, 400, "{bad:?}");
    }
}
