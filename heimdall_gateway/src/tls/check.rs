//! Certificate, key and authorities together.

use std::sync::Arc;

use jiff::Timestamp;
use rustls::client::WebPkiServerVerifier;
use rustls::sign::CertifiedKey;

use super::{Refusal, authorities, certificate, key};
use crate::config::{self, Environment};
use crate::dev;

/// A certificate with its key, fit to be shown, and the authorities by which it is.
#[derive(Clone, Debug)]
pub struct Pair {
    pub(super) certified: Arc<CertifiedKey>,
    /// Others are looked at as it was.
    pub(super) verifier: Arc<WebPkiServerVerifier>,
    /// Until when the certificate and its chain are good.
    pub expires: Timestamp,
}

/// Reads certificate and key and checks them as a client would, for that host where there is one.
///
/// # Errors
/// Everything that is wrong.
pub fn check(tls: &config::Tls, host: Option<&str>, environment: Environment) -> Result<Pair, Vec<Refusal>> {
    let shown = authorities::roots(tls.authorities.as_deref()).and_then(|roots| {
        if let Some(file) = &tls.authorities {
            let believed = authorities::certificates(file).map_err(Refusal::authorities)?;
            dev::check_authorities(environment, &believed).map_err(Refusal::authorities)?;
        }
        let verifier = authorities::verifier(roots)?;
        let chain = authorities::certificates(&tls.certificate).map_err(Refusal::certificate)?;
        dev::check_authorities(environment, &chain).map_err(Refusal::certificate)?;
        let expires = certificate::examine(&chain, &verifier, host)
            .map_err(|reason| Refusal::certificate(format!("{}: {reason}", tls.certificate.display())))?;
        Ok((chain, expires, verifier))
    });
    let key = key::read(&tls.key, environment);
    let ((chain, expires, verifier), key) = match (shown, key) {
        (Ok(shown), Ok(key)) => (shown, key),
        (shown, key) => return Err([shown.err(), key.err()].into_iter().flatten().collect()),
    };
    let certified = CertifiedKey::from_der(chain, key, &super::provider()).map_err(|error| {
        let reason = match error {
            rustls::Error::InconsistentKeys(_) => "it is not the key of the certificate in HMD_TLS_CERT",
            _ => "it is of a kind that TLS 1.3 has no use for",
        };
        vec![Refusal::key(format!("{}: {reason}", tls.key.display()))]
    })?;
    Ok(Pair { certified: Arc::new(certified), verifier, expires })
}
