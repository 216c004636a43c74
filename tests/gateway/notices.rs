//! What the database says besides its answers: Heimdall's own reaches the caller that it is said to, and nobody else.

use heimdall_tests::{Database, Gateway};
use serde_json::{Value, json};

use crate::graph::{get_in, graph, send};

/// Of two edges of a type, one is read.
const CUT: &str = "/v1/observables/timeline?kind=ip&value=192.0.2.2&edges=1";
const WHOLE: &str = "/v1/observables/timeline?kind=ip&value=192.0.2.2";

fn not_whole() -> Value {
    json!([{"code": "VH001", "message": "the timeline may not be whole: There are more edges of a type than were read.",
        "hint": "Raise max_edges; NULL reads all."}])
}

#[test]
fn an_object_says_that_a_limit_was_met() {
    let database = graph();
    let gateway = Gateway::start(&database);
    let cut = gateway.get_as(&["analyst"], CUT);
    assert_eq!((cut.status, &cut.json()["notices"]), (200, &not_whole()), "{cut:?}");
    assert_ne!(cut.json()["items"], json!([]), "what was read is there");
    assert_eq!(gateway.get_as(&["analyst"], WHOLE).json().get("notices"), None, "all of it was read");
}

#[test]
fn rows_that_come_one_by_one_have_it_in_a_header() {
    let database = graph();
    let gateway = Gateway::start(&database);
    for format in ["application/x-ndjson", "text/csv"] {
        let cut = get_in(&gateway, format, CUT);
        let said: Value = serde_json::from_str(&cut.headers["heimdall-notices"]).expect("JSON");
        assert_eq!((cut.status, said), (200, not_whole()), "{format}");
        assert!(!cut.body.contains("VH001"), "rows are rows: {cut:?}");
        assert!(!get_in(&gateway, format, WHOLE).headers.contains_key("heimdall-notices"), "{format}");
    }
}

#[test]
fn what_is_said_to_one_is_not_heard_by_the_next_on_the_same_connection() {
    let database = graph();
    let gateway = Gateway::start_with(&database, |settings| {
        settings.insert("HMD_DATABASE_CONNECTIONS".to_owned(), "2".to_owned());
        settings.insert("HMD_UPLOADS".to_owned(), "1".to_owned());
    });
    for _ in 0..4 {
        assert_eq!(gateway.get_as(&["analyst"], CUT).json()["notices"], not_whole());
        assert_eq!(gateway.get_as(&["analyst"], WHOLE).json().get("notices"), None);
    }
}

#[test]
fn a_write_says_what_is_left_to_do() {
    let database = graph();
    let gateway = Gateway::start(&database);
    let subject = |value: &str| json!({"kind": "ip", "value": value, "reason": "case 4711"});
    let gone = send(&gateway, &["admin"], "/v1/subjects/erase", &subject("192.0.2.1")).json();
    assert_eq!(gone["notices"][0]["code"], "VH003", "{gone}");
    let nobody = send(&gateway, &["admin"], "/v1/subjects/erase", &subject("192.0.2.99")).json();
    assert_eq!(nobody["notices"], json!([{"code": "VH004", "message": "nothing is known of this subject"}]));
}

/// Replaces a function by one that says more than it should, and something that is for the caller.
fn talkative() -> Database {
    let database = Database::new();
    database.run(
        "CREATE OR REPLACE FUNCTION heimdall.audit_heads() RETURNS jsonb LANGUAGE plpgsql AS $$ BEGIN \
             RAISE NOTICE 'hunter2'; RAISE WARNING 'hunter2' USING ERRCODE = '22023'; \
             RAISE NOTICE 'ours' USING ERRCODE = 'VH001'; \
             FOR n IN 1..100 LOOP RAISE NOTICE 'number %', n USING ERRCODE = 'VH001'; END LOOP; \
             RETURN '{\"1\": 2}'; END $$",
    );
    database
}

#[test]
fn what_is_not_heimdalls_own_reaches_neither_caller_nor_log() {
    let database = talkative();
    let gateway = Gateway::start(&database);
    let heads = gateway.get_as(&["auditor"], "/v1/audit/heads");
    assert_eq!((heads.status, &heads.json()["1"]), (200, &json!(2)));
    assert_eq!(heads.json()["notices"][0], json!({"code": "VH001", "message": "ours"}), "{heads:?}");
    assert!(!heads.body.contains("hunter2"), "{heads:?}");
    assert!(gateway.log().iter().all(|line| !line.contains("hunter2")), "{:?}", gateway.log());
}

#[test]
fn a_caller_hears_of_no_more_than_sixteen() {
    let database = talkative();
    let gateway = Gateway::start(&database);
    let heads = gateway.get_as(&["auditor"], "/v1/audit/heads").json();
    assert_eq!(heads["notices"].as_array().map(Vec::len), Some(16), "{heads}");
}

#[test]
fn settings_of_the_database_keep_nothing_from_the_caller() {
    let database = graph();
    database.run(&format!("ALTER DATABASE {} SET client_min_messages = 'error'", database.name()));
    let gateway = Gateway::start(&database);
    assert_eq!(gateway.get_as(&["analyst"], CUT).json()["notices"], not_whole());
}
