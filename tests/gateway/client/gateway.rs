//! The client against the gateway: over TLS, with tokens of the issuer.

use std::process::{Command, Output};

use heimdall_tests::{Authority, Database, Gateway};

use super::cut::Line;
use super::{dump, fed, path, said};

const LIST: &str = r#"{"columns": ["ip"], "entities": {"ip": {"label": "Ip", "key": "ip"}}, "tlp": "amber"}"#;

pub fn with_list() -> Database {
    let database = Database::new();
    database.source("list", "csv", LIST);
    database
}

/// Addresses of a test's own, one a line.
fn addresses(rows: usize) -> Vec<u8> {
    let lines = (0..rows).map(|n| format!("10.{}.{}.{}\n", n >> 16 & 255, n >> 8 & 255, n & 255));
    std::iter::once("ip\n".to_owned()).chain(lines).collect::<String>().into_bytes()
}

pub fn client(gateway: &Gateway, url: &str, groups: &[&str], arguments: &[&str]) -> Command {
    let authority = Authority::of_the_run().certificate_file();
    let mut command = Command::new(Gateway::binary());
    command
        .env_clear()
        .env("HMD_TOKEN", gateway.issuer.token("feed", groups))
        .args(["ingest", "--url", url, "--ca", path(&authority), "--source", "list"])
        .args(arguments);
    command
}

pub fn stored(database: &Database) -> i64 {
    database
        .connect()
        .query_one("SELECT count(*) FROM heimdall.node WHERE key LIKE 'Ip:%'", &[])
        .expect("a count")
        .get(0)
}

fn run(mut command: Command) -> Output {
    command.output().expect("the client")
}

#[test]
fn a_dump_goes_in_once() {
    let (database, file) = (with_list(), dump("once.csv", &addresses(1000)));
    let gateway = Gateway::start(&database);
    let output = run(client(&gateway, &gateway.url, &["ingest"], &[path(&file), path(&file)]));
    let (out, err) = said(&output);
    assert!(output.status.success(), "{err}");
    assert!(out.contains("1000 rows, 1000 stored, 0 put aside"), "{out}");
    assert!(out.contains("was there already"), "{out}");
    assert_eq!(stored(&database), 1000);
}

#[test]
fn the_environment_says_where_the_gateway_is_and_whom_to_believe() {
    let (database, file) = (with_list(), dump("environment.csv", &addresses(10)));
    let gateway = Gateway::start(&database);
    let with = |authority: Option<&str>| {
        let mut command = Command::new(Gateway::binary());
        command
            .env_clear()
            .env("HMD_TOKEN", gateway.issuer.token("feed", &["ingest"]))
            .env("HMD_URL", &gateway.url)
            .envs(authority.map(|authority| ("HMD_TLS_CA", authority)))
            .args(["ingest", "--source", "list", path(&file), "never.csv"]);
        run(command)
    };
    let distrusting = with(None);
    let (_, err) = said(&distrusting);
    assert_eq!(distrusting.status.code(), Some(1));
    assert!(err.contains("an authority that is not known here") && err.contains("HMD_TLS_CA"), "{err}");
    assert!(!err.contains("trying again") && !err.contains("never.csv"), "it does not pass: {err}");

    let authority = Authority::of_the_run().certificate_file();
    assert!(said(&with(Some(path(&authority)))).0.contains("10 rows, 10 stored"));
}

#[test]
fn a_dump_goes_in_over_a_line_that_is_cut() {
    let database = with_list();
    let gateway = Gateway::start(&database);
    let port = gateway.url.rsplit(':').next().and_then(|port| port.parse().ok()).expect("a port");
    let line = Line::to(port, &[300_000, 200_000]);
    let bytes = addresses(60_000);
    let file = dump("over-a-cut-line.csv", &bytes);
    let output =
        run(client(&gateway, &format!("https://localhost:{}", line.port), &["ingest"], &[path(&file)]));
    let (_, err) = said(&output);
    assert!(output.status.success(), "{err}");
    assert_eq!((line.cuts(), stored(&database)), (2, 60_000), "{err}");
}

#[test]
fn a_dump_comes_from_a_pipe() {
    let database = with_list();
    let gateway = Gateway::start(&database);
    let output = fed(client(&gateway, &gateway.url, &["ingest"], &["-"]), &addresses(1000));
    assert!(output.status.success(), "{:?}", said(&output));
    assert_eq!(stored(&database), 1000);
}

#[test]
fn who_may_not_and_what_is_not_there_is_told() {
    let (database, file) = (with_list(), dump("refused.csv", b"ip\n192.0.2.1\n"));
    let gateway = Gateway::start(&database);
    let output = run(client(&gateway, &gateway.url, &["nobody"], &[path(&file)]));
    let (_, err) = said(&output);
    assert_eq!(output.status.code(), Some(1));
    assert!(err.contains("Not allowed (403)") && err.contains("HMD_ROLE_MAP"), "{err}");

    let output = run(client(&gateway, &gateway.url, &["ingest"], &["--source=elsewhere", path(&file)]));
    assert_eq!(output.status.code(), Some(2), "a source twice: {:?}", said(&output));
}

#[test]
fn a_dump_that_the_database_refuses_leaves_nothing() {
    let (database, file) = (with_list(), dump("rubbish.csv", &b"no address\n".repeat(200)));
    let gateway = Gateway::start(&database);
    let output = run(client(&gateway, &gateway.url, &["ingest"], &[path(&file)]));
    let (_, err) = said(&output);
    assert_eq!(output.status.code(), Some(1), "{err}");
    assert!(err.contains("(422)") && !err.contains("no address"), "{err}");
    assert_eq!(stored(&database), 0);
}
