//! What somebody tries who means harm: requests that can be read in two ways, JSON that is deep or odd, more than a share, and a
//! log that tells too much.

use std::io::{Read, Write};
use std::sync::{Arc, mpsc};
use std::thread;

use heimdall_tests::{Browser, Database, Gateway, IdentityProvider, eventually};
use reqwest::Method;
use serde_json::json;

use crate::graph::{ask, graph};
use crate::wire;

/// What is answered to those bytes, up to the end of the connection.
fn said(gateway: &Gateway, bytes: &str) -> String {
    let mut stream = wire::connect(gateway).expect("a handshake");
    stream.write_all(bytes.as_bytes()).expect("sent");
    let mut answers = Vec::new();
    // A connection that is closed without a word of TLS is an error, and closed all the same.
    let _ = stream.read_to_end(&mut answers);
    String::from_utf8_lossy(&answers).into_owned()
}

#[test]
fn a_request_whose_end_is_in_doubt_is_the_last_of_its_connection() {
    let database = Database::new();
    let gateway = Gateway::start(&database);
    for headers in [
        "Transfer-Encoding: chunked\r\nContent-Length: 4",
        "Content-Length: 4\r\nTransfer-Encoding: chunked",
        "Content-Length: 5\r\nContent-Length: 6",
        "Content-Length: 5, 5",
        "Content-Length: +5",
        "Transfer-Encoding: xchunked",
        "Transfer-Encoding: chunked, identity",
        "Transfer-Encoding: \x0bchunked",
        "Transfer-Encoding : chunked",
        "X: a\r\n Transfer-Encoding: chunked",
        "X: a\rTransfer-Encoding: chunked",
    ] {
        let answers = said(
            &gateway,
            &format!(
                "POST /v1/search HTTP/1.1\r\nHost: localhost\r\n{headers}\r\n\r\n0\r\n\r\n\
                 GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
            ),
        );
        assert_eq!(answers.matches("HTTP/1.1 ").count(), 1, "{headers:?}: {answers}");
        assert!(answers.starts_with("HTTP/1.1 4"), "{headers:?}: {answers}");
    }
}

#[test]
fn a_request_names_one_host() {
    let database = Database::new();
    let gateway = Gateway::start(&database);
    for (hosts, status) in
        [("Host: localhost\r\n", 200), ("", 400), ("Host: localhost\r\nHost: other.example\r\n", 400)]
    {
        let answer = said(&gateway, &format!("GET /health HTTP/1.1\r\n{hosts}Connection: close\r\n\r\n"));
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{hosts:?}: {answer}");
    }
}

