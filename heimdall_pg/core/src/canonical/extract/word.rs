//! Digests, CVE identifiers and autonomous systems in text: words without dots.

use super::reader::Reader;
use crate::canonical::Kind;
use crate::canonical::asn::canonical_asn;
use crate::canonical::cve::canonical_cve;

impl Reader<'_> {
    /// The identifiers in a name, at the bounds of its words; where to go on.
    pub(super) fn identifiers(&mut self, start: usize, end: usize) -> usize {
        let mut at = start;
        while at < end {
            let length = self.count(at, end - at, u8::is_ascii_alphanumeric);
            if length == 0 {
                // Within a character the bytes are no letters either.
                at += 1;
                continue;
            }
            let word = self.slice(at, at + length);
            if let Some(next) = self.identifier(at, word) {
                at = next;
            } else {
                at += length;
            }
        }
        at.max(end)
    }

    fn identifier(&mut self, at: usize, word: &str) -> Option<usize> {
        let end = at + word.len();
        match word.len() {
            3 if word.eq_ignore_ascii_case("cve") => self.cve(at),
            32 | 40 | 64 | 128 if is_digest(word) => {
                Some(self.note(Kind::Hash, at, end, word.to_ascii_lowercase()))
            }
            // Only in capitals: `as` is a word.
            3..=13 if word.starts_with("AS") => {
                let digits = word.strip_prefix("ASN").or_else(|| word.strip_prefix("AS"))?;
                canonical_asn(digits)
                    .ok()
                    .map(|asn| asn.into_owned())
                    .map(|asn| self.note(Kind::Asn, at, end, asn))
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
fn is_digest(word: &str) -> bool {
    word.bytes().all(|byte| byte.is_ascii_hexdigit())
        && word.bytes().any(|byte| byte.is_ascii_digit())
        && word.bytes().any(|byte| byte.is_ascii_alphabetic())
}
