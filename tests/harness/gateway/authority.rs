//! A certificate authority of the tests.

use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use rcgen::{
    BasicConstraints, Certificate, CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose,
};

/// An authority and the folder with what it has signed. Made once in a run.
pub struct Authority {
    certificate: Certificate,
    issuer: Issuer<'static, KeyPair>,
    folder: PathBuf,
}

impl Authority {
    /// That of this run.
    pub fn of_the_run() -> &'static Authority {
        static AUTHORITY: OnceLock<Authority> = OnceLock::new();
        AUTHORITY.get_or_init(Authority::new)
    }

    /// A new one, with a folder of its own.
    ///
    /// # Panics
    /// Where the folder cannot be made.
    pub fn new() -> Authority {
        let mut params = CertificateParams::new(Vec::new()).expect("no names");
        params.distinguished_name.push(DnType::CommonName, "Authority of the tests");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let key = KeyPair::generate().expect("a key");
        let certificate = params.self_signed(&key).expect("signed");
        let number: u64 = fastrand::u64(..);
        let folder = std::env::temp_dir().join(format!("heimdall-gateway-{}-{number:x}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a folder for certificates");
        std::fs::write(folder.join("ca.pem"), certificate.pem()).expect("written");
        Authority { certificate, issuer: Issuer::new(params, key), folder }
    }

    /// Where files of the tests may lie.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The authority's own certificate, a file in PEM.
    pub fn certificate_file(&self) -> PathBuf {
        self.folder.join("ca.pem")
    }

    /// The authority's own certificate in PEM.
    pub fn pem(&self) -> String {
        self.certificate.pem()
    }

    /// A certificate for `localhost` and 127.0.0.1, with what `change` makes of it: files of certificate and key.
    ///
    /// # Panics
    /// Where it cannot be made.
    pub fn sign(&self, name: &str, change: impl FnOnce(&mut CertificateParams)) -> (PathBuf, PathBuf) {
        let mut params =
            CertificateParams::new(vec!["localhost".to_owned(), "127.0.0.1".to_owned()]).expect("names");
        params.distinguished_name.push(DnType::CommonName, "localhost");
        change(&mut params);
        let key = KeyPair::generate().expect("a key");
        let certificate = params.signed_by(&key, &self.issuer).expect("signed");
        let (cert_file, key_file) =
            (self.folder.join(format!("{name}.pem")), self.folder.join(format!("{name}.key")));
        std::fs::write(&cert_file, certificate.pem()).expect("written");
        write_key(&key_file, &key);
        (cert_file, key_file)
    }

    /// What signs, for certificates of a kind that [`Authority::sign`] does not make.
    pub fn signer(&self) -> &Issuer<'static, KeyPair> {
        &self.issuer
    }
}

/// A key into a file that nobody else reads.
///
/// # Panics
/// Where it cannot be written.
pub fn write_key(file: &Path, key: &KeyPair) {
    // A file that is there may have been made without the right to write it.
    let _ = std::fs::remove_file(file);
    let opened = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(file);
    opened.and_then(|mut file| file.write_all(key.serialize_pem().as_bytes())).expect("written");
}

impl Default for Authority {
    fn default() -> Self {
        Authority::new()
    }
}

impl Drop for Authority {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}
