//! Lines of Apache's logs with the documents that other parsers make of them.

use heimdall_core::canonical::{Kind, canonical};
use heimdall_core::format::Format;
use serde_json::Value;

use crate::corpus::Corpus;
use crate::rows::Rows;

/// Fields of the documents, and the columns that have the same value.
const ACCESS: [(&str, &str); 10] = [
    ("/source/ip", "client"),
    ("/user/name", "user"),
    ("/http/request/method", "method"),
    ("/url/original", "path"),
    ("/http/response/status_code", "status"),
    ("/http/response/body/bytes", "bytes"),
    ("/http/response/bytes", "bytes"),
    ("/http/request/referrer", "referrer"),
    ("/user_agent/original", "user_agent"),
    ("/destination/address", "vhost"),
];
const ERROR: [(&str, &str); 7] = [
    ("/source/ip", "client"),
    ("/source/port", "client_port"),
    ("/log/level", "level"),
    ("/apache/error/module", "module"),
    ("/process/pid", "pid"),
    ("/process/id", "pid"),
    ("/process/thread/id", "tid"),
];

/// Checks a row against its document; how many fields there were.
fn check(rows: &Rows, row: usize, document: &Value, name: &str) -> usize {
    let is_error = !rows.value(row, "level").is_empty();
    let fields = if is_error { &ERROR[..] } else { &ACCESS[..] };
    let mut checked = 0;
    for (pointer, column) in fields {
        let expected = match document.pointer(pointer) {
            Some(Value::String(text)) if text != "-" => text.clone(),
            Some(Value::Number(number)) => number.to_string(),
            _ => continue,
        };
        assert_eq!(rows.value(row, column), expected, "{name}, row {row}: {column}");
        checked += 1;
    }
    checked
}

#[test]
fn apache_logs_give_what_elastic_makes_of_them() {
    let Some(corpus) = Corpus::open("c09_elastic_ecs_pairs") else { return };
    let (mut rows_read, mut fields) = (0, 0);
    for (folder, is_error) in [("apache.access", false), ("apache.error", true)] {
        for file in corpus.files(folder, ".log") {
            let rows = Rows::decode(Format::Clf, corpus.read(&file).as_bytes());
            let expected: Value =
                serde_json::from_str(&corpus.read(&format!("{file}-expected.json"))).expect("JSON");
            let documents = expected["expected"].as_array().expect("documents");
            assert_eq!((rows.len(), rows.malformed.len()), (documents.len(), 0), "{file}");
            for (row, document) in documents.iter().enumerate() {
                fields += check(&rows, row, document, &file);
                let time = canonical(Kind::Timestamp, rows.value(row, "timestamp")).expect("a time");
                let expected = document["@timestamp"].as_str().expect("a time");
                if is_error {
                    // The log has no zone; the document assumes one.
                    assert_eq!(time[..19], expected[..19], "{file}, row {row}");
                } else {
                    assert_eq!(
                        time,
                        canonical(Kind::Timestamp, expected).expect("a time"),
                        "{file}, row {row}"
                    );
                }
            }
            rows_read += rows.len();
        }
    }
    assert_eq!((rows_read, fields), (41, 172));
}

#[test]
fn apache_lines_give_what_sekoia_makes_of_them() {
    let Some(corpus) = Corpus::open("c10_sekoia_intake_pairs") else { return };
    let (mut lines, mut fields) = (0, 0);
    for (at, case) in corpus.read("Apache__apache.jsonl").lines().enumerate() {
        let case: Value = serde_json::from_str(case).expect("JSON");
        let message = case["input"]["message"].as_str().expect("a line");
        let rows = Rows::decode(Format::Clf, message.as_bytes());
        let name = format!("case {at}");
        assert_eq!((rows.len(), rows.malformed.len()), (1, 0), "{name}");
        let document = &case["expected"];
        fields += check(&rows, 0, document, &name);
        if let Some(time) = document.pointer("/action/properties/timestamp").and_then(Value::as_str) {
            assert_eq!(rows.value(0, "timestamp"), time, "{name}");
            assert!(canonical(Kind::Timestamp, time).is_ok(), "{name}");
        }
        lines += 1;
    }
    assert_eq!((lines, fields), (15, 76));
}
