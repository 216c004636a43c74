//! Sources over REST.

use heimdall_tests::{Database, Gateway};
use reqwest::Method;
use serde_json::{Value, json};

use crate::asking::{LOGINS, assert_problem, assert_unsaid, pages, post, send, send_if};

fn of_sql(database: &Database, name: &str) -> Value {
    let row = database.value(&format!(
        "SET timezone = 'UTC'; SELECT row_to_json(o) FROM (SELECT name, format, preset, options, reject_limit, mapping_origin, \
         mapping, created_at, created_by FROM heimdall.source WHERE name = '{name}') AS o"
    ));
    serde_json::from_str(&row).expect("JSON")
}

#[test]
fn a_source_is_made_read_and_changed() {
    let database = Database::new();
    let gateway = Gateway::start(&database);
    let dns = json!({"name": "dns", "preset": "zeek.dns", "reject_limit": 0.05});
    let made = send(&gateway, "ingest", Method::POST, "/v1/sources", &dns);
    assert_eq!((made.status, made.headers["location"].as_str()), (201, "/v1/sources/dns"), "{made:?}");

    let read = gateway.get_as(&["analyst"], &made.headers["location"]);
    assert_eq!((read.status, read.json()), (200, of_sql(&database, "dns")));
    assert_eq!((&read.json()["format"], &read.json()["created_by"]), (&json!("zeek"), &json!("ada")));
    assert_eq!(read.headers["etag"], made.headers["etag"]);
    let head = gateway.answer(gateway.request_as(&["analyst"], Method::HEAD, "/v1/sources/dns"));
    assert_eq!((head.status, head.body.as_str(), &head.headers["etag"]), (200, "", &read.headers["etag"]));

    let mut changed = read.json();
    changed["reject_limit"] = json!(0.2);
    let answer = send_if(&gateway, "/v1/sources/dns", ("if-match", &read.headers["etag"]), &changed);
    assert_eq!(
        (answer.status, answer.json()),
        (200, of_sql(&database, "dns")),
        "what was read can be given back"
    );
    assert_eq!(answer.json()["reject_limit"], 0.2);
    assert_ne!(answer.headers["etag"], read.headers["etag"]);
}

#[test]
fn only_the_version_that_was_seen_is_changed() {
    let database = Database::new();
    database.source("logins", "csv", LOGINS);
    let gateway = Gateway::start(&database);
    let tag = gateway.get_as(&["ingest"], "/v1/sources/logins").headers["etag"].clone();
    let same =
        gateway.request_as(&["ingest"], Method::GET, "/v1/sources/logins").header("if-none-match", &tag);
    let same = gateway.answer(same);
    assert_eq!((same.status, same.body.as_str(), &same.headers["etag"]), (304, "", &tag));

    database.run("SELECT heimdall.set_source('logins', reject_limit => 0.3)");
    let late = send_if(&gateway, "/v1/sources/logins", ("if-match", &tag), &json!({"reject_limit": 0.4}));
    assert_problem(&late, 412, "precondition");
    assert_eq!(database.value("SELECT reject_limit FROM heimdall.source"), "0.3");
    let none = send_if(&gateway, "/v1/sources/other", ("if-match", "*"), &json!({"format": "csv"}));
    assert_problem(&none, 412, "precondition");
    let malformed = send_if(&gateway, "/v1/sources/logins", ("if-match", "no tag"), &json!({}));
    assert_problem(&malformed, 412, "precondition");
}

#[test]
fn who_is_overtaken_between_looking_and_writing_is_told() {
    let database = Database::new();
    database.source("logins", "csv", LOGINS);
    let gateway = Gateway::start(&database);
    let tag = gateway.get_as(&["ingest"], "/v1/sources/logins").headers["etag"].clone();
    let mut other = database.connect();
    let mut first = other.transaction().expect("a transaction");
    first.batch_execute("SELECT heimdall.set_source('logins', reject_limit => 0.3)").expect("set");
    let late = std::thread::scope(|scope| {
        let late = scope.spawn(|| {
            let limit = json!({"reject_limit": 0.4});
            send_if(&gateway, "/v1/sources/logins", ("if-match", &tag), &limit)
        });
        heimdall_tests::eventually("the request waits for the other", || {
            let waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' \
                AND datname = current_database() AND application_name = 'heimdall_gateway'";
            database.value(waiting) == "1"
        });
        first.commit().expect("committed");
        late.join().expect("an answer")
    });
    assert_problem(&late, 412, "precondition");
    assert_eq!(database.value("SELECT reject_limit FROM heimdall.source"), "0.3");
}

#[test]
fn put_makes_what_is_not_there_and_only_that_if_asked() {
    let database = Database::new();
    let gateway = Gateway::start(&database);
    let mapping: Value = serde_json::from_str(LOGINS).expect("JSON");
    let source = json!({"format": "csv", "mapping": mapping, "reject_limit": 0.5});
    let made = send_if(&gateway, "/v1/sources/logins", ("if-none-match", "*"), &source);
    assert_eq!((made.status, made.headers["location"].as_str()), (201, "/v1/sources/logins"), "{made:?}");
    assert_eq!(made.json(), of_sql(&database, "logins"));
    let again = send_if(&gateway, "/v1/sources/logins", ("if-none-match", "*"), &source);
    assert_problem(&again, 412, "precondition");
    let again = send(&gateway, "ingest", Method::PUT, "/v1/sources/logins", &source);
    assert_eq!((again.status, &again.headers["etag"]), (200, &made.headers["etag"]), "{again:?}");
    let twice = json!({"name": "logins", "format": "csv"});
    assert_problem(&send(&gateway, "ingest", Method::POST, "/v1/sources", &twice), 409, "conflict");
    assert_problem(&send(&gateway, "ingest", Method::PUT, "/v1/sources/other", &twice), 400, "invalid");
    let preset = json!({"preset": "zeek.dns"});
    let other = send(&gateway, "ingest", Method::PUT, "/v1/sources/logins", &preset);
    assert_problem(&other, 409, "conflict");
}

