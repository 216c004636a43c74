//! Who a token is of.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use serde_json::{Value, json};

use super::Provider;
use super::people::Person;
use super::refused::Refused;
use super::token::about;

/// `/userinfo`.
pub async fn tell(State(provider): State<Arc<Provider>>, headers: HeaderMap) -> Result<Json<Value>, Refused> {
    let refused = Refused("invalid_token", "no access token that holds");
    let token = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .map(|(_, token)| token.trim());
    let claims = token.and_then(|token| provider.signer.verify_access(token, &provider.issuer));
    let claims = claims.ok_or(refused)?;
    let person = claims.get("sub").and_then(Value::as_str).and_then(Person::of);
    Ok(Json(person.map_or_else(|| json!({"sub": claims["sub"], "groups": claims["groups"]}), about)))
}
