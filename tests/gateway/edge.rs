//! What one client can do to others before it is known who it is.

use std::io::Write;
use std::net::Ipv4Addr;

use heimdall_tests::{Answer, Database, Gateway, Settings, eventually};
use reqwest::Method;
use reqwest::blocking::{Client, RequestBuilder};

use crate::wire;

/// An address of this machine that is not the one from which the tests come otherwise.
const ELSEWHERE: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 2);

fn set(settings: &mut Settings, name: &str, value: &str) {
    settings.insert(name.to_owned(), value.to_owned());
}

fn health(gateway: &Gateway, client: &Client) -> Answer {
    gateway.answer(client.get(format!("{}/health", gateway.url)))
}

/// What `/metrics` has behind those words.
fn number(gateway: &Gateway, name: &str) -> f64 {
    let numbers = gateway.answer(gateway.request(Method::GET, "/metrics")).body;
    let found = numbers.lines().find_map(|line| line.strip_prefix(name)?.trim().parse().ok());
    found.unwrap_or_else(|| panic!("{name} is not in\n{numbers}"))
}

#[test]
fn one_address_does_not_hold_all_connections() {
    let database = Database::new();
    let gateway =
        Gateway::start_with(&database, |settings| set(settings, "HMD_CONNECTIONS_PER_ADDRESS", "2"));
    let _first = wire::connect(&gateway).expect("a handshake");
    let second = wire::connect(&gateway).expect("a handshake");
    assert!(wire::connect(&gateway).is_err());
    assert_eq!(health(&gateway, &Gateway::client_at(ELSEWHERE)).status, 200, "others come in");
    drop(second);
    eventually("there is room again", || wire::connect(&gateway).is_ok());
}

#[test]
fn a_proxy_connects_for_many() {
    let database = Database::new();
    let gateway = Gateway::start_with(&database, |settings| {
        set(settings, "HMD_CONNECTIONS_PER_ADDRESS", "1");
        set(settings, "HMD_TRUSTED_PROXIES", "127.0.0.1");
    });
    let _open: Vec<_> = (0..3).map(|_| wire::connect(&gateway).expect("a handshake")).collect();
}

#[test]
fn connections_that_are_refused_are_counted_by_reason() {
    let database = Database::new();
    let gateway = Gateway::start_with(&database, |settings| {
        set(settings, "HMD_CONNECTIONS", "3");
        set(settings, "HMD_CONNECTIONS_PER_ADDRESS", "2");
        set(settings, "HMD_ALLOWED_NETWORKS", "127.0.0.0/28");
    });
    let refused = |reason: &str| {
        number(&gateway, &format!("heimdall_connections_refused_total{{reason=\"{reason}\"}}"))
    };
    // The connection of these questions is the first.
    assert_eq!(["limit", "address", "network"].map(refused), [0.0; 3]);
    let _second = wire::connect(&gateway).expect("a handshake");
    assert!(wire::connect(&gateway).is_err());
    assert_eq!(["limit", "address", "network"].map(refused), [0.0, 1.0, 0.0]);
    let asks = |client: &Client| client.get(format!("{}/health", gateway.url)).send().is_ok();
    let elsewhere = Gateway::client_at(ELSEWHERE);
    assert!(asks(&elsewhere));
    assert_eq!(number(&gateway, "heimdall_connections_open"), 3.0);
    assert!(!asks(&Gateway::client_at(Ipv4Addr::new(127, 0, 0, 3))));
    assert!(!asks(&Gateway::client_at(Ipv4Addr::new(127, 0, 0, 99))));
    // A client may try more than once.
    assert!(refused("limit") >= 1.0);
    assert!(refused("network") >= 1.0);
    assert!(number(&gateway, "heimdall_connections_accepted_total") >= 6.0);
}

#[test]
fn handshakes_that_fail_are_counted_by_reason() {
    let database = Database::new();
    let gateway = Gateway::start_with(&database, |settings| set(settings, "HMD_HANDSHAKE_TIMEOUT", "2"));
    let failed =
        |reason: &str| number(&gateway, &format!("heimdall_handshakes_failed_total{{reason=\"{reason}\"}}"));
    assert_eq!(["timeout", "room", "protocol", "other"].map(failed), [0.0; 4]);
    let mut silent = wire::tcp(&gateway);
    assert!(wire::ended(&mut silent));
    assert_eq!(failed("timeout"), 1.0);
    let mut plain = wire::tcp(&gateway);
    plain.write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n").expect("sent");
    while !wire::ended(&mut plain) {}
    assert_eq!(failed("protocol"), 1.0);
    drop(wire::tcp(&gateway));
    eventually("who goes away is counted", || failed("other") == 1.0);
}

/// Callers of a gateway that takes so many failures a minute.
struct Guessed {
    gateway: Gateway,
    /// Of somebody who is known already.
    known: String,
    _database: Database,
}

impl Guessed {
    fn start(failures: &str) -> Guessed {
        let database = Database::new();
        let gateway = Gateway::start_with(&database, |settings| set(settings, "HMD_RATE_FAILURES", failures));
        let known = gateway.issuer.token("ada", &["analyst"]);
        let guessed = Guessed { gateway, known, _database: database };
        assert_eq!(guessed.ask(&guessed.known).status, 200);
        guessed
    }

