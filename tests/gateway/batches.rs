//! Batches over REST.

use std::io::Write;

use heimdall_tests::{Database, Gateway, eventually};
use serde_json::{Value, json};

use crate::asking::{LOGINS, assert_problem, pages, post};

fn with_batches(count: usize) -> Database {
    let database = Database::new();
    for source in ["logins", "others"] {
        database.source(source, "csv", LOGINS);
    }
    for number in 0..count {
        ingest(&database, if number % 3 == 2 { "others" } else { "logins" }, number);
    }
    database
}

fn ingest(database: &Database, source: &str, number: usize) -> i64 {
    database.ingest(source, format!("src,who,note\n192.0.2.{number},ada@example.org,x\n")).batch
}

/// Ids of the batches that a condition selects, the newest first.
fn ids(database: &Database, condition: &str) -> Vec<String> {
    let sql = format!("SELECT id FROM heimdall.batch WHERE {condition} ORDER BY id DESC");
    database.rows(&sql).into_iter().map(|mut row| row.remove(0)).collect()
}

fn ids_of(items: &[Value]) -> Vec<String> {
    items.iter().map(|item| item["id"].to_string()).collect()
}

#[test]
fn a_batch_is_what_sql_says() {
    let database = with_batches(1);
    let gateway = Gateway::start(&database);
    let id = &ids(&database, "true")[0];
    let of_sql = database.value(
        "SET timezone = 'UTC'; SELECT row_to_json(o) FROM (SELECT id, source, actor, started_at, finished_at, rows_read, \
         rows_accepted, rows_rejected, vertices_created, vertices_merged, edges_created, edges_merged, milliseconds, \
         heimdall.tlp_name(tlp) AS tlp, retry_of FROM heimdall.batch) AS o",
    );
    let of_sql: Value = serde_json::from_str(&of_sql).expect("JSON");
    let one = gateway.get_as(&["analyst"], &format!("/v1/batches/{id}"));
    assert_eq!((one.status, one.json()), (200, of_sql.clone()));
    let all = gateway.get_as(&["analyst"], "/v1/batches");
    assert_eq!((all.status, all.json()), (200, json!({"items": [of_sql], "next": null})));
}

#[test]
fn a_list_has_what_is_asked_for() {
    let database = with_batches(6);
    let gateway = Gateway::start(&database);
    let list =
        |query: &str| ids_of(&pages(&gateway, "analyst", &format!("/v1/batches?limit=5{query}"), |_| ()));
    assert_eq!(list(""), ids(&database, "true"));
    assert_eq!(list("&source=others"), ids(&database, "source = 'others'"));
    let middle = database.value(
        "SELECT to_char(finished_at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"') FROM heimdall.batch \
         ORDER BY id OFFSET 3 LIMIT 1",
    );
    assert_eq!(list(&format!("&since={middle}")), ids(&database, &format!("finished_at >= '{middle}'")));
    assert_eq!(list(&format!("&until={middle}")), ids(&database, &format!("finished_at < '{middle}'")));
    assert_eq!(list("&since=2026-01-01T00:00:00%2B02:00&until=2026-01-02T00:00:00Z"), Vec::<String>::new());
}

#[test]
fn administrators_see_what_they_may_take_back() {
    let database = with_batches(2);
    let gateway = Gateway::start(&database);
    let seen = gateway.get_as(&["admin"], "/v1/batches");
    assert_eq!(seen.status, 200, "{seen:?}");
    assert_eq!(seen.json(), gateway.get_as(&["analyst"], "/v1/batches").json(), "amber, without a clearance");
    let id = seen.json()["items"][0]["id"].to_string();
    assert_eq!(gateway.get_as(&["admin"], &format!("/v1/batches/{id}")).status, 200);
    let rejects = gateway.get_as(&["admin"], &format!("/v1/batches/{id}/rejects"));
    assert_problem(&rejects, 403, "forbidden");
}

#[test]
fn pages_have_no_gap_and_no_repeat_while_batches_come() {
    let database = with_batches(7);
    let gateway = Gateway::start(&database);
    let before = ids(&database, "true");
    let items = pages(&gateway, "analyst", "/v1/batches?limit=2", |page| {
        ingest(&database, "logins", 100 + page);
    });
    assert_eq!(ids_of(&items), before);
}