#[test]
fn the_database_decides_who_may() {
    let database = Database::new();
    database.source("logins", "csv", LOGINS);
    let gateway = Gateway::start(&database);
    let source = json!({"name": "own", "format": "csv"});
    for group in ["analyst", "auditor", "sync", "uncleared"] {
        assert_problem(&send(&gateway, group, Method::POST, "/v1/sources", &source), 403, "forbidden");
    }
    for group in ["auditor", "sync"] {
        assert_problem(&gateway.get_as(&[group], "/v1/sources"), 403, "forbidden");
    }
    let nobody = gateway.answer(gateway.request(Method::GET, "/v1/sources"));
    assert_problem(&nobody, 401, "unauthenticated");
    assert_eq!(send(&gateway, "admin", Method::POST, "/v1/sources", &source).status, 201);
    assert_eq!(
        database.value("SELECT string_agg(name, ' ' ORDER BY name) FROM heimdall.source"),
        "logins own"
    );
    let actor = "SELECT actor FROM heimdall.audit WHERE action = 'source.create' AND object = 'own'";
    assert_eq!(database.value(actor), "ada");
}

#[test]
fn what_does_not_fit_is_said_without_being_repeated() {
    let database = Database::new();
    let gateway = Gateway::start_with(&database, |settings| {
        settings.insert("HMD_BODY_LIMIT".to_owned(), "2000".to_owned());
    });
    let secret = "Zq7-secret";
    let raw = |body: String, media: &str| {
        let request = gateway.request_as(&["ingest"], Method::POST, "/v1/sources");
        gateway.answer(request.header("content-type", media).body(body))
    };
    let sent = |body: Value| raw(body.to_string(), "application/json");
    let unseen = [
        sent(json!({"name": secret, "format": "csv"})),
        sent(json!({"name": "s", secret: "csv"})),
        sent(json!({"name": "s", "format": "csv", "reject_limit": secret})),
        sent(json!({"name": [secret]})),
        sent(json!([secret])),
        raw(format!("{{\"name\": {secret}}}"), "application/json"),
        raw(format!("{{}} {secret}"), "application/json"),
        gateway.get_as(&["ingest"], &format!("/v1/sources?limit={secret}")),
        gateway.get_as(&["ingest"], &format!("/v1/sources?after={secret}")),
        gateway.get_as(&["ingest"], &format!("/v1/sources?{secret}=1")),
        gateway.get_as(&["ingest"], &format!("/v1/sources/{secret}%ff")),
        gateway.get_as(&["ingest"], &format!("/v1/sources/{secret}%00")),
    ];
    let named = [
        sent(json!({"name": "s", "format": "none"})),
        sent(json!({"name": "s", "preset": "none"})),
        sent(json!({"name": "s", "format": "csv", "mapping": {"none": 1}})),
        sent(json!({"name": "s", "format": "csv", "options": {"none": 1}})),
        sent(json!({"name": "s", "format": "csv", "reject_limit": 7})),
        sent(json!({"format": "csv"})),
        gateway.get_as(&["ingest"], "/v1/sources?limit=0"),
        gateway.get_as(&["ingest"], "/v1/sources?limit=1001"),
    ];
    for answer in unseen.iter().chain(&named) {
        assert_problem(answer, 400, "invalid");
    }
    for (answer, said) in [
        (&unseen[1], "The body has a member that is not known; expected one of `name`, `format`"),
        (&unseen[2], "The body: `reject_limit` has to be f64"),
        (&unseen[3], "The body: `name` has to be a string"),
        (&unseen[7], "The query: `limit` is not what this route takes."),
        (&named[5], "The body: missing field `name`."),
    ] {
        let detail = answer.json()["detail"].as_str().unwrap_or_default().to_owned();
        assert!(detail.starts_with(said), "{detail}");
    }
    let media = raw(json!({"name": "s", "format": "csv"}).to_string(), "text/plain");
    assert_problem(&media, 415, "media-type");
    let large = sent(json!({"name": "s", "format": "csv", "options": {"x": secret.repeat(300)}}));
    assert_problem(&large, 413, "too-large");
    let missing = gateway.get_as(&["ingest"], &format!("/v1/sources/{secret}"));
    assert_problem(&missing, 404, "not-found");
    assert_problem(&post(&gateway, "ingest", "/v1/sources/s", ""), 405, "method");
    assert_unsaid(&gateway, &unseen, secret);
    assert_unsaid(&gateway, &[missing, large], secret);
}

#[test]
fn pages_have_no_gap_and_no_repeat_while_sources_are_made() {
    let database = Database::new();
    for number in 10..33 {
        database.source(&format!("s{number}"), "csv", LOGINS);
    }
    let gateway = Gateway::start(&database);
    let items = pages(&gateway, "ingest", "/v1/sources?limit=4", |page| {
        // One before what was read, one in the midst of it, one at the end.
        if page == 2 {
            for name in ["a", "s12b", "z"] {
                database.source(name, "csv", LOGINS);
            }
        }
    });
    let names: Vec<_> = items.iter().filter_map(|item| item["name"].as_str()).collect();
    let expected: Vec<_> = (10..33).map(|number| format!("s{number}")).chain(["z".to_owned()]).collect();
    assert_eq!(names, expected);
    assert!(items.iter().all(|item| item.get("mapping").is_none()), "a list is without mappings");
}
