//! An upload as it goes on.

use std::io::{BufRead, BufReader};

use heimdall_tests::{Gateway, eventually};
use reqwest::Method;
use serde_json::Value;

use super::raw::Raw;
use super::{hosts, with_hosts};

/// The next event: its name and what it says. None at the end.
fn next(events: &mut impl BufRead) -> Option<(String, Value)> {
    let mut name = String::new();
    loop {
        let mut line = String::new();
        if events.read_line(&mut line).expect("events") == 0 {
            return None;
        }
        if let Some(event) = line.strip_prefix("event: ") {
            name = event.trim().to_owned();
        } else if let Some(data) = line.strip_prefix("data: ") {
            return Some((name, serde_json::from_str(data).expect("JSON")));
        }
    }
}

#[test]
fn an_upload_is_followed_to_its_report() {
    let database = with_hosts();
    let gateway = Gateway::start(&database);
    let dump = hosts(3_000);
    let id = "X-Request-Id: upload-of-the-test\r\n";
    let mut raw = Raw::begin(&gateway, "POST", "/v1/sources/hosts/ingest", id);
    let path = "/v1/uploads/upload-of-the-test";
    eventually("the upload has begun", || gateway.get_as(&["ingest"], path).status == 200);
    let path = "/v1/uploads/upload-of-the-test/events";
    let response = gateway.request_as(&["ingest"], Method::GET, path).send().expect("events");
    assert_eq!(response.headers()["content-type"], "text/event-stream");
    let mut events = BufReader::new(response);
    let (name, first) = next(&mut events).expect("an event");
    assert_eq!(
        (name.as_str(), &first["state"], &first["offset"]),
        ("progress", &"receiving".into(), &0.into())
    );

    let (half, rest) = dump.as_bytes().split_at(40_000);
    raw.send(half);
    let shown = std::iter::from_fn(|| next(&mut events)).find(|(_, progress)| progress["offset"] == 40_000);
    assert_eq!(shown.expect("an event").0, "progress");
    raw.send(rest);
    raw.end();
    assert!(raw.answer().starts_with("HTTP/1.1 201 "));
    let (name, report) =
        std::iter::from_fn(|| next(&mut events)).find(|(name, _)| name != "progress").expect("an end");
    assert_eq!((name.as_str(), &report["rows_accepted"]), ("report", &3_000.into()));
    assert_eq!(next(&mut events), None);

    let again = gateway.get_as(&["ingest"], path);
    assert!(again.body.starts_with("event: report\n"), "{again:?}");
    assert_eq!(gateway.get_as(&["admin"], path).status, 404);
}

#[test]
fn an_upload_is_followed_to_its_problem() {
    let database = with_hosts();
    let gateway = Gateway::start(&database);
    let id = "X-Request-Id: upload-of-the-test\r\n";
    let raw = Raw::begin(&gateway, "POST", "/v1/sources/hosts/ingest", id);
    let path = "/v1/uploads/upload-of-the-test";
    eventually("the upload has begun", || gateway.get_as(&["ingest"], path).status == 200);
    let path = "/v1/uploads/upload-of-the-test/events";
    let response = gateway.request_as(&["ingest"], Method::GET, path).send().expect("events");
    let mut events = BufReader::new(response);
    assert_eq!(next(&mut events).expect("an event").0, "progress");
    raw.cut();
    let (name, problem) =
        std::iter::from_fn(|| next(&mut events)).find(|(name, _)| name != "progress").expect("an end");
    assert_eq!((name.as_str(), &problem["status"]), ("problem", &410.into()));
    assert_eq!(next(&mut events), None);
}
