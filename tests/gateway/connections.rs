//! Who comes in, how many, and what they may keep from others.

use std::io::Write;
use std::net::TcpStream;
use std::time::{Duration, Instant};

use heimdall_tests::{Database, Gateway, Settings, eventually};
use reqwest::Method;

use crate::wire::{self, Tls};

fn set(settings: &mut Settings, name: &str, value: &str) {
    settings.insert(name.to_owned(), value.to_owned());
}

#[test]
fn handshakes_that_never_end_keep_nobody_out() {
    let database = Database::new();
    // No time limit comes to help, and there are more of them than there is room for handshakes.
    let gateway = Gateway::start_with(&database, |settings| set(settings, "HMD_HANDSHAKE_TIMEOUT", "300"));
    let silent: Vec<TcpStream> = (0..600).map(|_| wire::tcp(&gateway)).collect();
    assert_eq!(gateway.get_as(&["analyst"], "/v1/whoami").status, 200);
    drop(silent);
}

#[test]
fn a_handshake_has_its_time() {
    let database = Database::new();
    let gateway = Gateway::start_with(&database, |settings| set(settings, "HMD_HANDSHAKE_TIMEOUT", "1"));
    assert!(wire::ended(&mut wire::tcp(&gateway)));
}

#[test]
fn headers_that_trickle_in_are_cut_off_and_keep_nobody_out() {
    let database = Database::new();
    let gateway = Gateway::start_with(&database, |settings| set(settings, "HMD_HANDSHAKE_TIMEOUT", "3"));
    let mut slow: Vec<Tls> = (0..50).map(|_| wire::connect(&gateway).expect("a handshake")).collect();
    for stream in &mut slow {
        stream.write_all(b"GET /health HTTP/1.1\r\nHost: localhost\r\n").expect("sent");
    }
    assert_eq!(gateway.get_as(&["analyst"], "/v1/whoami").status, 200);
    eventually("each is cut off, however many lines it still sends", || {
        std::thread::sleep(Duration::from_millis(200));
        slow.retain_mut(|stream| {
            stream.write_all(b"X-More: of it\r\n").and_then(|()| stream.flush()).is_ok()
        });
        slow.is_empty()
    });
}

#[test]
fn an_idle_connection_is_closed() {
    let database = Database::new();
    let gateway = Gateway::start_with(&database, |settings| set(settings, "HMD_IDLE_TIMEOUT", "1"));
    let mut stream = wire::connect(&gateway).expect("a handshake");
    let answer = wire::ask(&mut stream).expect("an answer");
    assert!(answer.contains("content-length: 2\r\n"), "{answer}");
    assert!(wire::ended(&mut stream));
}

#[test]
fn a_client_that_takes_nothing_is_given_up() {
    let database = Database::new();
    let gateway = Gateway::start_with(&database, |settings| set(settings, "HMD_IDLE_TIMEOUT", "2"));
    let mut stream = wire::connect(&gateway).expect("a handshake");
    stream.sock.set_write_timeout(Some(Duration::from_secs(1))).expect("set");
    // It asks and asks, and reads none of the answers.
    let question = b"GET /openapi.json HTTP/1.1\r\nHost: localhost\r\n\r\n".repeat(100);
    eventually("it is given up", || {
        let sent = stream.write_all(&question).and_then(|()| stream.flush());
        sent.is_err_and(|error| error.kind() != std::io::ErrorKind::WouldBlock)
    });
}

#[test]
fn beyond_the_limit_connections_are_closed() {
    let database = Database::new();
    let gateway = Gateway::start_with(&database, |settings| set(settings, "HMD_CONNECTIONS", "2"));
    let mut first = wire::connect(&gateway).expect("a handshake");
    let second = wire::connect(&gateway).expect("a handshake");
    assert!(wire::connect(&gateway).is_err());
    assert!(wire::ask(&mut first).is_ok(), "those that are there are served");
    drop(second);
    eventually("there is room again", || wire::connect(&gateway).is_ok());
}

