//! The OpenAPI document of the routes for managing: what a client or a tool makes of it.

use heimdall_tests::{Database, Gateway};
use reqwest::Method;
use serde_json::Value;

const TAGS: [&str; 7] = ["sources", "mappings", "batches", "rejects", "policy", "keys", "erasure"];

/// Path, method and operation of each route for managing.
fn operations(document: &Value) -> Vec<(String, String, Value)> {
    let paths = document["paths"].as_object().expect("paths");
    let all = paths.iter().flat_map(|(path, methods)| {
        let methods = methods.as_object().expect("methods").iter();
        methods.map(move |(method, operation)| (path.clone(), method.clone(), operation.clone()))
    });
    all.filter(|(_, _, operation)| TAGS.iter().any(|tag| operation["tags"][0] == *tag)).collect()
}

#[test]
fn the_document_says_what_a_route_takes_and_what_may_be_wrong_with_it() {
    let gateway = Gateway::start(&Database::new());
    let answer = gateway.answer(gateway.request(Method::GET, "/openapi.json"));
    let document = answer.json();
    let operations = operations(&document);
    assert!(operations.len() > 30, "{} routes", operations.len());
    for (path, method, operation) in &operations {
        let about = format!("{method} {path}");
        let has_body = !operation["requestBody"].is_null();
        assert_eq!(has_body, operation["responses"]["413"].is_object(), "{about}: a body may be too large");
        let names: Vec<_> = path.split('{').skip(1).filter_map(|rest| rest.split('}').next()).collect();
        assert!(
            names.is_empty() || operation["responses"]["404"].is_object(),
            "{about}: it may not be there"
        );
        for name in names {
            let parameters = operation["parameters"].as_array().expect("parameters");
            let known =
                parameters.iter().any(|parameter| parameter["name"] == name && parameter["in"] == "path");
            assert!(known, "{about} says nothing of {name}");
        }
    }
}
