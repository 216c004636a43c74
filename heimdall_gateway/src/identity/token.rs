//! Checking a token: signature, issuer, audience, times (RFC 7519, RFC 8725, RFC 9068).

use std::sync::Arc;

use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::{Algorithm, Header, Validation, decode, decode_header, get_current_timestamp};

use super::claims::Claims;
use super::provider::Provider;
use crate::config::Oidc;
use crate::problem::Problem;

/// Bytes of a token at most.
const LARGEST: usize = 16 << 10;

/// Clocks that differ by more are not clocks.
const LARGEST_LEEWAY: u64 = 600;

/// Signatures that are believed. None of them is made with a secret.
const ALGORITHMS: [Algorithm; 9] = [
    Algorithm::RS256,
    Algorithm::RS384,
    Algorithm::RS512,
    Algorithm::PS256,
    Algorithm::PS384,
    Algorithm::PS512,
    Algorithm::ES256,
    Algorithm::ES384,
    Algorithm::EdDSA,
];

/// What a token is to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// What requests bring: says what its bearer may do.
    Access,
    /// What a log-in gives: says who somebody is, to the client for people alone.
    Id,
}

/// The claims of a token that holds.
///
/// # Errors
/// 401 where it does not, 503 where the provider is away.
pub async fn verify(
    token: &str,
    kind: Kind,
    provider: &Arc<Provider>,
    oidc: &Oidc,
) -> Result<Claims, Problem> {
    if token.len() > LARGEST {
        return Err(refuse("The token is too large."));
    }
    let header = decode_header(token).map_err(|_| refuse("The token cannot be read."))?;
    check_header(&header, kind)?;
    let key = provider.key(header.kid.as_deref(), header.alg).await?;
    let issuer = provider.known().await?.metadata.issuer().to_string();
    let leeway = oidc.leeway.as_secs().min(LARGEST_LEEWAY);
    let mut validation = Validation::new(header.alg);
    validation.leeway = leeway;
    validation.validate_nbf = true;
    validation.set_issuer(&[issuer]);
    match kind {
        Kind::Id => validation.set_audience(&[&oidc.people.id]),
        Kind::Access => {
            let own = [&oidc.people.id, &oidc.machines.id];
            validation.set_audience(&own.into_iter().chain(&oidc.audiences).collect::<Vec<_>>());
        }
    }
    validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
    let claims =
        decode::<Claims>(token, &key, &validation).map_err(|error| refuse(reason(error.kind())))?.claims;
    check_claims(&claims, leeway)?;
    match kind {
        Kind::Access if is_for_clients(&header, &claims, oidc) => {
            Err(refuse("The token is an ID token, which is for a client; an access token is asked for."))
        }
        Kind::Id if claims.has("azp") && claims.text("azp") != Some(&oidc.people.id) => {
            Err(refuse("The token was given to another client."))
        }
        _ => Ok(claims),
    }
}

fn refuse(why: &'static str) -> Problem {
    Problem::unauthenticated().detail(why)
}

fn check_header(header: &Header, kind: Kind) -> Result<(), Problem> {
    if !ALGORITHMS.contains(&header.alg) {
        return Err(refuse("The token is signed in a way that is not believed."));
    }
    // What has to be understood of it, we do not (RFC 7515, 4.1.11).
    if header.crit.is_some() || header.enc.is_some() || header.zip.is_some() || header.cty.is_some() {
        return Err(refuse("The token's header asks for what is not known here."));
    }
    let kinds: &[&str] = match kind {
        Kind::Access => &["jwt", "at+jwt", "application/at+jwt"],
        Kind::Id => &["jwt"],
    };
    match &header.typ {
        Some(typ) if !kinds.contains(&typ.to_ascii_lowercase().as_str()) => {
            Err(refuse("The token is of another type."))
        }
        _ => Ok(()),
    }
}

fn check_claims(claims: &Claims, leeway: u64) -> Result<(), Problem> {
    if claims.text("iss").is_none() {
        return Err(refuse("The token's issuer is no text."));
    }
    if !claims.text("sub").is_some_and(can_be_recorded) {
        return Err(refuse("The token names no subject that can be recorded."));
    }
    if claims.has("iat") && claims.time("iat").is_none_or(|issued| issued > get_current_timestamp() + leeway)
    {
        return Err(refuse("The token was issued in the future."));
    }
    Ok(())
}

/// The audit trail takes no other actor; here, neither does what leaves no entry in it.
fn can_be_recorded(subject: &str) -> bool {
    !subject.is_empty() && subject.chars().count() <= 255 && !subject.chars().any(char::is_control)
}

/// Whether it tells a client who somebody is. RFC 9068 tells access tokens by their type; before it, ID tokens show by claims
/// that no access token has, and, where they are for the client for people, by the lack of a scope.
fn is_for_clients(header: &Header, claims: &Claims, oidc: &Oidc) -> bool {
    let typ = header.typ.as_deref().unwrap_or_default().to_ascii_lowercase();
    if typ.ends_with("at+jwt") {
        return false;
    }
    ["nonce", "at_hash", "c_hash", "s_hash"].iter().any(|name| claims.has(name))
        || claims.text("typ").is_some_and(|typ| !typ.eq_ignore_ascii_case("bearer"))
        || (claims.holds("aud", &oidc.people.id) && !claims.has("scope") && !claims.has("scp"))
}

fn reason(error: &ErrorKind) -> &'static str {
    match error {
        ErrorKind::ExpiredSignature => "The token has expired.",
        ErrorKind::ImmatureSignature => "The token is not valid yet.",
        ErrorKind::InvalidIssuer => "The token is of another issuer.",
        ErrorKind::InvalidAudience => "The token is for another audience.",
        ErrorKind::InvalidSignature => "The token's signature does not hold.",
        ErrorKind::MissingRequiredClaim(_) => "The token lacks one of exp, iss, aud, sub.",
        _ => "The token does not hold.",
    }
}
