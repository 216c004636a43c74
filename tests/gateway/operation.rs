//! What an operator sees and sets: probes, numbers, the log, traces, limits, headers.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::mpsc;
use std::time::Duration;

use heimdall_tests::{Database, Gateway, eventually};
use reqwest::Method;
use serde_json::{Value, json};

const ASKED: &str = "/v1/observables/lookup?kind=domain&value=secret-word.example";

#[test]
fn the_log_says_who_asked_and_not_for_what() {
    let database = Database::new();
    let gateway = Gateway::start(&database);
    let answer = gateway.get_as(&["analyst"], ASKED);
    let id = &answer.headers["x-request-id"];
    let mut line = Value::Null;
    eventually("the request is in the log", || {
        let lines = gateway.log();
        let found = lines.iter().find(|line| line.contains(id.as_str()) && line.contains("\"request\""));
        line = found.map(|line| serde_json::from_str(line).expect("JSON")).unwrap_or_default();
        !line.is_null()
    });
    assert_eq!(line["actor"], "ada");
    assert_eq!(line["route"], "/v1/observables/lookup");
    assert_eq!(line["status"], 200);
    assert!(line["milliseconds"].as_f64().is_some_and(|time| time > 0.0), "{line}");
    assert!(!gateway.log().concat().contains("secret-word"));
}

#[test]
fn a_request_keeps_the_id_that_it_brings() {
    let database = Database::new();
    let gateway = Gateway::start(&database);
    let ask = |id: &str| {
        gateway.answer(gateway.request(Method::GET, "/v1/whoami").header("x-request-id", id)).headers["x-request-id"].clone()
    };
    assert_eq!(ask("caller-4711"), "caller-4711");
    assert_ne!(ask("short"), "short");
    assert_ne!(ask("with spaces in it"), "with spaces in it");
}

#[test]
fn who_asks_too_often_is_told_when_to_come_again() {
    let database = Database::new();
    let gateway = Gateway::start_with(&database, |settings| {
        settings.insert("HMD_RATE_STANDARD".into(), "10".into());
    });
    let statuses: Vec<u16> = (0..12).map(|_| gateway.get_as(&["analyst"], "/v1/whoami").status).collect();
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 10, "{statuses:?}");
    let answer = gateway.get_as(&["analyst"], "/v1/whoami");
    assert_eq!(answer.status, 429);
    assert!(
        answer.headers["retry-after"].parse::<u32>().is_ok_and(|seconds| (1..=7).contains(&seconds)),
        "{answer:?}"
    );
    // Each has buckets of their own.
    let token = gateway.issuer.token("grace", &["analyst"]);
    assert_eq!(gateway.answer(gateway.request(Method::GET, "/v1/whoami").bearer_auth(token)).status, 200);
}

