//! Bank account numbers (ISO 13616): a country, and as many characters as its accounts have.

use super::Kind;
use super::scan::{Candidate, Scan, Word};
use crate::canonical::iban::{canonical_iban, length};

impl Scan<'_> {
    /// The account that begins with a word: two letters and two digits, in groups or without.
    pub(super) fn iban(&self, word: &Word) -> Option<Candidate> {
        if word.letters() != 2 || word.digits < 2 || word.joined || !self.wants(Kind::Iban, 0.97) {
            return None;
        }
        let country =
            [self.byte(word.start)?.to_ascii_uppercase(), self.byte(word.start + 1)?.to_ascii_uppercase()];
        let length = length(country)?;
        let (mut count, mut end, mut separated) = (0, word.start, true);
        for &byte in self.bytes().get(word.start..)? {
            match byte {
                b' ' | b'-' if !separated => separated = true,
                _ if byte.is_ascii_alphanumeric() => (count, separated) = (count + 1, false),
                _ => return None,
            }
            end += 1;
            if count == length {
                break;
            }
        }
        let fits = !self.byte(end).is_some_and(|byte| byte.is_ascii_alphanumeric());
        canonical_iban(self.text.get(word.start..end)?).ok().filter(|_| fits)?;
        Some(Candidate::new(Kind::Iban, word.start, end, 0.97))
    }
}
