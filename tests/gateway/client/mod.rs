//! The client as a process: against a server that does what a test wants, and against the gateway.

mod cut;
mod gateway;
mod interrupted;
mod tus;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use heimdall_tests::{Authority, Gateway};
use reqwest::Method;
use serde_json::{Value, json};

use cut::Line;
use tus::{Fault, Tus};

const TOKEN: &str = "a-token-that-nobody-shall-see";

/// The client, with those arguments and nothing of the environment but a token.
fn client(url: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(Gateway::binary());
    command
        .env_clear()
        .env("HMD_TOKEN", TOKEN)
        .args(["ingest", "--url", url, "--source", "list"])
        .args(arguments);
    command
}

fn run(mut command: Command) -> Output {
    command.output().expect("the client")
}

fn said(output: &Output) -> (String, String) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (text(&output.stdout), text(&output.stderr))
}

/// A dump of a test, in a file.
fn dump(name: &str, bytes: &[u8]) -> PathBuf {
    let path = Authority::of_the_run().folder().join(name);
    std::fs::write(&path, bytes).expect("written");
    path
}

fn path(path: &Path) -> &str {
    path.to_str().expect("UTF-8")
}

/// Bytes of which none is where another was.
fn numbers(bytes: usize) -> Vec<u8> {
    (0u32..).flat_map(u32::to_be_bytes).take(bytes).collect()
}

/// Runs it with that on standard input.
fn fed(mut command: Command, bytes: &[u8]) -> Output {
    let mut process = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the client");
    // A client that gives up does not read to the end.
    let _ = process.stdin.take().expect("a pipe").write_all(bytes);
    process.wait_with_output().expect("the client")
}

#[test]
fn files_go_in_one_after_the_other() {
    let server = Tus::start();
    let (first, second) = (dump("first.csv", b"ip\n192.0.2.1\n"), dump("second.csv", b""));
    let output = run(client(&server.url, &[path(&first), path(&second)]));
    let (out, err) = said(&output);
    assert!(output.status.success(), "{err}");
    assert_eq!(server.dumps(), [b"ip\n192.0.2.1\n".to_vec(), Vec::new()]);
    assert_eq!(
        out.lines().filter(|line| line.ends_with("batch 7: 3 rows, 2 stored, 1 put aside")).count(),
        2,
        "{out}"
    );
}

#[test]
fn a_source_may_have_any_name() {
    let server = Tus::start();
    let file = dump("named.csv", b"ip\n");
    let mut command = Command::new(Gateway::binary());
    command.env_clear().env("HMD_TOKEN", TOKEN).args(["ingest", "--url", &server.url, "--source", "a/b c?"]);
    assert!(
        run({
            command.arg(&file);
            command
        })
        .status
        .success()
    );
    assert_eq!(server.asked("POST /v1/sources/a%2Fb%20c%3F/uploads"), 1);
}

#[test]
fn a_busy_gateway_is_asked_again_when_it_wants_to_be() {
    let server = Tus::start();
    for method in [Method::POST, Method::PATCH, Method::HEAD, Method::GET] {
        server.next(method, Fault::Busy(1));
    }
    let file = dump("busy.csv", b"ip\n");
    let output = run(client(&server.url, &[path(&file)]));
    assert!(output.status.success(), "{:?}", said(&output));
    let (early, asked) = {
        let known = server.known.lock().expect("no panic");
        (known.early, known.asked.len())
    };
    assert_eq!(early, 0, "it was asked again too early");
    assert_eq!(server.dumps(), [b"ip\n".to_vec()]);
    // Each that found it busy, and each that did not.
    assert_eq!(asked, 8);
}

#[test]
fn a_cut_line_is_taken_up_where_it_was_cut() {
    let server = Tus::start();
    let bytes = numbers(3 << 20);
    let port = server.url.rsplit(':').next().and_then(|port| port.parse().ok()).expect("a port");
    let line = Line::to(port, &[1 << 20, 700_000]);
    let file = dump("cut.bin", &bytes);
    let output = run(client(&format!("http://127.0.0.1:{}", line.port), &[path(&file)]));
    let (_, err) = said(&output);
    assert!(output.status.success(), "{err}");
    assert!(server.dumps() == [bytes], "it is another dump than was sent");
    assert_eq!((line.cuts(), server.asked("POST")), (2, 1), "{err}");
    assert_eq!(err.matches("taken up again after").count(), 2, "{err}");
}

