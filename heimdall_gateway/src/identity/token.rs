//! Checking a token: signature, issuer, audience, times (RFC 7519, RFC 9068).

use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use serde_json::Value;

use super::keys::Provider;
use crate::config::Oidc;
use crate::problem::Problem;

/// Signatures that are believed. None of them is made with a secret.
const ALGORITHMS: [Algorithm; 6] = [
    Algorithm::RS256,
    Algorithm::RS384,
    Algorithm::RS512,
    Algorithm::PS256,
    Algorithm::ES256,
    Algorithm::EdDSA,
];

/// The claims of a token.
///
/// # Errors
/// 401 where it does not hold, 503 where the provider is away.
pub async fn verify(token: &str, provider: &Provider, oidc: &Oidc) -> Result<Value, Problem> {
    let refuse = |why: &'static str| Problem::unauthenticated().detail(why);
    let header = decode_header(token).map_err(|_| refuse("The token cannot be read."))?;
    if !ALGORITHMS.contains(&header.alg) {
        return Err(refuse("The token is signed in a way that is not believed."));
    }
    let (discovered, keys) = provider.known().await?;
    let kid = header.kid.as_deref().ok_or_else(|| refuse("The token names no key."))?;
    let key = keys.find(kid).ok_or_else(|| refuse("The token's key is not known."))?;
    let key = DecodingKey::from_jwk(key).map_err(|_| refuse("The token's key is not known."))?;
    let mut validation = Validation::new(header.alg);
    validation.leeway = oidc.leeway.as_secs();
    validation.validate_nbf = true;
    validation.set_issuer(&[&discovered.issuer]);
    let own = [&oidc.people.id, &oidc.machines.id];
    validation.set_audience(&own.into_iter().chain(&oidc.audiences).collect::<Vec<_>>());
    validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
    decode::<Value>(token, &key, &validation)
        .map(|token| token.claims)
        .map_err(|_| refuse("The token does not hold."))
}
