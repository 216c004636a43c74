//! Streets with a number, in the order of English (`12 Crown Street`) and of others (`Hauptstraße 12`, `Via Roma 7`),
//! and post-office boxes. A town alone is none.

use super::Kind;
use super::scan::{Candidate, Scan, Word};

/// Words between the number and what tells a street.
const WORDS: usize = 4;
/// So far a name is looked for before a number.
const BACK: usize = 48;

const STREETS: [&str; 42] = [
    "street",
    "streets",
    "st",
    "avenue",
    "ave",
    "road",
    "rd",
    "lane",
    "ln",
    "drive",
    "dr",
    "court",
    "ct",
    "boulevard",
    "blvd",
    "way",
    "place",
    "pl",
    "square",
    "squares",
    "terrace",
    "parkway",
    "pkwy",
    "highway",
    "hwy",
    "close",
    "crescent",
    "gardens",
    "grove",
    "row",
    "mews",
    "circle",
    "cir",
    "trail",
    "quay",
    "alley",
    "wharf",
    "walk",
    "heights",
    "ridge",
    "park",
    "hill",
];
/// What the names of streets end in.
const ENDINGS: [&str; 21] = [
    "strasse", "straße", "str", "gasse", "weg", "platz", "allee", "damm", "ufer", "gatan", "vägen", "gade",
    "vej", "vejen", "veien", "gata", "straat", "laan", "katu", "tie", "utca",
];
/// What the names of streets begin with.
const BEGINNINGS: [&str; 16] = [
    "via",
    "rua",
    "rue",
    "calle",
    "avenida",
    "avenue",
    "viale",
    "piazza",
    "plaza",
    "corso",
    "ulica",
    "ul",
    "rambla",
    "praça",
    "travessa",
    "boulevard",
];
/// Parts of a building.
const UNITS: [&str; 6] = ["apt", "suite", "apartment", "unit", "flat", "floor"];