#[test]
fn an_upload_that_is_gone_is_sent_anew_and_it_is_told() {
    let server = Tus::start();
    server.next(Method::PATCH, Fault::Forget);
    let bytes = numbers(1 << 20);
    let file = dump("gone.bin", &bytes);
    let output = run(client(&server.url, &[path(&file)]));
    let (_, err) = said(&output);
    assert!(output.status.success(), "{err}");
    assert!(err.contains("sent again from the beginning"), "{err}");
    assert!(server.dumps() == [bytes] && server.asked("POST") == 2, "{err}");
}

#[test]
fn a_gateway_that_stays_away_is_given_up() {
    let server = Tus::start();
    for _ in 0..3 {
        server.next(Method::POST, Fault::Busy(0));
    }
    let files = [dump("away1.csv", b"ip\n"), dump("away2.csv", b"ip\n")];
    let output = run(client(&server.url, &["--retries", "2", path(&files[0]), path(&files[1])]));
    let (out, err) = said(&output);
    assert_eq!(output.status.code(), Some(1), "{err}");
    assert!(err.contains("away1.csv: not stored: Service Unavailable (503)"), "{err}");
    assert!(out.contains("away2.csv: batch 7"), "{out}");
}

#[test]
fn a_problem_is_told_in_words_and_other_files_still_go() {
    let server = Tus::start();
    let problem = json!({
        "type": "urn:heimdall:problem:refused", "title": "The database refused it", "status": 422,
        "detail": "Too many of its rows are bad.", "hint": "Look at them.", "request_id": "0190-request"
    });
    server.next(Method::PATCH, Fault::Refuse(422, problem));
    let (bad, good) = (dump("bad.csv", b"bad\n"), dump("good.csv", b"good\n"));
    let output = run(client(&server.url, &[path(&bad), path(&good)]));
    let (_, err) = said(&output);
    assert_eq!(output.status.code(), Some(1), "{err}");
    for words in [
        "bad.csv: not stored: The database refused it (422)",
        "Too many of its rows",
        "Look at them.",
        "0190-request",
    ] {
        assert!(err.contains(words), "{words} is not in {err}");
    }
    assert_eq!(server.dumps(), [b"good\n".to_vec()]);
    assert!(!err.contains(TOKEN), "the token is told");
}

#[test]
fn who_is_not_let_in_does_not_try_all_files() {
    let server = Tus::start();
    server.known.lock().expect("no panic").token = Some("another".into());
    let file = dump("unknown.csv", b"ip\n");
    let output = run(client(&server.url, &[path(&file), path(&file)]));
    assert_eq!((output.status.code(), server.asked("POST")), (Some(1), 1), "{:?}", said(&output));
}

#[test]
fn standard_input_goes_in_pieces_which_are_sent_again_after_a_cut() {
    let server = Tus::start();
    let port = server.url.rsplit(':').next().and_then(|port| port.parse().ok()).expect("a port");
    let line = Line::to(port, &[10 << 20]);
    let bytes = numbers((16 << 20) + 5);
    let output = fed(client(&format!("http://127.0.0.1:{}", line.port), &["-"]), &bytes);
    let (_, err) = said(&output);
    assert!(output.status.success(), "{err}");
    assert!(server.dumps() == [bytes] && line.cuts() == 1, "{err}");
}

#[test]
fn a_stream_whose_end_was_not_heard_is_ended_again() {
    let server = Tus::start();
    // After the first piece nothing is left, and the request that says so is lost.
    let bytes = numbers(8 << 20);
    server.skip(Method::PATCH, 1, Fault::Busy(0));
    let output = fed(client(&server.url, &["-"]), &bytes);
    assert!(output.status.success(), "{:?}", said(&output));
    assert!(server.dumps() == [bytes], "it is another dump than was sent");
}

#[test]
fn what_came_from_a_pipe_cannot_be_sent_anew() {
    let server = Tus::start();
    server.next(Method::PATCH, Fault::Forget);
    let output = fed(client(&server.url, &["-"]), b"ip\n");
    let (_, err) = said(&output);
    assert_eq!(output.status.code(), Some(1), "{err}");
    assert!(err.contains("cannot be sent again"), "{err}");
}

