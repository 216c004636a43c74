//! National identifiers in text, and numbers that only the words before them tell.

use super::Kind;
use super::id::{Shape, shapes_at};
use super::scan::{Candidate, Scan, Word};
use super::template::matched;

impl Scan<'_> {
    /// The likeliest national identifier that begins with a word.
    pub(super) fn identifier(&self, word: &Word) -> Option<Candidate> {
        if word.joined {
            return None;
        }
        let own = self.shaped(shapes_at(word.letters(), word.digits), word.start);
        // `AB 12 34 56 C`: two letters may stand by themselves.
        let apart = match (word.letters(), self.before(word.start)) {
            (0, Some(b' ' | b'-')) => self.two_letters_before(word.start - 1),
            _ => None,
        };
        let apart = apart.and_then(|start| self.shaped(shapes_at(2, 0), start));
        [own, apart].into_iter().flatten().reduce(Candidate::or)
    }

    fn shaped(&self, shapes: &[&Shape], start: usize) -> Option<Candidate> {
        let candidates = shapes.iter().filter_map(|shape| {
            let confidence = if self.is_said(shape.kind, start) { shape.near } else { shape.alone };
            if !self.wants(shape.kind, confidence) {
                return None;
            }
            let (end, compact) = matched(shape.shape, self.bytes(), start)?;
            let fits = !self.is_joined_behind(end) && (shape.check)(compact.bytes());
            fits.then(|| Candidate::new(shape.kind, start, end, confidence))
        });
        candidates.reduce(Candidate::or)
    }

    /// Where two capitals begin that end there and are a word.
    fn two_letters_before(&self, end: usize) -> Option<usize> {
        let start = end.checked_sub(2).filter(|start| *start >= self.floor)?;
        let capitals = self.bytes().get(start..end)?.iter().all(u8::is_ascii_uppercase);
        (capitals && self.begins_word(start)).then_some(start)
    }

    /// A driving licence of the many shapes that have no check, where a word speaks for it: a word, or parts with
    /// hyphens, of which most are digits.
    pub(super) fn licence(&self, word: &Word) -> Option<Candidate> {
        if word.joined
            || !self.wants(Kind::DrivingLicence, 0.6)
            || !self.is_said(Kind::DrivingLicence, word.start)
        {
            return None;
        }
        let rest = self.bytes().get(word.start..)?;
        let sign = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'*');
        let length = rest.iter().take(24).take_while(|byte| sign(byte)).count();
        let text = rest.get(..length)?;
        let digits = text.iter().filter(|byte| byte.is_ascii_digit()).count();
        let letters = text.iter().filter(|byte| byte.is_ascii_alphabetic()).count();
        let end = word.start + length;
        let fits = (5..=19).contains(&digits) && letters <= 6 && !self.is_joined_behind(end);
        fits.then(|| Candidate::new(Kind::DrivingLicence, word.start, end, 0.6))
    }

    /// An account without a check of its own, where a word speaks for it.
    pub(super) fn bank_account(&self, word: &Word) -> Option<Candidate> {
        let plain = word.letters() == 0 && (8..=17).contains(&word.digits) && word.length() == word.digits;
        let fits = plain
            && !word.joined
            && self.is_said(Kind::BankAccount, word.start)
            && !self.is_joined_behind(word.end);
        fits.then(|| Candidate::new(Kind::BankAccount, word.start, word.end, 0.6))
    }
}
