//! The private key's file.

use std::os::unix::fs::MetadataExt;
use std::path::Path;

use rustls::pki_types::PrivateKeyDer;
use rustls::pki_types::pem::PemObject;
use zeroize::Zeroizing;

use super::Refusal;
use crate::config::Environment;

/// What everybody may do with a file.
const OTHERS: u32 = 0o007;

/// The key. In production others may not read its file; its group may, as certificate tools and systemd credentials have it.
pub fn read(file: &Path, environment: Environment) -> Result<PrivateKeyDer<'static>, Refusal> {
    let refused = |why: &dyn std::fmt::Display| Refusal::key(format!("{}: {why}", file.display()));
    let mode = std::fs::metadata(file).map_err(|error| refused(&error))?.mode();
    if environment == Environment::Production && mode & OTHERS != 0 {
        return Err(refused(&"others can read it: chmod 400"));
    }
    let text = Zeroizing::new(std::fs::read(file).map_err(|error| refused(&error))?);
    // What the parser says of a bad line quotes it.
    PrivateKeyDer::from_pem_slice(&text)
        .map_err(|_| refused(&"no private key in PEM (PKCS#8, PKCS#1 or SEC1, without a passphrase)"))
}
