//! The document is what the routes are, and the page shows it.

use std::collections::BTreeSet;

use heimdall_tests::{Database, Gateway};
use reqwest::Method;
use serde_json::Value;

/// Method, path and operation of every operation of the document.
fn operations(document: &Value) -> Vec<(Method, String, Value)> {
    let paths = document["paths"].as_object().expect("paths");
    paths
        .iter()
        .flat_map(|(path, item)| {
            item.as_object().expect("operations").iter().filter_map(|(method, operation)| {
                let method = Method::from_bytes(method.to_ascii_uppercase().as_bytes()).ok()?;
                operation.is_object().then(|| (method, path.clone(), operation.clone()))
            })
        })
        .collect()
}

fn document(gateway: &Gateway) -> Value {
    let answer = gateway.answer(gateway.request(Method::GET, "/openapi.json"));
    assert_eq!(answer.status, 200);
    answer.json()
}

#[test]
fn every_operation_answers_and_is_described() {
    let database = Database::new();
    let gateway = Gateway::start(&database);
    let document = document(&gateway);
    assert_eq!(document["openapi"], "3.1.0");
    let operations = operations(&document);
    assert!(operations.len() > 30);
    let mut ids = BTreeSet::new();
    for (method, path, operation) in operations {
        let name = format!("{method} {path}");
        assert!(
            ids.insert(operation["operationId"].as_str().expect("an id").to_owned()),
            "{name}: its id is taken"
        );
        assert!(
            operation["summary"].as_str().is_some_and(|summary| !summary.is_empty()),
            "{name}: no summary"
        );
        assert!(operation["tags"].as_array().is_some_and(|tags| tags.len() == 1), "{name}: no tag");
        let problem = &operation["responses"]["default"]["content"]["application/problem+json"];
        assert!(problem.is_object(), "{name}: no problem");
        assert!(method != Method::GET || operation.get("requestBody").is_none(), "{name}: GET has no body");
        // A browser that asks what a page may do is answered before anybody is known.
        if method == Method::OPTIONS {
            continue;
        }
        let known = path.starts_with("/v1/");
        let asked = gateway.answer(gateway.request(method, &path.replace(['{', '}'], "")));
        assert_eq!(asked.status == 401, known, "{name}: {asked:?}");
        assert!(![404, 405].contains(&asked.status), "{name}: {asked:?}");
    }
}

const REFERENCE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/reference/api.md");
const BEGIN: &str = "<!-- routes: begin -->\n";
const END: &str = "<!-- routes: end -->\n";

/// `HEIMDALL_WRITE_PAGE=1` writes the table anew.
#[test]
fn the_reference_has_every_route() {
    let database = Database::new();
    let gateway = Gateway::start(&database);
    let mut rows: Vec<String> = operations(&document(&gateway))
        .iter()
        .map(|(method, path, operation)| {
            let text = |of: &Value| {
                of.as_str()
                    .unwrap_or_default()
                    .split_whitespace()
                    .collect::<Vec<_>>()
                    .join(" ")
                    .trim_end_matches('.')
                    .replace('|', "\\|")
            };
            format!(
                "| {} | `{method} {path}` | {} |\n",
                text(&operation["tags"][0]),
                text(&operation["summary"])
            )
        })
        .collect();
    rows.sort();
    let made = format!("| area | route | |\n|---|---|---|\n{}", rows.concat());
    let page = std::fs::read_to_string(REFERENCE).expect("the page");
    let (before, rest) = page.split_once(BEGIN).expect("where the table begins");
    let (written, after) = rest.split_once(END).expect("where it ends");
    if std::env::var_os("HEIMDALL_WRITE_PAGE").is_some() {
        std::fs::write(REFERENCE, format!("{before}{BEGIN}{made}{END}{after}")).expect("the page");
        return;
    }
    assert!(written == made, "docs/reference/api.md is stale: HEIMDALL_WRITE_PAGE=1 writes it anew");
}

#[test]
fn who_has_the_document_gets_it_no_more() {
    let database = Database::new();
    let gateway = Gateway::start(&database);
    let first = gateway.answer(gateway.request(Method::GET, "/openapi.json"));
    let tag = first.headers["etag"].as_str();
    let again = gateway.answer(gateway.request(Method::GET, "/openapi.json").header("if-none-match", tag));
    assert_eq!((again.status, again.body.as_str()), (304, ""));
    let other =
        gateway.answer(gateway.request(Method::GET, "/openapi.json").header("if-none-match", "\"other\""));
    assert_eq!(other.status, 200);
}

#[test]
fn the_page_needs_nothing_from_elsewhere() {
    let database = Database::new();
    let gateway = Gateway::start(&database);
    let top = gateway.answer(gateway.request(Method::GET, "/"));
    assert_eq!((top.status, top.headers["location"].as_str()), (303, "/docs/"), "where log-out leads to");
    let page = gateway.answer(gateway.request(Method::GET, "/docs/"));
    assert_eq!(page.status, 200);
    let policy = &page.headers["content-security-policy"];
    assert!(policy.contains("default-src 'none'") && policy.contains("script-src 'self';"), "{policy}");
    for file in [
        "swagger-ui.css",
        "swagger-ui-bundle.js",
        "swagger-ui-standalone-preset.js",
        "swagger-initializer.js",
    ] {
        assert!(page.body.contains(file), "{}", page.body);
        assert_eq!(
            gateway.answer(gateway.request(Method::GET, &format!("/docs/{file}"))).status,
            200,
            "{file}"
        );
    }
    assert!(!page.body.contains("http://") && !page.body.contains("https://"), "{}", page.body);
}