#[test]
fn probes_and_numbers_are_for_everybody() {
    let database = Database::new();
    database.source(
        "list",
        "csv",
        r#"{"columns": ["ip"], "entities": {"ip": {"label": "Ip", "key": "ip"}}}"#,
    );
    database.source(
        "silent",
        "csv",
        r#"{"columns": ["ip"], "entities": {"ip": {"label": "Ip", "key": "ip"}}}"#,
    );
    database.ingest("list", "ip\n192.0.2.1\n");
    let gateway = Gateway::start(&database);
    assert_eq!(gateway.answer(gateway.request(Method::GET, "/health")).body, "ok");
    let ready = gateway.answer(gateway.request(Method::GET, "/ready"));
    assert_eq!(ready.status, 200, "{ready:?}");
    let named = ready.json()["dependencies"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|one| one["name"].clone())
        .collect();
    assert_eq!(Value::Array(named), json!(["database", "identity-provider", "certificate", "gateway"]));
    gateway.get_as(&["analyst"], ASKED);
    let numbers = gateway.answer(gateway.request(Method::GET, "/metrics")).body;
    let line = r#"heimdall_requests_total{method="GET",route="/v1/observables/lookup",status="200"} 1"#;
    assert!(numbers.lines().any(|other| other == line), "{numbers}");
    assert!(numbers.contains(r#"heimdall_database_connections{state="idle"}"#), "{numbers}");
    let number =
        |name: &str| numbers.lines().find_map(|line| line.strip_prefix(name)?.trim().parse::<f64>().ok());
    assert_eq!(number("heimdall_database_up"), Some(1.0), "{numbers}");
    assert!(number("heimdall_certificate_expiry_days").is_some_and(|days| days > 100.0), "{numbers}");
    let age = number(r#"heimdall_feed_age_seconds{source="list"}"#);
    assert!(age.is_some_and(|age| (0.0..3600.0).contains(&age)), "{numbers}");
    assert_eq!(number(r#"heimdall_feed_age_seconds{source="silent"}"#), None);
    assert!(!numbers.contains("secret-word"));
}

#[test]
fn a_role_that_cannot_be_taken_on_is_not_ready() {
    let database = Database::new();
    let gateway = Gateway::start_with(&database, |settings| {
        settings.insert("HMD_ROLE_MAP".into(), "groups:analyst=pg_monitor".into());
    });
    let ready = gateway.answer(gateway.request(Method::GET, "/ready"));
    assert_eq!(ready.status, 503);
    assert_eq!(
        ready.json()["dependencies"][0]["detail"],
        "The gateway may not take on some role that claims give."
    );
    assert!(gateway.log().iter().any(|line| line.contains("pg_monitor")));
    assert_eq!(gateway.get_as(&["analyst"], ASKED).status, 403);
}

#[test]
fn answers_have_the_headers_that_keep_browsers_from_mischief() {
    let database = Database::new();
    let gateway = Gateway::start_with(&database, |settings| {
        settings.insert("HMD_CORS_ORIGINS".into(), "https://soc.example".into());
    });
    let headers = gateway.answer(gateway.request(Method::GET, "/nowhere")).headers;
    assert_eq!(headers["content-type"], "application/problem+json");
    assert_eq!(headers["x-content-type-options"], "nosniff");
    assert_eq!(headers["cache-control"], "no-store");
    assert!(headers["strict-transport-security"].starts_with("max-age="), "{headers:?}");
    assert!(headers["content-security-policy"].contains("default-src 'none'"), "{headers:?}");

    let preflight = |origin: &str| {
        let request = gateway.request(Method::OPTIONS, "/v1/whoami").header("origin", origin);
        let request = request
            .header("access-control-request-method", "GET")
            .header("access-control-request-headers", "authorization");
        gateway.answer(request).headers.get("access-control-allow-origin").cloned()
    };
    assert_eq!(preflight("https://soc.example").as_deref(), Some("https://soc.example"));
    assert_eq!(preflight("https://elsewhere.example"), None);
}

/// A collector: the body of each request for `/v1/traces`.
fn collector() -> (String, mpsc::Receiver<Vec<u8>>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = format!("http://{}", listener.local_addr().expect("an address"));
    let (send, receive) = mpsc::channel();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let send = send.clone();
            std::thread::spawn(move || {
                let mut got = Vec::new();
                let mut buffer = [0; 65_536];
                while let Ok(read @ 1..) = stream.read(&mut buffer) {
                    got.extend_from_slice(&buffer[..read]);
                    let text = String::from_utf8_lossy(&got).to_ascii_lowercase();
                    let Some(end) = text.find("\r\n\r\n") else { continue };
                    let length =
                        text.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok());
                    if got.len() < end + 4 + length.unwrap_or(0) {
                        continue;
                    }
                    if text.starts_with("post /v1/traces ") {
                        let _ = send.send(got.split_off(text.find("\r\n\r\n").unwrap_or(0) + 4));
                    }
                    got.clear();
                    let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
                }
            });
        }
    });
    (address, receive)
}

#[test]
fn requests_are_spans_of_the_callers_trace() {
    let database = Database::new();
    let (address, bodies) = collector();
    let gateway = Gateway::start_with(&database, |settings| {
        settings.insert("OTEL_EXPORTER_OTLP_ENDPOINT".into(), address);
        settings.insert("OTEL_BSP_SCHEDULE_DELAY".into(), "100".into());
    });
    let trace: [u8; 16] = *b"\x4b\xf9\x2f\x35\x77\xb3\x4d\xa6\xa3\xce\x92\x9d\x0e\x0e\x47\x36";
    let parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    let answer =
        gateway.answer(gateway.request_as(&["analyst"], Method::GET, ASKED).header("traceparent", parent));
    assert_eq!(answer.status, 200);
    let contains = |body: &[u8], part: &[u8]| body.windows(part.len()).any(|window| window == part);
    let ours = std::iter::from_fn(|| bodies.recv_timeout(Duration::from_secs(180)).ok())
        .find(|body| contains(body, &trace));
    let ours = ours.expect("a span of that trace comes");
    assert!(contains(&ours, b"GET /v1/observables/lookup"));
    assert!(!contains(&ours, b"secret-word"));
}

#[test]
fn a_page_of_problems_is_json_whatever_was_wrong() {
    let database = Database::new();
    let gateway = Gateway::start(&database);
    for (method, path, status) in
        [(Method::GET, "/nowhere", 404), (Method::DELETE, "/health", 405), (Method::GET, "/v1/nowhere", 404)]
    {
        let answer = gateway.answer(gateway.request_as(&["analyst"], method, path));
        assert_eq!(answer.status, status, "{path}");
        let problem = answer.json();
        assert_eq!(problem["status"], json!(status));
        assert!(
            problem["type"].as_str().is_some_and(|kind| kind.starts_with("urn:heimdall:problem:")),
            "{problem}"
        );
        assert_eq!(problem["request_id"], answer.headers["x-request-id"]);
    }
}

#[test]
fn numbers_are_not_for_everybody() {
    let database = Database::new();
    let gateway = Gateway::start_with(&database, |settings| {
        settings.insert("HMD_METRICS_NETWORKS".into(), "192.0.2.0/24".into());
    });
    assert_eq!(gateway.answer(gateway.request(Method::GET, "/metrics")).status, 403);
    assert_eq!(gateway.answer(gateway.request(Method::GET, "/health")).status, 200);
}

#[test]
fn words_that_callers_make_up_are_no_labels() {
    let database = Database::new();
    let gateway = Gateway::start(&database);
    let made_up = Method::from_bytes(b"MADEUPWORD").expect("a method");
    assert_eq!(gateway.answer(gateway.request(made_up, "/made-up-path")).status, 404);
    let numbers = gateway.answer(gateway.request(Method::GET, "/metrics")).body;
    assert!(
        numbers.contains(r#"heimdall_requests_total{method="other",route="",status="404"} 1"#),
        "{numbers}"
    );
    assert!(!numbers.contains("MADEUPWORD") && !numbers.contains("made-up-path"), "{numbers}");
    assert!(!gateway.log().concat().contains("MADEUPWORD"));
}
