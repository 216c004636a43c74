//! Uploads in several requests: tus.

use heimdall_tests::{Answer, Gateway, eventually};
use reqwest::Method;
use reqwest::blocking::RequestBuilder;

use super::raw::Raw;
use super::{assert_no_value_in_log, assert_nothing_is_there, hosts, is_quiet, with_hosts};

const BYTES: &str = "application/offset+octet-stream";

fn tus(gateway: &Gateway, method: Method, path: &str) -> RequestBuilder {
    gateway.request_as(&["ingest"], method, path).header("tus-resumable", "1.0.0")
}

fn create(gateway: &Gateway, length: Option<usize>) -> String {
    create_for(gateway, "hosts", length)
}

/// Begins an upload; gives its path.
pub fn create_for(gateway: &Gateway, source: &str, length: Option<usize>) -> String {
    let request = tus(gateway, Method::POST, &format!("/v1/sources/{source}/uploads"));
    let request = match length {
        Some(length) => request.header("upload-length", length),
        None => request.header("upload-defer-length", "1"),
    };
    let answer = gateway.answer(request);
    assert_eq!(answer.status, 201, "{answer:?}");
    answer.headers["location"].clone()
}

/// Brings bytes of an upload.
pub fn patch(gateway: &Gateway, path: &str, offset: usize, bytes: &[u8]) -> Answer {
    let request = tus(gateway, Method::PATCH, path).header("upload-offset", offset);
    gateway.answer(request.header("content-type", BYTES).body(bytes.to_vec()))
}

fn offset(gateway: &Gateway, path: &str) -> usize {
    let answer = gateway.answer(tus(gateway, Method::HEAD, path));
    assert_eq!((answer.status, answer.headers["cache-control"].as_str()), (200, "no-store"), "{answer:?}");
    answer.headers["upload-offset"].parse().expect("a number")
}

#[test]
fn what_is_spoken_is_told() {
    let database = with_hosts();
    let gateway = Gateway::start_with(&database, |settings| {
        settings.insert("HMD_UPLOAD_LIMIT".into(), "2000".into());
    });
    let answer = gateway.answer(gateway.request_as(&["ingest"], Method::OPTIONS, "/v1/uploads"));
    assert_eq!(answer.status, 204);
    assert_eq!(answer.headers["tus-version"], "1.0.0");
    assert_eq!(answer.headers["tus-extension"], "creation,creation-defer-length,expiration,termination");
    assert_eq!(answer.headers["tus-max-size"], "2000");
    let path = "/v1/sources/hosts/uploads";
    let other = gateway.request_as(&["ingest"], Method::POST, path).header("tus-resumable", "0.2.2");
    let answer = gateway.answer(other.header("upload-length", "1"));
    assert_eq!((answer.status, answer.headers["tus-version"].as_str()), (412, "1.0.0"));
    for (name, value, status) in
        [("upload-length", "2001", 413), ("upload-length", "-1", 400), ("upload-defer-length", "2", 400)]
    {
        let answer = gateway.answer(tus(&gateway, Method::POST, path).header(name, value));
        assert_eq!(answer.status, status, "{name}: {value}: {answer:?}");
    }
    let answer = gateway
        .answer(tus(&gateway, Method::POST, "/v1/sources/nothing/uploads").header("upload-length", "1"));
    assert_eq!(answer.status, 404);
}

