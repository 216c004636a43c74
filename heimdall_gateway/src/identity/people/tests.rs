//! Sessions without a provider.

use axum::http::header;

use super::*;
use crate::config::{Client, Oidc, RoleRule, Secret};
use crate::identity::principal::Reason;
use crate::identity::rules::Given;

const ADDRESS: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);

const RULE: [&str; 3] = ["groups", "soc", "soc_analyst"];

fn people(rule: [&str; 3]) -> People {
    let client = || Client { id: String::new(), secret: Secret::new("") };
    let discovery_url: Url = "https://id.example/.well-known/openid-configuration".parse().expect("a URL");
    let oidc = Oidc {
        discovery_url,
        people: client(),
        machines: client(),
        audiences: Vec::new(),
        scope: String::new(),
        leeway: std::time::Duration::ZERO,
        keys_floor: std::time::Duration::ZERO,
        keys_refresh: std::time::Duration::ZERO,
    };
    let _ = rustls::crypto::ring::default_provider().install_default();
    let provider =
        Arc::new(Provider::new(reqwest::Client::new(), &oidc, crate::config::Environment::Production));
    let [claim, value, role] = rule.map(str::to_owned);
    let site = Site::new("https://heimdall.example".parse().expect("a URL")).expect("a site");
    let rules = Rules { roles: vec![RoleRule { claim, value, role }], tenants: None };
    People {
        flow: Arc::new(Flow { provider, oidc, rules, site }),
        cookies: Cookies::new(&Secret::new("0".repeat(32))).expect("a key"),
        renewals: Arc::new(Renewals::new()),
        failures: Arc::new(Failures::new(2)),
        lifetime: 3600,
    }
}

fn session() -> Session {
    let now = get_current_timestamp();
    Session {
        subject: "ada".to_owned(),
        given: Given {
            role: RULE[2].to_owned(),
            reason: Reason { claim: RULE[0].to_owned(), value: RULE[1].to_owned() },
            tenant: None,
        },
        since: now,
        renew_at: now + 60,
        expires_at: now + 60,
        refresh_token: None,
    }
}

/// The headers of a browser that has this session.
fn headers(people: &People, session: Session) -> HeaderMap {
    use axum::response::IntoResponse;
    let cookies = people.cookies.jar(&HeaderMap::new()).add(kept(session).expect("it goes into a cookie"));
    let answer = (cookies, ()).into_response();
    let cookie = answer.headers()[header::SET_COOKIE].to_str().expect("text");
    let pair = cookie.split(';').next().expect("a pair").parse().expect("a header");
    HeaderMap::from_iter([(header::COOKIE, pair)])
}

async fn status(people: &People, method: Method, headers: &HeaderMap) -> u16 {
    people.known(&method, headers, ADDRESS).await.map_or_else(|problem| problem.status, |_| 200)
}

#[tokio::test]
async fn pages_elsewhere_cannot_use_a_session() {
    let people = people(RULE);
    let mut headers = headers(&people, session());
    assert_eq!(status(&people, Method::GET, &headers).await, 200);
    for method in [Method::POST, Method::PUT, Method::PATCH, Method::DELETE] {
        headers.remove("sec-fetch-site");
        assert_eq!(status(&people, method.clone(), &headers).await, 403, "{method}");
        headers.insert("sec-fetch-site", "cross-site".parse().expect("a header"));
        assert_eq!(status(&people, method.clone(), &headers).await, 403, "{method}");
        headers.insert("sec-fetch-site", "same-origin".parse().expect("a header"));
        assert_eq!(status(&people, method.clone(), &headers).await, 200, "{method}");
    }
}

#[tokio::test]
async fn a_session_holds_for_its_time_and_its_rule() {
    let people = people(RULE);
    let now = get_current_timestamp();
    for (session, expected) in [
        (session(), 200),
        (Session { expires_at: now, ..session() }, 401),
        (Session { since: now - 3600, ..session() }, 401),
    ] {
        assert_eq!(status(&people, Method::GET, &headers(&people, session)).await, expected);
    }
    // The operator has changed the rule: the cookie is sealed by the same secret.
    let changed = self::people(["groups", "soc", "another_role"]);
    assert_eq!(status(&changed, Method::GET, &headers(&people, session())).await, 401);
}

#[tokio::test]
async fn who_forges_sessions_does_not_keep_others_at_that_address_out() {
    let people = people(RULE);
    let forged = format!("{SESSION}=forged").parse().expect("a header");
    let forged = HeaderMap::from_iter([(header::COOKIE, forged)]);
    for expected in [401, 401, 429, 429] {
        assert_eq!(status(&people, Method::GET, &forged).await, expected);
    }
    assert_eq!(status(&people, Method::GET, &headers(&people, session())).await, 200);
}

#[test]
fn a_refresh_token_that_is_too_large_is_left_out() {
    let with = |bytes: usize| Session { refresh_token: Some("x".repeat(bytes)), ..session() };
    for (bytes, is_kept) in [(2000, true), (8000, false)] {
        let cookie = kept(with(bytes)).expect("a cookie");
        assert_eq!(cookie.value().len() > bytes, is_kept);
    }
}
