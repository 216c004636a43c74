//! gRPC on the same port, by messages written here: what a client of another make sends and gets.

use heimdall_tests::{Database, Gateway};
use prost::Message;
use reqwest::Method;
use reqwest::blocking::{RequestBuilder, Response};

#[derive(Clone, PartialEq, Message)]
struct Observable {
    #[prost(string, tag = "1")]
    kind: String,
    #[prost(string, tag = "2")]
    value: String,
}

#[derive(Clone, PartialEq, Message)]
struct Asked {
    #[prost(message, optional, tag = "1")]
    observable: Option<Observable>,
    #[prost(int32, optional, tag = "2")]
    depth: Option<i32>,
}

#[derive(Clone, PartialEq, Message)]
struct Known {
    #[prost(string, tag = "1")]
    key: String,
    #[prost(int64, tag = "4")]
    sightings: i64,
    #[prost(message, optional, tag = "5")]
    first_seen: Option<prost_types::Timestamp>,
    #[prost(string, repeated, tag = "7")]
    sources: Vec<String>,
}

#[derive(Clone, PartialEq, Message)]
struct LookedUp {
    #[prost(message, repeated, tag = "1")]
    known: Vec<Known>,
}

#[derive(Clone, PartialEq, Message)]
struct Neighbor {
    #[prost(int32, tag = "1")]
    distance: i32,
    #[prost(string, tag = "4")]
    neighbor: String,
}

const LOGINS: &str = r#"{
    "columns":   ["time", "src", "host"],
    "entities":  {"src": {"label": "Ip", "key": "src"}, "host": {"label": "Domain", "key": "host"}},
    "relations": [{"from": "src", "type": "REACHED", "to": "host"}], "time": "time", "tlp": "amber"}"#;

fn with_logins() -> Database {
    let database = Database::new();
    database.source("logins", "csv", LOGINS);
    database.ingest("logins", "time,src,host\n2026-01-01T10:00:00.25Z,192.0.2.1,www.example.org\n1969-12-31T23:59:59Z,192.0.2.2,www.example.org\n");
    database
}

fn framed(message: &impl Message) -> Vec<u8> {
    let message = message.encode_to_vec();
    let length = u32::try_from(message.len()).expect("short").to_be_bytes();
    [&[0], length.as_slice(), &message].concat()
}

fn unframed<M: Message + Default>(mut bytes: &[u8]) -> Vec<M> {
    let mut messages = Vec::new();
    while let Some((head, rest)) = bytes.split_first_chunk::<5>() {
        let length = u32::from_be_bytes([head[1], head[2], head[3], head[4]]) as usize;
        messages.push(M::decode(&rest[..length]).expect("a message"));
        bytes = &rest[length..];
    }
    messages
}

fn call(gateway: &Gateway, groups: &[&str], method: &str, asked: &impl Message) -> Response {
    send(gateway.request_as(groups, Method::POST, method), asked)
}

fn send(request: RequestBuilder, asked: &impl Message) -> Response {
    request
        .version(reqwest::Version::HTTP_2)
        .header("content-type", "application/grpc")
        .header("te", "trailers")
        .body(framed(asked))
        .send()
        .expect("an answer")
}

fn asked(kind: &str, value: &str) -> Asked {
    Asked { observable: Some(Observable { kind: kind.to_owned(), value: value.to_owned() }), depth: None }
}

#[test]
fn lookup_and_neighbours_are_those_of_sql() {
    let database = with_logins();
    let gateway = Gateway::start(&database);
    let answer =
        call(&gateway, &["analyst"], "/heimdall.v1.Heimdall/Lookup", &asked("ip", "::ffff:192.0.2.1"));
    assert_eq!(
        (answer.status().as_u16(), &answer.headers()["content-type"]),
        (200, &"application/grpc".parse().unwrap())
    );
    let found: Vec<LookedUp> = unframed(&answer.bytes().expect("a body"));
    let first_seen = Some(prost_types::Timestamp { seconds: 1_767_261_600, nanos: 250_000_000 });
    let known =
        Known { key: "Ip:192.0.2.1".into(), sightings: 1, first_seen, sources: vec!["logins".into()] };
    assert_eq!(found, [LookedUp { known: vec![known] }]);

    // Before 1970 as well.
    let answer = call(&gateway, &["analyst"], "/heimdall.v1.Heimdall/Lookup", &asked("ip", "192.0.2.2"));
    let found: Vec<LookedUp> = unframed(&answer.bytes().expect("a body"));
    assert_eq!(found[0].known[0].first_seen, Some(prost_types::Timestamp { seconds: -1, nanos: 0 }));

    let two = Asked { depth: Some(2), ..asked("ip", "192.0.2.1") };
    let answer = call(&gateway, &["analyst"], "/heimdall.v1.Heimdall/Neighbors", &two);
    let found: Vec<Neighbor> = unframed(&answer.bytes().expect("a body"));
    let expected = database.rows("SELECT distance, neighbor FROM heimdall.neighbors('ip', '192.0.2.1', 2)");
    let found: Vec<Vec<String>> =
        found.into_iter().map(|row| vec![row.distance.to_string(), row.neighbor]).collect();
    assert_eq!(found, expected);
    assert!(found.len() > 1);
}

