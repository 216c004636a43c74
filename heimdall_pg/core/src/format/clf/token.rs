//! The parts of a line: words, and strings in quotes.

use std::borrow::Cow;

use crate::format::escape::{hex_byte, push_bytes};

/// A part of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Token<'a> {
    Word(&'a str),
    /// Without its quotes, with its escapes.
    Quoted(&'a str),
}

/// Cuts a line into tokens.
#[derive(Clone, Copy)]
pub(super) struct Tokens<'a> {
    rest: &'a str,
    /// A quote was left open: what follows has none that would be closed.
    is_open: bool,
}

impl<'a> Tokens<'a> {
    pub fn of(line: &'a str) -> Tokens<'a> {
        Tokens { rest: line.trim_start_matches(' '), is_open: false }
    }

    /// The next token, and how it is written. A quote that nothing closes is a character like another, and those
    /// behind it are too: to look for the end of each would take the square of the line.
    pub fn next(&mut self) -> Option<(Token<'a>, &'a str)> {
        if self.rest.is_empty() {
            return None;
        }
        let inside = if self.is_open { None } else { quoted(self.rest) };
        let (token, length) = match inside {
            Some(inside) => (Token::Quoted(inside), inside.len() + 2),
            None => {
                self.is_open |= self.rest.starts_with('"');
                let end = self.rest.find(' ').unwrap_or(self.rest.len());
                (Token::Word(self.rest.get(..end)?), end)
            }
        };
        let written = self.rest.get(..length)?;
        self.rest = self.rest.get(length..)?.trim_start_matches(' ');
        Some((token, written))
    }
}

/// The string in quotes at the beginning: a quote ends it where a space or nothing follows.
fn quoted(text: &str) -> Option<&str> {
    let inside = text.strip_prefix('"')?;
    let bytes = inside.as_bytes();
    let mut at = 0;
    loop {
        at += memchr::memchr2(b'"', b'\\', bytes.get(at..)?)?;
        if bytes.get(at) == Some(&b'\\') {
            at += 2;
        } else if matches!(bytes.get(at + 1), None | Some(b' ')) {
            return inside.get(..at);
        } else {
            at += 1;
        }
    }
}

/// A string in quotes as it was: Apache escapes quotes, backslashes and what cannot be printed, nginx writes `\xNN`.
pub(super) fn unescaped(inside: &str) -> Cow<'_, str> {
    if !inside.contains('\\') {
        return Cow::Borrowed(inside);
    }
    let mut bytes = Vec::with_capacity(inside.len());
    let mut rest = inside.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        let (byte, taken) = match (byte, after.first()) {
            (b'\\', Some(&escape)) => match (escape, hex_byte(after)) {
                (_, Some(byte)) => (byte, 4),
                (b'n', _) => (b'\n', 2),
                (b'r', _) => (b'\r', 2),
                (b't', _) => (b'\t', 2),
                (b'b', _) => (8, 2),
                (b'v', _) => (0x0b, 2),
                (b'"' | b'\\', _) => (escape, 2),
                _ => (byte, 1),
            },
            _ => (byte, 1),
        };
        bytes.push(byte);
        rest = rest.get(taken..).unwrap_or_default();
    }
    let mut text = String::with_capacity(bytes.len());
    push_bytes(&mut text, &bytes);
    Cow::Owned(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_end_before_a_space() {
        let mut tokens = Tokens::of("200 \"a \\\"b\\\" c\" \"it\"s\" \"\" \"open");
        let all: Vec<_> = std::iter::from_fn(|| tokens.next()).map(|(token, _)| token).collect();
        let expected = [
            Token::Word("200"),
            Token::Quoted("a \\\"b\\\" c"),
            Token::Quoted("it\"s"),
            Token::Quoted(""),
            Token::Word("\"open"),
        ];
        assert_eq!(all, expected);
    }

    #[test]
    fn escapes_are_taken_out() {
        assert_eq!(unescaped("\\x16\\x03\\xc3\\xa9 \\\"\\\\\\t\\x22\\q"), "\\x16\\x03é \"\\\t\"\\q");
    }
}
