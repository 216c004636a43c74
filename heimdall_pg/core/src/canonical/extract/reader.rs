//! Reads a stretch from front to back: at each word, the longest observable that begins there.

use super::class::{ALNUM, DIGIT, DOT, HIGH, JOINT, class};
use super::plain::Plain;
use crate::canonical::Kind;

/// An observable in the plain text of a stretch.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) kind: Kind,
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) canonical: String,
}

/// Where the reading of a stretch stands.
pub(super) struct Reader<'p> {
    pub(super) plain: &'p Plain<'p>,
    pub(super) text: &'p str,
    pub(super) found: &'p mut Vec<Found>,
    /// Up to here goes the path behind a host: names in it are no domains.
    pub(super) path_end: usize,
    /// Up to here no URL begins, since one that was none has been looked at: keeps the time linear.
    pub(super) no_url_before: usize,
    /// The name that was looked at last: where something is found in it, the rest of it is looked at again.
    name: Name,
}

/// A name, or the rest of one, with the classes of its bytes.
#[derive(Clone, Copy, Default)]
struct Name {
    start: usize,
    end: usize,
    classes: u8,
}

impl<'p> Reader<'p> {
    /// Notes the observables of a stretch, in order and without overlaps.
    pub(super) fn read(plain: &'p Plain<'p>, found: &'p mut Vec<Found>) {
        let mut reader =
            Reader { plain, text: &plain.text, found, path_end: 0, no_url_before: 0, name: Name::default() };
        let mut at = 0;
        while let Some(byte) = reader.byte(at) {
            let class = class(byte);
            at = if class & ALNUM != 0 || byte == b'_' {
                reader.word(at)
            } else if class & HIGH != 0 {
                match reader.name_char(at) {
                    0 => at + reader.char_at(at).map_or(1, char::len_utf8),
                    _ => reader.word(at),
                }
            } else if byte == b':' && reader.byte(at + 1) == Some(b':') {
                reader.colons(at).unwrap_or(at + 1)
            } else {
                at + 1
            };
        }
    }

    /// Reads what begins with the name at `at`; where to go on.
    fn word(&mut self, at: usize) -> usize {
        // Looking for its end again each time would take the square of its length.
        if !(self.name.start..self.name.end).contains(&at) {
            self.name = self.name(at);
        }
        let name = self.name;
        if self.follows(name.end, "://") {
            return self.url(name.end).unwrap_or(name.end + 3);
        }
        if at >= self.path_end
            && let Some(next) = self.observable(at, name)
        {
            return next;
        }
        self.identifiers(at, name.end, name.classes & (DOT | JOINT | HIGH) == 0)
    }

    /// The observable that begins with a name; where to go on. Most names are words: what stands in them and
    /// right behind them tells what they cannot be.
    fn observable(&mut self, at: usize, name: Name) -> Option<usize> {
        let Name { end, classes, .. } = name;
        let found = match self.byte(end) {
            // Signs that a mailbox name has and a domain name has not; or else another dot follows.
            Some(b'@' | b'+' | b'*' | b'%' | b'~' | b'\'' | b'.') => self.email(at, end),
            Some(b':') => self.colons(at),
            _ => None,
        };
        if found.is_some() || classes & (DOT | JOINT | HIGH) == 0 {
            return found;
        }
        if let Some(next) = self.mac(at, end) {
            return Some(next);
        }
        let digit = self.byte(at).is_some_and(|byte| class(byte) & DIGIT != 0);
        if classes & (DOT | HIGH) == 0 || self.is_inside_path(at) && !(digit && self.has_port(end)) {
            return None;
        }
        let address = if digit { self.ipv4(at, end) } else { None };
        address.or_else(|| self.domain(at, end))
    }

    /// Notes an observable; where to go on.
    pub(super) fn note(&mut self, kind: Kind, start: usize, end: usize, canonical: String) -> usize {
        self.found.push(Found { kind, start, end, canonical });
        end
    }

