//! Where development ends.

use rustls::pki_types::CertificateDer;
use serde_json::Value;
use x509_parser::prelude::X509Name;

use super::{DISCOVERY_MARK, ORGANISATION};
use crate::config::{Environment, Listen};

/// For what must not run anywhere else than on a developer's machine.
///
/// # Errors
/// Outside development.
pub fn only_here() -> Result<(), String> {
    match std::env::var("HMD_ENVIRONMENT").as_deref() {
        Ok("development") => Ok(()),
        _ => Err("This is for development alone: set HMD_ENVIRONMENT=development".to_owned()),
    }
}

/// That a gateway in development is reached from its own machine alone.
///
/// # Errors
/// Where it would be reached by others.
pub fn check_listen(environment: Environment, listen: &Listen) -> Result<(), String> {
    if environment == Environment::Development && !listen.is_loopback() {
        return Err(
            "in development (HMD_ENVIRONMENT) an address of this machine alone, as 127.0.0.1".to_owned()
        );
    }
    Ok(())
}

/// That in production none of those certificates is the development authority's, or signed by it.
///
/// # Errors
/// Where one is.
pub fn check_authorities(
    environment: Environment,
    certificates: &[CertificateDer<'_>],
) -> Result<(), String> {
    if environment == Environment::Production && certificates.iter().any(is_of_development) {
        return Err("it is of the development authority, which production does not believe".to_owned());
    }
    Ok(())
}

/// That in production the issuer of that discovery document is not the development identity provider.
///
/// # Errors
/// Where it is.
pub fn check_issuer(environment: Environment, document: &Value) -> Result<(), String> {
    if environment == Environment::Production && document.get(DISCOVERY_MARK).is_some() {
        return Err("it is the development identity provider, which production does not believe".to_owned());
    }
    Ok(())
}

fn is_of_development(certificate: &CertificateDer<'_>) -> bool {
    let marked = |name: &X509Name<'_>| {
        name.iter_organization().any(|organisation| organisation.as_str() == Ok(ORGANISATION))
    };
    x509_parser::parse_x509_certificate(certificate)
        .is_ok_and(|(_, certificate)| marked(certificate.issuer()) || marked(certificate.subject()))
}
