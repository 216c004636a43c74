//! Digests of files and messages: cryptographic ones in hexadecimal, ssdeep and TLSH by their shape.

mod declared;
mod fingerprint;

use std::borrow::Cow;

pub use declared::{HashKind, canonical_hash_as, hash_kind};

use super::limit::trimmed;
use super::{CanonicalError, Kind};

/// Names that reports put before a digest, with the hexadecimal digits that the digest has.
const PREFIXES: [(&str, usize); 11] = [
    ("md5", 32),
    ("sha1", 40),
    ("sha-1", 40),
    ("sha224", 56),
    ("sha-224", 56),
    ("sha256", 64),
    ("sha-256", 64),
    ("sha384", 96),
    ("sha-384", 96),
    ("sha512", 128),
    ("sha-512", 128),
];

/// The name that the digest of a program's imports keeps, and its hexadecimal digits.
const IMPHASH: &str = "imphash";
const IMPHASH_DIGITS: usize = 32;

/// Hexadecimal digits of a TLSH digest without its version.
const TLSH_DIGITS: usize = 70;

/// The canonical text of a digest.
///
/// MD5, SHA-1 and SHA-2 digests are lower-case hexadecimal, told apart by their length; `sha256:` and the
/// like, and `0x`, are dropped. Fingerprints of certificates (octets with colons) and of SSH keys (`SHA256:` and
/// Base64) are such digests as well. TLSH is upper case with its version (`T1…`), which older tools leave out.
/// ssdeep (`block size:signature:signature`) is Base64 and keeps its case. An imphash, which looks like an MD5
/// digest but is one of the names that a program imports, keeps its name: `imphash:…`.
pub fn canonical_hash(raw: &str) -> Result<Cow<'_, str>, CanonicalError> {
    let value = trimmed(Kind::Hash, raw)?;
    if value.bytes().all(|b| b.is_ascii_hexdigit()) {
        return hexadecimal(value, None);
    }
    if let Some((name, rest)) = value.split_once(':') {
        let known = PREFIXES.iter().find(|(prefix, _)| prefix.eq_ignore_ascii_case(name));
        if let Some(&(_, digits)) = known {
            let rest = rest.trim_ascii_start();
            return match fingerprint::octets(rest).or_else(|| fingerprint::base64(rest, digits)) {
                Some(hex) => hexadecimal(&hex, Some(digits)).map(|text| Cow::Owned(text.into_owned())),
                None => hexadecimal(rest, Some(digits)),
            };
        }
        if let Some(hex) = fingerprint::octets(value) {
            return hexadecimal(&hex, None).map(|text| Cow::Owned(text.into_owned()));
        }
        if name.eq_ignore_ascii_case(IMPHASH) {
            return imphash(value, rest.trim_ascii_start());
        }
        if name.eq_ignore_ascii_case("tlsh") {
            return tlsh(rest.trim_ascii_start());
        }
        let signature = if name.eq_ignore_ascii_case("ssdeep") { rest.trim_ascii_start() } else { value };
        return ssdeep(signature);
    }
    if let Some(digits) = value.strip_prefix("0x").or_else(|| value.strip_prefix("0X")) {
        return hexadecimal(digits, None);
    }
    tlsh(value)
}

fn hexadecimal(value: &str, expected: Option<usize>) -> Result<Cow<'_, str>, CanonicalError> {
    if !value.bytes().all(|b| b.is_ascii_hexdigit()) {
        return Err(error("not hexadecimal"));
    }
    if expected.is_some_and(|digits| digits != value.len()) {
        return Err(error("the length does not fit the name of the digest"));
    }
    match value.len() {
        TLSH_DIGITS => tlsh(value),
        32 | 40 | 56 | 64 | 96 | 128 if value.bytes().any(|b| b.is_ascii_uppercase()) => {
            Ok(Cow::Owned(value.to_ascii_lowercase()))
        }
        32 | 40 | 56 | 64 | 96 | 128 => Ok(Cow::Borrowed(value)),
        _ => Err(error("no digest has that length")),
    }
}

fn imphash<'a>(value: &'a str, digits: &'a str) -> Result<Cow<'a, str>, CanonicalError> {
    let digits = hexadecimal(digits, Some(IMPHASH_DIGITS))?;
    let named = value.strip_prefix(IMPHASH).and_then(|rest| rest.strip_prefix(':'));
    if named == Some(digits.as_ref()) {
        return Ok(Cow::Borrowed(value));
    }
    Ok(Cow::Owned(format!("{IMPHASH}:{digits}")))
}

fn tlsh(value: &str) -> Result<Cow<'_, str>, CanonicalError> {
    let digits = value.strip_prefix("T1").or_else(|| value.strip_prefix("t1")).unwrap_or(value);
    if digits.len() != TLSH_DIGITS || !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
        return Err(error("neither hexadecimal, ssdeep nor TLSH"));
    }
    if value.starts_with("T1") && value.len() > TLSH_DIGITS && !digits.bytes().any(|b| b.is_ascii_lowercase())
    {
        return Ok(Cow::Borrowed(value));
    }
    Ok(Cow::Owned(format!("T1{}", digits.to_ascii_uppercase())))
}