#[test]
fn an_upload_that_is_cut_again_and_again_is_the_whole() {
    let database = with_hosts();
    let dump = hosts(5_000);
    let by_sql = database.duplicate();
    by_sql.ingest("hosts", &dump);
    let gateway = Gateway::start(&database);
    let path = create(&gateway, Some(dump.len()));
    let mut sent = 0;
    for more in [0, 1, 2, 5, 63, 4_096, 30_000, 100_000] {
        let head = format!("Tus-Resumable: 1.0.0\r\nUpload-Offset: {sent}\r\nContent-Type: {BYTES}\r\n");
        let mut raw = Raw::begin(&gateway, "PATCH", &path, &head);
        if more > 0 {
            raw.send(&dump.as_bytes()[sent..sent + more]);
        }
        eventually("the bytes have come", || offset(&gateway, &path) == sent + more);
        raw.cut();
        sent += more;
    }
    let mut last = None;
    eventually("the cut is noticed", || {
        let answer = patch(&gateway, &path, sent, &dump.as_bytes()[sent..]);
        let taken = answer.status != 423;
        last = Some(answer);
        taken
    });
    let last = last.expect("an answer");
    assert_eq!(
        (last.status, last.headers["upload-offset"].clone()),
        (204, dump.len().to_string()),
        "{last:?}"
    );
    let shown = gateway.get_as(&["ingest"], &path).json();
    assert_eq!((&shown["state"], &shown["report"]["rows_accepted"]), (&"finished".into(), &5_000.into()));
    assert_eq!(database.content().differences(&by_sql.content()), Vec::<String>::new());
    assert_no_value_in_log(&gateway);
}

#[test]
fn an_upload_is_taken_up_where_it_was_by_one_at_a_time() {
    let database = with_hosts();
    let gateway = Gateway::start(&database);
    let dump = hosts(100);
    let path = create(&gateway, Some(dump.len()));
    assert_eq!(patch(&gateway, &path, 0, &dump.as_bytes()[..10]).status, 204);
    for wrong in [0, 9, 11] {
        let answer = patch(&gateway, &path, wrong, &dump.as_bytes()[wrong..]);
        assert_eq!((answer.status, answer.headers["upload-offset"].as_str()), (409, "10"), "{answer:?}");
    }
    let long = patch(&gateway, &path, 10, &[dump.as_bytes(), b"more"].concat());
    assert_eq!(long.status, 400, "{long:?}");
    let answer = gateway.answer(tus(&gateway, Method::PATCH, &path).header("upload-offset", "10").body("x"));
    assert_eq!(answer.status, 415, "{answer:?}");

    let head = format!("Tus-Resumable: 1.0.0\r\nUpload-Offset: 10\r\nContent-Type: {BYTES}\r\n");
    let mut raw = Raw::begin(&gateway, "PATCH", &path, &head);
    raw.send(&dump.as_bytes()[10..20]);
    eventually("the bytes have come", || offset(&gateway, &path) == 20);
    assert_eq!(patch(&gateway, &path, 20, &dump.as_bytes()[20..]).status, 423);
    raw.end();
    assert!(raw.answer().starts_with("HTTP/1.1 204 "));
    assert_eq!(patch(&gateway, &path, 20, &dump.as_bytes()[20..]).status, 204);
    assert_eq!(patch(&gateway, &path, dump.len(), b"").status, 204);
    assert_eq!(gateway.answer(tus(&gateway, Method::DELETE, &path)).status, 409);
    assert_eq!(database.value("SELECT rows_accepted FROM heimdall.batch"), "100");
}

#[test]
fn the_length_may_come_last() {
    let database = with_hosts();
    let gateway = Gateway::start(&database);
    let dump = hosts(5);
    let path = create(&gateway, None);
    assert_eq!(patch(&gateway, &path, 0, dump.as_bytes()).status, 204);
    let head = gateway.answer(tus(&gateway, Method::HEAD, &path));
    assert_eq!(head.headers["upload-defer-length"], "1");
    assert_eq!(database.value("SELECT count(*) FROM heimdall.batch"), "0");
    let request = tus(&gateway, Method::PATCH, &path).header("upload-offset", dump.len());
    let request = request.header("upload-length", dump.len()).header("content-type", BYTES);
    assert_eq!(gateway.answer(request).status, 204);
    assert_eq!(database.value("SELECT rows_accepted FROM heimdall.batch"), "5");
}

