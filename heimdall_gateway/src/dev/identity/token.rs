//! Tokens for a code, for a refresh token, and for a program's own secret.

use std::sync::Arc;

use axum::extract::State;
use axum::extract::rejection::FormRejection;
use axum::http::{HeaderMap, header};
use axum::{Form, Json};
use base64::Engine;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use serde::Deserialize;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::Provider;
use super::authorize::Granted;
use super::keys::now;
use super::one_time::random;
use super::people::{MACHINES, MACHINES_CLIENT, Machine, PEOPLE_CLIENT, Person};
use super::refused::Refused;

/// Short, so that refreshing is seen to work.
const PEOPLE_SECONDS: u64 = 600;
const MACHINE_SECONDS: u64 = 3_600;
/// Of an authorization, for a code or a refresh.
const UNKNOWN: Refused = Refused("invalid_grant", "it is not known, was used, or has ended");

/// What a client sends.
#[derive(Deserialize)]
pub struct Request {
    grant_type: String,
    code: Option<String>,
    redirect_uri: Option<String>,
    code_verifier: Option<String>,
    refresh_token: Option<String>,
    client_id: Option<String>,
    client_secret: Option<String>,
}

/// `/token`.
pub async fn issue(
    State(provider): State<Arc<Provider>>,
    headers: HeaderMap,
    request: Result<Form<Request>, FormRejection>,
) -> Result<Json<Value>, Refused> {
    let Form(request) = request.map_err(|_| Refused("invalid_request", "no form with a grant_type"))?;
    let client = client(&provider, &headers, &request)?;
    match request.grant_type.as_str() {
        "authorization_code" => {
            of_people(client)?;
            let code = request.code.as_deref().ok_or(Refused("invalid_request", "code is missing"))?;
            let granted = provider.codes.take(code).ok_or(UNKNOWN)?;
            if request.redirect_uri.as_deref() != Some(&granted.redirect_uri) {
                return Err(Refused("invalid_grant", "redirect_uri is another than that of the code"));
            }
            let digest = Sha256::digest(request.code_verifier.as_deref().unwrap_or_default());
            if BASE64_URL_SAFE_NO_PAD.encode(digest) != granted.challenge {
                return Err(Refused("invalid_grant", "code_verifier does not fit the code's challenge"));
            }
            of_person(&provider, granted)
        }
        "refresh_token" => {
            of_people(client)?;
            let token = request
                .refresh_token
                .as_deref()
                .ok_or(Refused("invalid_request", "refresh_token is missing"))?;
            of_person(&provider, provider.refresh.take(token).ok_or(UNKNOWN)?)
        }
        "client_credentials" => {
            let machine = MACHINES.iter().find(|machine| machine.client == client);
            of_machine(&provider, machine.ok_or(Refused("unauthorized_client", "this client is for people"))?)
        }
        _ => {
            Err(Refused("unsupported_grant_type", "authorization_code, refresh_token or client_credentials"))
        }
    }
}

fn of_people(client: &str) -> Result<(), Refused> {
    if client == PEOPLE_CLIENT {
        Ok(())
    } else {
        Err(Refused("unauthorized_client", "this client is not for people"))
    }
}

/// Which client asks: by HTTP basic authentication, or by members of the form.
fn client(provider: &Provider, headers: &HeaderMap, request: &Request) -> Result<&'static str, Refused> {
    let (id, secret) = match headers.get(header::AUTHORIZATION) {
        Some(value) => value.to_str().ok().and_then(basic),
        None => request.client_id.clone().zip(request.client_secret.clone()),
    }
    .ok_or(Refused("invalid_client", "the request brings no client with its secret"))?;
    let known = provider.clients.iter().find(|(name, known)| *name == id && known.expose() == secret);
    known.map(|(name, _)| *name).ok_or(Refused("invalid_client", "no such client, or another secret"))
}

/// `Basic …`, of which both parts are form-encoded (RFC 6749, section 2.3.1).
fn basic(value: &str) -> Option<(String, String)> {
    let (scheme, code) = value.split_once(' ')?;
    let text = String::from_utf8(BASE64_STANDARD.decode(code.trim()).ok()?).ok()?;
    let (id, secret) = text.split_once(':').filter(|_| scheme.eq_ignore_ascii_case("basic"))?;
    let plain = |text: &str| {
        let pair = format!("x={text}");
        url::form_urlencoded::parse(pair.as_bytes()).next().map(|(_, value)| value.into_owned())
    };
    Some((plain(id)?, plain(secret)?))
}

fn of_person(provider: &Provider, granted: Granted) -> Result<Json<Value>, Refused> {
    let mut identity = claims(provider, PEOPLE_CLIENT, PEOPLE_SECONDS, &about(granted.person));
    identity["auth_time"] = granted.authenticated_at.into();
    if let Some(nonce) = &granted.nonce {
        identity["nonce"] = nonce.as_str().into();
    }
    let mut access = claims(provider, PEOPLE_CLIENT, PEOPLE_SECONDS, &about(granted.person));
    access["client_id"] = PEOPLE_CLIENT.into();
    access["scope"] = granted.scope.as_str().into();
    let scope = granted.scope.clone();
    let signer = &provider.signer;
    let signed =
        signer.sign_access(&access).zip(signer.sign_identity(&identity)).zip(provider.refresh.put(granted));
    let ((access, identity), refresh) = signed.ok_or(Refused("server_error", "no token could be made"))?;
    Ok(Json(json!({
        "access_token": access, "id_token": identity, "refresh_token": refresh,
        "token_type": "Bearer", "expires_in": PEOPLE_SECONDS, "scope": scope,
    })))
}

fn of_machine(provider: &Provider, machine: &Machine) -> Result<Json<Value>, Refused> {
    let about = json!({"sub": machine.client, "client_id": machine.client, "groups": machine.groups});
    let claims = claims(provider, MACHINES_CLIENT, MACHINE_SECONDS, &about);
    let token =
        provider.signer.sign_access(&claims).ok_or(Refused("server_error", "no token could be made"))?;
    Ok(Json(json!({"access_token": token, "token_type": "Bearer", "expires_in": MACHINE_SECONDS})))
}

/// What tokens say of a person.
pub fn about(person: &Person) -> Value {
    json!({
        "sub": person.subject, "name": person.name, "preferred_username": person.subject,
        "email": person.email(), "email_verified": true, "groups": person.groups,
    })
}

fn claims(provider: &Provider, audience: &str, seconds: u64, about: &Value) -> Value {
    let mut claims = about.clone();
    let now = now();
    claims["iss"] = provider.issuer.as_str().into();
    claims["aud"] = audience.into();
    claims["iat"] = now.into();
    claims["nbf"] = now.into();
    claims["exp"] = (now + seconds).into();
    claims["jti"] = random().into();
    claims
}
