//! Dates of birth: dates behind a word that says so.

use super::Kind;
use super::scan::{Candidate, Scan, Word};

const MONTHS: [&[u8]; 12] =
    [b"jan", b"feb", b"mar", b"apr", b"may", b"jun", b"jul", b"aug", b"sep", b"oct", b"nov", b"dec"];

impl Scan<'_> {
    /// The date that begins with a word: `2/8/1935`, `1935-08-02`, `02.08.1935`, `2 August 1935`.
    pub(super) fn birth_date(&self, word: &Word) -> Option<Candidate> {
        if word.joined || word.letters() > 0 || !self.is_said(Kind::BirthDate, word.start) {
            return None;
        }
        let length = self.date(word.start)?;
        let end = word.start + length;
        let joined = self.byte(end).is_some_and(|byte| byte.is_ascii_alphanumeric());
        (!joined).then(|| Candidate::new(Kind::BirthDate, word.start, end, 0.9))
    }

    fn date(&self, start: usize) -> Option<usize> {
        let text = self.bytes().get(start..)?;
        let digits =
            |from: usize| text.iter().skip(from).take(5).take_while(|byte| byte.is_ascii_digit()).count();
        let first = digits(0);
        let separator = *text.get(first)?;
        if matches!(separator, b'/' | b'-' | b'.') {
            let second = digits(first + 1);
            let third_at = first + 1 + second + 1;
            if second == 0 || text.get(third_at - 1) != Some(&separator) {
                return None;
            }
            let third = digits(third_at);
            let fits = matches!((first, second, third), (4, 1..=2, 1..=2) | (1..=2, 1..=2, 4 | 2));
            return fits.then_some(third_at + third);
        }
        // `2nd of August 1935`, `2. August 1935`.
        let rest = text.get(first..)?;
        let filler = rest.iter().take(6).take_while(|&&byte| b" .stndrhof".contains(&byte)).count();
        let month = rest.get(filler..filler + 3)?.to_ascii_lowercase();
        if !(1..=2).contains(&first) || !MONTHS.contains(&month.as_slice()) {
            return None;
        }
        let name = rest.iter().skip(filler).take(10).take_while(|byte| byte.is_ascii_alphabetic()).count();
        let gap =
            rest.iter().skip(filler + name).take(2).take_while(|&&byte| matches!(byte, b' ' | b',')).count();
        let year_at = first + filler + name + gap;
        (digits(year_at) == 4).then_some(year_at + 4)
    }
}
