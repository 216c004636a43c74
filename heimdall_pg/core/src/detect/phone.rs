//! Telephone numbers: international ones, those of North America, and behind a word that says so, any.

use super::Kind;
use super::scan::{Candidate, Scan, Word};
use crate::canonical::phone::canonical_phone;

/// The digits of the longest number (E.164), and of the shortest that a word must speak for.
const MOST: usize = 15;
const LEAST: usize = 7;
/// The digits of the longest number that no word speaks for.
const ALONE: usize = 12;
/// Groups of digits that are looked at.
const GROUPS: usize = 7;
/// Words behind a number that say what it is.
const LABELS: [&[u8]; 7] = [b"office", b"fax", b"mobile", b"cell", b"home", b"desk", b"phone"];

/// Groups of digits with what separates them.
#[derive(Default)]
struct Groups {
    /// Digits and end of each.
    groups: [(usize, usize); GROUPS],
    len: usize,
    /// Signs between them.
    dots: usize,
    spaces: usize,
    others: usize,
    bracket: bool,
}

impl Groups {
    fn digits(&self) -> usize {
        self.all().iter().map(|(digits, _)| digits).sum()
    }

    fn all(&self) -> &[(usize, usize)] {
        self.groups.get(..self.len).unwrap_or_default()
    }

    fn lengths(&self) -> [usize; GROUPS] {
        let mut lengths = [0; GROUPS];
        for (place, (digits, _)) in lengths.iter_mut().zip(self.all()) {
            *place = *digits;
        }
        lengths
    }

    fn end(&self) -> usize {
        self.all().last().map_or(0, |(_, end)| *end)
    }
}

