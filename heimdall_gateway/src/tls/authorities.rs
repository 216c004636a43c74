//! Whom we believe: the authorities of the system, and those of `HMD_TLS_CA`.

use std::path::Path;
use std::sync::Arc;

use rustls::RootCertStore;
use rustls::client::WebPkiServerVerifier;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

use super::Refusal;

/// Authorities of the system and of that file.
pub fn roots(file: Option<&Path>) -> Result<RootCertStore, Refusal> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if let Some(file) = file {
        for certificate in certificates(file).map_err(Refusal::authorities)? {
            roots.add(certificate).map_err(|_| {
                Refusal::authorities(format!("{}: a certificate cannot be read", file.display()))
            })?;
        }
    }
    Ok(roots)
}

/// What looks at certificates as a client does that believes those.
pub fn verifier(roots: RootCertStore) -> Result<Arc<WebPkiServerVerifier>, Refusal> {
    WebPkiServerVerifier::builder_with_provider(Arc::new(roots), super::provider())
        .build()
        .map_err(|_| Refusal::authorities("there is no authority, neither of the system nor in it"))
}

/// The certificates of a file in PEM, at least one.
pub fn certificates(file: &Path) -> Result<Vec<CertificateDer<'static>>, String> {
    let text = std::fs::read(file).map_err(|error| format!("{}: {error}", file.display()))?;
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&text).collect();
    // What the parser says of a bad line quotes it, and the file may be a key.
    match found {
        Ok(found) if !found.is_empty() => Ok(found),
        Ok(_) => Err(format!("{}: no certificate in PEM", file.display())),
        Err(_) => Err(format!("{}: its PEM is broken", file.display())),
    }
}