#[test]
fn a_tenant_asks_its_own_database() {
    let (acme, globex) = (with_logins(), Database::new());
    let gateway = Gateway::start_with(&acme, |settings| {
        settings.insert("HMD_TENANT_CLAIM".into(), "org".into());
        settings.insert("HMD_TENANTS".into(), format!("acme={},globex={}", acme.name(), globex.name()));
    });
    let ask = |tenant: &str| {
        let mut claims = gateway.issuer.claims("ada", &["analyst"]);
        claims["org"] = tenant.into();
        let request = gateway.request(Method::POST, "/heimdall.v1.Heimdall/Lookup");
        let request = request.bearer_auth(gateway.issuer.sign(&claims));
        send(request, &asked("ip", "192.0.2.1"))
    };
    let known = |tenant: &str| {
        let found: Vec<LookedUp> = unframed(&ask(tenant).bytes().expect("a body"));
        found[0].known.len()
    };
    assert_eq!((known("acme"), known("globex")), (1, 0));
    assert_eq!(ask("initech").headers()["grpc-status"], "7");
    drop(gateway);
    drop(globex);
}

#[test]
fn refusals_are_statuses() {
    let database = with_logins();
    let gateway = Gateway::start(&database);
    let status = |groups: &[&str], asked: &Asked| {
        let answer = call(&gateway, groups, "/heimdall.v1.Heimdall/Lookup", asked);
        (
            answer.status().as_u16(),
            answer.headers().get("grpc-status").map(|code| code.to_str().expect("digits").to_owned()),
        )
    };
    assert_eq!(status(&["nobody"], &asked("ip", "192.0.2.1")), (200, Some("7".to_owned())));
    assert_eq!(status(&["auditor"], &asked("ip", "192.0.2.1")), (200, Some("7".to_owned())));
    assert_eq!(status(&["analyst"], &asked("ip", "no address")), (200, Some("3".to_owned())));
    assert_eq!(status(&["analyst"], &Asked::default()), (200, Some("3".to_owned())));
    let unsigned = gateway
        .request(Method::POST, "/heimdall.v1.Heimdall/Lookup")
        .header("content-type", "application/grpc");
    let unsigned = unsigned.body(framed(&asked("ip", "192.0.2.1"))).send().expect("an answer");
    assert_eq!(unsigned.headers()["grpc-status"], "16");
}

#[derive(Clone, PartialEq, Message)]
struct Piece {
    #[prost(string, tag = "1")]
    source: String,
    #[prost(bytes = "vec", tag = "2")]
    data: Vec<u8>,
}

#[derive(Clone, PartialEq, Message)]
struct Taken {
    #[prost(int64, tag = "1")]
    batch: i64,
    #[prost(bool, tag = "2")]
    duplicate: bool,
    #[prost(int64, tag = "4")]
    rows_accepted: i64,
}

/// Sends those pieces in one stream; grpc-status and answer.
fn ingest(gateway: &Gateway, groups: &[&str], pieces: &[(&str, &[u8])]) -> (Option<String>, Vec<Taken>) {
    let pieces =
        pieces.iter().map(|(source, data)| Piece { source: (*source).to_owned(), data: data.to_vec() });
    let body: Vec<u8> = pieces.flat_map(|piece| framed(&piece)).collect();
    let request = gateway
        .request_as(groups, Method::POST, "/heimdall.v1.Heimdall/Ingest")
        .version(reqwest::Version::HTTP_2);
    let request = request.header("content-type", "application/grpc").header("te", "trailers");
    let answer = request.body(body).send().expect("an answer");
    let status = answer.headers().get("grpc-status").map(|code| code.to_str().expect("digits").to_owned());
    (status, unframed(&answer.bytes().expect("a body")))
}

#[test]
fn a_dump_goes_in_by_pieces_or_not_at_all() {
    let database = with_logins();
    let gateway = Gateway::start(&database);
    let dump = b"time,src,host\n2026-02-01T10:00:00Z,192.0.2.9,ftp.example.org\n";
    let (head, tail) = dump.split_at(20);
    let (status, taken) = ingest(&gateway, &["ingest"], &[("logins", head), ("", b""), ("", tail)]);
    assert_eq!((status, taken.len(), taken[0].rows_accepted, taken[0].duplicate), (None, 1, 1, false));
    let (_, again) = ingest(&gateway, &["ingest"], &[("logins", dump)]);
    assert_eq!((again[0].batch, again[0].duplicate), (taken[0].batch, true));
    assert_eq!(database.value("SELECT sightings FROM heimdall.lookup('ip', '192.0.2.9')"), "1");
    assert_eq!(database.value("SELECT actor FROM heimdall.batch ORDER BY id DESC LIMIT 1"), "ada");

    let refused = |groups: &[&str], pieces: &[(&str, &[u8])]| ingest(&gateway, groups, pieces).0;
    assert_eq!(refused(&["analyst"], &[("logins", dump)]).as_deref(), Some("7"));
    assert_eq!(refused(&["ingest"], &[("nothing", dump)]).as_deref(), Some("5"));
    assert_eq!(refused(&["ingest"], &[]).as_deref(), Some("3"));
    assert_eq!(database.value("SELECT count(*) FROM heimdall.batch"), "2");
}

/// `list_services` of the reflection protocol.
#[derive(Clone, PartialEq, Message)]
struct ListServices {
    #[prost(string, tag = "7")]
    list_services: String,
}

#[test]
fn reflection_names_the_service() {
    let database = Database::new();
    let gateway = Gateway::start(&database);
    let list = ListServices { list_services: "*".to_owned() };
    let answer =
        call(&gateway, &["analyst"], "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo", &list);
    let body = answer.bytes().expect("a body");
    assert!(body.windows(20).any(|part| part == b"heimdall.v1.Heimdall"));
}
