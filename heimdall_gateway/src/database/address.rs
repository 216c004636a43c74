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

/// The address, with what it leaves open; where a database is named, of that one on the same server.
///
/// # Errors
/// Where it is none. What it is is not said: there may be a password in it.
pub fn read(config: &config::Database, database: Option<&str>) -> Result<tokio_postgres::Config, String> {
    let mut address =
        config::database_address(config.url.expose()).ok_or("HMD_DATABASE_URL: no address of a database")?;
    if let Some(database) = database {
        address.dbname(database);
    }
    Ok(complete(address, config.wait))
}

/// The same of the replica. Its database is the tenant's; where there are none that of its address, or that of the primary.
///
/// # Errors
/// Where it is none.
pub fn read_replica(
    replica: &config::Replica,
    primary: &tokio_postgres::Config,
    database: Option<&str>,
    wait: Duration,
) -> Result<tokio_postgres::Config, String> {
    let mut address = config::database_address(replica.url.expose())
        .ok_or("HMD_DATABASE_REPLICA_URL: no address of a database")?;
    let same = if address.get_dbname().is_none() { primary.get_dbname() } else { None };
    if let Some(database) = database.or(same) {
        address.dbname(database);
    }
    Ok(complete(address, wait))
}

fn complete(mut address: tokio_postgres::Config, wait: Duration) -> tokio_postgres::Config {
    if address.get_application_name().is_none() {
        address.application_name("heimdall_gateway");
    }
    if address.get_connect_timeout().is_none() {
        address.connect_timeout(wait);
    }
    if address.get_tcp_user_timeout().is_none() {
        address.tcp_user_timeout(IDLE + INTERVAL * RETRIES);
    }
    address.keepalives_idle(IDLE).keepalives_interval(INTERVAL).keepalives_retries(RETRIES);
    passfile::fill(&mut address);
    address
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

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio_postgres::config::SslMode;

    use super::{IDLE, read, read_replica};
    use crate::config::{Database, Prepared, Replica, Secret};

    fn address_of(url: &str, database: Option<&str>) -> Result<tokio_postgres::Config, String> {
        let second = Duration::from_secs(1);
        let config = Database {
            url: Secret::new(url),
            graph: "heimdall_graph".to_owned(),
            connections: 2,
            wait: second,
            prepared: Prepared::Off,
            statement_timeout: second,
            upkeep_timeout: second,
            replica: None,
        };
        read(&config, database)
    }

    fn address(url: &str) -> Result<tokio_postgres::Config, String> {
        address_of(url, None)
    }

    #[test]
    fn the_database_of_a_replica_is_that_of_the_primary() {
        let primary = address("postgresql://u:p@db.example/tenant").expect("an address");
        let of = |url: &str, database: Option<&str>| {
            let replica = Replica { url: Secret::new(url), lag: Duration::ZERO };
            let address = read_replica(&replica, &primary, database, Duration::ZERO).expect("an address");
            address.get_dbname().map(str::to_owned)
        };
        let database = |url: &str| of(url, None);
        assert_eq!(database("postgresql://u:p@copy.example").as_deref(), Some("tenant"));
        assert_eq!(database("postgresql://u:p@pooler.example/tenant_ro").as_deref(), Some("tenant_ro"));
        assert_eq!(of("postgresql://u:p@copy.example/heimdall", Some("acme")).as_deref(), Some("acme"));
    }

    #[test]
    fn what_libpq_calls_verified_is_required_here() {
        for (query, mode) in [
            ("", SslMode::Prefer),
            ("?sslmode=disable", SslMode::Disable),
            ("?sslmode=require", SslMode::Require),
            ("?sslmode=verify-ca", SslMode::Require),
            ("?sslmode=verify-full", SslMode::Require),
        ] {
            let address = address(&format!("postgresql://u:p@db.example/heimdall{query}"));
            assert_eq!(address.map(|address| address.get_ssl_mode()), Ok(mode), "{query}");
        }
    }

    #[test]
    fn another_database_has_the_rest_of_the_address() {
        let url = "postgresql://u:p@db.example:5433/heimdall?sslmode=require";
        let of_tenant = address_of(url, Some("heimdall/two")).expect("an address");
        assert_eq!(of_tenant.get_dbname(), Some("heimdall/two"));
        let mut expected = address(url).expect("an address");
        expected.dbname("heimdall/two");
        assert_eq!(of_tenant, expected);
    }

    #[test]
    fn a_silent_peer_is_given_up_unless_the_address_says_otherwise() {
        let plain = address("postgresql://u:p@db.example/heimdall").expect("an address");
        assert_eq!(plain.get_keepalives_idle(), IDLE);
        assert!(plain.get_tcp_user_timeout().is_some());
        let own = address("postgresql://u:p@db.example/heimdall?tcp_user_timeout=7&application_name=x");
        let own = own.expect("an address");
        assert_eq!(own.get_tcp_user_timeout(), Some(&Duration::from_secs(7)));
        assert_eq!(own.get_application_name(), Some("x"));
    }

    #[test]
    fn an_address_that_is_none_is_not_shown() {
        let error = address("postgresql://u:hunter2@db.example/heimdall?sslmode=hunter2").expect_err("none");
        assert!(!error.contains("hunter2"), "{error}");
    }
}
