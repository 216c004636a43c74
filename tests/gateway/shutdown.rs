//! The end: nothing new is begun, and what runs is finished.

use std::io::{Read, Write};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use heimdall_tests::{Database, Gateway, eventually};
use postgres::Client;
use reqwest::Method;

use crate::wire;

const LOOKUP: &str = "/v1/observables/lookup?kind=ip&value=192.0.2.1";

/// Keeps every lookup waiting until it is dropped.
fn block(database: &Database) -> Client {
    let mut client = database.connect();
    client.batch_execute("BEGIN; LOCK TABLE heimdall.node").expect("a lock");
    client
}

/// Whether a lookup waits for that lock.
fn waits(database: &Database) -> bool {
    let blocked = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() \
        AND application_name = 'heimdall_gateway' AND wait_event_type = 'Lock'";
    database.value(blocked) != "0"
}

/// Whether nobody listens any more.
fn closed(gateway: &Gateway) -> bool {
    std::net::TcpStream::connect(wire::address(gateway)).is_err()
}

#[test]
fn what_runs_is_finished() {
    let database = Database::new();
    let mut gateway = Gateway::start(&database);
    let mut idle = wire::connect(&gateway).expect("a handshake");
    wire::ask(&mut idle).expect("an answer");
    let blocker = block(&database);
    let answer = thread::scope(|scope| {
        let running = scope.spawn(|| gateway.get_as(&["analyst"], LOOKUP));
        eventually("the lookup waits", || waits(&database));
        gateway.signal("TERM");
        eventually("nobody listens", || closed(&gateway));
        assert!(wire::ended(&mut idle), "idle connections are closed");
        assert!(!running.is_finished());
        drop(blocker);
        running.join().expect("an answer")
    });
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(gateway.wait().code(), Some(0));
}

#[test]
fn what_takes_too_long_is_not_waited_for() {
    let database = Database::new();
    let mut gateway = Gateway::start_with(&database, |settings| {
        settings.insert("HMD_SHUTDOWN_TIMEOUT".into(), "1".into());
    });
    let _blocker = block(&database);
    let request = gateway.request_as(&["analyst"], Method::GET, LOOKUP);
    let running = thread::spawn(|| request.send().is_ok());
    eventually("the lookup waits", || waits(&database));
    gateway.signal("INT");
    assert_eq!(gateway.wait().code(), Some(0));
    assert!(!running.join().expect("an end"), "it was not answered");
    assert!(gateway.log().iter().any(|line| line.contains("not finished in time")));
}

#[test]
fn a_second_signal_ends_at_once() {
    let database = Database::new();
    let mut gateway = Gateway::start_with(&database, |settings| {
        settings.insert("HMD_SHUTDOWN_TIMEOUT".into(), "3600".into());
    });
    let _blocker = block(&database);
    let request = gateway.request_as(&["analyst"], Method::GET, LOOKUP);
    let running = thread::spawn(|| request.send().is_ok());
    eventually("the lookup waits", || waits(&database));
    gateway.signal("TERM");
    eventually("nobody listens", || closed(&gateway));
    gateway.signal("TERM");
    assert_eq!(gateway.wait().code(), Some(0));
    assert!(!running.join().expect("an end"), "it was not answered");
}

#[test]
fn under_load_every_request_that_was_accepted_is_answered() {
    let database = Database::new();
    let mut gateway = Gateway::start(&database);
    let token = gateway.issuer.token("ada", &["analyst"]);
    let answered = AtomicUsize::new(0);
    let over_http2 = || {
        loop {
            match gateway.request(Method::GET, "/v1/whoami").bearer_auth(&token).send() {
                Ok(response) => {
                    assert_eq!(response.status(), 200);
                    answered.fetch_add(1, Ordering::Relaxed);
                }
                // Once nobody listens there is nothing to connect to.
                Err(error) => return assert!(error.is_connect(), "{error:?}"),
            }
        }
    };
    let over_http1 = || {
        while let Ok(stream) = std::net::TcpStream::connect(wire::address(&gateway)) {
            // Whom the system had taken in when the gateway stopped listening is not accepted by it.
            let Ok(mut stream) = wire::greet(stream) else { return assert!(closed(&gateway)) };
            write!(
                stream,
                "GET /v1/whoami HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n\
                 Connection: close\r\n\r\n"
            )
            .expect("sent");
            let mut answer = String::new();
            stream.read_to_string(&mut answer).expect("an answer");
            assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
            answered.fetch_add(1, Ordering::Relaxed);
        }
    };
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(over_http2);
            scope.spawn(over_http1);
        }
        eventually("there is load", || answered.load(Ordering::Relaxed) > 200);
        gateway.signal("TERM");
    });
    assert_eq!(gateway.wait().code(), Some(0));
}
