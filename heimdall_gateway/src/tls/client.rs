//! The certificate that the database is shown, where it lets in whoever has one (`cert` or `clientcert` in `pg_hba.conf`).

use std::sync::Arc;

use rustls::ClientConfig;
use rustls::sign::{CertifiedKey, SingleCertAndKey};

use super::{Refusal, authorities, key};
use crate::config::{ClientCertificate, Environment, Tls};

/// What is asked of the database: as of others, with a certificate of ours where there is one.
///
/// # Errors
/// Where certificate or key cannot be used.
pub fn database_config(
    client: &ClientConfig,
    tls: &Tls,
    environment: Environment,
) -> Result<ClientConfig, Refusal> {
    let mut config = client.clone();
    if let Some(files) = &tls.database {
        config.client_auth_cert_resolver = Arc::new(SingleCertAndKey::from(read(files, environment)?));
    }
    Ok(config)
}

/// Whether certificate and key can be used, where there are such files.
///
/// # Errors
/// Why not.
pub fn check_client(tls: &Tls, environment: Environment) -> Result<(), Refusal> {
    tls.database.as_ref().map_or(Ok(()), |files| read(files, environment).map(drop))
}

fn read(files: &ClientCertificate, environment: Environment) -> Result<CertifiedKey, Refusal> {
    let refused_key = |reason: String| Refusal { variable: "HMD_DATABASE_TLS_KEY", reason };
    let chain = authorities::certificates(&files.certificate)
        .map_err(|reason| Refusal { variable: "HMD_DATABASE_TLS_CERT", reason })?;
    let key = key::read(&files.key, environment).map_err(|refusal| refused_key(refusal.reason))?;
    CertifiedKey::from_der(chain, key, &super::provider()).map_err(|error| {
        let reason = match error {
            rustls::Error::InconsistentKeys(_) => {
                "it is not the key of the certificate in HMD_DATABASE_TLS_CERT"
            }
            _ => "it is of a kind that TLS has no use for",
        };
        refused_key(format!("{}: {reason}", files.key.display()))
    })
}
