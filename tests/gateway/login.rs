//! People log in by an identity provider that this project did not write.

use heimdall_tests::{Browser, Database, Gateway, IdentityProvider, Settings, eventually};
use reqwest::Method;
use serde_json::{Value, json};

const LOGIN: &str = "__Host-heimdall-login";

/// A gateway behind a real identity provider, whose tokens last for so many seconds.
struct Site {
    gateway: Gateway,
    provider: IdentityProvider,
    _database: Database,
}

impl Site {
    fn start(seconds: u32) -> Site {
        Site::start_with(seconds, false, |_| {})
    }

    fn start_with(seconds: u32, claims_on_demand: bool, change: impl FnOnce(&mut Settings)) -> Site {
        let database = Database::new();
        let provider = IdentityProvider::start(seconds, claims_on_demand);
        let gateway = Gateway::start_with(&database, |settings| {
            provider.configure(settings);
            change(settings);
        });
        Site { gateway, provider, _database: database }
    }

    fn browser(&self) -> Browser {
        Browser::new(&self.gateway)
    }

    fn logged_in(&self, name: &str) -> Browser {
        let mut browser = self.browser();
        let answer = browser.log_in(name, "/v1/whoami");
        assert_eq!((answer.status, answer.json()["subject"].as_str()), (200, Some(name)), "{answer:?}");
        browser
    }
}

fn whoami(browser: &Browser) -> (u16, Value) {
    let answer = browser.get("/v1/whoami");
    (answer.status, answer.json())
}

#[test]
fn a_browser_logs_in_and_out() {
    let site = Site::start(3600);
    let mut browser = site.browser();
    assert_eq!(whoami(&browser).0, 401);

    let me = browser.log_in("ada:analyst", "/v1/whoami").json();
    assert_eq!((me["subject"].as_str(), me["through"].as_str()), (Some("ada:analyst"), Some("session")));
    assert_eq!(me["reason"], json!({"claim": "groups", "value": "analyst"}));
    assert_eq!(me["database"]["clearance"], 4);
    assert!(browser.cookie(LOGIN).is_none(), "what was for the log-in is gone with it");

    let copy = browser.session().expect("a session");
    for secret in ["ada", "analyst"] {
        assert!(!copy.contains(secret), "the cookie is sealed");
    }
    let out = browser.request(Method::POST, "/auth/logout").header("sec-fetch-site", "same-origin");
    let answer = browser.answer(out);
    assert_eq!(answer.status, 303, "{answer:?}");
    assert!(browser.session().is_none());
    let end = &answer.headers["location"];
    assert!(end.starts_with(&site.provider.issuer), "the provider's session ends as well: {end}");
    let page = browser.go(end);
    assert!(page.body.contains("<form"), "the provider asks whether it is meant: {page:?}");
    assert_eq!(whoami(&browser).0, 401);
}

#[test]
fn cookies_are_for_this_host_and_no_script() {
    let site = Site::start(3600);
    let browser = site.browser();
    let answer = browser.get("/auth/login?return=/");
    assert_eq!((answer.status, answer.headers["cache-control"].as_str()), (303, "no-store"));
    let cookie = &answer.headers["set-cookie"];
    for attribute in [LOGIN, "; HttpOnly", "; Secure", "; SameSite=Lax", "; Path=/"] {
        assert!(cookie.contains(attribute), "{attribute}");
    }
    assert!(!cookie.contains("Domain"));
    let to = &answer.headers["location"];
    for part in
        ["code_challenge_method=S256", "response_type=code", "state=", "nonce=", "scope=openid+profile+email"]
    {
        assert!(to.contains(part), "{part}");
    }
}

#[test]
fn who_has_no_role_does_not_come_in() {
    let site = Site::start(3600);
    let mut browser = site.browser();
    let answer = browser.log_in("ada:nobody", "/v1/whoami");
    assert_eq!((answer.status, browser.session()), (403, None), "{answer:?}");
}

#[test]
fn groups_that_are_told_on_demand_count() {
    let site = Site::start_with(3600, true, |_| {});
    let browser = site.logged_in("ada:auditor");
    assert_eq!(whoami(&browser).1["reason"]["value"], "auditor");
}

