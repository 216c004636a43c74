//! Uploads that do not come to their end.

use heimdall_tests::{Authority, Database, Gateway, eventually};

use super::raw::Raw;
use super::{VALUE, assert_no_value_in_log, assert_nothing_is_there, hosts, ingest, is_quiet, with_hosts};

const PATH: &str = "/v1/sources/hosts/ingest";

/// One upload at a time: what is left open would be in the way of the next.
fn narrow(database: &Database) -> Gateway {
    Gateway::start_with(database, |settings| {
        settings.insert("HMD_UPLOADS".into(), "1".into());
        settings.insert("HMD_DATABASE_CONNECTIONS".into(), "2".into());
    })
}

#[test]
fn a_client_that_goes_away_leaves_nothing() {
    let database = with_hosts();
    let gateway = narrow(&database);
    let dump = hosts(20_000);
    for sent in [0, 1, 7, 40_000, 300_000, dump.len()] {
        let mut raw = Raw::begin(&gateway, "POST", PATH, "");
        for piece in dump.as_bytes()[..sent].chunks(60_000) {
            raw.send(piece);
        }
        eventually("the upload has begun", || !is_quiet(&database));
        raw.cut();
        assert_nothing_is_there(&database);
    }
    eventually("there is room for another upload", || ingest(&gateway, "hosts", hosts(3)).status == 201);
    assert_no_value_in_log(&gateway);
}

#[test]
fn a_client_that_sends_nothing_is_answered_and_leaves_nothing() {
    let database = with_hosts();
    let gateway = Gateway::start_with(&database, |settings| {
        settings.insert("HMD_UPLOAD_IDLE".into(), "1".into());
    });
    let mut raw = Raw::begin(&gateway, "POST", PATH, "");
    raw.send(hosts(10).as_bytes());
    let answer = raw.answer();
    assert!(answer.starts_with("HTTP/1.1 408 "), "{answer}");
    assert_nothing_is_there(&database);
}

#[test]
fn an_error_is_answered_while_the_client_still_sends() {
    let database = with_hosts();
    let gateway = narrow(&database);
    let mut raw = Raw::begin(&gateway, "POST", PATH, "");
    // What begins as gzip does, and then is none.
    raw.send(&[&[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3][..], VALUE.repeat(5_000).as_bytes()].concat());
    let answer = raw.answer();
    assert!(answer.starts_with("HTTP/1.1 422 "), "{answer}");
    assert!(answer.contains("application/problem+json") && !answer.contains("hunter2"), "{answer}");
    assert_nothing_is_there(&database);
    // What it still sends does no harm.
    raw.send(b"more");
    assert_no_value_in_log(&gateway);
}

#[test]
fn an_error_is_answered_while_the_client_still_sends_by_http_2() {
    let database = with_hosts();
    let gateway = narrow(&database);
    let chunk = |at: u32| {
        assert!(at < 30_000, "the answer does not come before the end");
        let begin = &[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3][..];
        Ok::<_, std::io::Error>(if at == 0 { begin.to_vec() } else { vec![b'x'; 64 << 10] })
    };
    // The blocking client has no eyes for an answer while it sends.
    let authority = reqwest::Certificate::from_pem(Authority::of_the_run().pem().as_bytes()).expect("PEM");
    let client = reqwest::Client::builder().tls_certs_only([authority]).build().expect("a client");
    let request = client
        .post(format!("{}{PATH}", gateway.url))
        .bearer_auth(gateway.issuer.token("ada", &["ingest"]))
        .body(reqwest::Body::wrap_stream(futures_util::stream::iter((0..).map(chunk))));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let response = runtime.block_on(request.send()).expect("an answer");
    assert_eq!((response.version(), response.status().as_u16()), (reqwest::Version::HTTP_2, 422));
    drop(response);
    assert_nothing_is_there(&database);
}

#[test]
fn beyond_the_limit_uploads_are_refused_before_they_are_read() {
    let database = with_hosts();
    let gateway = narrow(&database);
    let mut first = Raw::begin(&gateway, "POST", PATH, "");
    first.send(hosts(3).as_bytes());
    eventually("the upload has begun", || !is_quiet(&database));
    let mut second = Raw::begin(&gateway, "POST", PATH, "");
    let answer = second.answer();
    assert!(answer.starts_with("HTTP/1.1 503 ") && answer.contains("retry-after: "), "{answer}");
    first.end();
    assert!(first.answer().starts_with("HTTP/1.1 201 "));
    assert_eq!(ingest(&gateway, "hosts", hosts(4)).status, 201);
}

#[test]
fn an_upload_that_runs_when_the_gateway_is_to_end_is_finished() {
    let database = with_hosts();
    let mut gateway = Gateway::start(&database);
    let dump = hosts(2_000);
    let (half, rest) = dump.as_bytes().split_at(dump.len() / 2);
    let mut raw = Raw::begin(&gateway, "POST", PATH, "");
    raw.send(half);
    eventually("the upload has begun", || !is_quiet(&database));
    gateway.signal("TERM");
    eventually("the gateway stops", || gateway.log().iter().any(|line| line.contains("stopping")));
    raw.send(rest);
    raw.end();
    let answer = raw.answer();
    assert!(answer.starts_with("HTTP/1.1 201 "), "{answer}");
    assert!(gateway.wait().success());
    assert_eq!(database.value("SELECT rows_accepted FROM heimdall.batch"), "2000");
}
