//! Every route that reads: the standby has the answer that the primary has, but for those that are the primary's.

use std::collections::BTreeSet;

use heimdall_tests::Gateway;
use reqwest::Method;
use serde_json::{Value, json};

use super::{FAR, server_of, start, with_logins};

/// As whom, and what is asked.
const READS: &[(&str, &str)] = &[
    ("analyst", "/v1/whoami"),
    ("analyst", "/v1/sources"),
    ("analyst", "/v1/sources/logins"),
    ("analyst", "/v1/sources/logins/mapping"),
    ("analyst", "/v1/formats"),
    ("analyst", "/v1/presets"),
    ("analyst", "/v1/presets/zeek.dns"),
    ("analyst", "/v1/batches"),
    ("analyst", "/v1/batches/{batch}"),
    ("ingest", "/v1/batches/{batch}/rejects"),
    ("ingest", "/v1/rejects/summary"),
    ("analyst", "/v1/observables/lookup?kind=email&value=ada@example.org"),
    ("analyst", "/v1/observables/provenance?kind=ip&value=192.0.2.1"),
    ("analyst", "/v1/observables/as-of?at=2999-01-01T00:00:00Z&kind=ip&value=192.0.2.1"),
    ("analyst", "/v1/observables/timeline?kind=ip&value=192.0.2.1"),
    ("analyst", "/v1/observables/similar?value=www.example.org"),
    ("analyst", "/v1/observables/neighbors?kind=ip&value=192.0.2.1&depth=2"),
    (
        "analyst",
        "/v1/observables/path?from_kind=ip&from_value=192.0.2.1&to_kind=email&to_value=ada@example.org",
    ),
    ("analyst", "/v1/observables/correlate?observables=192.0.2.1"),
    ("analyst", "/v1/observables/top?what=seen"),
    ("analyst", "/v1/observables/overlap?source=logins&others=logins"),
    ("analyst", "/v1/search?query=192.*"),
    ("analyst", "/v1/changes-between?since=2026-01-01T00:00:00Z"),
    ("analyst", "/v1/export/csv?max_tlp=red"),
    ("analyst", "/v1/export/stix?max_tlp=red"),
    ("admin", "/v1/policy"),
    ("sync", "/v1/readers"),
];

/// What is in no table, and what a copy that is behind would give for wrong.
const OF_THE_PRIMARY: &[(&str, &str)] = &[
    ("auditor", "/v1/audit"),
    ("auditor", "/v1/audit/heads"),
    ("auditor", "/v1/audit/export"),
    ("admin", "/v1/keys"),
    ("admin", "/v1/progress"),
    ("sync", "/v1/changes"),
];

fn posted() -> [(&'static str, &'static str, Value); 6] {
    let mapping: Value = serde_json::from_str(crate::asking::LOGINS).expect("JSON");
    [
        ("analyst", "/v1/cypher", json!({"query": "MATCH (n) RETURN n.value AS value ORDER BY value"})),
        (
            "analyst",
            "/v1/observables/lookup-many",
            json!({"observables": [{"kind": "ip", "value": "192.0.2.1"}]}),
        ),
        ("ingest", "/v1/mappings/check", mapping),
        ("analyst", "/v1/mappings/infer", json!({"ip": "192.0.2.1"})),
        ("analyst", "/v1/mappings/explain", json!({"ip": "192.0.2.1"})),
        ("analyst", "/v1/formats/detect", json!({"ip": "192.0.2.1"})),
    ]
}

#[test]
fn the_standby_answers_what_the_primary_answers() {
    let database = with_logins();
    let batch = database.value("SELECT max(id) FROM heimdall.batch");
    let standby = database.server().standby();
    let gateway = start(&database, &standby, FAR);
    let without = gateway.another(|settings| settings.retain(|name, _| !name.contains("REPLICA")));
    for (group, path) in READS {
        let path = path.replace("{batch}", &batch);
        // One token for both: whoami says when it ends.
        let token = gateway.issuer.token("ada", &[group]);
        let ask = |gateway: &Gateway| gateway.answer(gateway.request(Method::GET, &path).bearer_auth(&token));
        let (by, answer) = server_of(&gateway, || ask(&gateway));
        assert_eq!((by, answer.status), ("replica", 200), "{path}: {answer:?}");
        if !path.contains("stix") {
            // A bundle has an id of its own.
            assert_eq!(answer.body, ask(&without).body, "{path}");
        }
    }
    for (group, path, body) in posted() {
        let ask =
            |gateway: &Gateway| gateway.answer(gateway.request_as(&[group], Method::POST, path).json(&body));
        let (by, answer) = server_of(&gateway, || ask(&gateway));
        assert_eq!(by, "replica", "{path}: {answer:?}");
        assert!(matches!(answer.status, 200 | 204), "{path}: {answer:?}");
        assert_eq!(answer.body, ask(&without).body, "{path}");
    }
}

#[test]
fn the_primary_answers_what_is_its_own() {
    let database = with_logins();
    let standby = database.server().standby();
    let gateway = start(&database, &standby, FAR);
    for (group, path) in OF_THE_PRIMARY {
        let (by, answer) = server_of(&gateway, || gateway.get_as(&[group], path));
        assert_eq!((by, answer.status), ("primary", 200), "{path}: {answer:?}");
    }
    let verify = gateway.request_as(&["auditor"], Method::POST, "/v1/audit/verify").json(&json!({}));
    let (by, answer) = server_of(&gateway, || gateway.answer(verify));
    assert_eq!((by, answer.status), ("primary", 200), "{answer:?}");
}

#[test]
fn no_route_is_forgotten() {
    let database = with_logins();
    let gateway = Gateway::start(&database);
    let document = gateway.answer(gateway.request(Method::GET, "/openapi.json")).json();
    let paths = document["paths"].as_object().expect("paths");
    let documented: BTreeSet<String> = paths
        .iter()
        .filter(|(path, item)| item.get("get").is_some() && path.starts_with("/v1/"))
        .map(|(path, _)| path.clone())
        .collect();
    // Uploads are the gateway's own.
    let asked = |path: &str| {
        READS.iter().chain(OF_THE_PRIMARY).any(|(_, known)| {
            let known = known.split('?').next().unwrap_or_default();
            known.split('/').count() == path.split('/').count()
                && known
                    .split('/')
                    .zip(path.split('/'))
                    .all(|(known, part)| known == part || part.starts_with('{'))
        })
    };
    let missing: Vec<_> =
        documented.iter().filter(|path| !asked(path) && !path.contains("/uploads")).collect();
    assert!(missing.is_empty(), "{missing:?}");
}