#[test]
fn json_that_is_deep_or_odd_is_refused_and_not_said_again() {
    let database = graph();
    let gateway = Gateway::start(&database);
    let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    for (path, body) in [
        ("/v1/cypher", "[".repeat(500_000)),
        ("/v1/cypher", format!(r#"{{"query": "RETURN 1", "parameters": {{"a": {}}}}}"#, nested(100_000))),
        ("/v1/cypher", r#"{"query": "RETURN 'hunter2'", "query": "RETURN 2"}"#.to_owned()),
        ("/v1/cypher", r#"{"query": "RETURN \ud800 hunter2"}"#.to_owned()),
        ("/v1/cypher", r#"{"query": "RETURN $a", "parameters": {"a": "hunter2 \ud800"}}"#.to_owned()),
        ("/v1/cypher", r#"{"query": "RETURN $a", "parameters": {"a": "hunter2 \u0000"}}"#.to_owned()),
        ("/v1/cypher", r#"{"query": "RETURN $a", "parameters": {"a": 1e400}}"#.to_owned()),
        ("/v1/cypher", r#"{"query": "RETURN 1", "limit": 99999999999}"#.to_owned()),
        ("/v1/cypher", r#"{"query": "RETURN 1", "hunter2": 1}"#.to_owned()),
        ("/v1/observables/lookup", r#"{"kind": "ip", "value": "hunter2 \u0000"}"#.to_owned()),
        ("/v1/search", r#"{"query": "a*", "after": "WyJcdTAwMDAiXQ"}"#.to_owned()),
    ] {
        let request = gateway.request_as(&["analyst"], Method::POST, path);
        let answer = gateway.answer(request.header("content-type", "application/json").body(body.clone()));
        assert_eq!(answer.status, 400, "{body:.80}: {answer:?}");
        assert!(!answer.body.contains("hunter2"), "{answer:?}");
    }
    assert_eq!(ask(&gateway, "/v1/cypher", &json!({"query": "RETURN 1"})).status, 200);
}

#[test]
fn nobody_takes_all_connections_to_the_database() {
    let database = Database::new();
    let gateway = Arc::new(Gateway::start_with(&database, |settings| {
        let values =
            [("HMD_DATABASE_CONNECTIONS", "4"), ("HMD_UPLOADS", "1"), ("HMD_STATEMENT_TIMEOUT", "15")];
        settings.extend(values.map(|(name, value)| (name.to_owned(), value.to_owned())));
    }));
    let (answered, answers) = mpsc::channel();
    let slow = "UNWIND range(1, 100000) AS a UNWIND range(1, 100000) AS b RETURN count(*)";
    let hogs: Vec<_> = (0..6)
        .map(|_| {
            let (gateway, answered) = (Arc::clone(&gateway), answered.clone());
            thread::spawn(move || answered.send(ask(&gateway, "/v1/cypher", &json!({"query": slow})).status))
        })
        .collect();
    assert_eq!(answers.recv(), Ok(429), "what is beyond the share is refused first");
    let grace = gateway.issuer.token("grace", &["analyst"]);
    let lookup = gateway.request(Method::GET, "/v1/observables/lookup?kind=ip&value=192.0.2.1");
    let answer = gateway.answer(lookup.bearer_auth(grace));
    assert_eq!(answer.status, 200, "{answer:?}");
    for hog in hogs {
        hog.join().expect("no panic").expect("somebody listens");
    }
}

#[test]
fn unknown_keys_take_no_places_while_the_provider_is_silent() {
    let database = Database::new();
    let gateway = Arc::new(Gateway::start_with(&database, |settings| {
        let values =
            [("HMD_REQUESTS", "80"), ("HMD_OAUTH_KEYS_FLOOR", "1"), ("HMD_RATE_FAILURES", "1000000")];
        settings.extend(values.map(|(name, value)| (name.to_owned(), value.to_owned())));
    }));
    assert_eq!(gateway.get_as(&["analyst"], "/v1/whoami").status, 200);
    gateway.issuer.fall_silent();
    let tried = gateway.issuer.tried();
    let (answered, answers) = mpsc::channel();
    let ask = || {
        let (gateway, answered) = (Arc::clone(&gateway), answered.clone());
        thread::spawn(move || {
            let claims = gateway.issuer.claims("mallory", &["admin"]).to_string();
            let token = gateway.issuer.sign_as(&json!({"alg": "ES256", "kid": "unknown"}), &claims);
            let ask = || gateway.answer(gateway.request(Method::GET, "/v1/whoami").bearer_auth(&token));
            let mut answer = ask();
            // What the provider was asked a moment ago, it is not asked again.
            while answer.status == 401 {
                answer = ask();
            }
            let _ = answered.send(answer.json()["detail"].clone());
        })
    };
    let mut threads = vec![ask()];
    eventually("the provider is asked", || gateway.issuer.tried() > tried);
    threads.extend((1..100).map(|_| ask()));
    // 64 of 100 wait.
    for _ in 0..36 {
        assert_eq!(answers.recv(), Ok(json!("The identity provider does not answer.")));
    }
    let grace = gateway.issuer.token("grace", &["analyst"]);
    let answer = gateway.answer(gateway.request(Method::GET, "/v1/whoami").bearer_auth(grace));
    assert_eq!(answer.status, 200, "{answer:?}");
    for thread in threads {
        thread.join().expect("no panic");
    }
}

#[test]
fn no_directive_has_values_written_to_the_log() {
    let database = graph();
    let gateway = Gateway::start_with(&database, |settings| {
        let driver = ["query", "prepare", "simple_query"].map(|part| format!("tokio_postgres::{part}=trace"));
        settings.insert("HMD_LOG".into(), format!("trace,{}", driver.join(",")));
        settings.insert("HMD_DATABASE_PREPARED".into(), "on".into());
    });
    let path = "/v1/observables/lookup?kind=domain&value=secret-word.example";
    assert_eq!(gateway.get_as(&["analyst"], path).status, 200);
    let question = json!({"query": "RETURN $a AS b", "parameters": {"a": "secret-word"}});
    assert_eq!(ask(&gateway, "/v1/cypher", &question).status, 200);
    let log = gateway.log().concat();
    assert!(log.contains("\"TRACE\"") && !log.contains("secret-word"), "{log}");
}

#[test]
fn at_its_loudest_the_log_has_no_token_cookie_or_secret() {
    let database = Database::new();
    let provider = IdentityProvider::start(3600, false);
    let gateway = Gateway::start_with(&database, |settings| {
        provider.configure(settings);
        settings.insert("HMD_LOG".into(), "trace".into());
    });
    let mut browser = Browser::new(&gateway);
    assert_eq!(browser.log_in("ada:analyst", "/v1/whoami").status, 200);
    let session = browser.session().expect("a session");
    let settings = Gateway::settings(&database, &gateway.issuer);
    let answer = gateway.answer(gateway.request(Method::GET, "/v1/whoami").bearer_auth("secret.of.nobody"));
    assert_eq!(answer.status, 401);
    let log = gateway.log().concat();
    assert!(log.contains("\"TRACE\""));
    let secrets = [session.as_str(), "secret.of.nobody", "Bearer ", "Basic ", "eyJ"];
    for secret in secrets.into_iter().chain([settings["HMD_COOKIE_SECRET"].as_str()]) {
        assert!(!log.contains(secret), "{secret:.10}… is in the log");
    }
}
