//! A certificate authority of this machine, and what it signs: one certificate, for this machine.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use rcgen::{
    BasicConstraints, CertificateParams, CidrSubnet, DnType, ExtendedKeyUsagePurpose, GeneralSubtree, IsCa,
    Issuer, KeyPair, KeyUsagePurpose, NameConstraints,
};
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

use super::{ORGANISATION, file};

const DAY: Duration = Duration::from_secs(86_400);

/// What of a folder is what.
pub struct Files {
    /// The authority, for those who are to believe it.
    pub authority: PathBuf,
    /// Our certificate.
    pub certificate: PathBuf,
    /// Its key.
    pub key: PathBuf,
}

impl Files {
    /// TLS 1.3 with that certificate.
    ///
    /// # Errors
    /// Where the files do not fit together.
    pub fn server_config(&self) -> Result<ServerConfig, String> {
        let chain = CertificateDer::from_pem_file(&self.certificate).map_err(|error| error.to_string())?;
        let key = PrivateKeyDer::from_pem_file(&self.key).map_err(|_| "no private key in PEM".to_owned())?;
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_protocol_versions(&[&rustls::version::TLS13])
            .and_then(|builder| builder.with_no_client_auth().with_single_cert(vec![chain], key))
            .map_err(|error| error.to_string())?;
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        Ok(config)
    }
}

/// Makes in the folder what is missing, and anew what ends soon: an authority, and a certificate by it for `localhost`,
/// 127.0.0.1 and ::1.
///
/// # Errors
/// Where the folder cannot be written.
pub fn make(folder: &Path) -> Result<Files, String> {
    file::folder(folder)?;
    let files = Files {
        authority: folder.join("ca.pem"),
        certificate: folder.join("localhost.pem"),
        key: folder.join("localhost.key"),
    };
    let authority_key = folder.join("ca.key");
    let known = match file::read(&authority_key)? {
        Some(pem) if lasts(&files.authority, DAY * 180, None) => KeyPair::from_pem(&pem).ok(),
        _ => None,
    };
    let (key, is_new) = match known {
        Some(key) => (key, false),
        None => (KeyPair::generate().map_err(told)?, true),
    };
    let authority = authority(&key)?;
    if is_new {
        let certificate = authority.self_signed(&key).map_err(told)?;
        file::write(&authority_key, &key.serialize_pem(), 0o600)?;
        file::write(&files.authority, &certificate.pem(), 0o644)?;
    }
    if !lasts(&files.certificate, DAY * 30, Some(&files.authority)) || !files.key.exists() {
        let own = KeyPair::generate().map_err(told)?;
        let certificate = localhost()?.signed_by(&own, &Issuer::new(authority, key)).map_err(told)?;
        file::write(&files.key, &own.serialize_pem(), 0o600)?;
        file::write(&files.certificate, &certificate.pem(), 0o644)?;
    }
    Ok(files)
}

/// Whoever believes this authority believes it about this machine alone.
fn authority(key: &KeyPair) -> Result<CertificateParams, String> {
    let mut params = CertificateParams::new(Vec::new()).map_err(told)?;
    params.distinguished_name.push(DnType::OrganizationName, ORGANISATION);
    // Authorities of one name and different keys confuse those who believe several.
    let name = format!("Authority {}", fingerprint(key));
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    let one = |address, bits| GeneralSubtree::IpAddress(CidrSubnet::from_addr_prefix(address, bits));
    params.name_constraints = Some(NameConstraints {
        permitted_subtrees: vec![
            GeneralSubtree::DnsName("localhost".to_owned()),
            one(IpAddr::V4(Ipv4Addr::LOCALHOST), 32),
            one(IpAddr::V6(Ipv6Addr::LOCALHOST), 128),
        ],
        excluded_subtrees: Vec::new(),
    });
    last(&mut params, DAY * 1_825);
    Ok(params)
}

fn localhost() -> Result<CertificateParams, String> {
    let names = ["localhost", "127.0.0.1", "::1"].map(str::to_owned);
    let mut params = CertificateParams::new(names).map_err(told)?;
    params.distinguished_name.push(DnType::CommonName, "localhost");
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params.use_authority_key_identifier_extension = true;
    last(&mut params, DAY * 90);
    Ok(params)
}

fn last(params: &mut CertificateParams, time: Duration) {
    let now = SystemTime::now();
    params.not_before = (now - Duration::from_secs(300)).into();
    params.not_after = (now + time).into();
}

fn fingerprint(key: &KeyPair) -> String {
    use sha2::Digest;
    let digest = sha2::Sha256::digest(key.public_key_raw());
    digest.iter().take(4).map(|byte| format!("{byte:02x}")).collect()
}

/// Whether the certificate in that file is good for so long, and by that authority.
fn lasts(path: &Path, time: Duration, authority: Option<&Path>) -> bool {
    let Ok(der) = CertificateDer::from_pem_file(path) else { return false };
    let Ok((_, certificate)) = x509_parser::parse_x509_certificate(&der) else { return false };
    let left = certificate.validity().time_to_expiration().and_then(|left| Duration::try_from(left).ok());
    if left.is_none_or(|left| left < time) {
        return false;
    }
    let Some(authority) = authority else { return true };
    let Ok(der) = CertificateDer::from_pem_file(authority) else { return false };
    x509_parser::parse_x509_certificate(&der)
        .is_ok_and(|(_, authority)| certificate.verify_signature(Some(authority.public_key())).is_ok())
}

fn told(error: rcgen::Error) -> String {
    format!("the certificate cannot be made: {error}")
}
