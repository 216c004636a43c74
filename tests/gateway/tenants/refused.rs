//! Who is not of exactly one tenant is nobody's.

use reqwest::Method;
use serde_json::{Value, json};

use super::Site;

#[test]
fn a_token_of_no_tenant_or_of_several_is_refused() {
    let site = Site::start();
    for org in [
        Value::Null,
        json!("initech-4711"),
        json!(""),
        json!("Acme"),
        json!("acme,globex"),
        json!(["acme", "globex"]),
        json!({"acme": true}),
    ] {
        let answer = site.gateway.answer(site.request_of(&org, "analyst", Method::GET, "/v1/whoami"));
        assert_eq!(answer.status, 403, "{org}: {answer:?}");
        assert!(
            answer.json()["hint"].as_str().is_some_and(|hint| hint.contains("HMD_TENANT_CLAIM")),
            "{answer:?}"
        );
        for value in ["acme", "globex", "initech"] {
            assert!(!answer.body.contains(value), "{value} is told: {answer:?}");
        }
    }
    // Of a list, one is a tenant.
    let org = json!(["initech-4711", "globex"]);
    let answer = site.gateway.answer(site.request_of(&org, "analyst", Method::GET, "/v1/whoami"));
    assert_eq!((answer.status, &answer.json()["tenant"]), (200, &json!("globex")));
    assert!(!site.gateway.log().concat().contains("initech"));
}

#[test]
fn a_token_without_the_claim_is_refused() {
    let site = Site::start();
    assert_eq!(site.gateway.get_as(&["analyst"], "/v1/sources").status, 403);
}

#[test]
fn without_tenants_the_claim_means_nothing() {
    let site = Site::start();
    let alone = site.gateway.another(|settings| {
        settings.retain(|name, _| !name.starts_with("HMD_TENANT"));
    });
    let mut claims = alone.issuer.claims("ada", &["analyst"]);
    claims["org"] = json!({"name": "globex"});
    let token = alone.issuer.sign(&claims);
    let me = alone.answer(alone.request(Method::GET, "/v1/whoami").bearer_auth(token));
    assert_eq!((me.status, me.json().get("tenant")), (200, None), "{me:?}");
    let numbers = alone.answer(alone.request(Method::GET, "/metrics")).body;
    assert!(numbers.lines().any(|line| line == "heimdall_database_up 1"), "{numbers}");
}
