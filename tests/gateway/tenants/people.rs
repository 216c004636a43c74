//! People who log in with a browser.

use heimdall_tests::{Browser, Database, Gateway, IdentityProvider, eventually};

use super::{databases, tenants};

/// A gateway behind a real identity provider, whose tokens last for so many seconds. The source `of_globex` tells its database.
fn start(seconds: u32) -> (Gateway, IdentityProvider, Database, Database) {
    let (acme, globex) = databases();
    globex.source("of_globex", "csv", super::LIST);
    let provider = IdentityProvider::start(seconds, false);
    let gateway = Gateway::start_with(&acme, |settings| {
        provider.configure(settings);
        settings.extend(tenants(&acme, &globex));
        settings.insert("HMD_TENANT_CLAIM".into(), "tenant".into());
    });
    (gateway, provider, globex, acme)
}

fn tenant(browser: &Browser) -> String {
    let answer = browser.get("/v1/whoami");
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.json()["tenant"].as_str().expect("a tenant").to_owned()
}

#[test]
fn a_session_goes_to_its_tenant() {
    let (gateway, _provider, _globex, _acme) = start(3600);
    for (who, whose, status) in [("ada:analyst:acme", "acme", 404), ("ada:analyst:globex", "globex", 200)] {
        let mut browser = Browser::new(&gateway);
        assert_eq!(browser.log_in(who, "/v1/whoami").status, 200);
        assert_eq!(tenant(&browser), whose);
        assert_eq!(browser.get("/v1/sources/of_globex").status, status, "{who}");
    }
    let mut browser = Browser::new(&gateway);
    let refused = browser.log_in("ada:analyst:initech", "/v1/whoami");
    assert_eq!((refused.status, browser.session()), (403, None), "{refused:?}");
}

#[test]
fn a_session_follows_its_owner_to_another_tenant() {
    let (gateway, provider, _globex, _acme) = start(8);
    let mut browser = Browser::new(&gateway);
    assert_eq!(browser.log_in("ada:analyst:acme:globex", "/v1/whoami").status, 200);
    assert_eq!(tenant(&browser), "acme");
    provider.move_people();
    eventually("the session is renewed", || tenant(&browser) == "globex");
    assert_eq!(browser.get("/v1/sources/of_globex").status, 200);
}

#[test]
fn a_session_of_a_tenant_that_is_gone_has_ended() {
    let (gateway, _provider, globex, _acme) = start(3600);
    let mut browser = Browser::new(&gateway);
    assert_eq!(browser.log_in("ada:analyst:acme", "/v1/whoami").status, 200);
    let session = browser.session().expect("a session");
    let without = gateway.another(|settings| {
        settings.insert("HMD_TENANTS".into(), format!("globex={}", globex.name()));
    });
    let browser = Browser::new(&without);
    browser.set_session(&session);
    assert_eq!(browser.get("/v1/whoami").status, 401);
}
