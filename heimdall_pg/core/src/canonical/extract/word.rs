//! Digests, CVE identifiers and autonomous systems in text: words without dots.

use super::class::{ALNUM, class};
use super::reader::Reader;
use crate::canonical::Kind;
use crate::canonical::asn::canonical_asn;
use crate::canonical::cve::canonical_cve;

impl Reader<'_> {
    /// The identifiers in a name, at the bounds of its words; where to go on. A name may be one word.
    pub(super) fn identifiers(&mut self, start: usize, end: usize, one_word: bool) -> usize {
        let mut at = start;
        while at < end {
            let length =
                if one_word { end - at } else { self.count(at, end - at, |&byte| class(byte) & ALNUM != 0) };
            at = match length {
                // Within a character the bytes are no letters either.
                0 => at + 1,
                3..=13 | 32 | 40 | 64 | 128 => self.identifier(at, length).unwrap_or(at + length),
                _ => at + length,
            };
        }
        at.max(end)
    }

    fn identifier(&mut self, at: usize, length: usize) -> Option<usize> {
        let end = at + length;
        let word = self.bytes_from(at).get(..length)?;
        match word {
            [b'C' | b'c', b'V' | b'v', b'E' | b'e'] => self.cve(at),
            // Only in capitals: `as` is a word.
            [b'A', b'S', b'N', b'0'..=b'9', ..] | [b'A', b'S', b'0'..=b'9', ..] if length <= 13 => {
                let letters = if word.starts_with(b"ASN") { 3 } else { 2 };
                let asn = canonical_asn(self.slice(at + letters, end)).ok()?.into_owned();
                Some(self.note(Kind::Asn, at, end, asn))
            }
            _ if length >= 32 && is_digest(word) => {
                Some(self.note(Kind::Hash, at, end, self.slice(at, end).to_ascii_lowercase()))
            }
            _ => None,
        }
    }

    /// The CVE identifier at `at`, whose dashes may be any.
    fn cve(&mut self, at: usize) -> Option<usize> {
        let dash = |at: usize| self.char_at(at).map_or(1, char::len_utf8);
        let year = at + 3 + dash(at + 3);
        let number = year + 4 + dash(year + 4);
        let end = number + self.count(number, 32, u8::is_ascii_digit);
        if self.byte(end).is_some_and(|byte| byte.is_ascii_alphanumeric()) {
            return None;
        }
        let cve = canonical_cve(self.slice(at, end)).ok()?.into_owned();
        Some(self.note(Kind::Cve, at, end, cve))
    }
}

/// Hexadecimal, with digits and letters both: one alone is rather a number, or a line drawn with a letter.
///
/// Counted to the end, which the compiler does for sixteen bytes at a time.
fn is_digest(word: &[u8]) -> bool {
    let digits = word.iter().filter(|byte| byte.is_ascii_digit()).count();
    let letters = word.iter().filter(|byte| (b'a'..=b'f').contains(&(**byte | 0x20))).count();
    digits > 0 && letters > 0 && digits + letters == word.len()
}
