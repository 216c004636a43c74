//! TLS 1.3: our certificate, and the authorities that we believe. A certificate is checked as a client would check it
//! before any client sees it, at the start and whenever the files change.

mod authorities;
mod believed;
mod certificate;
mod check;
mod client;
mod key;
mod refusal;
mod reload;

use std::path::Path;
use std::sync::Arc;

use rustls::client::Resumption;
use rustls::crypto::CryptoProvider;
use rustls::{ClientConfig, ConfigBuilder, ServerConfig, WantsVerifier};

pub use check::{Pair, check};
pub use client::{check_client, database_config};
pub use refusal::Refusal;
pub use reload::{Certificates, Reload, Status};

/// For what the client of the command line asks: the authorities of the system and of that file.
///
/// # Errors
/// Where the file has none.
pub fn client_config(authorities: Option<&Path>) -> Result<Arc<ClientConfig>, String> {
    let roots = authorities::roots(authorities).map_err(|refusal| refusal.to_string())?;
    Ok(Arc::new(client()?.with_root_certificates(roots).with_no_client_auth()))
}

/// For what the gateway asks of others: each handshake believes the authorities of that moment.
///
/// # Errors
/// Where the provider of cryptography has no TLS.
pub fn reloaded_client_config(certificates: Arc<Certificates>) -> Result<ClientConfig, String> {
    let verified = client()?.dangerous().with_custom_certificate_verifier(certificates);
    let mut config = verified.with_no_client_auth();
    // A session that is taken up again shows no certificate: whoever has signed it would be believed for as long as it lasts.
    config.resumption = Resumption::disabled();
    Ok(config)
}

fn client() -> Result<ConfigBuilder<ClientConfig, WantsVerifier>, String> {
    ClientConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())
}

/// What we show to clients: each handshake takes the certificate of that moment.
///
/// # Errors
/// Where the provider of cryptography has no TLS 1.3.
pub fn server_config(certificates: Arc<Certificates>) -> Result<Arc<ServerConfig>, String> {
    let builder = ServerConfig::builder_with_provider(provider())
        .with_protocol_versions(&[&rustls::version::TLS13])
        .map_err(|error| error.to_string())?;
    let mut config = builder.with_no_client_auth().with_cert_resolver(certificates);
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}

fn provider() -> Arc<CryptoProvider> {
    Arc::new(rustls::crypto::ring::default_provider())
}
