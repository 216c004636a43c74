//! The development identity provider: each of its flows, and where it refuses to be one.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use heimdall_tests::{Database, DevIdentity, Gateway, Issuer, eventually};
use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer as Signer, KeyPair};
use reqwest::blocking::Response;
use reqwest::{Method, Url};
use serde_json::{Value, json};

/// The pair of RFC 7636, appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
const BACK: &str = "https://localhost:8443/callback?from=there";

fn asked() -> BTreeMap<&'static str, &'static str> {
    [
        ("client_id", "heimdall-people"),
        ("redirect_uri", BACK),
        ("response_type", "code"),
        ("scope", "openid profile"),
        ("state", "a state & more"),
        ("nonce", "a nonce"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ]
    .into()
}

fn with(url: &str, query: &BTreeMap<&str, &str>) -> Url {
    Url::parse_with_params(url, query).expect("a URL")
}

/// What the browser gets that asks so and clicks on that person.
fn click(identity: &DevIdentity, asked: &BTreeMap<&str, &str>, person: &str) -> Response {
    let url = with(&format!("{}/authorize", identity.url), asked);
    identity.client().post(url).form(&[("person", person)]).send().expect("an answer")
}

/// The parameters with which a browser is sent back to the client.
fn sent_back(response: &Response) -> BTreeMap<String, String> {
    assert_eq!(response.status(), 303, "{response:?}");
    let location = response.headers()["location"].to_str().expect("text");
    assert!(location.starts_with(BACK), "{location}");
    Url::parse(location).expect("a URL").query_pairs().into_owned().collect()
}

fn code(identity: &DevIdentity) -> String {
    sent_back(&click(identity, &asked(), "ada"))["code"].clone()
}

fn token(identity: &DevIdentity, client: &str, form: &[(&str, &str)]) -> (u16, Value) {
    let request = identity.client().post(format!("{}/token", identity.url));
    let request = request.basic_auth(client, Some(identity.secret(client)));
    let response = request.form(form).send().expect("an answer");
    (response.status().as_u16(), response.json().expect("JSON"))
}

fn redeem(identity: &DevIdentity, code: &str, verifier: &str, back: &str) -> (u16, Value) {
    let form = [
        ("grant_type", "authorization_code"),
        ("code", code),
        ("code_verifier", verifier),
        ("redirect_uri", back),
    ];
    token(identity, "heimdall-people", &form)
}

#[test]
fn a_person_logs_in_and_refreshes() {
    let identity = DevIdentity::start();
    let client = identity.client();
    let get = |url: &str| client.get(url).send().expect("an answer");
    let known: Value =
        get(&format!("{}/.well-known/openid-configuration", identity.url)).json().expect("JSON");
    assert_eq!(known["issuer"], identity.url.as_str());
    let at = |name: &str| known[name].as_str().expect("an address");

    let page = client.get(with(at("authorization_endpoint"), &asked())).send().expect("an answer");
    assert_eq!(page.status(), 200);
    let page = page.text().expect("a page");
    for person in ["ada", "grace", "joan", "vera"] {
        assert!(page.contains(&format!("value=\"{person}\"")), "{page}");
    }

    let back = sent_back(&click(&identity, &asked(), "ada"));
    assert_eq!((back["state"].as_str(), back["iss"].as_str()), ("a state & more", identity.url.as_str()));
    let (status, tokens) = redeem(&identity, &back["code"], VERIFIER, BACK);
    assert_eq!(status, 200, "{tokens}");

    let keys: JwkSet = get(at("jwks_uri")).json().expect("JSON");
    let claims = |name: &str| {
        let token = tokens[name].as_str().expect("a token");
        let header = decode_header(token).expect("a header");
        let key = keys.find(&header.kid.expect("the name of a key")).expect("a known key");
        let mut holds = Validation::new(Algorithm::ES256);
        holds.set_issuer(&[&identity.url]);
        holds.set_audience(&["heimdall-people"]);
        decode::<Value>(token, &DecodingKey::from_jwk(key).expect("a key"), &holds).expect("it holds").claims
    };
    let about = claims("id_token");
    assert_eq!(
        (&about["sub"], &about["nonce"], &about["groups"]),
        (&json!("ada"), &json!("a nonce"), &json!(["analyst"]))
    );
    assert_eq!(claims("access_token")["scope"], "openid profile");

    let who =
        client.get(at("userinfo_endpoint")).bearer_auth(tokens["access_token"].as_str().expect("a token"));
    assert_eq!(
        who.send().expect("an answer").json::<Value>().expect("JSON")["email"],
        "ada@security.example"
    );
    let who = client.get(at("userinfo_endpoint")).bearer_auth(tokens["id_token"].as_str().expect("a token"));
    assert_eq!(who.send().expect("an answer").status(), 401, "an ID token opens nothing");

    let refresh = [
        ("grant_type", "refresh_token"),
        ("refresh_token", tokens["refresh_token"].as_str().expect("a token")),
    ];
    let (status, refreshed) = token(&identity, "heimdall-people", &refresh);
    assert_eq!((status, refreshed["token_type"].as_str()), (200, Some("Bearer")));
    assert_ne!(refreshed["refresh_token"], tokens["refresh_token"]);
    let (status, again) = token(&identity, "heimdall-people", &refresh);
    assert_eq!((status, again["error"].as_str()), (400, Some("invalid_grant")), "it was used");

    let end = client.get(with(
        at("end_session_endpoint"),
        &[("post_logout_redirect_uri", BACK), ("state", "bye")].into(),
    ));
    assert_eq!(sent_back(&end.send().expect("an answer"))["state"], "bye");
}

#[test]
fn a_code_is_for_one_use_by_who_asked() {
    let identity = DevIdentity::start();
    let refused = |(status, answer): (u16, Value)| {
        assert_eq!((status, answer["error"].as_str()), (400, Some("invalid_grant")));
    };
    let used = code(&identity);
    assert_eq!(redeem(&identity, &used, VERIFIER, BACK).0, 200);
    refused(redeem(&identity, &used, VERIFIER, BACK));
    refused(redeem(&identity, &code(&identity), "of somebody else", BACK));
    refused(redeem(&identity, &code(&identity), VERIFIER, "https://localhost:8443/elsewhere"));
    refused(redeem(&identity, "made up", VERIFIER, BACK));
}

#[test]
fn what_is_asked_for_amiss_is_refused() {
    let identity = DevIdentity::start();
    for (name, value, error) in [
        ("response_type", "token", "unsupported_response_type"),
        ("scope", "profile", "invalid_scope"),
        ("code_challenge_method", "plain", "invalid_request"),
        ("prompt", "none", "login_required"),
    ] {
        let mut asked = asked();
        asked.insert(name, value);
        let back = sent_back(&click(&identity, &asked, "ada"));
        assert_eq!((back["error"].as_str(), back.get("code")), (error, None));
    }
    assert_eq!(sent_back(&click(&identity, &asked(), "nobody"))["error"], "access_denied");
    // Nobody is sent to another machine, or back to a client that is not known.
    for (name, value) in [
        ("client_id", "another"),
        ("redirect_uri", "https://192.0.2.1/callback"),
        ("redirect_uri", "https://localhost.example/callback"),
        ("redirect_uri", "http://localhost/callback"),
    ] {
        let mut asked = asked();
        asked.insert(name, value);
        assert_eq!(click(&identity, &asked, "ada").status(), 400, "{value}");
    }
}

#[test]
fn what_a_client_asks_with_is_shown_as_text() {
    let identity = DevIdentity::start();
    let url = format!(
        "{}/authorize?client_id=heimdall-people&redirect_uri=https://localhost/&response_type=code&scope=openid\
         &code_challenge={CHALLENGE}&code_challenge_method=S256&state=\"><script>",
        identity.url
    );
    let page = identity.client().get(url).send().expect("an answer").text().expect("a page");
    assert!(page.contains("value=\"ada\"") && !page.contains("<script"), "{page}");
}

#[test]
fn a_program_gets_a_token_that_a_gateway_takes() {
    let (database, identity) = (Database::new(), DevIdentity::start());
    let gateway = Gateway::start_with(&database, |settings| {
        identity.provide(settings);
        settings.insert("HMD_ENVIRONMENT".into(), "development".into());
    });
    for (client, group) in [("heimdall-machines", "ingest"), ("heimdall-reader", "analyst")] {
        let (status, answer) = token(&identity, client, &[("grant_type", "client_credentials")]);
        assert_eq!(status, 200, "{client}");
        let request = gateway.request(Method::GET, "/v1/whoami");
        let me =
            gateway.answer(request.bearer_auth(answer["access_token"].as_str().expect("a token"))).json();
        assert_eq!(
            (me["subject"].as_str(), &me["reason"]),
            (Some(client), &json!({"claim": "groups", "value": group}))
        );
    }
}

#[test]
fn a_client_has_its_own_secret_and_flows() {
    let identity = DevIdentity::start();
    let machine = [("grant_type", "client_credentials")];
    let (status, answer) = token(&identity, "heimdall-people", &machine);
    assert_eq!((status, answer["error"].as_str()), (400, Some("unauthorized_client")));
    let (status, answer) = token(&identity, "heimdall-machines", &[("grant_type", "password")]);
    assert_eq!((status, answer["error"].as_str()), (400, Some("unsupported_grant_type")));
    let request = identity.client().post(format!("{}/token", identity.url)).form(&machine);
    let wrong = request.basic_auth("heimdall-machines", Some(identity.secret("heimdall-reader")));
    assert_eq!(wrong.send().expect("an answer").status(), 401);
}

#[test]
fn tokens_outlive_a_restart() {
    let first = DevIdentity::start();
    let files = ["identity.key", "heimdall-machines.secret"]
        .map(|name| (name, fs::read(first.file(name)).expect("a file")));
    let keys = |identity: &DevIdentity| {
        identity
            .client()
            .get(format!("{}/jwks", identity.url))
            .send()
            .expect("an answer")
            .text()
            .expect("keys")
    };
    let before = keys(&first);
    drop(first);
    let second = DevIdentity::start_with(|folder| {
        for (name, content) in &files {
            fs::write(folder.join(name), content).expect("written");
        }
    });
    assert_eq!(keys(&second), before);
    assert_eq!(second.secret("heimdall-machines").as_bytes(), files[1].1);
}

#[test]
fn outside_development_or_for_others_it_does_not_serve() {
    let folder = DevIdentity::folder();
    for (environment, listen, reason) in [
        ("production", "127.0.0.1:0", "HMD_ENVIRONMENT=development"),
        ("", "127.0.0.1:0", "HMD_ENVIRONMENT=development"),
        ("development", "0.0.0.0:0", "this machine alone"),
        ("development", "[::]:0", "this machine alone"),
    ] {
        let mut command = DevIdentity::command(&folder);
        let done = command
            .env("HMD_ENVIRONMENT", environment)
            .args(["--listen", listen])
            .output()
            .expect("the binary");
        let said = String::from_utf8_lossy(&done.stderr).into_owned();
        assert!(!done.status.success() && said.contains(reason), "{environment} {listen}: {said}");
    }
    fs::remove_dir_all(folder).expect("removed");
}

#[test]
fn a_gateway_in_development_is_reached_from_its_machine_alone() {
    let database = Database::new();
    let mut settings = Gateway::settings(&database, &Issuer::start());
    settings.insert("HMD_ENVIRONMENT".into(), "development".into());
    settings.insert("HMD_HOST".into(), "0.0.0.0".into());
    let done = Gateway::command(&settings).output().expect("the gateway's binary");
    let said = String::from_utf8_lossy(&done.stderr).into_owned();
    assert!(!done.status.success() && said.contains("HMD_HOST"), "{said}");
}

/// An authority that production believes, in the place of the development one.
fn unmarked_authority(folder: &Path) {
    let key = KeyPair::generate().expect("a key");
    let mut params = CertificateParams::new(Vec::new()).expect("no names");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let certificate = params.self_signed(&key).expect("signed");
    let signer = Signer::new(params, key);
    let own = KeyPair::generate().expect("a key");
    let localhost = CertificateParams::new(vec!["localhost".to_owned()]).expect("a name");
    let localhost = localhost.signed_by(&own, &signer).expect("signed");
    for (name, content) in [
        ("ca.pem", certificate.pem()),
        ("ca.key", signer.key().serialize_pem()),
        ("localhost.pem", localhost.pem()),
        ("localhost.key", own.serialize_pem()),
    ] {
        fs::write(folder.join(name), content).expect("written");
    }
}

#[test]
fn production_does_not_believe_it_whoever_has_signed_its_certificate() {
    let (database, identity) = (Database::new(), DevIdentity::start_with(unmarked_authority));
    let gateway = Gateway::start_with(&database, |settings| identity.provide(settings));
    let (_, answer) = token(&identity, "heimdall-machines", &[("grant_type", "client_credentials")]);
    let request = gateway.request(Method::GET, "/v1/whoami");
    let refused = gateway.answer(request.bearer_auth(answer["access_token"].as_str().expect("a token")));
    assert_eq!(refused.status, 503, "{refused:?}");
    eventually("the log says why", || {
        gateway.log().iter().any(|line| line.contains("development identity provider"))
    });
}
