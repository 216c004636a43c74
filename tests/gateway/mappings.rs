//! Mappings and samples over REST.

use heimdall_tests::{Database, Gateway};
use reqwest::Method;
use serde_json::{Value, json};

use crate::asking::{LOGINS, assert_problem, assert_unsaid, post, send, send_if};

const DUMP: &str = "src,who,note\n192.0.2.1,ada@example.org,Zq7-secret\n192.0.2.2,grace@example.org,fine\n";

fn items(database: &Database, query: &str) -> Value {
    let rows = database.value(&format!("SELECT coalesce(json_agg(o), '[]') FROM ({query}) AS o"));
    json!({"items": serde_json::from_str::<Value>(&rows).expect("JSON")})
}

#[test]
fn a_mapping_is_read_and_changed_by_who_has_seen_it() {
    let database = Database::new();
    database.run("SELECT heimdall.create_source('logins', 'csv')");
    let gateway = Gateway::start(&database);
    let path = "/v1/sources/logins/mapping";
    assert_problem(&gateway.get_as(&["ingest"], path), 404, "not-found");
    let mapping: Value = serde_json::from_str(LOGINS).expect("JSON");
    let first = send_if(&gateway, path, ("if-none-match", "*"), &mapping);
    assert_eq!((first.status, first.json()), (200, mapping.clone()), "{first:?}");
    assert_problem(&send_if(&gateway, path, ("if-none-match", "*"), &mapping), 412, "precondition");
    let read = gateway.get_as(&["analyst"], path);
    assert_eq!((read.status, &read.headers["etag"]), (200, &first.headers["etag"]));

    let mut green = mapping;
    green["tlp"] = json!("green");
    let second = send_if(&gateway, path, ("if-match", &read.headers["etag"]), &green);
    assert_eq!((second.status, second.json()["tlp"].as_str()), (200, Some("green")), "{second:?}");
    assert_problem(
        &send_if(&gateway, path, ("if-match", &read.headers["etag"]), &green),
        412,
        "precondition",
    );
    assert_eq!(database.value("SELECT mapping ->> 'tlp' FROM heimdall.source"), "green");
    let seen = gateway.request_as(&["ingest"], Method::GET, path);
    let seen = gateway.answer(seen.header("if-none-match", format!("\"other\", {}", second.headers["etag"])));
    assert_eq!((seen.status, seen.body.as_str()), (304, ""));
    assert_problem(&send(&gateway, "analyst", Method::PUT, path, &green), 403, "forbidden");
    let nowhere = send(&gateway, "ingest", Method::PUT, "/v1/sources/other/mapping", &green);
    assert_problem(&nowhere, 404, "not-found");
}

