//! Rows that were put aside, over REST.

use heimdall_tests::{Database, Gateway};
use reqwest::Method;
use serde_json::{Value, json};

use crate::asking::{LOGINS, assert_problem, assert_unsaid, pages, post, send};

const SECRET: &str = "Zq7-secret";

/// One good row, and as many whose address is none.
fn with_rejects(bad: usize) -> (Database, i64) {
    let database = Database::new();
    database.run(&format!("SELECT heimdall.create_source('logins', 'csv', $mapping${LOGINS}$mapping$, 1)"));
    let rows = "nowhere,ada@example.org,Zq7-secret\n".repeat(bad);
    let batch = database.ingest("logins", format!("src,who,note\n192.0.2.1,ada@example.org,x\n{rows}")).batch;
    (database, batch)
}

fn items(database: &Database, query: &str) -> Vec<Value> {
    let rows = database.value(&format!("SELECT coalesce(json_agg(o), '[]') FROM ({query}) AS o"));
    serde_json::from_str(&rows).expect("JSON")
}

#[test]
fn they_are_listed_row_by_row() {
    let (database, batch) = with_rejects(7);
    let gateway = Gateway::start(&database);
    let listed = pages(&gateway, "ingest", &format!("/v1/batches/{batch}/rejects?limit=3"), |_| ());
    let of_sql = "SELECT row_number, byte_offset, column_name, rule, reason, encoding, retried_in FROM heimdall.rejects \
        ORDER BY row_number";
    assert_eq!(listed, items(&database, of_sql));
    let summary = gateway.get_as(&["ingest"], &format!("/v1/rejects/summary?batch={batch}")).json();
    assert_eq!(summary["items"], json!(items(&database, "SELECT * FROM heimdall.reject_summary()")));
    assert_eq!(gateway.get_as(&["ingest"], "/v1/rejects/summary?batch=4711").json(), json!({"items": []}));
    assert_problem(&gateway.get_as(&["analyst"], "/v1/rejects/summary"), 403, "forbidden");
    let clean = database.ingest("logins", "src,who,note\n192.0.2.9,ada@example.org,x\n").batch;
    let none = gateway.get_as(&["ingest"], &format!("/v1/batches/{clean}/rejects"));
    assert_eq!((none.status, none.json()), (200, json!({"items": [], "next": null})));
}

#[test]
fn they_are_tried_again() {
    let (database, batch) = with_rejects(1);
    let gateway = Gateway::start(&database);
    let path = format!("/v1/batches/{batch}/retry");
    assert_problem(&post(&gateway, "analyst", &path, ""), 403, "forbidden");
    assert_problem(&post(&gateway, "ingest", &path, ""), 404, "not-found");
    database.run(&format!(
        "SELECT heimdall.set_mapping('logins', $mapping${}$mapping$)",
        LOGINS.replace("\"Ip\"", "\"Place\"")
    ));
    let report = post(&gateway, "admin", &path, "");
    assert_eq!((report.status, &report.json()["rows_accepted"]), (200, &json!(1)), "{report:?}");
    let again = database.value("SELECT retried_in FROM heimdall.rejects");
    assert_eq!(again, report.json()["batch"].to_string());
}

#[test]
fn a_row_is_opened_for_who_is_cleared_and_says_why() {
    let (database, batch) = with_rejects(1);
    let gateway = Gateway::start(&database);
    let path = format!("/v1/batches/{batch}/rejects/2/reveal");
    let reason = json!({"reason": "ticket 4711"});
    let row = send(&gateway, "analyst", Method::POST, &path, &reason);
    assert_eq!(row.status, 200, "{row:?}");
    let row: Value = serde_json::from_str(row.json()["row"].as_str().expect("a row")).expect("JSON");
    assert_eq!((&row["src"], &row["note"]), (&json!("nowhere"), &json!(SECRET)));
    let trail = database
        .rows("SELECT actor, detail ->> 'reason' FROM heimdall.audit WHERE action = 'reveal.granted'");
    assert_eq!(trail, [["ada", "ticket 4711"]]);

    let refused = [
        (send(&gateway, "uncleared", Method::POST, &path, &reason), 403),
        (send(&gateway, "ingest", Method::POST, &path, &reason), 403),
        (send(&gateway, "analyst", Method::POST, &path, &json!({})), 400),
        (send(&gateway, "analyst", Method::POST, &path, &json!({"reason": ""})), 400),
        (send(&gateway, "analyst", Method::POST, &path.replace("/2/", "/9/"), &reason), 404),
        (send(&gateway, "analyst", Method::POST, &path.replace("/2/", "/two/"), &reason), 400),
        (post(&gateway, "analyst", &path, "reason=why"), 415),
    ];
    for (answer, status) in &refused {
        assert_eq!(answer.status, *status, "{answer:?}");
    }
    assert_unsaid(&gateway, &refused.map(|(answer, _)| answer), SECRET);
}
