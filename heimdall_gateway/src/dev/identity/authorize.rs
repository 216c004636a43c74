//! Log-in of people: authorization code with PKCE.

use std::sync::Arc;

use axum::Form;
use axum::extract::{Query, RawQuery, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use url::{Host, Url};

use super::Provider;
use super::keys::now;
use super::page;
use super::people::{PEOPLE_CLIENT, Person};

/// What a client asks for.
#[derive(Deserialize)]
pub struct Asked {
    client_id: String,
    redirect_uri: String,
    response_type: Option<String>,
    #[serde(default)]
    scope: String,
    state: Option<String>,
    nonce: Option<String>,
    code_challenge: Option<String>,
    code_challenge_method: Option<String>,
    prompt: Option<String>,
}

/// What a code, and later a refresh token, stands for.
#[derive(Clone)]
pub struct Granted {
    /// Who has logged in.
    pub person: &'static Person,
    /// Where the code was sent.
    pub redirect_uri: String,
    /// Digest of what only the client that asked knows.
    pub challenge: String,
    /// For the ID token.
    pub nonce: Option<String>,
    /// What was asked for.
    pub scope: String,
    /// Seconds since 1970.
    pub authenticated_at: u64,
}

/// Who was clicked on.
#[derive(Deserialize)]
pub struct Choice {
    person: String,
}

/// `GET /authorize`: who are you?
pub async fn ask(Query(asked): Query<Asked>, RawQuery(query): RawQuery) -> Response {
    let back = match asked.back() {
        Ok(back) => back,
        Err(wrong) => {
            return (StatusCode::BAD_REQUEST, page::message("This request is not valid", wrong))
                .into_response();
        }
    };
    if let Err((error, description)) = asked.check() {
        return refuse(&asked, back, error, description);
    }
    page::people(query.as_deref().unwrap_or_default()).into_response()
}

/// `POST /authorize`: back to the client with a code.
pub async fn grant(
    State(provider): State<Arc<Provider>>,
    Query(asked): Query<Asked>,
    Form(choice): Form<Choice>,
) -> Response {
    let mut back = match asked.back() {
        Ok(back) => back,
        Err(wrong) => {
            return (StatusCode::BAD_REQUEST, page::message("This request is not valid", wrong))
                .into_response();
        }
    };
    let challenge = match asked.check() {
        Ok(challenge) => challenge.to_owned(),
        Err((error, description)) => return refuse(&asked, back, error, description),
    };
    let Some(person) = Person::of(&choice.person) else {
        return refuse(&asked, back, "access_denied", "there is nobody of that name");
    };
    let code = provider.codes.put(Granted {
        person,
        redirect_uri: asked.redirect_uri.clone(),
        challenge,
        nonce: asked.nonce.clone(),
        scope: asked.scope.clone(),
        authenticated_at: now(),
    });
    let Some(code) = code else {
        return refuse(&asked, back, "temporarily_unavailable", "too many codes are open");
    };
    back.query_pairs_mut().append_pair("code", &code).append_pair("iss", &provider.issuer);
    answer(&asked, back)
}

impl Asked {
    /// Where to send them back to: an address of this machine.
    fn back(&self) -> Result<Url, &'static str> {
        if self.client_id != PEOPLE_CLIENT {
            return Err("No client of that name is known.");
        }
        here(&self.redirect_uri).ok_or("The address to return to is not of this machine.")
    }

    /// The challenge, where all else holds.
    fn check(&self) -> Result<&str, (&'static str, &'static str)> {
        if self.response_type.as_deref() != Some("code") {
            return Err(("unsupported_response_type", "response_type has to be code"));
        }
        if !self.scope.split(' ').any(|word| word == "openid") {
            return Err(("invalid_scope", "scope has to have openid"));
        }
        if self.prompt.as_deref() == Some("none") {
            return Err(("login_required", "nobody is logged in"));
        }
        match (&self.code_challenge, self.code_challenge_method.as_deref()) {
            (Some(challenge), Some("S256")) if challenge.len() == 43 => Ok(challenge),
            _ => Err(("invalid_request", "code_challenge by S256 is required")),
        }
    }
}

/// An https address of this machine, on any port (RFC 8252, section 7.3).
pub fn here(address: &str) -> Option<Url> {
    let url = Url::parse(address).ok()?;
    let is_here = match url.host()? {
        Host::Domain(name) => name == "localhost",
        Host::Ipv4(ip) => ip.is_loopback(),
        Host::Ipv6(ip) => ip.is_loopback(),
    };
    (url.scheme() == "https" && is_here && url.fragment().is_none()).then_some(url)
}

fn refuse(asked: &Asked, mut back: Url, error: &str, description: &str) -> Response {
    back.query_pairs_mut().append_pair("error", error).append_pair("error_description", description);
    answer(asked, back)
}

fn answer(asked: &Asked, mut back: Url) -> Response {
    if let Some(state) = &asked.state {
        back.query_pairs_mut().append_pair("state", state);
    }
    Redirect::to(back.as_str()).into_response()
}
