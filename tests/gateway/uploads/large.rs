//! A dump that is written in parts while it comes: that it is there already shows only at its end.

use std::io::Write;
use std::process::Command;

use flate2::write::GzEncoder;
use heimdall_tests::{Authority, Database, Gateway};
use serde_json::Value;

use super::ingest;
use super::resumable::{create_for, patch};
use crate::grpc;

const MAPPING: &str = r#"{"columns": ["ip", "text"], "entities": {"ip": {"label": "Ip", "key": "ip"},
    "text": {"label": "Text", "key": "text"}}, "relations": [{"from": "ip", "type": "SAID", "to": "text"}]}"#;

/// More than the database keeps in memory, and little on its way.
fn dump() -> Vec<u8> {
    let mut packed = GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(b"ip,text\n").expect("packed");
    for row in 0..2_600 {
        let padding = 60_000;
        packed.write_all(format!("192.0.2.7,text {row}{:padding$}\n", "").as_bytes()).expect("packed");
    }
    packed.finish().expect("packed")
}

/// What one is told who sends a dump again, whichever way.
#[test]
fn what_is_there_already_is_a_duplicate_and_no_error() {
    let database = Database::new();
    database.source("large", "csv", MAPPING);
    let gateway = Gateway::start(&database);
    let dump = dump();
    let first = ingest(&gateway, "large", dump.clone());
    assert_eq!(first.status, 201, "{first:?}");
    let mut expected = first.json();
    expected["duplicate"] = Value::Bool(true);

    let again = ingest(&gateway, "large", dump.clone());
    assert_eq!((again.status, again.json()), (200, expected.clone()), "in one request");

    let path = create_for(&gateway, "large", Some(dump.len()));
    assert_eq!(patch(&gateway, &path, 0, &dump).status, 204, "in several");
    assert_eq!(gateway.get_as(&["ingest"], &path).json()["report"], expected, "in several");

    let (status, taken) = grpc::ingest(&gateway, &["ingest"], &[("large", dump.as_slice())]);
    assert_eq!((status, taken[0].duplicate), (None, true), "by gRPC");
    assert_eq!(Value::from(taken[0].batch), expected["batch"], "by gRPC");

    let file = std::env::temp_dir().join(format!("heimdall-large-{}.csv.gz", std::process::id()));
    std::fs::write(&file, &dump).expect("a file");
    let told = Command::new(Gateway::binary())
        .env_clear()
        .env("HMD_TOKEN", gateway.issuer.token("feed", &["ingest"]))
        .args(["ingest", "--url", &gateway.url, "--source", "large", "--json", "--ca"])
        .args([Authority::of_the_run().certificate_file(), file.clone()])
        .output();
    std::fs::remove_file(&file).expect("the file is gone");
    let told: Value = serde_json::from_slice(&told.expect("the client").stdout).expect("JSON");
    assert_eq!((&told["stored"], &told["report"]), (&Value::Bool(true), &expected), "by the client: {told}");

    assert_eq!(database.value("SELECT count(*) FROM heimdall.batch"), "1");
}