#[test]
fn log_in_comes_back_to_this_site_alone() {
    let site = Site::start(3600);
    let browser = site.browser();
    for elsewhere in
        ["https://other.example/", "//other.example", "/%5Cother.example", "/%09/other.example", "a"]
    {
        let answer = browser.get(&format!("/auth/login?return={elsewhere}"));
        assert_eq!((answer.status, answer.headers.get("location")), (400, None), "{elsewhere}");
    }
}

#[test]
fn a_code_is_taken_once_and_from_the_browser_that_began() {
    let site = Site::start(3600);
    let mut browser = site.browser();
    let begun = browser.get("/auth/login?return=/v1/whoami");
    let pending = browser.cookie(LOGIN).expect("a log-in has begun");
    let form = browser.go(&begun.headers["location"]);
    let consent = browser.submit(&form, &[("login", "ada:analyst"), ("password", "any")]);
    // As far as the provider's last redirection, which has the code.
    let callback = browser.submit_until(&consent, "/auth/callback?");
    let path = callback.strip_prefix(IdentityProvider::SITE).expect("of the site").to_owned();

    let other = site.browser();
    assert_eq!(other.get(&path).status, 400, "another browser has begun nothing");
    let begun_elsewhere = site.browser();
    begun_elsewhere.get("/auth/login");
    assert_eq!(begun_elsewhere.get(&path).status, 400, "it has begun another log-in");

    browser.set_cookie(LOGIN, &pending);
    let done = browser.get(&path);
    assert_eq!((done.status, done.headers["location"].as_str()), (303, "https://heimdall.example/v1/whoami"));
    assert_eq!(whoami(&browser).0, 200);

    assert_eq!(browser.get(&path).status, 400, "what was to come back has come");
    browser.set_cookie(LOGIN, &pending);
    let again = browser.get(&path);
    assert_eq!(again.status, 401, "the code was used: {again:?}");
    assert!(!again.body.contains("code="));
}

#[test]
fn what_the_provider_refuses_is_said() {
    let site = Site::start(3600);
    let browser = site.browser();
    let begun = browser.get("/auth/login");
    let state = begun.headers["location"].split("state=").nth(1).and_then(|rest| rest.split('&').next());
    let state = state.expect("a state");
    let answer = browser.get(&format!("/auth/callback?state={state}&error=access_denied"));
    assert_eq!(answer.status, 403);
    assert_eq!(answer.json()["detail"], "The identity provider has not let you in: access_denied.");
    let begun = browser.get("/auth/login");
    let state = begun.headers["location"].split("state=").nth(1).and_then(|rest| rest.split('&').next());
    let state = state.expect("a state");
    let answer = browser.get(&format!("/auth/callback?state={state}&code=x&iss=https://other.example"));
    assert_eq!(
        (answer.status, answer.json()["detail"].as_str()),
        (400, Some("The answer is of another identity provider."))
    );
    assert_eq!(browser.get("/auth/callback").status, 400);
}

#[test]
fn a_cookie_that_is_not_ours_is_nobody() {
    let site = Site::start(3600);
    let browser = site.logged_in("ada:analyst");
    let session = browser.session().expect("a session");
    let refused = |value: &str| {
        browser.set_session(value);
        let (status, problem) = whoami(&browser);
        assert_eq!(
            (status, problem["detail"].as_str()),
            (401, Some("The session is not one that was given here."))
        );
    };
    refused("x");
    refused(&"A".repeat(3000));
    refused(&session[..session.len() / 2]);
    refused(&session[..session.len() - 4]);
    let middle = session.len() / 2;
    let other = if session.as_bytes()[middle] == b'A' { "B" } else { "A" };
    refused(&format!("{}{other}{}", &session[..middle], &session[middle + 1..]));
    browser.get("/auth/login");
    refused(&browser.cookie(LOGIN).expect("a log-in has begun"));
    browser.set_session(&session);
    assert_eq!(whoami(&browser).0, 200);
}

#[test]
fn a_page_of_another_site_does_nothing_here() {
    let site = Site::start(3600);
    let browser = site.logged_in("ada:analyst");
    for (name, value) in
        [("sec-fetch-site", "cross-site"), ("origin", "https://other.example"), ("x-none", "")]
    {
        let request = browser.request(Method::POST, "/auth/logout").header(name, value);
        assert_eq!(browser.answer(request).status, 403, "{name}: {value}");
    }
    assert_eq!(whoami(&browser).0, 200, "still logged in");
}

