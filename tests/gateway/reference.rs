//! The reference of the routes for managing, as a reader would follow it: every command is sent, and every answer is what is shown.

use heimdall_tests::{Answer, Database, Gateway};
use reqwest::Method;
use serde_json::Value;

const REFERENCE: &str = include_str!("../../docs/reference/api/managing.md");

/// The fenced blocks: what each is marked as, and its text.
fn blocks() -> impl Iterator<Item = (&'static str, &'static str)> {
    REFERENCE.split("\n```").skip(1).step_by(2).filter_map(|block| block.split_once('\n'))
}

/// The words of a command as a shell takes them apart: quotes, and lines that go on.
fn words(command: &str) -> Vec<String> {
    let (mut words, mut word, mut quote) = (Vec::new(), String::new(), None);
    for character in command.replace("\\\n", " ").chars() {
        match quote {
            Some(open) if character == open => quote = None,
            Some(_) => word.push(character),
            None if character == '\'' || character == '"' => quote = Some(character),
            None if character.is_whitespace() => words.push(std::mem::take(&mut word)),
            None => word.push(character),
        }
    }
    words.push(word);
    words.retain(|word| !word.is_empty());
    words
}

/// Sends what curl would.
fn curl(gateway: &Gateway, command: &str) -> Answer {
    let mut command = command.replace("$HEIMDALL", &gateway.url);
    for group in ["analyst", "ingest", "auditor", "admin"] {
        let token = gateway.issuer.token("ada", &[group]);
        command = command.replace(&format!("${}", group.to_uppercase()), &token);
    }
    let mut words = words(&command).into_iter();
    assert_eq!(words.next().as_deref(), Some("curl"), "{command}");
    let (mut method, mut url, mut headers, mut body) = (None, String::new(), Vec::new(), None);
    while let Some(word) = words.next() {
        let mut value = || words.next().expect("an option has a value");
        match word.as_str() {
            "-X" => method = Some(value()),
            "-H" => headers.push(value()),
            "--data-binary" => body = Some(value()),
            "--json" => {
                headers.push("Content-Type: application/json".to_owned());
                body = Some(value());
            }
            option => {
                assert!(!option.starts_with('-'), "the test does not know {option}");
                url = word;
            }
        }
    }
    let method = method.unwrap_or_else(|| if body.is_some() { "POST" } else { "GET" }.to_owned());
    let path = url.strip_prefix(&gateway.url).expect("the gateway's").to_owned();
    let mut request = gateway.request(Method::from_bytes(method.as_bytes()).expect("a method"), &path);
    for header in headers {
        let (name, value) = header.split_once(": ").expect("a header");
        request = request.header(name, value);
    }
    gateway.answer(request.body(body.unwrap_or_default()))
}

/// Whether an answer has what is shown, which may leave out members; `…` is anything.
fn has(answer: &Value, shown: &Value) -> bool {
    match (answer, shown) {
        (_, Value::String(any)) if any == "…" => true,
        (Value::Object(answer), Value::Object(shown)) => {
            shown.iter().all(|(name, shown)| answer.get(name).is_some_and(|value| has(value, shown)))
        }
        (Value::Array(answer), Value::Array(shown)) => {
            answer.len() == shown.len() && answer.iter().zip(shown).all(|(value, shown)| has(value, shown))
        }
        _ => answer == shown,
    }
}

#[test]
fn the_reference_holds() {
    let database = Database::new();
    let gateway = Gateway::start(&database);
    let mut answer = None;
    let mut shown = 0;
    for (language, text) in blocks() {
        match language {
            "sh" => answer = Some(curl(&gateway, text)),
            "sql" => database.run(text),
            "json" => {
                let answer = answer.as_ref().expect("a command before the answer");
                let expected: Value = serde_json::from_str(text).expect("JSON");
                assert!(has(&answer.json(), &expected), "shown is\n{text}\nand what comes is\n{answer:?}");
                shown += 1;
            }
            other => panic!("a block of {other}"),
        }
    }
    assert!(shown > 10, "{shown} answers");
    assert_eq!(database.value("SELECT count(*) FROM heimdall.batch"), "0", "it was taken back at the end");
}
