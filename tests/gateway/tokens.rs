//! What is no token of the issuer's, for us, for now, names nobody.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use heimdall_tests::{Answer, Database, Gateway};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use reqwest::Method;
use serde_json::{Value, json};

struct Attacked {
    gateway: Gateway,
    _database: Database,
}

impl Attacked {
    fn start() -> Attacked {
        let database = Database::new();
        Attacked { gateway: Gateway::start(&database), _database: database }
    }

    fn claims(&self) -> Value {
        self.gateway.issuer.claims("ada", &["analyst"])
    }

    fn with(&self, name: &str, value: Value) -> String {
        let mut claims = self.claims();
        claims[name] = value;
        self.gateway.issuer.sign(&claims)
    }

    fn ask(&self, token: &str) -> Answer {
        self.gateway.answer(self.gateway.request(Method::GET, "/v1/whoami").bearer_auth(token))
    }

    /// Refused, with that reason and nothing of what the token says.
    fn refused(&self, token: &str, why: &str) {
        let answer = self.ask(token);
        let detail = answer.json()["detail"].as_str().unwrap_or_default().to_owned();
        assert_eq!((answer.status, detail.as_str()), (401, why), "{answer:?}");
    }

    fn holds(&self, token: &str) {
        assert_eq!(self.ask(token).status, 200);
    }
}

fn now(claims: &Value) -> i64 {
    claims["iat"].as_i64().expect("a time")
}

#[test]
fn of_another_issuer_or_for_others() {
    let attacked = Attacked::start();
    let of = |issuer: &str| attacked.with("iss", json!(issuer));
    let name = attacked.gateway.issuer.name();
    attacked.refused(&of("https://other.example"), "The token is of another issuer.");
    attacked.refused(&of(&format!("{name}/")), "The token is of another issuer.");
    attacked.refused(
        &attacked.with("iss", json!([name, "https://other.example"])),
        "The token's issuer is no text.",
    );
    attacked.refused(&attacked.with("aud", json!("other")), "The token is for another audience.");
    attacked
        .refused(&attacked.with("aud", json!(["other", "heimdall"])), "The token is for another audience.");
    attacked.refused(
        &attacked.with("aud", json!({"heimdall-machines": true})),
        "The token lacks one of exp, iss, aud, sub.",
    );
    for claim in ["exp", "iss", "aud", "sub"] {
        attacked.refused(&attacked.with(claim, Value::Null), "The token lacks one of exp, iss, aud, sub.");
    }
    attacked.holds(&attacked.with("aud", json!(["other", "heimdall-machines"])));
}

#[test]
fn of_another_time() {
    let attacked = Attacked::start();
    let now = now(&attacked.claims());
    attacked.refused(&attacked.with("exp", json!(now - 3600)), "The token has expired.");
    attacked.refused(&attacked.with("exp", json!("tomorrow")), "The token lacks one of exp, iss, aud, sub.");
    attacked.refused(&attacked.with("nbf", json!(now + 3600)), "The token is not valid yet.");
    attacked.refused(&attacked.with("iat", json!(now + 3600)), "The token was issued in the future.");
    attacked.refused(&attacked.with("iat", json!("yesterday")), "The token was issued in the future.");
    attacked.holds(&attacked.with("exp", json!(now + 60)));
    // Clocks differ.
    attacked.holds(&attacked.with("nbf", json!(now + 15)));
}

#[test]
fn signed_by_nobody_or_with_what_all_know() {
    let attacked = Attacked::start();
    let issuer = &attacked.gateway.issuer;
    let claims = attacked.claims();
    for none in ["none", "None", "NONE", "nOnE", ""] {
        let header = json!({"typ": "JWT", "alg": none, "kid": "key-1"});
        let signed = issuer.sign_as(&header, &claims.to_string());
        let unsigned = format!("{}.", signed.rsplit_once('.').expect("three parts").0);
        attacked.refused(&unsigned, "The token cannot be read.");
        attacked.refused(&signed, "The token cannot be read.");
    }
    // The public key, in its usual spellings, as the secret of an HMAC.
    let pem = issuer.public_key_pem();
    let der: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
    let der = base64::prelude::BASE64_STANDARD.decode(der).expect("PEM");
    for secret in
        [pem.as_bytes(), pem.trim().as_bytes(), &der, &der[der.len() - 65..], &der[der.len() - 64..]]
    {
        for algorithm in [Algorithm::HS256, Algorithm::HS384, Algorithm::HS512] {
            let mut header = Header::new(algorithm);
            header.kid = Some("key-1".to_owned());
            let token = encode(&header, &claims, &EncodingKey::from_secret(secret)).expect("a token");
            attacked.refused(&token, "The token is signed in a way that is not believed.");
        }
    }
    // A key of another type than the signature says.
    for algorithm in ["RS256", "PS512", "ES384", "EdDSA"] {
        let header = json!({"typ": "JWT", "alg": algorithm, "kid": "key-1"});
        let token = issuer.sign_as(&header, &claims.to_string());
        attacked.refused(&token, "The token's key is for other signatures.");
    }
    attacked.holds(&issuer.sign(&claims));
}