#[test]
fn a_session_is_renewed_once_for_all_that_find_it_due() {
    let site = Site::start(4);
    let browser = site.logged_in("ada:analyst");
    for _ in 0..2 {
        let old = browser.session().expect("a session");
        // The provider gives a new refresh token each time, and ends everything where an old one comes back.
        eventually("it is renewed", || {
            let asked: Vec<u16> = std::thread::scope(|scope| {
                let threads: Vec<_> = (0..4).map(|_| scope.spawn(|| whoami(&browser).0)).collect();
                threads.into_iter().map(|thread| thread.join().expect("an answer")).collect()
            });
            assert_eq!(asked, [200; 4]);
            browser.session().is_some_and(|new| new != old)
        });
    }
}

#[test]
fn a_session_ends() {
    let site = Site::start_with(3600, false, |settings| {
        settings.insert("HMD_SESSION_LIFETIME".into(), "8".into());
    });
    let browser = site.logged_in("ada:analyst");
    let session = browser.session().expect("a session");
    eventually("it ends", || whoami(&browser).0 == 401);
    assert_eq!(whoami(&browser).1["detail"], "The session has ended.");
    browser.set_session(&session);
    assert_eq!(whoami(&browser).0, 401, "and is not to be had back");
}

#[test]
fn after_log_out_nothing_renews_a_copy() {
    let site = Site::start(4);
    let browser = site.logged_in("ada:analyst");
    let copy = browser.session().expect("a session");
    let out = browser.request(Method::POST, "/auth/logout").header("sec-fetch-site", "same-origin");
    assert_eq!(browser.answer(out).status, 303);
    browser.set_session(&copy);
    eventually("the copy ends", || whoami(&browser).0 == 401);
}

#[test]
fn several_gateways_are_one_site() {
    let site = Site::start(3600);
    let browser = site.logged_in("ada:analyst");
    let session = browser.session().expect("a session");
    for (secret, status) in [(None, 200), (Some("another secret of more than 32 bytes"), 401)] {
        let gateway = site.gateway.another(|settings| {
            settings.extend(secret.map(|secret| ("HMD_COOKIE_SECRET".into(), secret.into())));
        });
        let other = Browser::new(&gateway);
        other.set_session(&session);
        assert_eq!(whoami(&other).0, status);
    }
}

#[test]
fn a_machine_gets_a_token_and_the_provider_changes_its_key() {
    let site = Site::start_with(3600, false, |settings| {
        let rules = settings["HMD_ROLE_MAP"].clone();
        let ingest = rules.split(',').find_map(|rule| rule.strip_prefix("groups:ingest="));
        let rule = format!("scope:ingest={}", ingest.expect("a role"));
        settings.insert("HMD_ROLE_MAP".into(), rule);
        settings.insert("HMD_OAUTH_KEYS_FLOOR".into(), "0".into());
    });
    let token = || -> String {
        let request = Gateway::client()
            .post(format!("{}/token", site.provider.issuer))
            .basic_auth("heimdall-machines", Some("secret+of+the+machines%27+client"))
            .form(&[("grant_type", "client_credentials"), ("scope", "ingest"), ("resource", "urn:heimdall")]);
        let answer = site.gateway.answer(request).json();
        answer["access_token"].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned()
    };
    let ask =
        |token: &str| site.gateway.answer(site.gateway.request(Method::GET, "/v1/whoami").bearer_auth(token));
    let first = token();
    let me = ask(&first);
    assert_eq!(me.status, 200, "{me:?}");
    assert_eq!(me.json()["reason"], json!({"claim": "scope", "value": "ingest"}));
    assert_eq!(
        (me.json()["subject"].as_str(), me.json()["through"].as_str()),
        (Some("heimdall-machines"), Some("token"))
    );
    let unused = token();
    site.provider.change_key();
    let second = token();
    assert_eq!(ask(&second).status, 200, "the new key is found");
    assert_eq!(ask(&unused).status, 401, "the old one is gone");
}