impl Scan<'_> {
    /// The street that the number of a house begins or ends.
    pub(super) fn address(&self, word: &Word) -> Option<Candidate> {
        let number = word.letters() == 0 && word.digits <= 5 && word.length() <= word.digits + 1;
        if !number || word.joined || !self.wants(Kind::Address, 0.75) {
            return None;
        }
        if let Some(end) = self.street_behind(word.end) {
            return Some(Candidate::new(Kind::Address, word.start, self.with_unit(end), 0.75));
        }
        let start = self.street_before(word.start).filter(|_| !self.is_joined_behind(word.end))?;
        Some(Candidate::new(Kind::Address, start, self.with_unit(word.end), 0.75))
    }

    /// Where the name ends that follows a number.
    fn street_behind(&self, from: usize) -> Option<usize> {
        let mut at = from;
        for place in 0..=WORDS {
            let rest = self.text.get(at..)?.strip_prefix(' ')?;
            if rest.bytes().next().is_some_and(|byte| byte.is_ascii_lowercase()) {
                return None;
            }
            let word = first_word(rest);
            let next = at + 1 + word.len();
            let capital = word.chars().next().is_some_and(|c| c.is_uppercase() || c.is_ascii_digit());
            if !capital {
                return None;
            }
            if place > 0
                && STREETS.iter().any(|street| word.eq_ignore_ascii_case(street))
                && !self.goes_on(next)
            {
                return Some(next);
            }
            at = next;
        }
        None
    }

    /// A further word of a name, which the kind of a street does not end: `Park Lane`.
    fn goes_on(&self, end: usize) -> bool {
        let rest = self.text.get(end..).and_then(|rest| rest.strip_prefix(' ')).unwrap_or_default();
        STREETS.iter().any(|street| first_word(rest).eq_ignore_ascii_case(street))
    }

    /// Where the name begins that stands before a number.
    fn street_before(&self, end: usize) -> Option<usize> {
        // Behind most numbers of a log stands no name: seen without looking at characters.
        let letter = |byte: u8| byte.is_ascii_alphabetic() || byte >= 0x80 || byte == b'.';
        let spaced = self.before(end) == Some(b' ') && end > self.floor + 1;
        if !spaced || !self.byte(end - 2).is_some_and(letter) {
            return None;
        }
        let from = self.text.ceil_char_boundary(self.floor.max(end.saturating_sub(BACK)));
        let before = self.text.get(from..end - 1)?;
        let mut start = end - 1;
        for (place, word) in before.rsplit([' ', '\n', ',', ':', ';', '"']).take(WORDS).enumerate() {
            start -= word.len();
            let name = word.trim_end_matches('.');
            let capital = name.chars().next().is_some_and(char::is_uppercase);
            let ends = place == 0 && ENDINGS.iter().any(|ending| ends_in(name, ending));
            let begins = place > 0 && BEGINNINGS.iter().any(|beginning| name.eq_ignore_ascii_case(beginning));
            if capital && (ends || begins) {
                return Some(start);
            }
            if !capital && place == 0 || self.before(start) != Some(b' ') {
                return None;
            }
            start -= 1;
        }
        None
    }

    /// Where a street ends with the part of the building: `, Apt. 595`.
    fn with_unit(&self, end: usize) -> usize {
        let Some(rest) = self.text.get(end..) else { return end };
        let gap = rest.bytes().take(8).take_while(|byte| b" ,\n\r".contains(byte)).count();
        let behind = rest.get(gap..).unwrap_or_default();
        let unit = first_word(behind);
        if gap == 0 || !UNITS.iter().any(|known| unit.eq_ignore_ascii_case(known)) {
            return end;
        }
        let number = behind.get(unit.len()..).unwrap_or_default();
        let signs = number.bytes().take(3).take_while(|byte| b". #".contains(byte)).count();
        let digits = number.bytes().skip(signs).take(6).take_while(u8::is_ascii_alphanumeric).count();
        let numbered = number.bytes().skip(signs).take(digits).any(|byte| byte.is_ascii_digit());
        if numbered { end + gap + unit.len() + signs + digits } else { end }
    }

    /// `PO Box 123`, `PSC 0413, Box 8144`, with the post office of the forces behind it: `APO AA 42323`.
    pub(super) fn post_box(&self, start: usize, end: usize) -> Option<Candidate> {
        let mut at = end;
        let skip = |at: usize, signs: &[u8]| {
            let rest = self.bytes().get(at..).unwrap_or_default();
            rest.iter().take(4).take_while(|byte| signs.contains(byte)).count()
        };
        let digits = |at: usize| {
            let rest = self.bytes().get(at..).unwrap_or_default();
            rest.iter().take(7).take_while(|byte| byte.is_ascii_digit()).count()
        };
        at += skip(at, b" .:#");
        let number = digits(at);
        if number == 0 || !self.begins_word(start) {
            return None;
        }
        at += number;
        let military = self.bytes().get(start..end)?.ends_with(b" ");
        if military {
            at += skip(at, b" ,");
            let word = self.bytes().get(at..at + 4)?;
            at += if word.eq_ignore_ascii_case(b"box ") { 4 } else { return None };
            at += digits(at);
        }
        let gap = skip(at, b" ,\n");
        let office = self.bytes().get(at + gap..).unwrap_or_default();
        if let [b'A' | b'D' | b'F', b'P', b'O', b' ', b'A', b'A' | b'E' | b'P', b' ', ..] = office {
            let code = digits(at + gap + 7);
            at += gap + 7 + code;
        }
        Some(Candidate::new(Kind::Address, start, at, 0.8))
    }
}

/// True for a name with another word before its ending: `Hauptstraße`, not `Ring`.
fn ends_in(name: &str, ending: &str) -> bool {
    let cut = name.len().checked_sub(ending.len()).filter(|cut| *cut > 1);
    cut.and_then(|cut| name.get(cut..)).is_some_and(|end| end.eq_ignore_ascii_case(ending))
}

/// Letters, digits and what stands within words.
fn first_word(text: &str) -> &str {
    let end = text.char_indices().take(30).find(|(_, c)| !(c.is_alphanumeric() || matches!(c, '\'' | '-')));
    let most = text.char_indices().nth(30).map_or(text.len(), |(at, _)| at);
    text.get(..end.map_or(most, |(at, _)| at)).unwrap_or_default()
}
