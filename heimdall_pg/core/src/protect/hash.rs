//! One-way protection: HMAC-SHA-256 under keys derived with HKDF (RFC 5869), one for each kind.
//!
//! Equal values of a kind give equal digests, so that they join; without the key a digest cannot be
//! looked up in a table of guesses. Sites that share the hash key can correlate without revealing.

use std::collections::HashMap;

use hkdf::Hkdf;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::{Pseudonyms, Secret};

/// Names this use of the hash key, so that no other use can give the same keys.
const SALT: &[u8] = b"heimdall/hash/v1";
/// Names the key of pseudonyms among those; no label has a slash.
const PSEUDONYMS: &[u8] = b"address/pseudonym";

/// The same of a use that never meets the values of a dump.
const CHECK_SALT: &[u8] = b"heimdall/check/v1";

/// The keyed hash functions that come from one hash key.
pub struct HashKeys {
    derivation: Hkdf<Sha256>,
    by_purpose: HashMap<String, Hmac<Sha256>>,
    pseudonyms: Option<Pseudonyms>,
}

impl HashKeys {
    /// Derives from the hash key.
    pub fn new(hash_key: &Secret) -> HashKeys {
        let derivation = Hkdf::new(Some(SALT), hash_key.bytes());
        HashKeys { derivation, by_purpose: HashMap::new(), pseudonyms: None }
    }

    /// Tells hash keys apart, and is none of their bytes: 16 hexadecimal digits.
    pub fn fingerprint(hash_key: &Secret) -> String {
        hex(&HashKeys::for_check(hash_key).digest("hash key", b"")[..8])
    }

    /// Derives from another secret, to tell it from others.
    pub(super) fn for_check(secret: &Secret) -> HashKeys {
        HashKeys {
            derivation: Hkdf::new(Some(CHECK_SALT), secret.bytes()),
            by_purpose: HashMap::new(),
            pseudonyms: None,
        }
    }

    /// The digest of a canonical value; `purpose` is the label of its kind, or the use of the digest.
    pub fn digest(&mut self, purpose: &str, canonical: &[u8]) -> [u8; 32] {
        let mut mac = self.start(purpose);
        mac.update(canonical);
        mac.finalize().into_bytes().into()
    }

    /// What makes pseudonyms of addresses.
    pub fn pseudonyms(&mut self) -> &Pseudonyms {
        let derivation = &self.derivation;
        self.pseudonyms.get_or_insert_with(|| {
            let mut okm = zeroize::Zeroizing::new([0u8; 32]);
            // As below: it cannot fail for so few bytes.
            let _ = derivation.expand(PSEUDONYMS, okm.as_mut());
            Pseudonyms::new(*okm)
        })
    }

    /// A digest to be fed piece by piece.
    pub fn start(&mut self, purpose: &str) -> Hmac<Sha256> {
        if let Some(mac) = self.by_purpose.get(purpose) {
            return mac.clone();
        }
        let mut okm = zeroize::Zeroizing::new([0u8; 64]);
        // A full block of SHA-256; HKDF gives up to 255 times 32 bytes, so that it cannot fail here.
        let _ = self.derivation.expand(purpose.as_bytes(), okm.as_mut());
        let mac = <Hmac<Sha256> as KeyInit>::new(&(*okm).into());
        self.by_purpose.insert(purpose.to_owned(), mac.clone());
        mac
    }
}

/// Lower-case hexadecimal text of a digest.
pub fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        text.push(DIGITS[usize::from(byte >> 4)] as char);
        text.push(DIGITS[usize::from(byte & 15)] as char);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(fill: &str) -> HashKeys {
        HashKeys::new(&Secret::parse(&fill.repeat(4)).unwrap())
    }

    #[test]
    fn equal_values_join_and_kinds_are_apart() {
        let mut keys = keys("0123456789abcdef");
        let one = keys.digest("Email", b"a@example.com");
        assert_eq!(one, keys.digest("Email", b"a@example.com"));
        assert_ne!(one, keys.digest("User", b"a@example.com"));
        assert_ne!(one, keys.digest("Email", b"b@example.com"));
    }

    #[test]
    fn a_fingerprint_tells_hash_keys_apart_and_is_none_of_their_bytes() {
        let of = |fill: &str| HashKeys::fingerprint(&Secret::parse(&fill.repeat(4)).unwrap());
        let one = of("0123456789abcdef");
        assert_eq!((&one, one.len()), (&of("0123456789abcdef"), 16));
        assert_ne!(one, of("fedcba9876543210"));
        assert!(!"0123456789abcdef".repeat(2).contains(&one));
    }

    #[test]
    fn another_key_gives_other_digests() {
        let one = keys("0123456789abcdef").digest("Email", b"a@example.com");
        assert_ne!(one, keys("fedcba9876543210").digest("Email", b"a@example.com"));
    }

    #[test]
    fn hex_is_lower_case_and_padded() {
        assert_eq!(hex(&[0, 15, 255]), "000fff");
    }
}
