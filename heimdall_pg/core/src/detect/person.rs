//! Names of persons where something tells: a title, `my name is`, the field of a form.
//!
//! There is no list of names and no model of language in here: most names in free text are not found.

use super::Kind;
use super::scan::{Candidate, Scan};

/// Words of the longest name.
const WORDS: usize = 4;
/// Small words within names.
const PARTICLES: [&str; 14] =
    ["de", "da", "do", "dos", "di", "del", "della", "van", "der", "den", "von", "la", "bin", "al"];
/// Whom letters address, and no person of that name.
const NOBODY: [&str; 21] = [
    "mr",
    "mrs",
    "ms",
    "dr",
    "prof",
    "sir",
    "madam",
    "customer",
    "customers",
    "all",
    "team",
    "user",
    "users",
    "colleague",
    "colleagues",
    "friend",
    "friends",
    "valued",
    "hiring",
    "client",
    "support",
];

impl Scan<'_> {
    /// The name behind a title.
    pub(super) fn titled(&self, start: usize, end: usize) -> Option<Candidate> {
        let dotted = self.byte(end) == Some(b'.');
        // `20 ms Timeout` is a duration.
        let counted =
            self.bytes().get(self.floor..start)?.trim_ascii_end().last().is_some_and(u8::is_ascii_digit);
        let capital = self.byte(start).is_some_and(|byte| byte.is_ascii_uppercase());
        if !self.begins_word(start) || counted || !(capital || dotted) {
            return None;
        }
        let at = end + usize::from(dotted);
        (self.byte(at) == Some(b' ')).then_some(())?;
        self.name(at + 1, 1, 0.8)
    }

    /// The name behind words that announce one, of so many words at least.
    pub(super) fn named(&self, start: usize, end: usize, least: usize) -> Option<Candidate> {
        // `Service Name: …` is none of a person.
        let qualified = least > 1
            && self.before(start) == Some(b' ')
            && start >= self.floor + 2
            && self.byte(start - 2).is_some_and(|byte| byte.is_ascii_alphanumeric());
        if !self.begins_word(start) || qualified {
            return None;
        }
        let rest = self.bytes().get(end..)?;
        let gap = rest.iter().take(6).take_while(|&&byte| b" \t:\n".contains(&byte)).count();
        self.name(end + gap, least, 0.65)
    }

    /// Capitalised words from a place on.
    fn name(&self, start: usize, least: usize, confidence: f64) -> Option<Candidate> {
        let mut end = start;
        let (mut at, mut count, mut words) = (start, 0, 0);
        while words < WORDS {
            let rest = self.text.get(at..)?;
            let letters = |c: char| c.is_alphabetic() || matches!(c, '\'' | '\u{2019}' | '-');
            let length = rest
                .char_indices()
                .take(40)
                .find(|(_, c)| !letters(*c))
                .map_or(rest.len().min(80), |(at, _)| at);
            let word = rest.get(..length)?;
            let word = word.strip_suffix("'s").unwrap_or(word).trim_end_matches(['\'', '-']);
            let capital = word.chars().next().is_some_and(char::is_uppercase);
            let small = word.chars().skip(1).any(char::is_lowercase);
            let initial = capital && word.chars().count() == 1;
            if capital && (small || initial && count > 0) {
                count += usize::from(small);
                end = at + word.len();
            } else if !(count > 0 && PARTICLES.contains(&word)) {
                break;
            }
            at += word.len();
            let dot = usize::from(initial && self.byte(at) == Some(b'.'));
            end += if initial { dot } else { 0 };
            at += dot;
            if self.byte(at) != Some(b' ') {
                break;
            }
            (at, words) = (at + 1, words + 1);
        }
        let name = self.text.get(start..end)?;
        let first = name.split(' ').next().unwrap_or_default();
        let nobody = NOBODY.iter().any(|word| first.eq_ignore_ascii_case(word));
        (count >= least && !nobody).then(|| Candidate::new(Kind::Person, start, end, confidence))
    }
}
