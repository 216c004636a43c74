//! A dump in one request.

use std::io::{Read, Write};
use std::time::Duration;

use flate2::write::GzEncoder;
use heimdall_tests::{Database, Gateway};
use reqwest::Method;
use reqwest::blocking::Body;
use ruzstd::encoding::{CompressionLevel, compress_to_vec};
use serde_json::{Value, json};

use super::raw::Raw;
use super::{VALUE, assert_no_value_in_log, assert_nothing_is_there, hosts, ingest, with_hosts};

fn gzip(dump: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(dump).expect("packed");
    encoder.finish().expect("packed")
}

#[test]
fn a_dump_through_the_gateway_is_the_dump_by_sql() {
    let database = Database::new();
    let lines = r#"{"ip": "192.0.2.9", "name": "lines.example.org"}"#.to_owned() + "\n";
    let plain = hosts(2_000);
    let zstd = compress_to_vec(plain.as_bytes(), CompressionLevel::Fastest);
    let dumps: [(&str, &str, &str, Vec<u8>); 4] = [
        ("plain", "csv", "identity", plain.clone().into_bytes()),
        ("packed", "csv", "gzip", gzip(plain.as_bytes())),
        ("dense", "csv", "zstd", zstd),
        ("lines", "ndjson", "identity", lines.into_bytes()),
    ];
    for (source, format, ..) in &dumps {
        database.source(source, format, super::MAPPING);
    }
    let by_sql = database.duplicate();
    let gateway = Gateway::start(&database);
    for (source, _, coding, dump) in &dumps {
        let path = format!("/v1/sources/{source}/ingest");
        let request =
            gateway.request_as(&["ingest"], Method::POST, &path).header("content-encoding", *coding);
        let answer = gateway.answer(request.body(dump.clone()));
        assert_eq!(answer.status, 201, "{source}: {answer:?}");
        let expected = by_sql.ingest(source, dump);
        let report = answer.json();
        assert_eq!(report["rows_accepted"], expected.accepted, "{source}");
        assert_eq!(report["vertices_created"], expected.vertices_created, "{source}");
        assert_eq!(report["edges_merged"], expected.edges_merged, "{source}");
    }
    assert_eq!(database.content().differences(&by_sql.content()), Vec::<String>::new());
    assert_eq!(database.value("SELECT DISTINCT actor FROM heimdall.batch"), "ada");
    assert_no_value_in_log(&gateway);
}

#[test]
fn the_same_dump_twice_is_one_dump() {
    let database = with_hosts();
    let gateway = Gateway::start(&database);
    let first = ingest(&gateway, "hosts", hosts(3));
    let second = ingest(&gateway, "hosts", hosts(3));
    assert_eq!((first.status, second.status), (201, 200), "{first:?}\n{second:?}");
    assert_eq!(first.json()["duplicate"], json!(false));
    assert_eq!(second.json()["duplicate"], json!(true));
    assert_eq!(first.json()["batch"], second.json()["batch"]);
    let fields: Vec<String> = first.json().as_object().expect("an object").keys().cloned().collect();
    let of_sql = "SELECT string_agg(name, ' ' ORDER BY at) FROM pg_proc, unnest(proargnames, proargmodes) WITH ORDINALITY AS a(name, mode, at) \
        WHERE oid = 'heimdall.ingest(text, bytea)'::regprocedure AND mode = 't'";
    assert_eq!(fields.join(" "), database.value(of_sql));
}

