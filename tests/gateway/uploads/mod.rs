//! Dumps through the gateway: whole, cut, taken up again, followed.

mod cut;
mod events;
mod large;
mod raw;
mod resumable;
mod whole;

use heimdall_tests::{Answer, Database, Gateway, eventually};
use reqwest::Method;
use reqwest::blocking::Body;

/// In every dump, as a value: nothing but the database is ever to show it.
const VALUE: &str = "hunter2.example.org";

const MAPPING: &str = r#"{
    "entities":  {"ip": {"label": "Ip", "key": "ip"}, "name": {"label": "Name", "key": "name"}},
    "relations": [{"from": "ip", "type": "IS", "to": "name"}]}"#;

/// A database with the source `hosts`, of CSV.
fn with_hosts() -> Database {
    let database = Database::new();
    database.source("hosts", "csv", MAPPING);
    database
}

/// So many rows for it.
fn hosts(rows: u32) -> String {
    let mut dump = "ip,name\n".to_owned();
    for row in 0..rows {
        let [_, a, b, c] = row.to_be_bytes();
        dump += &format!("10.{a}.{b}.{c},host-{row}.{VALUE}\n");
    }
    dump
}

/// Sends a dump as somebody who ingests.
fn ingest(gateway: &Gateway, source: &str, dump: impl Into<Body>) -> Answer {
    let path = format!("/v1/sources/{source}/ingest");
    gateway.answer(gateway.request_as(&["ingest"], Method::POST, &path).body(dump))
}

/// Waits until no session of the gateway does anything, and sees that nothing is there.
fn assert_nothing_is_there(database: &Database) {
    eventually("no transaction of the gateway is open", || is_quiet(database));
    assert_eq!(database.value("SELECT count(*) FROM heimdall.batch"), "0");
    assert_eq!(database.value("SELECT count(*) FROM heimdall.node"), "0");
}

fn is_quiet(database: &Database) -> bool {
    let busy = "SELECT count(*) FROM pg_stat_activity \
        WHERE datname = current_database() AND application_name = 'heimdall_gateway' AND state <> 'idle'";
    database.value(busy) == "0"
}

fn assert_no_value_in_log(gateway: &Gateway) {
    let log = gateway.log();
    assert!(log.iter().any(|line| line.contains("upload")), "uploads are logged: {log:?}");
    assert!(!log.iter().any(|line| line.contains("hunter2")), "a value is in the log");
}
