//! The key that signs, the secrets of the clients: files that stay, so that tokens outlive a restart.

use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use jsonwebtoken::jwk::{Jwk, JwkSet, PublicKeyUse, ThumbprintHash};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, decode_header, encode};
use rcgen::KeyPair;
use serde_json::Value;

use super::one_time::random;
use crate::config::Secret;
use crate::dev::file;

/// Type of access tokens (RFC 9068): an ID token is none.
const ACCESS: &str = "at+jwt";

/// The key of all tokens.
pub struct Signer {
    key: EncodingKey,
    public: Jwk,
    id: String,
}

impl Signer {
    /// The key in that folder, made where there is none.
    pub fn load(folder: &Path) -> Result<Signer, String> {
        let path = folder.join("identity.key");
        let pair = match file::read(&path)? {
            Some(pem) => KeyPair::from_pem(&pem),
            None => KeyPair::generate(),
        };
        let pair = pair.map_err(|error| format!("{}: {error}", path.display()))?;
        file::write(&path, &pair.serialize_pem(), 0o600)?;
        let key = EncodingKey::from_ec_der(&pair.serialize_der());
        let mut public = Jwk::from_encoding_key(&key, Algorithm::ES256).map_err(|error| error.to_string())?;
        let id = public.thumbprint(ThumbprintHash::SHA256);
        public.common.key_id = Some(id.clone());
        public.common.public_key_use = Some(PublicKeyUse::Signature);
        Ok(Signer { key, public, id })
    }

    /// For `jwks_uri`.
    pub fn public(&self) -> JwkSet {
        JwkSet { keys: vec![self.public.clone()] }
    }

    /// An ID token.
    pub fn sign_identity(&self, claims: &Value) -> Option<String> {
        self.sign("JWT", claims)
    }

    /// An access token.
    pub fn sign_access(&self, claims: &Value) -> Option<String> {
        self.sign(ACCESS, claims)
    }

    fn sign(&self, kind: &str, claims: &Value) -> Option<String> {
        let mut header = Header::new(Algorithm::ES256);
        header.typ = Some(kind.to_owned());
        header.kid = Some(self.id.clone());
        encode(&header, claims, &self.key).ok()
    }

    /// The claims of an access token of ours that still holds.
    pub fn verify_access(&self, token: &str, issuer: &str) -> Option<Value> {
        if decode_header(token).ok()?.typ.as_deref() != Some(ACCESS) {
            return None;
        }
        let mut validation = Validation::new(Algorithm::ES256);
        validation.validate_aud = false;
        validation.set_issuer(&[issuer]);
        let key = DecodingKey::from_jwk(&self.public).ok()?;
        decode::<Value>(token, &key, &validation).ok().map(|token| token.claims)
    }
}

/// The secret of a client in that folder, made where there is none.
pub fn secret(folder: &Path, client: &str) -> Result<Secret, String> {
    let path = folder.join(format!("{client}.secret"));
    if let Some(known) = file::read(&path)? {
        return Ok(Secret::new(known.trim_end()));
    }
    let made = random().ok_or("no random bytes")?;
    file::write(&path, &made, 0o600)?;
    Ok(Secret::new(made))
}

/// Seconds since 1970.
pub fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}
