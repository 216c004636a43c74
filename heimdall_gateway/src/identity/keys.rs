//! The keys of the identity provider (RFC 7517), each with the signatures it is for.

use std::str::FromStr;

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use jsonwebtoken::jwk::{AlgorithmParameters, EllipticCurve, Jwk};
use jsonwebtoken::{Algorithm, DecodingKey};
use serde_json::Value;

/// More than a provider has at a time.
const MOST: usize = 64;

const RSA: [Algorithm; 6] = [
    Algorithm::RS256,
    Algorithm::RS384,
    Algorithm::RS512,
    Algorithm::PS256,
    Algorithm::PS384,
    Algorithm::PS512,
];

/// Those that sign tokens. Secrets (`oct`), keys for encryption and keys that are too short are not among them.
pub struct Keys(Vec<Key>);

/// A public key.
#[derive(Clone)]
pub struct Key {
    id: Option<String>,
    algorithms: Vec<Algorithm>,
    /// What signatures are checked with.
    pub decoding: DecodingKey,
}

impl Keys {
    /// Reads a document. What cannot be used of it is left out: a provider may have keys for others.
    ///
    /// # Errors
    /// Where it is no key set, or has more keys than can be.
    pub fn read(document: &[u8]) -> Result<Keys, &'static str> {
        let document: Value = serde_json::from_slice(document).map_err(|_| "the keys are no JSON")?;
        let keys = document.get("keys").and_then(Value::as_array).ok_or("the keys are no key set")?;
        if keys.len() > MOST {
            return Err("there are too many keys");
        }
        Ok(Keys(keys.iter().filter_map(Key::read).collect()))
    }

    /// Those of that id; a token that names no key can have been signed by any.
    pub fn named(&self, id: Option<&str>) -> Vec<&Key> {
        self.0.iter().filter(|key| id.is_none() || key.id.as_deref() == id).collect()
    }
}

impl Key {
    fn read(document: &Value) -> Option<Key> {
        let text = |name| document.get(name).and_then(Value::as_str);
        if text("use").is_some_and(|purpose| purpose != "sig") {
            return None;
        }
        if let Some(operations) = document.get("key_ops").and_then(Value::as_array)
            && !operations.iter().any(|operation| operation == "verify")
        {
            return None;
        }
        let key: Jwk = serde_json::from_value(document.clone()).ok()?;
        let mut algorithms = match &key.algorithm {
            AlgorithmParameters::RSA(rsa) if is_long(&rsa.n) => RSA.to_vec(),
            AlgorithmParameters::EllipticCurve(ec) => match ec.curve {
                EllipticCurve::P256 => vec![Algorithm::ES256],
                EllipticCurve::P384 => vec![Algorithm::ES384],
                _ => return None,
            },
            AlgorithmParameters::OctetKeyPair(pair) if pair.curve == EllipticCurve::Ed25519 => {
                vec![Algorithm::EdDSA]
            }
            _ => return None,
        };
        if let Some(only) = text("alg") {
            let only = Algorithm::from_str(only).ok()?;
            algorithms.retain(|algorithm| *algorithm == only);
        }
        let decoding = DecodingKey::from_jwk(&key).ok()?;
        (!algorithms.is_empty()).then(|| Key { id: text("kid").map(str::to_owned), algorithms, decoding })
    }

    /// Whether it makes such signatures.
    pub fn is_for(&self, algorithm: Algorithm) -> bool {
        self.algorithms.contains(&algorithm)
    }
}

/// At least 2048 bits.
fn is_long(modulus: &str) -> bool {
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(modulus).unwrap_or_default();
    bytes.iter().skip_while(|byte| **byte == 0).count() >= 256
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn usable(key: Value) -> bool {
        let document = json!({"keys": [key]}).to_string();
        !Keys::read(document.as_bytes()).expect("a key set").0.is_empty()
    }

    #[test]
    fn only_what_signs_is_a_key() {
        let point = "A".repeat(43);
        assert!(usable(json!({"kty": "EC", "crv": "P-256", "x": point, "y": point})));
        assert!(usable(json!({"kty": "OKP", "crv": "Ed25519", "x": point, "alg": "EdDSA", "use": "sig"})));
        assert!(usable(
            json!({"kty": "RSA", "n": "_".repeat(341) + "w", "e": "AQAB", "key_ops": ["verify"]})
        ));
        assert!(!usable(json!({"kty": "oct", "k": "c2VjcmV0"})), "a secret");
        assert!(!usable(json!({"kty": "RSA", "n": "_".repeat(170) + "w", "e": "AQAB"})), "short");
        assert!(
            !usable(json!({"kty": "EC", "crv": "P-256", "x": point, "y": point, "use": "enc"})),
            "for encryption"
        );
        assert!(
            !usable(json!({"kty": "EC", "crv": "P-256", "x": point, "y": point, "alg": "RS256"})),
            "of another type"
        );
        assert!(
            !usable(json!({"kty": "EC", "crv": "P-256", "x": point, "y": point, "key_ops": ["sign"]})),
            "not for checking"
        );
    }

    #[test]
    fn a_set_has_a_size() {
        let many: Vec<Value> = (0..=MOST).map(|_| json!({})).collect();
        assert!(Keys::read(json!({"keys": many}).to_string().as_bytes()).is_err());
        assert!(Keys::read(b"[]").is_err());
        assert!(Keys::read(b"<html>").is_err());
    }
}