#[test]
fn what_is_no_batch_is_said() {
    let database = with_batches(1);
    let gateway = Gateway::start(&database);
    let invalid = [
        "/v1/batches/one",
        "/v1/batches/99999999999999999999",
        "/v1/batches?since=yesterday",
        "/v1/batches?after=x",
        // A cursor of a list of names.
        "/v1/batches?after=WyJsb2dpbnMiXQ",
        "/v1/batches?limit=-1",
        "/v1/batches/one/rejects",
        "/v1/rejects/summary?batch=one",
    ];
    for path in invalid {
        assert_problem(&gateway.get_as(&["analyst"], path), 400, "invalid");
    }
    assert_problem(&gateway.get_as(&["analyst"], "/v1/batches/4711"), 404, "not-found");
    assert_problem(&gateway.get_as(&["ingest"], "/v1/batches/4711/rejects"), 404, "not-found");
    assert_problem(&gateway.get_as(&["auditor"], "/v1/batches"), 403, "forbidden");
    assert_eq!(gateway.get_as(&["uncleared"], "/v1/batches").json()["items"], json!([]), "it is amber");
}

#[test]
fn a_batch_is_taken_back_by_administrators_and_by_who_brought_it() {
    let database = with_batches(2);
    let gateway = Gateway::start(&database);
    let id = ids(&database, "true").remove(0);
    let path = format!("/v1/batches/{id}/rollback");
    assert_problem(&post(&gateway, "analyst", &path, ""), 403, "forbidden");
    assert_problem(&post(&gateway, "ingest", &path, ""), 404, "not-found");
    let back = post(&gateway, "admin", &path, "");
    // The account is known of the other batch: the address goes, and the record of the row.
    let expected = json!({"vertices": 2, "edges": 3, "restored": 0, "rejects": 0});
    assert_eq!((back.status, back.json()), (200, expected), "{back:?}");
    assert!(!ids(&database, "true").contains(&id));
    assert_problem(&post(&gateway, "admin", &path, ""), 404, "not-found");

    let login = database
        .value("SELECT rolname FROM pg_roles WHERE rolname ~ ('^' || current_database() || '_gateway$')");
    let ingest = database
        .value("SELECT rolname FROM pg_roles WHERE rolname ~ ('^' || current_database() || '_ingest$')");
    let mut client = database.connect_as(&login);
    let dump: &[u8] = b"src,who,note\n192.0.2.77,grace@example.org,x\n";
    client.batch_execute(&format!("SET heimdall.actor = 'ada'; SET ROLE {ingest}")).expect("as ada");
    let own = heimdall_tests::ingest(&mut client, "logins", dump).expect("ingested").batch;
    let back = post(&gateway, "ingest", &format!("/v1/batches/{own}/rollback"), "");
    assert_eq!(back.status, 200, "{back:?}");
}

#[test]
fn an_ingest_that_runs_is_shown() {
    let database = with_batches(0);
    let gateway = Gateway::start(&database);
    let mut client = database.connect();
    let mut stream = client.copy_in("COPY heimdall_in.stream (source, chunk) FROM STDIN").expect("a stream");
    for line in ["logins\t\\\\x7372632c77686f2c6e6f74650a\n", "logins\t\\\\x\n"] {
        stream.write_all(line.as_bytes()).expect("taken");
        stream.flush().expect("sent");
    }
    let mut shown = json!(null);
    eventually("it is shown", || {
        shown = gateway.get_as(&["admin"], "/v1/progress").json()["items"].clone();
        shown.as_array().is_some_and(|items| items.len() == 1)
    });
    assert_eq!((&shown[0]["source"], &shown[0]["way"]), (&json!("logins"), &json!("stream")));
    assert_eq!(gateway.get_as(&["ingest"], "/v1/progress").json()["items"], json!([]), "it is another's");
    assert_problem(&gateway.get_as(&["analyst"], "/v1/progress"), 403, "forbidden");
}
