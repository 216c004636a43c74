//! Addresses of Bitcoin wallets, whose checksums leave no doubt: in base58 and in bech32.

use sha2::{Digest, Sha256};

use super::Kind;
use super::scan::{Candidate, Scan, Word};

const BASE58: &[u8; 58] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
const BECH32: &[u8; 32] = b"qpzry9x8gf2tvdw0s3jn54khce6mua7l";

impl Scan<'_> {
    /// The address that a word is.
    pub(super) fn wallet(&self, word: &Word) -> Option<Candidate> {
        if word.joined || !self.wants(Kind::Wallet, 0.97) {
            return None;
        }
        let text = self.bytes().get(word.start..word.end)?;
        let fits = match text {
            [b'1' | b'3', ..] if (26..=35).contains(&text.len()) => is_base58(text),
            // Of two lengths: 20 and 32 bytes.
            [b'b' | b'B', b'c' | b'C', b'1', ..] => is_bech32(text),
            _ => false,
        };
        fits.then(|| Candidate::new(Kind::Wallet, word.start, word.end, 0.97))
    }
}

/// Version, hash, and four bytes of the digest of the digest of both.
fn is_base58(text: &[u8]) -> bool {
    let mut bytes = [0u8; 25];
    for &byte in text {
        let Some(mut carry) =
            BASE58.iter().position(|&digit| digit == byte).and_then(|at| u32::try_from(at).ok())
        else {
            return false;
        };
        for place in bytes.iter_mut().rev() {
            carry += u32::from(*place) * 58;
            *place = carry.to_le_bytes()[0];
            carry >>= 8;
        }
        if carry > 0 {
            return false;
        }
    }
    let (body, check) = bytes.split_at(21);
    Sha256::digest(Sha256::digest(body)).starts_with(check)
}

/// BIP 173 and BIP 350.
fn is_bech32(text: &[u8]) -> bool {
    const GENERATOR: [u32; 5] = [0x3b6a_57b2, 0x2650_8e6d, 0x1ea1_19fa, 0x3d42_33dd, 0x2a14_62b3];
    let step = |check: u32, value: u32| {
        let next = (check & 0x1ff_ffff) << 5 ^ value;
        (0..5)
            .filter(|bit| check >> 25 >> bit & 1 == 1)
            .fold(next, |next, bit| next ^ GENERATOR.get(bit).copied().unwrap_or(0))
    };
    let mut check = [3, 3, 0, 2, 3].into_iter().fold(1, step);
    for byte in text.iter().skip(3) {
        let Some(value) = BECH32.iter().position(|digit| *digit == byte.to_ascii_lowercase()) else {
            return false;
        };
        check = step(check, value as u32);
    }
    matches!(text.len(), 14..=74) && matches!(check, 1 | 0x2bc8_30a3)
}