#[test]
fn changed_afterwards() {
    let attacked = Attacked::start();
    let token = attacked.gateway.issuer.token("ada", &["analyst"]);
    attacked.holds(&token);
    let parts: Vec<&str> = token.split('.').collect();
    let mut claims = attacked.claims();
    claims["groups"] = json!(["admin"]);
    let payload = BASE64_URL_SAFE_NO_PAD.encode(claims.to_string());
    let changed = [parts[0], &payload, parts[2]].join(".");
    attacked.refused(&changed, "The token's signature does not hold.");
    let flipped = if parts[2].starts_with('A') { "B" } else { "A" };
    let signature = format!("{flipped}{}", &parts[2][1..]);
    attacked.refused(&[parts[0], parts[1], &signature].join("."), "The token's signature does not hold.");
    attacked.refused(&[parts[0], parts[1], ""].join("."), "The token's signature does not hold.");
    attacked.refused(&[parts[0], parts[1]].join("."), "The token cannot be read.");
    attacked.refused(&format!("{token}.{}", parts[2]), "The token cannot be read.");
    attacked.refused("x", "The token cannot be read.");
    attacked.holds(&token);
}

#[test]
fn with_a_header_that_asks_for_more() {
    let attacked = Attacked::start();
    let issuer = &attacked.gateway.issuer;
    let claims = attacked.claims().to_string();
    let with = |name: &str, value: Value| {
        let mut header = json!({"typ": "JWT", "alg": "ES256", "kid": "key-1"});
        header[name] = value;
        issuer.sign_as(&header, &claims)
    };
    let unknown = "The token's header asks for what is not known here.";
    attacked.refused(&with("crit", json!(["b64"])), unknown);
    attacked.refused(&with("crit", json!([])), unknown);
    attacked.refused(&with("zip", json!("DEF")), unknown);
    attacked.refused(&with("cty", json!("JWT")), unknown);
    attacked.refused(&with("b64", json!(false)), "The token cannot be read.");
    attacked.refused(&with("typ", json!("dpop+jwt")), "The token is of another type.");
    attacked.refused(&with("typ", json!("logout+jwt")), "The token is of another type.");
    // Where its key is, the token does not tell: it would be anybody's.
    let own = json!({"jku": "https://other.example/keys"});
    attacked.holds(&with("jku", own["jku"].clone()));
    attacked.holds(&with("typ", json!("at+jwt")));
    attacked.holds(&with("typ", json!("application/at+jwt")));
}

#[test]
fn an_id_token_is_for_a_client() {
    let attacked = Attacked::start();
    let why = "The token is an ID token, which is for a client; an access token is asked for.";
    for claim in ["nonce", "at_hash", "c_hash"] {
        attacked.refused(&attacked.with(claim, json!("x")), why);
    }
    attacked.refused(&attacked.with("typ", json!("ID")), why);
    attacked.refused(&attacked.with("typ", json!("Refresh")), why);
    attacked.refused(&attacked.with("aud", json!("heimdall-people")), why);
    attacked.holds(&attacked.with("typ", json!("Bearer")));
    let mut claims = attacked.claims();
    claims["aud"] = json!("heimdall-people");
    claims["scp"] = json!("access");
    attacked.holds(&attacked.gateway.issuer.sign(&claims));
}

#[test]
fn claims_that_can_be_read_in_two_ways() {
    let attacked = Attacked::start();
    let claims = attacked.claims().to_string();
    for twice in [r#""sub":"bob""#, r#""exp":9999999999"#, r#""groups":["admin"]"#] {
        let text = format!("{},{twice}}}", claims.strip_suffix('}').expect("an object"));
        let header = json!({"typ": "JWT", "alg": "ES256", "kid": "key-1"});
        attacked.refused(&attacked.gateway.issuer.sign_as(&header, &text), "The token does not hold.");
    }
    let mut twice = attacked.gateway.request_as(&["analyst"], Method::GET, "/v1/whoami");
    twice = twice.header("authorization", "Bearer x");
    assert_eq!(attacked.gateway.answer(twice).status, 401);
    let basic = attacked.gateway.request(Method::GET, "/v1/whoami").basic_auth("ada", Some("secret"));
    assert_eq!(attacked.gateway.answer(basic).status, 401);
}

#[test]
fn too_large() {
    let attacked = Attacked::start();
    let large = attacked.with("more", json!("x".repeat(16 << 10)));
    let answer = attacked.ask(&large);
    assert_eq!((answer.status, answer.json()["detail"].as_str()), (401, Some("The token is too large.")));
    attacked.holds(&attacked.with("more", json!("x".repeat(4 << 10))));
}

#[test]
fn with_a_subject_that_cannot_be_recorded() {
    let attacked = Attacked::start();
    for subject in ["a".repeat(256), "ada\nbob".to_owned(), "ada\u{0}".to_owned(), String::new()] {
        attacked.refused(
            &attacked.with("sub", json!(subject)),
            "The token names no subject that can be recorded.",
        );
    }
    attacked.holds(&attacked.with("sub", json!("a".repeat(255))));
}
