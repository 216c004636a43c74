//! A graph that is small enough to check by hand.

use heimdall_tests::{Database, Gateway};
use reqwest::Method;
use serde_json::{Value, json};

const MAPPING: &str = r#"{
    "columns":   ["time", "user", "ip", "host", "note"],
    "entities":  {"user": {"label": "User", "key": "user", "properties": {"note": "note"}},
                  "ip": {"label": "Ip", "key": "ip"}, "host": {"label": "Domain", "key": "host"}},
    "relations": [{"from": "user", "type": "LOGIN_FROM", "to": "ip"}, {"from": "ip", "type": "REACHED", "to": "host"}],
    "time": "time", "derive": "none", "tlp": "amber",
    "fields": {"user": {"rule": "hash"}, "note": {"rule": "encrypt", "tlp": "red"}}}"#;

const ROWS: &str = "time,user,ip,host,note\n\
    2026-01-01T01:00:00Z,ada,192.0.2.1,www.example.org,back on monday\n\
    2026-01-01T02:00:00Z,ada,192.0.2.2,www.example.org,back on monday\n\
    2026-01-01T03:00:00Z,grace,192.0.2.2,mail.example.org,\n";

/// ada ─► .1, .2 ─► www and grace ─► .2 ─► mail: amber, with a sealed note of ada.
pub fn graph() -> Database {
    let database = Database::new();
    database.source("logins", "csv", MAPPING);
    database.ingest("logins", ROWS);
    database
}

/// What SQL gives, as `items`.
pub fn items(database: &Database, rows: &str) -> Value {
    let json = database.value(&format!(
        "SELECT coalesce(json_agg(o), '[]')::text FROM (SELECT r.* FROM pg_catalog.set_config('timezone', 'UTC', false), \
         LATERAL ({rows}) AS r) AS o"
    ));
    json!({"items": serde_json::from_str::<Value>(&json).expect("JSON")})
}

/// What an analyst gets there who sends that body.
pub fn ask(gateway: &Gateway, path: &str, body: &Value) -> heimdall_tests::Answer {
    send(gateway, &["analyst"], path, body)
}

/// What somebody gets there who sends that body.
pub fn send(gateway: &Gateway, groups: &[&str], path: &str, body: &Value) -> heimdall_tests::Answer {
    let request = gateway.request_as(groups, Method::POST, path);
    gateway.answer(request.header("content-type", "application/json").body(body.to_string()))
}

/// What an analyst gets there in that format.
pub fn get_in(gateway: &Gateway, format: &str, path: &str) -> heimdall_tests::Answer {
    gateway.answer(gateway.request_as(&["analyst"], Method::GET, path).header("accept", format))
}