#[test]
fn who_is_not_on_the_list_does_not_come_to_the_handshake() {
    let database = Database::new();
    let gateway = Gateway::start_with(&database, |settings| {
        set(settings, "HMD_ALLOWED_NETWORKS", "192.0.2.0/24,::1/128")
    });
    assert!(wire::ended(&mut wire::tcp(&gateway)));
}

#[test]
fn behind_a_proxy_the_list_is_of_its_clients() {
    let database = Database::new();
    let gateway = Gateway::start_with(&database, |settings| {
        set(settings, "HMD_ALLOWED_NETWORKS", "192.0.2.0/24");
        set(settings, "HMD_TRUSTED_PROXIES", "127.0.0.0/8");
    });
    let of = |client: &str| {
        gateway.answer(gateway.request(Method::GET, "/health").header("x-forwarded-for", client))
    };
    assert_eq!(of("198.51.100.1, 192.0.2.7").status, 200);
    let refused = of("192.0.2.7, 198.51.100.1");
    assert_eq!(refused.status, 403, "{refused:?}");
    assert_eq!(refused.json()["request_id"], refused.headers["x-request-id"]);
}

#[test]
fn headers_have_a_size() {
    let database = Database::new();
    let gateway = Gateway::start(&database);
    let mut stream = wire::connect(&gateway).expect("a handshake");
    let head = format!("GET /health HTTP/1.1\r\nHost: localhost\r\nX-Long: {}\r\n\r\n", "x".repeat(40_000));
    stream.write_all(head.as_bytes()).expect("sent");
    let mut answer = [0; 12];
    std::io::Read::read_exact(&mut stream, &mut answer).expect("an answer");
    assert_eq!(&answer, b"HTTP/1.1 431");
}

/// Bytes of memory that the gateway holds.
fn memory(gateway: &Gateway) -> usize {
    let status = std::fs::read_to_string(format!("/proc/{}/status", gateway.id())).expect("a process");
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).expect("a size");
    line.split_whitespace().nth(1).and_then(|kib| kib.parse::<usize>().ok()).expect("KiB") << 10
}

/// Open files that this process may have, raised as far as it goes.
fn files() -> usize {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let maximum = getrlimit(Resource::Nofile).maximum;
    setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum }).expect("raised");
    maximum.map_or(usize::MAX, |files| usize::try_from(files).unwrap_or(usize::MAX))
}

#[test]
fn ten_thousand_idle_connections_cost_little() {
    const EACH: usize = 64 << 10;
    let count = files().saturating_sub(1_000).min(10_000);
    if count < 10_000 {
        println!("the limit of open files allows {count} connections, not 10,000");
    }
    let database = Database::new();
    let gateway = Gateway::start_with(&database, |settings| {
        set(settings, "HMD_HANDSHAKE_TIMEOUT", "300");
        set(settings, "HMD_IDLE_TIMEOUT", "600");
        set(settings, "HMD_CONNECTIONS_PER_ADDRESS", "20000");
    });
    assert_eq!(gateway.get_as(&["analyst"], "/v1/whoami").status, 200);
    let (before, start) = (memory(&gateway), Instant::now());
    let idle: Vec<Tls> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..4)
            .map(|_| {
                let connect = || {
                    let mut stream = wire::connect(&gateway).expect("a handshake");
                    wire::ask(&mut stream).expect("an answer");
                    stream
                };
                scope.spawn(move || (0..count / 4).map(|_| connect()).collect::<Vec<_>>())
            })
            .collect();
        threads.into_iter().flat_map(|thread| thread.join().expect("connections")).collect()
    });
    let each = memory(&gateway).saturating_sub(before) / idle.len();
    println!("{} connections in {:?}, {each} bytes each", idle.len(), start.elapsed());
    for _ in 0..20 {
        assert_eq!(gateway.get_as(&["analyst"], "/v1/whoami").status, 200);
    }
    assert!(each < EACH, "{each} bytes for an idle connection");
    // All of them are still there.
    let mut idle = idle;
    for stream in idle.iter_mut().step_by(500) {
        wire::ask(stream).expect("an answer");
    }
}
