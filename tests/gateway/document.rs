//! The OpenAPI document of the routes for managing: what a client or a tool makes of it.

use std::collections::BTreeSet;

use heimdall_tests::{Database, Gateway};
use reqwest::Method;
use serde_json::{Value, json};

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
fn the_document_says_what_a_route_takes_and_which_problems_it_has() {
    let gateway = Gateway::start(&Database::new());
    let answer = gateway.answer(gateway.request(Method::GET, "/openapi.json"));
    let document = answer.json();
    let operations = operations(&document);
    assert!(operations.len() > 30, "{} routes", operations.len());
    let names: BTreeSet<_> =
        operations.iter().map(|(_, _, operation)| operation["operationId"].to_string()).collect();
    assert_eq!(names.len(), operations.len(), "each operation has a name of its own: {names:?}");
    for (path, method, operation) in &operations {
        let about = format!("{method} {path}");
        for status in ["400", "401", "403", "404", "429", "503", "504"] {
            let schema =
                &operation["responses"][status]["content"]["application/problem+json"]["schema"]["$ref"];
            assert_eq!(schema, "#/components/schemas/Problem", "{status} of {about}");
        }
        assert!(operation["summary"].as_str().is_some_and(|text| !text.is_empty()), "{about} has no summary");
        let has_body = !operation["requestBody"].is_null();
        assert_eq!(has_body, operation["responses"]["413"].is_object(), "{about}: a body may be too large");
        for name in path.split('{').skip(1).filter_map(|rest| rest.split('}').next()) {
            let parameters = operation["parameters"].as_array().expect("parameters");
            let known =
                parameters.iter().any(|parameter| parameter["name"] == name && parameter["in"] == "path");
            assert!(known, "{about} says nothing of {name}");
        }
    }
    assert_eq!(document["security"], json!([{"bearer": []}, {"session": []}]));
    assert_eq!(document["components"]["securitySchemes"]["bearer"]["scheme"], "bearer");
}
