//! Keys of the identity provider: changed, unknown, and while it is away.

use std::sync::atomic::{AtomicUsize, Ordering};

use heimdall_tests::{Answer, Database, Gateway, eventually};
use reqwest::Method;
use serde_json::json;

fn ask(gateway: &Gateway, token: &str) -> Answer {
    gateway.answer(gateway.request(Method::GET, "/v1/whoami").bearer_auth(token))
}

fn with_floor(database: &Database, seconds: u32) -> Gateway {
    Gateway::start_with(database, |settings| {
        settings.insert("HMD_OAUTH_KEYS_FLOOR".into(), seconds.to_string());
        settings.insert("HMD_RATE_FAILURES".into(), "1000".into());
    })
}

#[test]
fn a_flood_of_unknown_keys_does_not_reach_the_provider() {
    let database = Database::new();
    let gateway = with_floor(&database, 600);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| assert_eq!(gateway.get_as(&["analyst"], "/v1/whoami").status, 200));
        }
    });
    assert_eq!(gateway.issuer.asked(), 1, "one asks for all");
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let gateway = &gateway;
            scope.spawn(move || {
                for number in 0..25 {
                    let header = json!({"typ": "JWT", "alg": "ES256", "kid": format!("{thread}-{number}")});
                    let claims = gateway.issuer.claims("ada", &["analyst"]).to_string();
                    let answer = ask(gateway, &gateway.issuer.sign_as(&header, &claims));
                    assert_eq!(answer.status, 401);
                    assert_eq!(answer.json()["detail"], "The token's key is not known.");
                }
            });
        }
    });
    assert_eq!(gateway.issuer.asked(), 1);
}

#[test]
fn a_new_key_is_found_and_the_old_one_forgotten() {
    let database = Database::new();
    let gateway = with_floor(&database, 1);
    let old = gateway.issuer.claims("ada", &["analyst"]);
    assert_eq!(ask(&gateway, &gateway.issuer.sign(&old)).status, 200);
    let unused = gateway.issuer.token("bob", &["analyst"]);
    gateway.issuer.change_key("key-2");
    eventually("it is found", || gateway.get_as(&["analyst"], "/v1/whoami").status == 200);
    assert_eq!(ask(&gateway, &unused).json()["detail"], "The token's key is not known.");
}

#[test]
fn a_key_that_is_not_for_signatures_signs_nothing() {
    let database = Database::new();
    let gateway = with_floor(&database, 1);
    for (keys, status) in [
        (r#"{"keys": [{"kty": "oct", "kid": "key-1", "k": "c2VjcmV0"}]}"#.to_owned(), 401),
        (r#"{"keys": []}"#.to_owned(), 401),
        ("<html>".to_owned(), 503),
        (" ".repeat((1 << 20) + 1), 503),
    ] {
        gateway.issuer.set_keys(keys);
        let new = gateway.another(|_| {});
        assert_eq!(new.get_as(&["analyst"], "/v1/whoami").status, status);
    }
}

#[test]
fn while_the_provider_is_away_known_keys_hold() {
    let database = Database::new();
    let gateway = with_floor(&database, 1);
    assert_eq!(gateway.get_as(&["analyst"], "/v1/whoami").status, 200);
    gateway.issuer.set_away(true);
    let other = gateway.issuer.token("bob", &["analyst"]);
    assert_eq!(ask(&gateway, &other).status, 200, "its key is known");
    gateway.issuer.change_key("key-2");
    eventually("whether it has the new key cannot be told", || {
        let answer = gateway.get_as(&["analyst"], "/v1/whoami");
        answer.status == 503 && answer.headers["retry-after"] == "5"
    });
    gateway.issuer.set_away(false);
    eventually("it is back", || gateway.get_as(&["analyst"], "/v1/whoami").status == 200);
}

#[test]
fn a_key_that_is_withdrawn_is_forgotten_though_nobody_names_another() {
    let database = Database::new();
    let gateway = Gateway::start_with(&database, |settings| {
        settings.insert("HMD_OAUTH_KEYS_FLOOR".into(), "1".into());
        settings.insert("HMD_OAUTH_KEYS_REFRESH".into(), "1".into());
    });
    assert_eq!(gateway.get_as(&["analyst"], "/v1/whoami").status, 200);
    let number = AtomicUsize::new(0);
    // Each a token of its own, whose signature nobody has checked before.
    let status = || {
        let subject = format!("ada {}", number.fetch_add(1, Ordering::Relaxed));
        ask(&gateway, &gateway.issuer.token(&subject, &["analyst"])).status
    };
    gateway.issuer.set_away(true);
    let asked = gateway.issuer.tried();
    eventually("the provider was asked in vain", || {
        assert_eq!(status(), 200, "what was known goes on");
        gateway.issuer.tried() > asked
    });
    gateway.issuer.set_keys(r#"{"keys": []}"#);
    gateway.issuer.set_away(false);
    eventually("the key is forgotten", || status() == 401);
}

#[test]
fn a_gateway_starts_before_its_provider() {
    let database = Database::new();
    let gateway = with_floor(&database, 1);
    gateway.issuer.set_away(true);
    assert_eq!(gateway.get_as(&["analyst"], "/v1/whoami").status, 503);
    gateway.issuer.set_away(false);
    eventually("it is there", || gateway.get_as(&["analyst"], "/v1/whoami").status == 200);
}

#[test]
fn nobody_speaks_for_another_issuer() {
    let database = Database::new();
    let gateway = Gateway::start_with(&database, |settings| {
        let url = settings["HMD_OAUTH_DISCOVERY_URL"].replace("localhost", "127.0.0.1");
        settings.insert("HMD_OAUTH_DISCOVERY_URL".into(), url);
    });
    assert_eq!(gateway.get_as(&["analyst"], "/v1/whoami").status, 503);
    eventually("the log says why", || {
        gateway.log().iter().any(|line| line.contains("the issuer is another"))
    });
}
