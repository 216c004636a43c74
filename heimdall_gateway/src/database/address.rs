//! Where the database is, and how the way there is protected and watched.

use std::sync::Arc;
use std::time::Duration;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{DigitallySignedStruct, Error, SignatureScheme};
use tokio_postgres::config::SslMode;

use super::passfile;
use crate::config;

/// What a silent peer is asked after so long, so often, so many times: it is given up after half a minute.
const IDLE: Duration = Duration::from_secs(15);
const INTERVAL: Duration = Duration::from_secs(5);
const RETRIES: u32 = 3;

/// The address, with what it leaves open.
///
/// # Errors
/// Where it is none. What it is is not said: there may be a password in it.
pub fn read(config: &config::Database) -> Result<tokio_postgres::Config, String> {
    // With us, whoever requires TLS has certificate and name checked: there is no weaker kind.
    let url = ["verify-full", "verify-ca"].iter().fold(config.url.expose().to_owned(), |url, mode| {
        url.replace(&format!("sslmode={mode}"), "sslmode=require")
    });
    let mut address: tokio_postgres::Config = url.parse().map_err(|_| {
        "HMD_DATABASE_URL: an address is expected, postgresql://user@host:port/database?sslmode=require"
            .to_owned()
    })?;
    if address.get_application_name().is_none() {
        address.application_name("heimdall_gateway");
    }
    if address.get_connect_timeout().is_none() {
        address.connect_timeout(config.wait);
    }
    if address.get_tcp_user_timeout().is_none() {
        address.tcp_user_timeout(IDLE + INTERVAL * RETRIES);
    }
    address.keepalives_idle(IDLE).keepalives_interval(INTERVAL).keepalives_retries(RETRIES);
    passfile::fill(&mut address);
    Ok(address)
}

/// TLS on the way there. Where nobody requires it, it is taken if there is some, and as libpq does then, whatever the
/// certificate: who could show a wrong one could as well say that there is no TLS.
pub fn tls(address: &tokio_postgres::Config, tls: &rustls::ClientConfig) -> rustls::ClientConfig {
    let mut tls = tls.clone();
    if address.get_ssl_mode() == SslMode::Prefer {
        let provider = Arc::clone(tls.crypto_provider());
        tls.dangerous().set_certificate_verifier(Arc::new(Unverified(provider)));
    }
    tls
}

/// Believes any certificate, as long as its owner is at the other end.
#[derive(Debug)]
struct Unverified(Arc<CryptoProvider>);

impl ServerCertVerifier for Unverified {
    fn verify_server_cert(
        &self,
        _certificate: &CertificateDer<'_>,
        _chain: &[CertificateDer<'_>],
        _name: &ServerName<'_>,
        _ocsp: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, certificate, signed, &self.0.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, certificate, signed, &self.0.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
