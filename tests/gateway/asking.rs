//! Requests as the tests of routes make them.

use heimdall_tests::{Answer, Gateway};
use reqwest::Method;
use serde_json::Value;

/// Addresses and accounts; what has no rule is sealed.
pub const LOGINS: &str = r#"{"columns": ["src", "who", "note"], "entities": {"from": {"label": "Ip", "key": "src"},
    "who": {"label": "Email", "key": "who"}}, "relations": [{"from": "who", "type": "LOGIN_FROM", "to": "from"}], "tlp": "amber"}"#;

/// A request with a body of JSON.
pub fn send(gateway: &Gateway, group: &str, method: Method, path: &str, body: &Value) -> Answer {
    gateway.answer(gateway.request_as(&[group], method, path).json(body))
}

/// A request with a body of JSON that holds only under that condition.
pub fn send_if(gateway: &Gateway, path: &str, condition: (&str, &str), body: &Value) -> Answer {
    let request = gateway.request_as(&["ingest"], Method::PUT, path).header(condition.0, condition.1);
    gateway.answer(request.json(body))
}

/// A POST of bytes as they are, or of none.
pub fn post(gateway: &Gateway, group: &str, path: &str, body: impl Into<Vec<u8>>) -> Answer {
    gateway.answer(gateway.request_as(&[group], Method::POST, path).body(body.into()))
}

/// The answer is that problem, in that form.
pub fn assert_problem(answer: &Answer, status: u16, kind: &str) {
    assert_eq!(answer.status, status, "{answer:?}");
    assert_eq!(answer.headers["content-type"], "application/problem+json", "{answer:?}");
    assert_eq!(answer.json()["type"], format!("urn:heimdall:problem:{kind}"), "{answer:?}");
    assert_eq!(answer.json()["request_id"], answer.headers["x-request-id"]);
}

/// Neither the answers nor the gateway's log have that in them.
pub fn assert_unsaid(gateway: &Gateway, answers: &[Answer], value: &str) {
    for answer in answers {
        assert!(!format!("{answer:?}").contains(value), "a value in {answer:?}");
    }
    for line in gateway.log() {
        assert!(!line.contains(value), "a value in the log: {line}");
    }
}

/// All items of a list of pages, and how many pages there were. `between` is called after each.
pub fn pages(gateway: &Gateway, group: &str, path: &str, mut between: impl FnMut(usize)) -> Vec<Value> {
    let (mut items, mut after, mut read) = (Vec::new(), String::new(), 0);
    loop {
        let answer = gateway.get_as(&[group], &format!("{path}{after}"));
        assert_eq!(answer.status, 200, "{answer:?}");
        let page = answer.json();
        items.extend(page["items"].as_array().expect("items").iter().cloned());
        read += 1;
        assert!(read < 100, "the pages have an end");
        between(read);
        match page["next"].as_str() {
            Some(next) => after = format!("&after={next}"),
            None => return items,
        }
    }
}
