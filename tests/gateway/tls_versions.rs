//! TLS 1.3 and nothing below it, asked by hand: our own client would not.

use std::io::{Read, Write};
use std::process::Command;

use heimdall_tests::{Authority, Database, Gateway};

use crate::wire;

const ALERT: u8 = 21;
const HANDSHAKE: u8 = 22;
const HANDSHAKE_FAILURE: u8 = 40;
const PROTOCOL_VERSION: u8 = 70;

fn length(size: usize) -> [u8; 2] {
    u16::try_from(size).expect("short").to_be_bytes()
}

fn extension(kind: u16, content: &[u8]) -> Vec<u8> {
    [&kind.to_be_bytes()[..], &length(content.len()), content].concat()
}

/// A ClientHello of that version (RFC 8446, section 4.1.2, and what was before it).
fn hello(version: [u8; 2], ciphers: &[u8], extensions: &[u8]) -> Vec<u8> {
    let mut body = [&version[..], &[7; 32], &[0], &length(ciphers.len()), ciphers, &[1, 0]].concat();
    if !extensions.is_empty() {
        body.extend(length(extensions.len()));
        body.extend(extensions);
    }
    let record = [&[1, 0][..], &length(body.len()), &body].concat();
    // The record says 3.1 at most: that was so for the sake of old servers.
    let outer = version.min([3, 1]);
    [&[HANDSHAKE][..], &outer, &length(record.len()), &record].concat()
}

/// Type and first bytes of the first record that comes back.
fn answer(gateway: &Gateway, hello: &[u8]) -> (u8, Vec<u8>) {
    let mut stream = wire::tcp(gateway);
    stream.write_all(hello).expect("sent");
    let mut head = [0; 5];
    stream.read_exact(&mut head).expect("a record");
    let mut body = vec![0; usize::from(u16::from_be_bytes([head[3], head[4]]))];
    stream.read_exact(&mut body).expect("its content");
    (head[0], body)
}

/// What clients of TLS 1.2 send: curves, signatures.
fn extensions_of_1_2() -> Vec<u8> {
    [extension(10, &[0, 2, 0, 29]), extension(13, &[0, 4, 4, 3, 8, 4]), extension(11, &[1, 0])].concat()
}

#[test]
fn what_is_below_is_refused_by_an_alert() {
    let database = Database::new();
    let gateway = Gateway::start(&database);
    // RSA and ECDHE with AES, as they were used from SSL 3 on.
    let ciphers = [0x00, 0x2f, 0x00, 0x35, 0xc0, 0x2b, 0xc0, 0x2f, 0xc0, 0x13, 0xc0, 0x14];
    for (name, version, extensions, description) in [
        // Which knows no other alert that fits.
        ("SSL 3", [3, 0], Vec::new(), HANDSHAKE_FAILURE),
        ("TLS 1.0", [3, 1], extensions_of_1_2(), PROTOCOL_VERSION),
        ("TLS 1.1", [3, 2], extensions_of_1_2(), PROTOCOL_VERSION),
        ("TLS 1.2", [3, 3], extensions_of_1_2(), PROTOCOL_VERSION),
        (
            "TLS 1.2 by extension",
            [3, 3],
            [extensions_of_1_2(), extension(43, &[2, 3, 3])].concat(),
            PROTOCOL_VERSION,
        ),
    ] {
        let (kind, body) = answer(&gateway, &hello(version, &ciphers, &extensions));
        assert_eq!((kind, body.as_slice()), (ALERT, &[2, description][..]), "{name}");
    }
}

#[test]
fn version_1_3_is_taken() {
    let database = Database::new();
    let gateway = Gateway::start(&database);
    let key = [&[0, 36, 0, 29, 0, 32][..], &[9; 32]].concat();
    let extensions = [extensions_of_1_2(), extension(43, &[2, 3, 4]), extension(51, &key)].concat();
    let (kind, body) = answer(&gateway, &hello([3, 3], &[0x13, 0x01], &extensions));
    assert_eq!((kind, body[0]), (HANDSHAKE, 2), "a ServerHello");
    assert!(body.windows(6).any(|bytes| bytes == extension(43, &[3, 4])), "of TLS 1.3");
}

#[test]
fn openssl_agrees() {
    let database = Database::new();
    let gateway = Gateway::start(&database);
    let ask = |version: &str| {
        let mut command = Command::new("openssl");
        command.args(["s_client", "-connect", &wire::address(&gateway).to_string(), version]);
        command.args(["-servername", "localhost", "-verify_return_error", "-CAfile"]);
        command.arg(Authority::of_the_run().certificate_file());
        command.stdin(std::process::Stdio::null()).output()
    };
    let Ok(taken) = ask("-tls1_3") else {
        return println!("left out: there is no openssl here");
    };
    let said = String::from_utf8_lossy(&taken.stdout).into_owned();
    assert!(taken.status.success() && said.contains("Verify return code: 0 (ok)"), "{said}");
    let refused = ask("-tls1_2").expect("openssl");
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(!refused.status.success() && said.contains("protocol version"), "{said}");
}
