//! Large answers: rows as they come, in bounded memory; none is taken for whole that is not; and who goes away leaves nothing.

use std::io::{BufRead, BufReader, Read};
use std::time::Duration;

use heimdall_tests::{Database, Gateway, eventually};
use reqwest::Method;
use reqwest::blocking::Response;
use serde_json::json;

const WIDE: &str = "UNWIND range(1, 200000) AS n RETURN n, \
    'a text that is long enough for all of them to be more than fits between the database and who does not read' AS text";

fn asked(gateway: &Gateway, query: &str, format: &str, limit: i32) -> reqwest::Result<Response> {
    gateway
        .request_as(&["analyst"], Method::POST, "/v1/cypher")
        .header("content-type", "application/json")
        .header("accept", format)
        .body(json!({"query": query, "limit": limit}).to_string())
        .send()
}

/// Statements of the gateway that run.
fn running(database: &Database) -> String {
    database.value(&format!(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = '{}' AND application_name = 'heimdall_gateway' \
         AND state <> 'idle'",
        database.name()
    ))
}

/// The most memory that the gateway has had, in KiB.
fn peak(gateway: &Gateway) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", gateway.id())).expect("a process");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("VmHWM");
    line.trim().trim_end_matches(" kB").parse().expect("a number")
}

#[test]
fn two_hundred_thousand_rows_come_in_bounded_memory() {
    let database = Database::new();
    let gateway = Gateway::start(&database);
    // Warm: code, buffers, threads.
    asked(&gateway, "RETURN 1 AS one", "application/x-ndjson", 1)
        .and_then(Response::bytes)
        .expect("an answer");
    let before = peak(&gateway);
    for format in ["application/x-ndjson", "text/csv"] {
        let response = asked(&gateway, WIDE, format, 200_000).expect("an answer");
        assert_eq!(response.status(), 200);
        let header = usize::from(format == "text/csv");
        assert_eq!(
            BufReader::new(response).lines().map_while(Result::ok).count(),
            200_000 + header,
            "{format}"
        );
    }
    let grown = peak(&gateway) - before;
    assert!(grown < 24 * 1024, "{grown} KiB for {} KiB of rows", 200_000 * 120 / 1024);
}

#[test]
fn who_goes_away_half_way_leaves_no_statement() {
    let database = Database::new();
    let gateway = Gateway::start(&database);
    let mut response = asked(&gateway, WIDE, "application/x-ndjson", 200_000).expect("an answer");
    let mut some = [0; 1000];
    response.read_exact(&mut some).expect("some rows");
    assert_eq!(running(&database), "1", "more than a packet was to come");
    drop(response);
    eventually("the statement has ended", || running(&database) == "0");
}

#[test]
fn who_goes_away_before_the_first_row_leaves_no_statement() {
    let database = Database::new();
    let gateway = Gateway::start(&database);
    let slow = "UNWIND range(1, 100000) AS a UNWIND range(1, 100000) AS b RETURN count(*)";
    for format in ["application/json", "text/csv"] {
        let request = gateway
            .request_as(&["analyst"], Method::POST, "/v1/cypher")
            .header("content-type", "application/json")
            .header("accept", format)
            .timeout(Duration::from_secs(2))
            .body(json!({"query": slow}).to_string());
        assert!(request.send().is_err(), "an answer came to what takes very long");
        eventually("the statement has ended", || running(&database) == "0");
    }
}

#[test]
fn an_answer_that_the_database_cuts_has_no_end() {
    let database = Database::new();
    let gateway = Gateway::start(&database);
    for format in ["application/x-ndjson", "text/csv"] {
        let mut response = asked(&gateway, WIDE, format, 200_000).expect("an answer");
        let mut some = [0; 1000];
        response.read_exact(&mut some).expect("some rows");
        database.run(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
             WHERE datname = current_database() AND application_name = 'heimdall_gateway' AND state <> 'idle'",
        );
        assert!(response.read_to_end(&mut Vec::new()).is_err(), "{format}: it looked whole");
    }
}
