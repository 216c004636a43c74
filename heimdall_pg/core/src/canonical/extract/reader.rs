//! Reads a stretch from front to back: at each word, the longest observable that begins there.

use super::plain::Plain;
use crate::canonical::Kind;

/// An observable in the plain text of a stretch.
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
    pub(super) found: Vec<Found>,
    /// Up to here goes the path behind a host: names in it are no domains.
    pub(super) path_end: usize,
    /// Up to here no URL begins, since one that was none has been looked at: keeps the time linear.
    pub(super) no_url_before: usize,
}

impl<'p> Reader<'p> {
    /// The observables of a stretch, in order and without overlaps.
    pub(super) fn read(plain: &'p Plain<'p>) -> Vec<Found> {
        let mut reader =
            Reader { plain, text: &plain.text, found: Vec::new(), path_end: 0, no_url_before: 0 };
        let mut at = 0;
        while let Some(byte) = reader.byte(at) {
            let length = reader.name_char(at);
            at = if byte == b':' {
                reader.colons(at).unwrap_or(at + 1)
            } else if length > 0 && !matches!(byte, b'.' | b'-') {
                reader.word(at)
            } else {
                at + reader.char_at(at).map_or(1, char::len_utf8)
            };
        }
        reader.found
    }

    /// Reads what begins with the name at `at`; where to go on.
    fn word(&mut self, at: usize) -> usize {
        let end = self.name_end(at);
        if self.follows(end, "://") {
            return self.url(end).unwrap_or(end + 3);
        }
        if at >= self.path_end {
            let found =
                self.email(at, end).or_else(|| self.colons(at)).or_else(|| self.mac(at, end)).or_else(|| {
                    if self.is_inside_path(at) {
                        None
                    } else {
                        self.ipv4(at, end).or_else(|| self.domain(at, end))
                    }
                });
            if let Some(next) = found {
                return next;
            }
        }
        self.identifiers(at, end)
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
    pub(super) fn name_end(&self, mut at: usize) -> usize {
        loop {
            at += self.count(at, usize::MAX, |byte| byte.is_ascii_alphanumeric() || is_joint(*byte));
            match self.name_char(at) {
                0 => return at,
                length => at += length,
            }
        }
    }

    /// Bytes of the character at `at` where names have it, otherwise 0. Two dots end a name.
    fn name_char(&self, at: usize) -> usize {
        match self.byte(at) {
            Some(b'.') => usize::from(self.byte(at + 1) != Some(b'.')),
            Some(byte) if byte.is_ascii() => usize::from(byte.is_ascii_alphanumeric() || is_joint(byte)),
            Some(_) => self.char_at(at).filter(|c| is_name_char(*c)).map_or(0, char::len_utf8),
            None => 0,
        }
    }
}

fn is_joint(byte: u8) -> bool {
    matches!(byte, b'-' | b'_')
}

/// Letters, digits, what combines with them, and the full stops of UTS #46; not the punctuation of texts.
pub(super) fn is_name_char(c: char) -> bool {
    c.is_alphanumeric()
        || matches!(c, '\u{ad}' | '\u{b7}' | '\u{300}'..='\u{36f}' | '\u{200c}' | '\u{200d}')
        || matches!(c, '\u{3002}' | '\u{ff0e}' | '\u{ff61}')
        // Indic and neighbouring scripts: vowel signs and viramas, but not the dandas that end sentences.
        || matches!(c, '\u{900}'..='\u{109f}' if !matches!(c, '\u{964}' | '\u{965}'))
}