#[test]
fn programs_get_an_object_for_each_file() {
    let server = Tus::start();
    server.next(Method::POST, Fault::Refuse(404, json!({"title": "There is no such thing", "status": 404})));
    let file = dump("object.csv", b"ip\n");
    let output = run(client(&server.url, &["--json", "--quiet", path(&file), path(&file), "/nowhere"]));
    let (out, err) = said(&output);
    let objects: Vec<Value> = out.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!(objects[0]["problem"]["status"], 404);
    assert_eq!((&objects[1]["stored"], &objects[1]["report"]["batch"]), (&json!(true), &json!(7)));
    assert!(
        objects[2]["error"].as_str().is_some_and(|error| error.starts_with("it cannot be read")),
        "{out}"
    );
    assert_eq!((output.status.code(), err.as_str()), (Some(1), ""));
}

#[test]
fn a_token_is_had_for_credentials_and_another_when_it_is_refused() {
    let server = Tus::start();
    let (first, second) = (dump("token1.csv", b"1\n"), dump("token2.csv", b"2\n"));
    let mut command = client(&server.url, &[path(&first), path(&second)]);
    command
        .env_remove("HMD_TOKEN")
        .env("HMD_OAUTH_DISCOVERY_URL", format!("{}/.well-known/openid-configuration", server.url))
        .env("HMD_OAUTH_M2M_ID", "machine")
        .env("HMD_OAUTH_M2M_SECRET", "100% secret");
    server.next(Method::GET, Fault::Refuse(401, json!({"title": "Who asks is not known"})));
    let output = run(command);
    assert!(output.status.success(), "{:?}", said(&output));
    let asked = server.known.lock().expect("no panic").authorizations.clone();
    // machine:100%25+secret
    assert_eq!(asked[0], "Basic bWFjaGluZToxMDAlMjUrc2VjcmV0");
    assert_eq!(asked[1], "Bearer granted-1");
    assert_eq!(
        asked.iter().filter(|asked| asked.starts_with("Basic")).count(),
        2,
        "one token a run, and one anew"
    );
    assert_eq!(server.dumps().len(), 2);
}

#[test]
fn a_token_goes_to_no_other_server() {
    let server = Tus::start();
    server.next(Method::POST, Fault::Elsewhere);
    let file = dump("elsewhere.csv", b"ip\n");
    let output = run(client(&server.url, &[path(&file)]));
    let (_, err) = said(&output);
    assert_eq!(output.status.code(), Some(1));
    assert!(err.contains("it does not say where the upload goes"), "{err}");
}

#[test]
fn what_it_cannot_begin_with_is_told_before_it_begins() {
    for (url, expected) in [
        ("http://gateway.example.org", "expected https://host[:port]"),
        ("https://user:secret@gateway.example.org", "expected https://host[:port]"),
    ] {
        let output = run(client(url, &["-"]));
        assert_eq!(output.status.code(), Some(2));
        assert!(said(&output).1.contains(expected), "{:?}", said(&output));
    }
    let mut command = client("https://localhost", &["-"]);
    let output = run({
        command.env_remove("HMD_TOKEN");
        command
    });
    assert_eq!(output.status.code(), Some(2));
    assert!(said(&output).1.contains("HMD_OAUTH_M2M_SECRET: not set"), "{:?}", said(&output));
    let mut command = Command::new(Gateway::binary());
    let output = run({
        command.env_clear().args(["ingest", "--source", "list", "-"]);
        command
    });
    assert_eq!(output.status.code(), Some(2));
    let told = said(&output).1;
    for missing in ["HMD_URL: not set", "HMD_OAUTH_M2M_ID: not set"] {
        assert!(told.contains(missing), "{told}");
    }
}

/// The highest memory of a process so far, in KiB.
fn peak(id: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{id}/status")).ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

#[test]
fn its_memory_does_not_grow_with_the_dump() {
    let server = Tus::start();
    server.known.lock().expect("no panic").forgetful = true;
    let file = dump("large.bin", b"");
    std::fs::File::options().write(true).open(&file).expect("a file").set_len(256 << 20).expect("a length");
    let mut process = client(&server.url, &[path(&file)])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("the client");
    let mut most = 0;
    while process.try_wait().expect("a child").is_none() {
        most = most.max(peak(process.id()).unwrap_or_default());
        std::thread::sleep(Duration::from_millis(5));
    }
    assert!(process.wait().expect("a child").success());
    assert!((1..48 << 10).contains(&most), "{most} KiB for a dump of 256 MiB");
}
