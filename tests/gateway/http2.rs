//! HTTP/2 by hand (RFC 9113): what a client of good will does not send.

use std::io::{Read, Write};

use heimdall_tests::{Database, Gateway, eventually};
use serde_json::json;

use crate::wire::{self, Tls};

const DATA: u8 = 0;
const HEADERS: u8 = 1;
const RST_STREAM: u8 = 3;
const SETTINGS: u8 = 4;
const GOAWAY: u8 = 7;
const END_HEADERS: u8 = 4;
const END_STREAM: u8 = 1;
const NO_ERROR: u32 = 0;
const CANCEL: u32 = 8;
const ENHANCE_YOUR_CALM: u32 = 11;

/// `GET https://localhost/` by the static table of HPACK (RFC 7541).
const GET: &[u8] = b"\x82\x87\x84\x41\x09localhost";

fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).expect("short").to_be_bytes();
    [&length[1..], &[kind, flags], &stream.to_be_bytes(), payload].concat()
}

/// A text of HPACK without Huffman's code.
fn text(value: &str) -> Vec<u8> {
    let mut length = Vec::new();
    match value.len().checked_sub(127) {
        None => length.push(u8::try_from(value.len()).expect("short")),
        Some(mut rest) => {
            length.push(127);
            while rest >= 128 {
                length.push(u8::try_from(rest % 128).expect("seven bits") | 128);
                rest /= 128;
            }
            length.push(u8::try_from(rest).expect("seven bits"));
        }
    }
    [length, value.as_bytes().to_vec()].concat()
}

fn open(gateway: &Gateway) -> Tls {
    let mut stream = wire::connect_http2(gateway).expect("a handshake");
    stream.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").expect("sent");
    stream.write_all(&frame(SETTINGS, 0, 0, &[])).expect("sent");
    stream
}

/// The reason of the first GOAWAY that comes.
fn goaway(stream: &mut Tls) -> u32 {
    loop {
        let mut head = [0; 9];
        stream.read_exact(&mut head).expect("a frame");
        let mut payload = vec![0; u32::from_be_bytes([0, head[0], head[1], head[2]]) as usize];
        stream.read_exact(&mut payload).expect("its payload");
        if head[3] == GOAWAY {
            return u32::from_be_bytes(payload[4..8].try_into().expect("four bytes"));
        }
    }
}

#[test]
fn requests_that_are_taken_back_at_once_end_the_connection() {
    let database = Database::new();
    let gateway = Gateway::start(&database);
    let mut stream = open(&gateway);
    let flood: Vec<u8> = (0..400)
        .flat_map(|n| {
            let request = frame(HEADERS, END_HEADERS | END_STREAM, 2 * n + 1, GET);
            [request, frame(RST_STREAM, 0, 2 * n + 1, &CANCEL.to_be_bytes())].concat()
        })
        .collect();
    stream.write_all(&flood).expect("sent");
    assert_eq!(goaway(&mut stream), ENHANCE_YOUR_CALM);
    assert_eq!(gateway.get_as(&["analyst"], "/v1/whoami").status, 200);
}

#[test]
fn an_idle_connection_is_told_to_go() {
    let database = Database::new();
    let gateway = Gateway::start_with(&database, |settings| {
        drop(settings.insert("HMD_IDLE_TIMEOUT".into(), "1".into()))
    });
    assert_eq!(goaway(&mut open(&gateway)), NO_ERROR);
}

#[test]
fn the_end_is_told() {
    let database = Database::new();
    let mut gateway = Gateway::start(&database);
    let mut stream = open(&gateway);
    stream.write_all(&frame(HEADERS, END_HEADERS | END_STREAM, 1, GET)).expect("sent");
    gateway.signal("TERM");
    assert_eq!(goaway(&mut stream), NO_ERROR);
    drop(stream);
    assert!(gateway.wait().success());
}

#[test]
fn an_answer_that_is_not_read_holds_no_connection_to_the_database() {
    let database = Database::new();
    let gateway = Gateway::start_with(&database, |settings| {
        drop(settings.insert("HMD_IDLE_TIMEOUT".into(), "1".into()))
    });
    let mut stream = open(&gateway);
    // Windows of no byte: what is sent of the answer is its head.
    stream.write_all(&frame(SETTINGS, 0, 0, &[0, 4, 0, 0, 0, 0])).expect("sent");
    let mut headers = [b"\x83\x87\x04".as_slice(), &text("/v1/cypher"), b"\x41", &text("localhost")].concat();
    for (name, value) in [
        ("authorization", format!("Bearer {}", gateway.issuer.token("ada", &["analyst"]))),
        ("content-type", "application/json".to_owned()),
        ("accept", "application/x-ndjson".to_owned()),
    ] {
        headers.extend([vec![0], text(name), text(&value)].concat());
    }
    let question = json!({"limit": 200_000, "query": "UNWIND range(1, 200000) AS n RETURN n, \
        'a text that is long enough for all of them to be more than fits between the database and who does not read' AS t"});
    stream.write_all(&frame(HEADERS, END_HEADERS, 1, &headers)).expect("sent");
    stream.write_all(&frame(DATA, END_STREAM, 1, question.to_string().as_bytes())).expect("sent");
    let running = || {
        database.value(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() \
             AND application_name = 'heimdall_gateway' AND wait_event = 'ClientWrite'",
        )
    };
    eventually("the database waits for who does not read", || running() == "1");
    eventually("the answer is given up", || running() == "0");
    assert_eq!(gateway.get_as(&["analyst"], "/v1/whoami").status, 200);
}