#[test]
fn nobody_else_has_it() {
    let database = with_hosts();
    let gateway = Gateway::start(&database);
    let path = create(&gateway, Some(10));
    let token = gateway.issuer.token("eve", &["ingest"]);
    for method in [Method::GET, Method::HEAD, Method::PATCH, Method::DELETE] {
        for (token, whose) in
            [(&token, "another's"), (&gateway.issuer.token("ada", &["admin"]), "in another role")]
        {
            let request = gateway.request(method.clone(), &path).bearer_auth(token);
            let request = request.header("tus-resumable", "1.0.0").header("content-type", BYTES);
            assert_eq!(gateway.answer(request.header("upload-offset", "0")).status, 404, "{method} {whose}");
        }
    }
    assert_eq!(offset(&gateway, &path), 0);
}

#[test]
fn what_is_taken_back_or_left_alone_leaves_nothing() {
    let database = with_hosts();
    let gateway = Gateway::start_with(&database, |settings| {
        settings.insert("HMD_UPLOAD_IDLE".into(), "1".into());
    });
    let dump = hosts(100);
    let path = create(&gateway, Some(dump.len()));
    assert_eq!(patch(&gateway, &path, 0, &dump.as_bytes()[..500]).status, 204);
    assert_eq!(gateway.answer(tus(&gateway, Method::DELETE, &path)).status, 204);
    let answer = patch(&gateway, &path, 500, &dump.as_bytes()[500..]);
    assert_eq!(answer.status, 410, "{answer:?}");
    assert_nothing_is_there(&database);

    let path = create(&gateway, Some(dump.len()));
    let left = patch(&gateway, &path, 0, &dump.as_bytes()[..500]);
    assert!(left.headers["upload-expires"].ends_with(" GMT"), "{left:?}");
    eventually("the upload has expired", || gateway.answer(tus(&gateway, Method::HEAD, &path)).status == 410);
    assert_nothing_is_there(&database);
    let shown = gateway.get_as(&["ingest"], &path).json();
    assert_eq!((&shown["state"], &shown["problem"]["status"]), (&"failed".into(), &410.into()));
}

#[test]
fn what_is_wrong_with_a_dump_is_told_by_the_request_that_meets_it() {
    let database = with_hosts();
    database.run("SELECT heimdall.set_source('hosts', reject_limit => 0.1)");
    let gateway = Gateway::start(&database);
    let dump = "ip,name\nnowhere,a.example.org\n";
    let path = create(&gateway, Some(dump.len()));
    assert_eq!(patch(&gateway, &path, 0, &dump.as_bytes()[..20]).status, 204);
    let answer = patch(&gateway, &path, 20, &dump.as_bytes()[20..]);
    assert_eq!(answer.status, 422, "{answer:?}");
    assert_eq!(gateway.answer(tus(&gateway, Method::HEAD, &path)).status, 422);
    assert_nothing_is_there(&database);
    eventually("no session is left", || is_quiet(&database));
}

#[test]
fn who_has_begun_all_that_may_be_begun_leaves_a_place_to_others() {
    let database = with_hosts();
    let gateway = Gateway::start_with(&database, |settings| {
        settings.insert("HMD_UPLOADS".into(), "3".into());
    });
    let begin = |who: &str| {
        let request = gateway.request(Method::POST, "/v1/sources/hosts/uploads");
        let request = request.bearer_auth(gateway.issuer.token(who, &["ingest"]));
        gateway.answer(request.header("tus-resumable", "1.0.0").header("upload-length", "1"))
    };
    let first = begin("ada");
    assert_eq!((first.status, begin("ada").status), (201, 201), "{first:?}");
    let answer = begin("ada");
    assert_eq!((answer.status, answer.headers.contains_key("retry-after")), (429, true), "{answer:?}");
    assert_eq!(begin("grace").status, 201);
    assert_eq!(begin("grace").status, 503, "there is no place at all");
    // What has ended makes room again.
    assert_eq!(gateway.answer(tus(&gateway, Method::DELETE, &first.headers["location"])).status, 204);
    eventually("there is a place", || begin("ada").status == 201);
}