fn ssdeep(value: &str) -> Result<Cow<'_, str>, CanonicalError> {
    let mut parts = value.split(':');
    let (Some(block), Some(one), Some(two), None) = (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err(error("neither hexadecimal, ssdeep nor TLSH"));
    };
    if !is_block_size(block) {
        return Err(error("the block size of ssdeep is 3 times a power of two"));
    }
    let base64 = |part: &str| part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'+' || b == b'/');
    if one.len() > 64 || two.len() > 64 || !base64(one) || !base64(two) {
        return Err(error("a signature of ssdeep is at most 64 Base64 characters"));
    }
    Ok(Cow::Borrowed(value))
}

fn is_block_size(text: &str) -> bool {
    let plain = text.bytes().all(|b| b.is_ascii_digit()) && !text.starts_with('0');
    let size: Option<u64> = text.parse().ok().filter(|_| plain);
    size.is_some_and(|size| size % 3 == 0 && (size / 3).is_power_of_two())
}

fn error(reason: &'static str) -> CanonicalError {
    CanonicalError::new(Kind::Hash, reason)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MD5: &str = "d41d8cd98f00b204e9800998ecf8427e";

    #[test]
    fn spellings_of_one_digest() {
        for raw in [
            MD5.to_owned(),
            MD5.to_uppercase(),
            format!("md5:{MD5}"),
            format!("MD5: {MD5}"),
            format!("0x{MD5}"),
        ] {
            assert_eq!(canonical_hash(&raw).unwrap(), MD5, "{raw}");
        }
        for digits in [40, 56, 64, 96, 128] {
            assert_eq!(canonical_hash(&"A".repeat(digits)).unwrap(), "a".repeat(digits));
        }
        assert!(matches!(canonical_hash(MD5), Ok(Cow::Borrowed(_))));
    }

    #[test]
    fn fingerprints_are_digests() {
        let octets = "d4:1d:8c:d9:8f:00:b2:04:e9:80:09:98:ec:f8:42:7e";
        for raw in [octets.to_owned(), octets.to_uppercase(), format!("MD5:{octets}")] {
            assert_eq!(canonical_hash(&raw).unwrap(), MD5, "{raw}");
        }
        let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        for raw in [
            "SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU",
            "sha256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
        ] {
            assert_eq!(canonical_hash(raw).unwrap(), empty, "{raw}");
        }
        // Hardware addresses, and a digest of another length than its name says.
        for raw in [
            "00:1a:2b:3c:4d:5e",
            "00:1a:2b:3c:4d:5e:6f:70",
            "SHA1:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU",
        ] {
            assert!(canonical_hash(raw).is_err(), "{raw}");
        }
        assert!(canonical_hash(&format!("sha1:{octets}")).is_err());
    }

    #[test]
    fn tlsh_has_its_version() {
        let digits = "6f".repeat(35);
        let canonical = format!("T1{}", digits.to_uppercase());
        for raw in [digits.clone(), format!("T1{digits}"), format!("t1{digits}"), format!("tlsh:{digits}")] {
            assert_eq!(canonical_hash(&raw).unwrap(), canonical);
        }
        assert!(matches!(canonical_hash(&canonical), Ok(Cow::Borrowed(_))));
        // Seventy digits may begin with the letters of the version of nothing: they are digits.
        assert!(canonical_hash(&format!("T1{}", "6f".repeat(34))).is_err());
    }

    #[test]
    fn ssdeep_keeps_its_case() {
        let digest = "96:AbcdEfgh0123+/xyzXYZ:aBcD/0123+eF";
        assert_eq!(canonical_hash(digest).unwrap(), digest);
        assert_eq!(canonical_hash(&format!("ssdeep:{digest}")).unwrap(), digest);
        assert!(canonical_hash("97:abc:def").is_err());
        assert!(canonical_hash("096:abc:def").is_err());
        assert!(canonical_hash("96:abc").is_err());
        assert!(canonical_hash(&format!("96:{}:a", "a".repeat(65))).is_err());
    }

    #[test]
    fn imphash_stays_apart_from_md5() {
        let canonical = format!("imphash:{MD5}");
        for raw in [canonical.clone(), format!("IMPHASH:{}", MD5.to_uppercase()), format!("Imphash: {MD5}")] {
            assert_eq!(canonical_hash(&raw).unwrap(), canonical, "{raw}");
        }
        assert!(matches!(canonical_hash(&canonical), Ok(Cow::Borrowed(_))));
        assert!(canonical_hash("imphash:abc").is_err() && canonical_hash("imphash:").is_err());
    }

    #[test]
    fn others_are_refused() {
        for raw in ["", "abc", "sha256:abc", "0x", "d41d8cd98f00b204e9800998ecf8427g", "T1"] {
            assert!(canonical_hash(raw).is_err(), "{raw}");
        }
        assert!(canonical_hash(&format!("sha256:{MD5}")).is_err());
        assert!(canonical_hash(&"a".repeat(33)).is_err());
    }
}
