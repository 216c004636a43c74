//! Where development ends.

use rustls::pki_types::CertificateDer;
use serde_json::Value;
use x509_parser::prelude::X509Name;

use super::{DISCOVERY_MARK, ORGANISATION};
use crate::config::{Config, Environment};
use crate::tls;

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

/// That a gateway in production has nothing of the development authority's, and that one in development is reached from its own
/// machine alone.
///
/// # Errors
/// Which setting is at odds with the environment.
pub fn check(config: &Config) -> Result<(), String> {
    if config.environment == Environment::Development {
        return if config.listen.is_loopback() {
            Ok(())
        } else {
            Err("HMD_HOST: in development (HMD_ENVIRONMENT) an address of this machine alone, as 127.0.0.1"
                .to_owned())
        };
    }
    check_authorities("HMD_TLS_CERT", config.environment, &tls::certificates(&config.tls.certificate)?)?;
    match &config.tls.authorities {
        Some(path) => check_authorities("HMD_TLS_CA", config.environment, &tls::certificates(path)?),
        None => Ok(()),
    }
}

/// That in production none of those certificates is the development authority's, or signed by it.
///
/// # Errors
/// Where one is, with the name of the variable.
pub fn check_authorities(
    variable: &str,
    environment: Environment,
    certificates: &[CertificateDer<'_>],
) -> Result<(), String> {
    if environment == Environment::Production && certificates.iter().any(is_of_development) {
        return Err(format!(
            "{variable}: it is of the development authority, which production does not believe"
        ));
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
