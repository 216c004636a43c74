//! What is one tenant's is nobody else's, whatever it is called.

use std::sync::mpsc;
use std::time::Duration;

use heimdall_tests::eventually;
use reqwest::Method;
use serde_json::{Value, json};

use super::Site;

const IP: &str = "/v1/observables/lookup?kind=ip&value=192.0.2.1";

#[test]
fn each_sees_what_is_in_its_database() {
    let site = Site::start();
    site.globex.source("of_globex", "csv", super::LIST);
    let ingest = |tenant| {
        let request = site.request(tenant, "ingest", Method::POST, "/v1/sources/list/ingest");
        site.gateway.answer(request.body("ip\n192.0.2.1\n"))
    };
    assert_eq!(ingest("acme").status, 201);
    assert_eq!(site.acme.value("SELECT count(*) FROM heimdall.batch"), "1");
    assert_eq!(site.globex.value("SELECT count(*) FROM heimdall.batch"), "0");

    let count = |tenant, path: &str| {
        let answer = site.get(tenant, path);
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.json()["items"].as_array().expect("items").len()
    };
    assert_eq!((count("acme", IP), count("globex", IP)), (1, 0));
    assert_eq!((count("acme", "/v1/batches"), count("globex", "/v1/batches")), (1, 0));
    assert_eq!((count("acme", "/v1/sources"), count("globex", "/v1/sources")), (1, 2));
    assert_eq!(site.get("acme", "/v1/sources/of_globex").status, 404);

    // The same dump is none that globex has.
    let answer = ingest("globex");
    assert_eq!((answer.status, &answer.json()["duplicate"]), (201, &json!(false)), "{answer:?}");
    assert_eq!(count("globex", IP), 1);
}

#[test]
fn whoami_and_the_log_say_which() {
    let site = Site::start();
    for tenant in ["acme", "globex"] {
        let me = site.get(tenant, "/v1/whoami");
        assert_eq!(me.json()["tenant"], tenant);
        let id = &me.headers["x-request-id"];
        let mut logged = Value::Null;
        eventually("the request is in the log", || {
            let line = site.gateway.log().into_iter().find(|line| line.contains(id.as_str()));
            logged = line.map(|line| serde_json::from_str(&line).expect("JSON")).unwrap_or_default();
            !logged.is_null()
        });
        assert_eq!((&logged["tenant"], &logged["actor"]), (&json!(tenant), &json!("ada")), "{logged}");
    }
}

#[test]
fn numbers_of_databases_have_the_tenant() {
    let site = Site::start();
    site.acme.ingest("list", "ip\n192.0.2.1\n");
    let numbers = site.numbers();
    let begin = |start: &str| numbers.iter().filter(|line| line.starts_with(start)).count();
    assert_eq!(begin(r#"heimdall_feed_age_seconds{source="list",tenant="acme"} "#), 1, "{numbers:?}");
    assert_eq!(begin("heimdall_feed_age_seconds{"), 1, "that of globex has brought nothing: {numbers:?}");
    for tenant in ["acme", "globex"] {
        assert_eq!(begin(&format!(r#"heimdall_database_up{{tenant="{tenant}"}} 1"#)), 1, "{numbers:?}");
        assert_eq!(begin(&format!(r#"heimdall_database_waiting{{tenant="{tenant}"}} 0"#)), 1, "{numbers:?}");
    }
    assert_eq!(begin("# TYPE heimdall_database_up gauge"), 1, "{numbers:?}");
}

#[test]
fn an_upload_is_its_tenants_though_the_subject_is_the_same() {
    let site = Site::start();
    let begun = site.begin_upload("acme");
    let path = &begun.headers["location"];
    let ask = |tenant, method, path: &str| {
        let request = site.request(tenant, "ingest", method, path).header("tus-resumable", "1.0.0");
        let request = request.header("content-type", "application/offset+octet-stream");
        site.gateway.answer(request.header("upload-offset", "0").body("ip\n")).status
    };
    for method in [Method::GET, Method::HEAD, Method::PATCH, Method::DELETE] {
        assert_eq!(ask("globex", method.clone(), path), 404, "{method}");
    }
    assert_eq!(ask("globex", Method::GET, &format!("{path}/events")), 404);
    assert_eq!(ask("acme", Method::HEAD, path), 200);
    assert_eq!(ask("acme", Method::PATCH, path), 204);
}

#[test]
fn places_for_uploads_are_each_tenants_own() {
    let site = Site::start_with(|settings| {
        settings.insert("HMD_UPLOADS".into(), "1".into());
    });
    let begin = |tenant| site.begin_upload(tenant).status;
    assert_eq!((begin("acme"), begin("acme")), (201, 503));
    assert_eq!((begin("globex"), begin("globex")), (201, 503));
}

#[test]
fn rates_are_of_a_tenant_s_caller() {
    let site = Site::start_with(|settings| {
        settings.insert("HMD_RATE_STANDARD".into(), "1".into());
    });
    let ask = |tenant| site.get(tenant, "/v1/whoami").status;
    assert_eq!((ask("acme"), ask("acme")), (200, 429));
    assert_eq!((ask("globex"), ask("globex")), (200, 429));
}

#[test]
fn a_queue_before_one_database_is_none_before_another() {
    let site = Site::start_with(|settings| {
        for (name, value) in [
            ("HMD_DATABASE_CONNECTIONS", "2"),
            ("HMD_UPLOADS", "1"),
            ("HMD_DATABASE_WAIT", "2m"),
            ("HMD_STATEMENT_TIMEOUT", "2m"),
        ] {
            settings.insert(name.into(), value.into());
        }
    });
    let mut holder = site.acme.connect();
    holder.batch_execute("BEGIN; LOCK TABLE heimdall.source IN ACCESS EXCLUSIVE MODE").expect("the lock");
    // Each of them is somebody else: one caller has but half of the connections.
    let ask = |tenant: &str, number: i32| {
        let who = format!("analyst-{number}");
        site.gateway.answer(site.request_by(&who, &json!(tenant), "analyst", Method::GET, "/v1/sources"))
    };
    let (answered, answers) = mpsc::channel();
    std::thread::scope(|scope| {
        // Two have a connection, others wait for one, until they are too many.
        let mut first = None;
        let mut waiting = 0;
        while first.is_none() {
            assert!(waiting < 100, "nobody is refused");
            let answered = answered.clone();
            scope.spawn(move || answered.send(ask("acme", waiting)));
            first = answers.recv_timeout(Duration::from_millis(200)).ok();
            waiting += i32::from(first.is_none());
        }
        let refused = first.expect("the loop has ended");
        assert_eq!(refused.status, 503, "{refused:?}");
        assert_eq!(refused.json()["detail"], "There is too much to do.");
        assert_eq!(ask("globex", 0).status, 200);
        holder.batch_execute("COMMIT").expect("the end of the lock");
        for _ in 0..waiting {
            let answer = answers.recv_timeout(Duration::from_secs(60)).expect("an answer");
            assert_eq!(answer.status, 200, "{answer:?}");
        }
    });
}
