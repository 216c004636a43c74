//! Digests whose algorithm the source declares.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::fingerprint::base64;
use super::{IMPHASH, canonical_hash, error};
use crate::canonical::CanonicalError;

/// What a digest is made with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum HashKind {
    /// MD5 (RFC 1321).
    Md5,
    /// SHA-1 (FIPS 180-4).
    Sha1,
    /// SHA-224 (FIPS 180-4).
    Sha224,
    /// SHA-256 (FIPS 180-4).
    Sha256,
    /// SHA-384 (FIPS 180-4).
    Sha384,
    /// SHA-512 (FIPS 180-4).
    Sha512,
    /// Context-triggered piecewise hash.
    Ssdeep,
    /// Locality-sensitive hash of Trend Micro.
    Tlsh,
    /// MD5 of the names that a Windows program imports.
    Imphash,
}

impl HashKind {
    /// The name in SQL and in mappings.
    pub const fn name(self) -> &'static str {
        match self {
            HashKind::Md5 => "md5",
            HashKind::Sha1 => "sha1",
            HashKind::Sha224 => "sha224",
            HashKind::Sha256 => "sha256",
            HashKind::Sha384 => "sha384",
            HashKind::Sha512 => "sha512",
            HashKind::Ssdeep => "ssdeep",
            HashKind::Tlsh => "tlsh",
            HashKind::Imphash => "imphash",
        }
    }

    /// Hexadecimal digits of a cryptographic digest.
    const fn digits(self) -> Option<usize> {
        match self {
            HashKind::Md5 => Some(32),
            HashKind::Sha1 => Some(40),
            HashKind::Sha224 => Some(56),
            HashKind::Sha256 => Some(64),
            HashKind::Sha384 => Some(96),
            HashKind::Sha512 => Some(128),
            HashKind::Ssdeep | HashKind::Tlsh | HashKind::Imphash => None,
        }
    }
}

/// The canonical text of a digest that the source declares to be of that kind.
///
/// One that is of another kind, by its length or by the name before it, is refused. Bare digits that are
/// declared an imphash get its name, without which they would be an MD5 digest. Base64 of the right length is read
/// where a cryptographic digest is declared.
pub fn canonical_hash_as(raw: &str, kind: HashKind) -> Result<Cow<'_, str>, CanonicalError> {
    let text = match (canonical_hash(raw), kind.digits()) {
        (Ok(text), _) => text,
        (Err(error), None) => return Err(error),
        (Err(error), Some(digits)) => Cow::Owned(base64(raw.trim_ascii(), digits).ok_or(error)?),
    };
    let bare = kind == HashKind::Imphash && shape(&text) == HashKind::Md5 && !raw.contains(':');
    if bare {
        return Ok(Cow::Owned(format!("{IMPHASH}:{text}")));
    }
    if shape(&text) != kind {
        return Err(error("not the digest that it is declared to be"));
    }
    Ok(text)
}

/// The kind of a canonical digest; `None` for what is no canonical digest.
pub fn hash_kind(canonical: &str) -> Option<HashKind> {
    canonical_hash(canonical).ok().filter(|text| text == canonical).map(|text| shape(&text))
}

/// The kind of a text that [`canonical_hash`] gave.
fn shape(canonical: &str) -> HashKind {
    match canonical.len() {
        _ if canonical.starts_with(IMPHASH) => HashKind::Imphash,
        _ if canonical.contains(':') => HashKind::Ssdeep,
        32 => HashKind::Md5,
        40 => HashKind::Sha1,
        56 => HashKind::Sha224,
        64 => HashKind::Sha256,
        96 => HashKind::Sha384,
        128 => HashKind::Sha512,
        _ => HashKind::Tlsh,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_declared_digest_may_be_base64() {
        let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        let base64 = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";
        assert_eq!(canonical_hash_as(base64, HashKind::Sha256).unwrap(), empty);
        assert!(canonical_hash_as(base64, HashKind::Sha1).is_err());
        assert!(canonical_hash_as(base64, HashKind::Tlsh).is_err());
        assert!(canonical_hash(base64).is_err());
    }

    #[test]
    fn declared_digests() {
        for (digits, kind) in [
            (32, HashKind::Md5),
            (40, HashKind::Sha1),
            (56, HashKind::Sha224),
            (64, HashKind::Sha256),
            (96, HashKind::Sha384),
            (128, HashKind::Sha512),
        ] {
            let text = canonical_hash_as(&"A".repeat(digits), kind).unwrap().into_owned();
            assert_eq!((text.as_str(), hash_kind(&text)), ("a".repeat(digits).as_str(), Some(kind)));
            assert!(canonical_hash_as(&text, HashKind::Tlsh).is_err());
            assert!(canonical_hash_as(&format!("0x{}", "a".repeat(digits)), kind).is_ok());
        }
        let tlsh = canonical_hash_as(&"6f".repeat(35), HashKind::Tlsh).unwrap().into_owned();
        assert_eq!(hash_kind(&tlsh), Some(HashKind::Tlsh));
        assert!(canonical_hash_as("96:AbcdEfgh:aBcD", HashKind::Ssdeep).is_ok());
        assert_eq!(hash_kind("96:AbcdEfgh:aBcD"), Some(HashKind::Ssdeep));
    }

    #[test]
    fn a_declared_imphash_has_its_name() {
        let digits = "ab".repeat(16);
        let canonical = format!("imphash:{digits}");
        for raw in [digits.to_uppercase(), canonical.clone(), format!("Imphash:{digits}")] {
            assert_eq!(canonical_hash_as(&raw, HashKind::Imphash).unwrap(), canonical);
        }
        assert_eq!(hash_kind(&canonical), Some(HashKind::Imphash));
        assert!(canonical_hash_as(&canonical, HashKind::Md5).is_err());
        assert!(canonical_hash_as(&format!("md5:{digits}"), HashKind::Imphash).is_err());
        assert!(canonical_hash_as(&"ab".repeat(20), HashKind::Imphash).is_err());
    }

    #[test]
    fn only_canonical_texts_have_a_kind() {
        for text in ["", "abc", "ABABABABABABABABABABABABABABABAB", "md5:abababababababababababababababab"] {
            assert_eq!(hash_kind(text), None, "{text}");
        }
    }

    #[test]
    fn names_are_lower_case() {
        assert_eq!(serde_json::to_string(&HashKind::Sha256).unwrap(), "\"sha256\"");
        assert_eq!(serde_json::from_str::<HashKind>("\"imphash\"").unwrap(), HashKind::Imphash);
    }
}
