//! What the identity provider says of itself (OpenID Connect Discovery 1.0).

use openidconnect::core::{
    CoreAuthDisplay, CoreClaimName, CoreClaimType, CoreClientAuthMethod, CoreGrantType, CoreJsonWebKey,
    CoreJweContentEncryptionAlgorithm, CoreJweKeyManagementAlgorithm, CoreResponseMode, CoreResponseType,
    CoreSubjectIdentifierType,
};
use openidconnect::{AdditionalProviderMetadata, LogoutProviderMetadata, ProviderMetadata, RevocationUrl};
use serde::{Deserialize, Serialize};
use url::Url;

/// Where tokens are revoked (RFC 8414).
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Revocation {
    /// There need not be such a place.
    pub revocation_endpoint: Option<RevocationUrl>,
}

impl AdditionalProviderMetadata for Revocation {}

/// The document, with the addresses for log-out and revocation.
pub type Metadata = ProviderMetadata<
    LogoutProviderMetadata<Revocation>,
    CoreAuthDisplay,
    CoreClientAuthMethod,
    CoreClaimName,
    CoreClaimType,
    CoreGrantType,
    CoreJweContentEncryptionAlgorithm,
    CoreJweKeyManagementAlgorithm,
    CoreJsonWebKey,
    CoreResponseMode,
    CoreResponseType,
    CoreSubjectIdentifierType,
>;

const SUFFIX: &str = "/.well-known/openid-configuration";

/// Whether the issuer is the one whose document lies at that address: nobody else speaks for it.
pub fn fits(metadata: &Metadata, discovery_url: &Url) -> bool {
    let issuer = metadata.issuer().url();
    issuer.scheme() == "https"
        && issuer.query().is_none()
        && issuer.fragment().is_none()
        && discovery_url.as_str().strip_suffix(SUFFIX) == Some(issuer.as_str().trim_end_matches('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(issuer: &str) -> Metadata {
        serde_json::from_value(serde_json::json!({
            "issuer": issuer, "jwks_uri": "https://id.example/keys", "authorization_endpoint": "https://id.example/auth",
            "response_types_supported": ["code"], "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["ES256", "of the future"]
        }))
        .expect("metadata")
    }

    #[test]
    fn an_issuer_lies_at_its_own_address() {
        let address: Url =
            "https://id.example/realms/one/.well-known/openid-configuration".parse().expect("a URL");
        assert!(fits(&of("https://id.example/realms/one"), &address));
        assert!(fits(&of("https://id.example/realms/one/"), &address));
        for other in [
            "https://id.example/realms/two",
            "https://id.example/realms",
            "https://other.example/realms/one",
            "http://id.example/realms/one",
            "https://id.example/realms/one?a=b",
        ] {
            assert!(!fits(&of(other), &address), "{other}");
        }
    }
}
