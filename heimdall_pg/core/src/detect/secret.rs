//! Passwords and keys that only their names tell: `password=…`, `"api_key": "…"`, `Authorization: Bearer …`.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use super::Kind;
use super::scan::{Candidate, Scan};

/// A longer value is cut: what is left of it is no secret any more.
const LONG: usize = 4096;
/// The shortest token of HTTP authentication.
const LEAST_TOKEN: usize = 8;

/// What stands in the place of a value.
const PLACEHOLDERS: [&[u8]; 22] = [
    b"null",
    b"none",
    b"nil",
    b"true",
    b"false",
    b"yes",
    b"no",
    b"undefined",
    b"empty",
    b"n/a",
    b"hidden",
    b"redacted",
    b"required",
    b"invalid",
    b"incorrect",
    b"expired",
    b"failed",
    b"changed",
    b"must",
    b"authentication",
    b"file",
    b"prompt",
];

impl Scan<'_> {
    /// What is given to a name: all of a password, and of a key what looks like one.
    pub(super) fn given(&self, start: usize, name_end: usize, key: bool) -> Option<Candidate> {
        if !self.begins_word(start) && !self.before(start).is_some_and(|byte| byte.is_ascii_lowercase()) {
            return None;
        }
        let option = start >= self.floor + 2 && self.bytes().get(start - 2..start) == Some(b"--");
        let mut at = name_end;
        let end_of_name = self.byte(at)?;
        // Names go on: `password_hash`, `passwords`. An assignment follows, or the value of an option.
        at += usize::from(matches!(end_of_name, b'"' | b'\'' | b']'));
        let spaces = self.blanks(at, 3);
        at += spaces;
        let sign = match self.bytes().get(at..)? {
            [b':', b'=', ..] | [b'=', b'>', ..] => 2,
            [b'=' | b':', ..] => 1,
            [b'i' | b'I', b's' | b'S', b' ', ..] if spaces > 0 && !key => 2,
            _ if option && spaces > 0 => 0,
            _ => return None,
        };
        let plain = sign == 1 && self.byte(at) == Some(b':') || sign == 2 && self.byte(at) != Some(b':');
        at += sign;
        at += self.blanks(at, 4);
        let (value_start, end, quoted) = self.value(at)?;
        let value = self.bytes().get(value_start..end)?;
        if is_placeholder(value) {
            return None;
        }
        let prose =
            plain && !quoted && spaces_follow(self.bytes(), end) && value.iter().all(u8::is_ascii_alphabetic);
        let confidence = match key {
            true if is_random(value) => 0.9,
            true => return None,
            false if prose || value.len() < 3 => return None,
            false => 0.9,
        };
        Some(Candidate::new(Kind::Credential, value_start, end, confidence))
    }

    /// The value at a place, without its quotes.
    fn value(&self, at: usize) -> Option<(usize, usize, bool)> {
        let rest = self.bytes().get(at..)?;
        // `\"` is a quote in text of JSON within JSON.
        let (open, quote) = match rest {
            [b'\\', quote @ (b'"' | b'\''), ..] => (2, Some(*quote)),
            [quote @ (b'"' | b'\'' | b'`'), ..] => (1, Some(*quote)),
            _ => (0, None),
        };
        let rest = rest.get(open..)?;
        let rest = rest.get(..LONG).unwrap_or(rest);
        let quoted = quote.and_then(|quote| {
            let end = memchr::memchr3(quote, b'\\', b'\n', rest)?;
            (rest.get(end) != Some(&b'\n')).then_some(end)
        });
        let length = quoted.unwrap_or_else(|| {
            let ends = |byte: &u8| {
                byte.is_ascii_whitespace() || b"\"',;&<>()[]{}|`\\".contains(byte) || *byte < b' '
            };
            rest.iter().position(ends).unwrap_or(rest.len())
        });
        let start = at + open;
        let length = match quoted {
            Some(_) => length,
            // The full stop of a sentence.
            None => {
                length
                    - rest
                        .get(..length)?
                        .iter()
                        .rev()
                        .take_while(|&&byte| matches!(byte, b'.' | b':' | b'!' | b'?'))
                        .count()
            }
        };
        let end = self.text.floor_char_boundary(start + length);
        // What scrubbing left is no value, nor is what it begins.
        (end > start && self.byte(start) != Some(b'[')).then_some((start, end, quoted.is_some()))
    }

    /// `Basic` and a name with a password in base64 (RFC 7617).
    pub(super) fn basic(&self, start: usize, end: usize) -> Option<Candidate> {
        let value = self.token(start, end)?;
        let decoded = Zeroizing::new(STANDARD.decode(value).ok()?);
        decoded.contains(&b':').then(|| Candidate::new(Kind::Credential, end, end + value.len(), 0.9))
    }

    /// `Bearer` and a token (RFC 6750).
    pub(super) fn bearer(&self, start: usize, end: usize) -> Option<Candidate> {
        let value = self.token(start, end)?;
        is_random(value).then(|| Candidate::new(Kind::Credential, end, end + value.len(), 0.95))
    }

    fn token(&self, start: usize, end: usize) -> Option<&[u8]> {
        let rest = self.bytes().get(end..)?;
        let sign = |byte: &u8| byte.is_ascii_alphanumeric() || b"-._~+/=".contains(byte);
        let value = rest.get(..rest.iter().take(LONG).take_while(|byte| sign(byte)).count())?;
        (self.begins_word(start) && value.len() >= LEAST_TOKEN).then_some(value)
    }

    fn blanks(&self, at: usize, most: usize) -> usize {
        let rest = self.bytes().get(at..).unwrap_or_default();
        rest.iter().take(most).take_while(|&&byte| byte == b' ' || byte == b'\t').count()
    }
}

fn spaces_follow(bytes: &[u8], end: usize) -> bool {
    bytes.get(end) == Some(&b' ')
}

fn is_placeholder(value: &[u8]) -> bool {
    let same = value.iter().all(|byte| Some(byte) == value.first());
    same || PLACEHOLDERS.iter().any(|placeholder| value.eq_ignore_ascii_case(placeholder))
}

/// Eight characters at least, with digits and letters both, of which most come once or twice: no word, no number, no sentence.
fn is_random(value: &[u8]) -> bool {
    let digits = value.iter().filter(|byte| byte.is_ascii_digit()).count();
    let letters = value.iter().filter(|byte| byte.is_ascii_alphabetic()).count();
    let mut seen = [0u64; 4];
    for byte in value.iter().take(64) {
        if let Some(word) = seen.get_mut(usize::from(byte >> 6)) {
            *word |= 1 << (byte & 63);
        }
    }
    let distinct: u32 = seen.iter().map(|word| word.count_ones()).sum();
    let spaced = value.iter().any(u8::is_ascii_whitespace);
    !spaced && value.len() >= LEAST_TOKEN && digits > 0 && letters > 0 && distinct >= 6
}
