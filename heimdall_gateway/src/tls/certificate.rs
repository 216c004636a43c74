//! A certificate is looked at as a client would: dates, names, size of the key, and whether somebody we believe has signed it.

use jiff::Timestamp;
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::ServerCertVerifier;
use rustls::pki_types::{CertificateDer, IpAddr, ServerName, UnixTime};
use rustls::{CertificateError, Error};
use x509_parser::certificate::X509Certificate;
use x509_parser::extensions::GeneralName;
use x509_parser::prelude::FromDer;
use x509_parser::public_key::PublicKey;

/// The least that counts as safe (NIST SP 800-57, 112 bits).
const RSA_BITS: usize = 2048;

/// Until when the chain is good.
///
/// # Errors
/// What a client would object to.
pub fn examine(
    chain: &[CertificateDer<'_>],
    verifier: &WebPkiServerVerifier,
    host: Option<&str>,
) -> Result<Timestamp, String> {
    let (leaf, issuers) = chain.split_first().ok_or("no certificate")?;
    let parsed = parse(leaf)?;
    if parsed.issuer() == parsed.subject() && parsed.verify_signature(None).is_ok() {
        return Err("it is self-signed: an authority has to sign it".to_owned());
    }
    let (from, until) = validity(&parsed)?;
    let now = Timestamp::now();
    if now < from {
        return Err(format!("it is not valid before {from}"));
    }
    if until < now {
        return Err(format!("it has expired on {until}"));
    }
    if let Ok(PublicKey::RSA(key)) = parsed.public_key().parsed()
        && key.key_size() < RSA_BITS
    {
        return Err(format!("its RSA key has {} bits, {RSA_BITS} are the least", key.key_size()));
    }
    let name = match host {
        Some(host) => ServerName::try_from(host.trim_start_matches('[').trim_end_matches(']').to_owned())
            .map_err(|_| format!("HMD_PUBLIC_URL has no host that a certificate can name: {host}"))?,
        None => own_name(&parsed)?,
    };
    verify(leaf, issuers, verifier, &name)?;
    // Clients stop to believe with the first of the chain that expires.
    let ends: Result<Vec<_>, _> =
        chain.iter().map(|one| validity(&parse(one)?).map(|dates| dates.1)).collect();
    Ok(ends?.into_iter().min().unwrap_or(until))
}

fn parse<'a>(certificate: &'a CertificateDer<'_>) -> Result<X509Certificate<'a>, String> {
    X509Certificate::from_der(certificate)
        .map(|(_, parsed)| parsed)
        .map_err(|_| "it cannot be read as an X.509 certificate".to_owned())
}

fn validity(certificate: &X509Certificate<'_>) -> Result<(Timestamp, Timestamp), String> {
    let validity = certificate.validity();
    let dates = (
        Timestamp::from_second(validity.not_before.timestamp()),
        Timestamp::from_second(validity.not_after.timestamp()),
    );
    match dates {
        (Ok(from), Ok(until)) => Ok((from, until)),
        _ => Err("its dates are out of range".to_owned()),
    }
}

/// A name that the certificate is good for.
fn own_name(certificate: &X509Certificate<'_>) -> Result<ServerName<'static>, String> {
    let names = certificate.subject_alternative_name().ok().flatten();
    let names = names.map(|extension| extension.value.general_names.as_slice()).unwrap_or_default();
    names
        .iter()
        .find_map(|name| match name {
            GeneralName::DNSName(name) => ServerName::try_from(name.replacen('*', "any", 1)).ok(),
            GeneralName::IPAddress(bytes) => address(bytes).map(ServerName::IpAddress),
            _ => None,
        })
        .ok_or_else(|| "it names no host: a subject alternative name is missing".to_owned())
}

fn address(bytes: &[u8]) -> Option<IpAddr> {
    let address: Option<std::net::IpAddr> = match bytes.len() {
        4 => <[u8; 4]>::try_from(bytes).ok().map(Into::into),
        _ => <[u8; 16]>::try_from(bytes).ok().map(Into::into),
    };
    address.map(Into::into)
}

/// As a client does it.
fn verify(
    leaf: &CertificateDer<'_>,
    issuers: &[CertificateDer<'_>],
    verifier: &WebPkiServerVerifier,
    name: &ServerName<'_>,
) -> Result<(), String> {
    match verifier.verify_server_cert(leaf, issuers, name, &[], UnixTime::now()) {
        Ok(_) => Ok(()),
        Err(Error::InvalidCertificate(error)) => Err(reason(&error, name)),
        Err(error) => Err(error.to_string()),
    }
}

fn reason(error: &CertificateError, name: &ServerName<'_>) -> String {
    match error {
        // Another authority of the same name has signed it.
        CertificateError::UnknownIssuer | CertificateError::BadSignature => {
            "its chain ends in no authority of the system or of HMD_TLS_CA".to_owned()
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            format!("it does not name {}", name.to_str())
        }
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
            "a certificate of its chain has expired".to_owned()
        }
        CertificateError::InvalidPurpose | CertificateError::InvalidPurposeContext { .. } => {
            "it is not meant for servers".to_owned()
        }
        other => other.to_string(),
    }
}