    fn ask(&self, token: &str) -> Answer {
        self.gateway.answer(self.gateway.request(Method::GET, "/v1/whoami").bearer_auth(token))
    }

    /// A token that holds and that nobody has brought yet.
    fn unseen(&self) -> String {
        self.gateway.issuer.token("grace", &["analyst"])
    }

    /// Guesses until it is not listened to any more.
    fn guess(&self) -> Answer {
        let found = (0..100).map(|_| self.ask("guess")).find(|answer| answer.status != 401);
        found.expect("there is an end to it")
    }
}

#[test]
fn who_guesses_tokens_is_not_listened_to() {
    let guessed = Guessed::start("3");
    let statuses = [0; 4].map(|_| guessed.ask("guess").status);
    assert_eq!(statuses, [401, 401, 401, 429]);
    let answer = guessed.ask("guess");
    assert_eq!(answer.json()["type"], "urn:heimdall:problem:rate");
    assert!(
        answer.headers["retry-after"].parse::<u32>().is_ok_and(|seconds| (1..=20).contains(&seconds)),
        "{answer:?}"
    );
    assert_eq!(guessed.ask(&guessed.unseen()).status, 429, "no signature is checked");
    eventually("the log says where it came from", || {
        guessed.gateway.log().iter().any(|line| line.contains("has to wait") && line.contains("127.0.0.1"))
    });
    let turned_away = r#"heimdall_requests_turned_away_total{reason="failures"}"#;
    assert!(number(&guessed.gateway, turned_away) >= 3.0);
}

#[test]
fn who_is_known_at_that_address_goes_on_as_do_others() {
    let guessed = Guessed::start("3");
    assert_eq!(guessed.guess().status, 429);
    assert_eq!(guessed.ask(&guessed.known).status, 200);
    let elsewhere = Gateway::client_at(ELSEWHERE).get(format!("{}/v1/whoami", guessed.gateway.url));
    assert_eq!(guessed.gateway.answer(elsewhere.bearer_auth(guessed.unseen())).status, 200);
}

#[test]
fn every_way_in_is_closed_to_who_guesses() {
    let guessed = Guessed::start("3");
    assert_eq!(guessed.guess().status, 429);
    let gateway = &guessed.gateway;
    let status = |request: RequestBuilder| gateway.answer(request).status;
    let forged = || gateway.request(Method::GET, "/v1/whoami").header("cookie", "__Host-heimdall-session=x");
    assert_eq!(status(forged()), 429);
    let upload = gateway.request(Method::POST, "/v1/sources/list/uploads").header("tus-resumable", "1.0.0");
    assert_eq!(status(upload.header("upload-length", "9").bearer_auth("guess")), 429);
    let log_in = || gateway.request(Method::GET, "/auth/callback?state=x&code=replayed");
    assert_eq!(status(log_in()), 429);
    let call = gateway.request(Method::POST, "/heimdall.v1.Heimdall/Lookup").bearer_auth("guess");
    let answer = gateway.answer(call.header("content-type", "application/grpc").body(vec![0; 5]));
    assert_eq!(answer.headers.get("grpc-status").map(String::as_str), Some("8"), "{answer:?}");
}

#[test]
fn forged_sessions_and_replayed_codes_are_failures() {
    for path in ["/v1/whoami", "/auth/callback?state=x&code=replayed"] {
        let guessed = Guessed::start("3");
        let gateway = &guessed.gateway;
        let ask = || gateway.request(Method::GET, path).header("cookie", "__Host-heimdall-session=x").send();
        let statuses = [0; 4].map(|_| ask().expect("an answer").status().as_u16());
        assert_eq!((statuses[2] == 429, statuses[3]), (false, 429), "{path}: {statuses:?}");
    }
}

#[test]
fn after_a_while_one_is_listened_to_again() {
    let guessed = Guessed::start("10");
    let answer = guessed.guess();
    assert_eq!((answer.status, answer.headers.contains_key("retry-after")), (429, true));
    eventually("a token that holds is taken", || guessed.ask(&guessed.unseen()).status == 200);
}

#[test]
fn answers_say_what_is_left() {
    let database = Database::new();
    let gateway = Gateway::start_with(&database, |settings| {
        set(settings, "HMD_RATE_STANDARD", "2");
        set(settings, "HMD_CORS_ORIGINS", "https://soc.example");
    });
    let ask = || {
        let request = gateway.request_as(&["analyst"], Method::GET, "/v1/whoami");
        gateway.answer(request.header("origin", "https://soc.example"))
    };
    for (status, left) in [(200, "r=1;"), (200, "r=0;"), (429, "r=0;")] {
        let answer = ask();
        assert_eq!(answer.status, status);
        assert_eq!(answer.headers["ratelimit-policy"], r#""standard";q=2;w=60"#);
        assert!(answer.headers["ratelimit"].starts_with(&format!(r#""standard";{left}t="#)), "{answer:?}");
        let exposed = answer.headers["access-control-expose-headers"].to_ascii_lowercase();
        assert!(exposed.contains("ratelimit-policy"), "pages of other origins see them: {exposed}");
    }
    let other = gateway.request_as(&["analyst"], Method::POST, "/v1/cypher").body("{}");
    assert!(gateway.answer(other).headers["ratelimit-policy"].starts_with(r#""expensive";"#));
}