#[test]
fn what_is_refused_leaves_nothing() {
    let database = with_hosts();
    database.run("SELECT heimdall.set_source('hosts', reject_limit => 0.1)");
    let gateway = Gateway::start_with(&database, |settings| {
        settings.insert("HMD_UPLOAD_LIMIT".into(), "100000".into());
    });
    let kind = |answer: &Value| answer["type"].as_str().unwrap_or_default().to_owned();
    let bad = hosts(3) + "nowhere," + VALUE + "\nneither," + VALUE + "\n";
    for (source, groups, coding, dump, status, problem) in [
        ("nothing", "ingest", "identity", hosts(3), 404, "not-found"),
        ("hosts", "analyst", "identity", hosts(3), 403, "forbidden"),
        ("hosts", "ingest", "br", hosts(3), 415, "media-type"),
        ("hosts", "ingest", "identity", hosts(9_000), 413, "too-large"),
        ("hosts", "ingest", "identity", bad, 422, "refused"),
        ("hosts", "ingest", "identity", String::new(), 422, "refused"),
    ] {
        let path = format!("/v1/sources/{source}/ingest");
        let request = gateway.request_as(&[groups], Method::POST, &path).header("content-encoding", coding);
        let answer = gateway.answer(request.body(dump));
        assert_eq!(answer.status, status, "{problem}: {answer:?}");
        assert_eq!(kind(&answer.json()), format!("urn:heimdall:problem:{problem}"));
        assert!(!answer.body.contains("hunter2") && !answer.body.contains("nowhere"), "a value is in it");
    }
    // A body that does not say how long it will be.
    let mut endless = Raw::begin(&gateway, "POST", "/v1/sources/hosts/ingest", "");
    for chunk in hosts(9_000).as_bytes().chunks(60_000).take(2) {
        endless.send(chunk);
    }
    assert!(endless.answer().starts_with("HTTP/1.1 413 "), "it is answered before its end");
    let answer = gateway.answer(gateway.request(Method::POST, "/v1/sources/hosts/ingest").body(hosts(3)));
    assert_eq!(answer.status, 401);
    assert_nothing_is_there(&database);
    assert_no_value_in_log(&gateway);
}

#[test]
fn a_dump_without_a_byte_is_what_it_is_by_sql() {
    let database = with_hosts();
    let by_sql = database.duplicate().try_ingest("hosts", "");
    let gateway = Gateway::start(&database);
    let answer = ingest(&gateway, "hosts", "");
    match by_sql {
        Ok(report) => assert_eq!(answer.json()["rows_read"], report.read, "{answer:?}"),
        Err(failure) => assert_eq!(answer.json()["code"], failure.code, "{answer:?}"),
    }
}

#[test]
fn dumps_of_one_source_may_come_at_a_time() {
    let database = with_hosts();
    let gateway = Gateway::start(&database);
    let dumps = [hosts(4_000), hosts(3_000), hosts(2_000)];
    std::thread::scope(|scope| {
        for dump in dumps {
            let gateway = &gateway;
            scope.spawn(move || assert_eq!(ingest(gateway, "hosts", dump).status, 201));
        }
    });
    assert_eq!(database.value("SELECT sum(rows_accepted) FROM heimdall.batch"), "9000");
}

/// Memory of a process at its height, in bytes.
fn height(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).expect("a process");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("its memory");
    line.trim().trim_end_matches(" kB").parse::<u64>().expect("a number") << 10
}

/// A dump of so many long rows, made as it is read.
struct Long {
    next: std::io::Cursor<Vec<u8>>,
    left: u32,
}

impl Read for Long {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let read = self.next.read(buffer)?;
        if read > 0 || self.left == 0 {
            return Ok(read);
        }
        self.left -= 1;
        self.next =
            std::io::Cursor::new(format!("192.0.2.7,a.example.org,{}\n", "x".repeat(60_000)).into_bytes());
        self.next.read(buffer)
    }
}

#[test]
fn a_dump_of_any_size_takes_no_memory_and_the_time_it_takes() {
    let database = with_hosts();
    database.run("SELECT heimdall.set_rule('hosts', 'note', 'drop')");
    let gateway = Gateway::start_with(&database, |settings| {
        settings.insert("HMD_STATEMENT_TIMEOUT".into(), "2".into());
    });
    let rows = std::env::var("HEIMDALL_LONG_ROWS").map_or(2_000, |rows| rows.parse().expect("a number"));
    let dump = Long { next: std::io::Cursor::new(b"ip,name,note\n".to_vec()), left: rows };
    let request = gateway
        .request_as(&["ingest"], Method::POST, "/v1/sources/hosts/ingest")
        .timeout(Duration::from_secs(600));
    let answer = gateway.answer(request.body(Body::new(dump)));
    assert_eq!(answer.status, 201, "{answer:?}");
    assert_eq!(answer.json()["rows_read"], rows);
    let height = height(gateway.id());
    assert!(height < 100_000_000, "{height} bytes of memory for {rows} rows");
}