impl Scan<'_> {
    /// The telephone number that begins with a word, or with the sign before it.
    pub(super) fn phone(&self, word: &Word) -> Option<Candidate> {
        if word.letters() > 0 || word.joined || !self.wants(Kind::Phone, 0.9) {
            return None;
        }
        let plus = self.before(word.start) == Some(b'+');
        let bracket = self.before(word.start) == Some(b'(');
        let start = word.start - usize::from(plus || bracket);
        if plus || bracket {
            // Of a call, an index or a sum.
            let before = self.before(start);
            if before.is_some_and(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'+' | 0x80..))
            {
                return None;
            }
        }
        let said = self.is_said(Kind::Phone, start);
        // The number of a line, a time: most words of a log.
        if !plus
            && !bracket
            && !said
            && (word.digits < 3 && self.byte(word.end) != Some(b'-') || word.digits > 4)
        {
            return None;
        }
        let mut groups = self.groups(word.start, bracket);
        if groups.digits() < LEAST {
            return None;
        }
        if plus {
            return self.international(start, groups);
        }
        let (end, confidence) = self.national(word.start, &mut groups, said)?;
        Some(Candidate::new(Kind::Phone, start, self.with_extension(end), confidence))
    }

    /// Groups of digits from a place on, with one sign between two of them, or a bracket and another.
    fn groups(&self, start: usize, bracket: bool) -> Groups {
        let mut groups = Groups { bracket, ..Groups::default() };
        let (mut at, mut total) = (start, 0);
        let mut open = bracket;
        for place in 0..GROUPS {
            let rest = self.bytes().get(at..).unwrap_or_default();
            let digits = rest.iter().take(MOST + 1).take_while(|byte| byte.is_ascii_digit()).count();
            total += digits;
            if digits == 0 || total > MOST {
                break;
            }
            at += digits;
            if let Some(group) = groups.groups.get_mut(place) {
                *group = (digits, at);
            }
            groups.len = place + 1;
            let (length, closes) = match self.bytes().get(at..).unwrap_or_default() {
                [b')', b' ' | b'-' | b'.', ..] if open => (2, true),
                [b')', ..] if open => (1, true),
                [b' ' | b'-', b'(', ..] if !open => (2, false),
                [b' ' | b'-' | b'.' | b'/', ..] if !open => (1, false),
                _ => break,
            };
            match rest.get(digits).copied() {
                Some(b'.') => groups.dots += 1,
                Some(b' ') => groups.spaces += 1,
                _ => groups.others += 1,
            }
            open = length == 2 && !closes && !open;
            groups.bracket |= open;
            at += length;
        }
        // Nothing may stay open.
        groups
    }

    /// The longest beginning of the groups that is a number in international form.
    fn international(&self, start: usize, mut groups: Groups) -> Option<Candidate> {
        while groups.digits() > LEAST {
            let end = groups.end();
            let number = self.text.get(start..end)?;
            if !self.is_joined_behind(end) && canonical_phone(number).is_ok() {
                return Some(Candidate::new(Kind::Phone, start, self.with_extension(end), 0.9));
            }
            groups.len -= 1;
        }
        None
    }

    fn national(&self, start: usize, groups: &mut Groups, said: bool) -> Option<(usize, f64)> {
        let lengths = groups.lengths();
        // A prefix of the country, `1-` or `001-`, may come first.
        let prefix = usize::from(lengths.first().is_some_and(|&first| {
            first == 1 && self.byte(start) == Some(b'1')
                || first == 3 && self.text.get(start..start + 3) == Some("001")
        }));
        if lengths.get(prefix..prefix + 3) == Some(&[3, 3, 4]) {
            let (area, exchange) = match prefix {
                0 => (start, groups.all().first()?.1 + 1),
                _ => (groups.all().first()?.1 + 1, groups.all().get(1)?.1 + 1),
            };
            let high = |at: usize| {
                let rest = self.bytes().get(at..).unwrap_or_default();
                rest.iter()
                    .find(|byte| byte.is_ascii_digit())
                    .is_some_and(|byte| (b'2'..=b'9').contains(byte))
            };
            let end = groups.all().get(prefix + 2)?.1;
            let spaces = groups.spaces > 0 && groups.dots + groups.others == 0;
            if !self.is_joined(end) && (said || high(area) && high(exchange)) {
                let alone = if spaces && !groups.bracket { 0.45 } else { 0.75 };
                return Some((end, if said || self.is_labelled(end) { 0.9 } else { alone }));
            }
        }
        // The longest beginning that may be one, whatever follows: what is refused for what stands behind it would be
        // found when that has been scrubbed.
        let most = if said { MOST } else { ALONE };
        while groups.digits() > most || groups.digits() >= LEAST && self.is_joined(groups.end()) {
            groups.len -= 1;
        }
        let end = groups.end();
        let (digits, count) = (groups.digits(), groups.len);
        if digits < LEAST || self.is_date_or_address(start, groups) {
            return None;
        }
        let zero = self.byte(start) == Some(b'0');
        let confidence = match () {
            () if said || count > 1 && self.is_labelled(end) => 0.75,
            () if zero && self.byte(start + 1) == Some(b'0') && count > 2 && digits > 9 => 0.6,
            () if groups.bracket && count > 2 && digits > 7 => 0.55,
            () if zero && count > 1 && (9..=11).contains(&digits) => 0.4,
            () if count > 1 => 0.2,
            () => return None,
        };
        Some((end, confidence))
    }

    /// True where a number goes on: a hyphen may separate it from a word (`-Office`).
    fn is_joined(&self, end: usize) -> bool {
        let rest = self.bytes().get(end..).unwrap_or_default();
        match rest {
            [b'-', next, ..] => next.is_ascii_digit(),
            [b'x' | b'X', next, ..] => !next.is_ascii_digit(),
            _ => self.is_joined_behind(end),
        }
    }

    /// `2024-01-31`, `31.01.2024`, `192.0.2.1`.
    fn is_date_or_address(&self, start: usize, groups: &Groups) -> bool {
        let year = |at: usize| matches!(self.bytes().get(at..at + 2), Some(b"19" | b"20"));
        match groups.lengths() {
            [4, 2, 2, ..] if year(start) => true,
            [1 | 2, 1 | 2, 4, ..] => groups.all().get(1).is_some_and(|(_, end)| year(end + 1)),
            [1..=3, 1..=3, 1..=3, 1..=3, 0, ..] => groups.dots == 3,
            _ => false,
        }
    }

    fn is_labelled(&self, end: usize) -> bool {
        let rest = self.bytes().get(end..).unwrap_or_default();
        let gap = rest.iter().take(2).take_while(|&&byte| b" -(,".contains(&byte)).count();
        let word = rest.get(gap..).unwrap_or_default();
        let is = |label: &&[u8]| word.get(..label.len()).is_some_and(|word| word.eq_ignore_ascii_case(label));
        gap > 0 && LABELS.iter().any(is)
    }

    /// Where a number ends with its extension: `x4587`, ` ext. 12`.
    fn with_extension(&self, end: usize) -> usize {
        let rest = self.bytes().get(end..).unwrap_or_default();
        let marker = [&b"x"[..], b" x", b" ext. ", b" ext ", b" ext.", b", ext. "]
            .into_iter()
            .find(|marker| rest.get(..marker.len()).is_some_and(|text| text.eq_ignore_ascii_case(marker)));
        let Some(marker) = marker else { return end };
        let digits = rest.iter().skip(marker.len()).take(7).take_while(|byte| byte.is_ascii_digit()).count();
        if (1..=6).contains(&digits) { end + marker.len() + digits } else { end }
    }
}
