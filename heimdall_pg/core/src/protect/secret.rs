//! 256-bit secrets, as they come from the environment or from a file.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use thiserror::Error;
use zeroize::{Zeroize, Zeroizing};

/// A secret of 32 bytes that is wiped when dropped and never printed.
#[derive(Clone)]
pub struct Secret(Zeroizing<[u8; 32]>);

/// Why a text is not a secret. Says nothing of the text itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum SecretError {
    /// Neither base64 nor hexadecimal.
    #[error("the key is neither base64 nor hexadecimal")]
    Encoding,
    /// Decodes to another length than 32 bytes.
    #[error("the key has to be 32 bytes long (44 characters of base64 or 64 of hexadecimal)")]
    Length,
    /// All bytes are the same: a placeholder, not a key.
    #[error("the key is a placeholder: all of its bytes are the same")]
    Placeholder,
}

impl Secret {
    /// Reads 32 bytes written as base64 (44 characters) or hexadecimal (64); white space around is ignored.
    ///
    /// # Errors
    /// [`SecretError`] where the text is something else.
    pub fn parse(text: &str) -> Result<Secret, SecretError> {
        let text = text.trim();
        let mut bytes = if text.len() == 64 && text.bytes().all(|b| b.is_ascii_hexdigit()) {
            Zeroizing::new(unhex(text.as_bytes()))
        } else {
            let decoded = STANDARD.decode(text).or_else(|_| STANDARD_NO_PAD.decode(text));
            Zeroizing::new(decoded.map_err(|_| SecretError::Encoding)?)
        };
        let secret = Secret::from_slice(&bytes);
        bytes.zeroize();
        secret
    }

    /// # Errors
    /// [`SecretError::Length`] unless `bytes` are 32, [`SecretError::Placeholder`] where all are equal.
    pub fn from_slice(bytes: &[u8]) -> Result<Secret, SecretError> {
        let array: [u8; 32] = bytes.try_into().map_err(|_| SecretError::Length)?;
        let secret = Secret(Zeroizing::new(array));
        if array.iter().all(|byte| *byte == array[0]) { Err(SecretError::Placeholder) } else { Ok(secret) }
    }

    /// The bytes: for the primitives of this module, and for memory that is locked.
    pub fn bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

/// The bytes of a secret that was one before.
impl From<&[u8; 32]> for Secret {
    fn from(bytes: &[u8; 32]) -> Secret {
        Secret(Zeroizing::new(*bytes))
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// Digits that were checked before.
fn unhex(digits: &[u8]) -> Vec<u8> {
    let nibble = |b: u8| (b as char).to_digit(16).unwrap_or(0) as u8;
    digits.chunks_exact(2).map(|pair| (nibble(pair[0]) << 4) | nibble(pair[1])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_and_hexadecimal_give_the_same_key() {
        let bytes: Vec<u8> = (0..32).collect();
        let base64 = Secret::parse(&format!(" {}\n", STANDARD.encode(&bytes))).unwrap();
        let hex: String = bytes.iter().map(|b| format!("{b:02X}")).collect();
        assert_eq!(base64.bytes(), Secret::parse(&hex).unwrap().bytes());
        assert_eq!(base64.bytes().as_slice(), bytes.as_slice());
    }

    #[test]
    fn what_is_no_key_is_refused() {
        for (text, error) in [
            ("GENERATE_AND_REPLACE_ME!", SecretError::Encoding),
            ("c2hvcnQ=", SecretError::Length),
            (&"0".repeat(64), SecretError::Placeholder),
        ] {
            assert_eq!(Secret::parse(text).unwrap_err(), error);
        }
    }

    #[test]
    fn debug_does_not_show_the_key() {
        let secret = Secret::parse(&"0123456789abcdef".repeat(4)).unwrap();
        assert_eq!(format!("{secret:?}"), "Secret(…)");
    }
}
