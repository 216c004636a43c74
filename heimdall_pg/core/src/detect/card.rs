//! Payment cards: in one run of digits, or in groups as they are printed.

use super::Kind;
use super::id::luhn;
use super::scan::{Candidate, Scan, Word};
use crate::canonical::card::{canonical_card, is_issued};

/// The digits of the longest number.
const MOST: usize = 19;
/// Groups as cards have them.
const GROUPS: [&[usize]; 5] = [&[4, 4, 4, 4], &[4, 6, 5], &[4, 6, 4], &[4, 4, 4, 4, 3], &[4, 4, 5]];

impl Scan<'_> {
    /// The card number that begins with a word.
    pub(super) fn card(&self, word: &Word) -> Option<Candidate> {
        let whole = word.letters() == 0 && word.length() == word.digits;
        let grouped = word.digits == 4;
        if !whole
            || word.joined
            || !(grouped || (12..=MOST).contains(&word.digits))
            || !self.wants(Kind::Card, 0.95)
        {
            return None;
        }
        let end = if grouped { self.groups_end(word)? } else { word.end };
        let number = self.text.get(word.start..end)?;
        if self.is_joined_behind(end) || !grouped && !luhn(number.as_bytes()) {
            return None;
        }
        let number = canonical_card(number).ok()?;
        let confidence = match (self.is_said(Kind::Card, word.start), is_issued(&number), grouped) {
            (true, true, _) => 0.98,
            (true, false, _) => 0.85,
            (false, true, true) => 0.95,
            // A run of sixteen digits is a card less often than it is the number of something else, yet a leaked one costs more.
            (false, true, false) if matches!(number.len(), 15 | 16) => 0.6,
            (false, true, false) => 0.4,
            (false, false, _) => 0.1,
        };
        Some(Candidate::new(Kind::Card, word.start, end, confidence))
    }

    /// Where the groups end that begin with four digits, all behind the same space or hyphen.
    fn groups_end(&self, word: &Word) -> Option<usize> {
        let separator = self.byte(word.end).filter(|byte| matches!(byte, b' ' | b'-'))?;
        let mut lengths = [0; 5];
        let mut at = word.start;
        for place in &mut lengths {
            let rest = self.bytes().get(at..).unwrap_or_default();
            *place = rest.iter().take(8).take_while(|byte| byte.is_ascii_digit()).count();
            at += *place;
            if self.byte(at) != Some(separator) {
                break;
            }
            at += 1;
        }
        let groups = GROUPS.iter().rev().find(|groups| lengths.starts_with(groups))?;
        Some(word.start + groups.iter().sum::<usize>() + groups.len() - 1)
    }
}