#[test]
fn a_mapping_is_checked() {
    let database = Database::new();
    let gateway = Gateway::start(&database);
    let check = |mapping: &Value| send(&gateway, "analyst", Method::POST, "/v1/mappings/check", mapping);
    let good = check(&serde_json::from_str(LOGINS).expect("JSON"));
    assert_eq!((good.status, good.body.as_str()), (204, ""));
    let bad = check(&json!({"entities": {"from": {"label": "Ip"}}}));
    assert_problem(&bad, 400, "invalid");
    let failure =
        database.failure(r#"SELECT heimdall.check_mapping('{"entities": {"from": {"label": "Ip"}}}')"#);
    let detail = bad.json()["detail"].as_str().expect("a detail").to_owned();
    assert!(detail.contains(&failure.message) && detail.contains(&failure.detail), "{detail}\n{failure:?}");
    let deep = format!("{}1{}", "[".repeat(100_000), "]".repeat(100_000));
    let request = gateway.request_as(&["analyst"], Method::POST, "/v1/mappings/check");
    let deep = gateway.answer(request.header("content-type", "application/json").body(deep));
    assert_problem(&deep, 400, "invalid");
}

#[test]
fn a_sample_tells_what_sql_tells() {
    let database = Database::new();
    let gateway = Gateway::start(&database);
    let asked = |path: &str| {
        let answer = post(&gateway, "analyst", path, DUMP);
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.json()
    };
    assert_eq!(asked("/v1/formats/detect"), json!({"format": "csv"}));
    let inferred = database.value(&format!("SELECT heimdall.infer_mapping('{DUMP}')"));
    assert_eq!(asked("/v1/mappings/infer"), serde_json::from_str::<Value>(&inferred).expect("JSON"));
    let explained = items(
        &database,
        &format!("SELECT * FROM heimdall.explain_mapping(convert_to('{DUMP}', 'UTF8'), 'csv')"),
    );
    assert_eq!(asked("/v1/mappings/explain?format=csv"), explained);
    assert_eq!(asked("/v1/mappings/explain?format=csv&options=%7B%22delimiter%22%3A%22%2C%22%7D"), explained);
    let nothing = post(&gateway, "analyst", "/v1/formats/detect", [0u8, 1, 2, 3]);
    assert_eq!((nothing.status, nothing.json()), (200, json!({"format": null})));
    let formats = gateway.get_as(&["analyst"], "/v1/formats").json();
    assert_eq!(
        formats,
        items(&database, "SELECT heimdall.formats() AS f")
            .pointer("/items/0/f")
            .map(|f| json!({"items": f}))
            .expect("formats")
    );
    let presets = gateway.get_as(&["analyst"], "/v1/presets").json();
    assert_eq!(
        presets,
        items(&database, "SELECT name, format, description FROM heimdall.presets() ORDER BY name")
    );
    let preset = gateway.get_as(&["analyst"], "/v1/presets/zeek.dns").json();
    let of_sql = items(&database, "SELECT * FROM heimdall.presets() WHERE name = 'zeek.dns'");
    assert_eq!(preset, of_sql["items"][0]);
    assert_problem(&gateway.get_as(&["analyst"], "/v1/presets/none"), 404, "not-found");
}

#[test]
fn a_preview_and_a_dry_run_store_nothing() {
    let database = Database::new();
    database.source("logins", "csv", LOGINS);
    let gateway = Gateway::start(&database);
    let preview = post(&gateway, "ingest", "/v1/sources/logins/preview", DUMP);
    let of_sql =
        items(&database, &format!("SELECT * FROM heimdall.preview('logins', convert_to('{DUMP}', 'UTF8'))"));
    assert_eq!((preview.status, preview.json()), (200, of_sql));
    let run = post(&gateway, "ingest", "/v1/sources/logins/dry-run", DUMP);
    assert_eq!(run.status, 200, "{run:?}");
    let report = run.json();
    assert_eq!(
        (&report["batch"], &report["rows_accepted"], &report["vertices_created"]),
        (&json!(0), &json!(2), &json!(6))
    );
    let stored = "SELECT (SELECT count(*) FROM heimdall.batch) + (SELECT count(*) FROM heimdall.node) \
        + (SELECT count(*) FROM heimdall.data_key)";
    assert_eq!(database.value(stored), "0");
    for path in ["/v1/sources/logins/preview", "/v1/sources/logins/dry-run"] {
        assert_problem(&post(&gateway, "analyst", path, DUMP), 403, "forbidden");
        assert_problem(&post(&gateway, "ingest", &path.replace("logins", "none"), DUMP), 404, "not-found");
    }
}

#[test]
fn nothing_of_a_sample_is_in_a_problem_or_in_the_log() {
    let database = Database::new();
    database.run(&format!("SELECT heimdall.create_source('logins', 'csv', $mapping${LOGINS}$mapping$, 0)"));
    let gateway = Gateway::start(&database);
    let secret = "Zq7-secret";
    let bad_row = format!("src,who,note\n{secret},ada@example.org,x\n");
    let no_column = format!("{secret},b\n1,2\n");
    let open_quote = format!("src,who,note\n192.0.2.1,ada@example.org,\"{secret}\n");
    let answers = [
        post(&gateway, "ingest", "/v1/sources/logins/dry-run", bad_row),
        post(&gateway, "ingest", "/v1/sources/logins/dry-run", no_column),
        post(&gateway, "ingest", "/v1/sources/logins/dry-run", open_quote),
        post(&gateway, "ingest", "/v1/mappings/infer", [secret.as_bytes(), b",\xff\n1,2\n"].concat()),
        post(&gateway, "ingest", "/v1/mappings/infer?format=ndjson", secret),
        post(&gateway, "ingest", &format!("/v1/mappings/explain?options={secret}"), DUMP),
    ];
    for answer in &answers {
        assert!((400..500).contains(&answer.status), "{answer:?}");
    }
    assert_unsaid(&gateway, &answers, secret);
}