    /// True behind a slash that does not follow another one, and behind a backslash or a percent sign: a part
    /// of a path, the version in a user agent.
    fn is_inside_path(&self, at: usize) -> bool {
        let before = |count| at.checked_sub(count).and_then(|at| self.byte(at));
        match before(1) {
            Some(b'/') => before(2) != Some(b'/'),
            Some(b'\\' | b'%') => true,
            _ => false,
        }
    }

    /// True where a port follows, as no version has one: `outside/192.0.2.1(443)`, `tcp/192.0.2.1:443`.
    fn has_port(&self, end: usize) -> bool {
        matches!(self.byte(end), Some(b':' | b'('))
            && self.byte(end + 1).is_some_and(|byte| class(byte) & DIGIT != 0)
    }

    /// Behind a host come a port and a path, in which no other host is looked for.
    pub(super) fn skip_path(&mut self, host_end: usize) {
        let mut at = host_end;
        if self.byte(at) == Some(b':') {
            let digits = self.count(at + 1, 5, |byte| byte.is_ascii_digit());
            at += if digits > 0 { digits + 1 } else { 0 };
        }
        if self.byte(at) == Some(b'/') {
            let ends = |byte: &u8| matches!(byte, b',' | b';' | b'\'' | b')' | b']' | b'}');
            let path = self.bytes_from(at);
            self.path_end = at + path.iter().position(ends).unwrap_or(path.len());
        }
    }

    pub(super) fn byte(&self, at: usize) -> Option<u8> {
        self.text.as_bytes().get(at).copied()
    }

    pub(super) fn bytes_from(&self, at: usize) -> &'p [u8] {
        self.text.as_bytes().get(at..).unwrap_or_default()
    }

    pub(super) fn slice(&self, start: usize, end: usize) -> &'p str {
        self.text.get(start..end).unwrap_or_default()
    }

    pub(super) fn char_at(&self, at: usize) -> Option<char> {
        self.text.get(at..)?.chars().next()
    }

    pub(super) fn follows(&self, at: usize, text: &str) -> bool {
        self.bytes_from(at).starts_with(text.as_bytes())
    }

    /// How many bytes from `at` on are of that sort, looking at so many at most.
    pub(super) fn count(&self, at: usize, most: usize, sort: impl Fn(&u8) -> bool) -> usize {
        self.bytes_from(at).iter().take(most).take_while(|byte| sort(byte)).count()
    }

    /// Where the name at `at` ends.
    pub(super) fn name_end(&self, at: usize) -> usize {
        self.name(at).end
    }

    fn name(&self, at: usize) -> Name {
        let mut name = Name { start: at, end: at, classes: 0 };
        loop {
            for &byte in self.bytes_from(name.end) {
                let class = class(byte);
                if class & (ALNUM | JOINT) == 0 {
                    break;
                }
                name.classes |= class;
                name.end += 1;
            }
            match self.name_char(name.end) {
                0 => return name,
                length => {
                    name.classes |= if length == 1 { DOT } else { HIGH };
                    name.end += length;
                }
            }
        }
    }

    /// Bytes of the character at `at` where names have it, otherwise 0. Two dots end a name.
    fn name_char(&self, at: usize) -> usize {
        match self.byte(at) {
            Some(b'.') => usize::from(self.byte(at + 1) != Some(b'.')),
            Some(byte) if byte.is_ascii() => usize::from(class(byte) & (ALNUM | JOINT) != 0),
            Some(_) => self.char_at(at).filter(|c| is_name_char(*c)).map_or(0, char::len_utf8),
            None => 0,
        }
    }
}

/// Letters, digits, what combines with them, and the full stops of UTS #46; not the punctuation of texts.
pub(super) fn is_name_char(c: char) -> bool {
    c.is_alphanumeric()
        || matches!(c, '\u{ad}' | '\u{b7}' | '\u{300}'..='\u{36f}' | '\u{200c}' | '\u{200d}')
        || matches!(c, '\u{3002}' | '\u{ff0e}' | '\u{ff61}')
        // Indic and neighbouring scripts: vowel signs and viramas, but not the dandas that end sentences.
        || matches!(c, '\u{900}'..='\u{109f}' if !matches!(c, '\u{964}' | '\u{965}'))
}
