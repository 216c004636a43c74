//! Search, and what came in between two times.

use heimdall_tests::Gateway;
use serde_json::{Value, json};

use crate::graph::{ask, graph, items};

#[test]
fn search_finds_what_sql_finds() {
    let database = graph();
    let gateway = Gateway::start(&database);
    let hit = "key, label, value, tlp, sightings, first_seen, last_seen";
    let expected = items(&database, &format!("SELECT {hit} FROM heimdall.search('*.example.org')"));
    assert_eq!(expected["items"].as_array().map(Vec::len), Some(2));
    assert_eq!(
        gateway.get_as(&["analyst"], "/v1/search?query=*.example.org").json()["items"],
        expected["items"]
    );
    let narrow = json!({"query": "192.0.2.0/24", "kind": "ip", "since": "2026-01-01T00:00:00Z", "until": "2027-01-01T00:00:00Z"});
    let expected = items(
        &database,
        &format!(
            "SELECT {hit} FROM heimdall.search('192.0.2.0/24', 'ip', 100, '2026-01-01Z', '2027-01-01Z')"
        ),
    );
    assert_eq!(expected["items"].as_array().map(Vec::len), Some(2));
    assert_eq!(ask(&gateway, "/v1/search", &narrow).json()["items"], expected["items"]);
    assert_eq!(gateway.get_as(&["uncleared"], "/v1/search?query=*").json()["items"], json!([]));
    assert_eq!(gateway.get_as(&["ingest"], "/v1/search?query=*").status, 403);
}

#[test]
fn what_came_in_is_what_sql_says() {
    let database = graph();
    let gateway = Gateway::start(&database);
    let expected = items(
        &database,
        "SELECT at, what, label, value, tlp, sightings, first_seen, last_seen, sources \
         FROM heimdall.changes_between('2026-01-01Z', NULL, 'ip', 'new', 'logins', 10)",
    );
    assert_eq!(expected["items"].as_array().map(Vec::len), Some(2));
    let path = "/v1/changes-between?since=2026-01-01T00:00:00Z&kind=ip&change=new&source=logins&limit=10";
    assert_eq!(gateway.get_as(&["analyst"], path).json(), expected);
    let refused = gateway.get_as(&["analyst"], "/v1/changes-between?since=yesterday");
    assert_eq!(refused.status, 400, "{refused:?}");
}

#[test]
fn pages_follow_each_other() {
    let database = graph();
    let gateway = Gateway::start(&database);
    let all = gateway.get_as(&["analyst"], "/v1/search?query=*").json();
    assert_eq!(all["next"], Value::Null);
    let mut paged = Vec::new();
    let mut path = "/v1/search?query=*&limit=2".to_owned();
    loop {
        let page = gateway.get_as(&["analyst"], &path).json();
        paged.extend(page["items"].as_array().expect("items").clone());
        let Some(next) = page["next"].as_str() else { break };
        path = format!("/v1/search?query=*&limit=2&after={next}");
    }
    assert_eq!(json!(paged), all["items"]);
    assert_eq!(paged.len(), 6);
    assert_eq!(gateway.get_as(&["analyst"], "/v1/search?query=*&after=%21").status, 400);
}
