//! The pairs of a line, and what stands between them.

use std::borrow::Cow;

use super::quoted::{Quotes, unquote};
use super::separator;
use super::time::{is_clock, is_date};
use crate::format::pairs::is_word;

/// Words that a key may be of, where something else than spaces separates the pairs.
const MOST_WORDS: usize = 5;

/// What may stand around a key.
const AROUND: [char; 6] = ['[', '(', '{', '"', '\'', ' '];

/// True for words that may be a key together.
fn is_key(words: &str) -> bool {
    words.split(' ').take(MOST_WORDS + 1).count() <= MOST_WORDS && words.split(' ').all(is_word)
}

/// A piece of a line.
#[derive(Debug, PartialEq)]
pub(super) enum Item<'a> {
    /// A key with its value, and both as they are written.
    Pair { key: &'a str, value: Cow<'a, str>, written: &'a str },
    /// What is no pair.
    Text(&'a str),
}

/// Reads a line once from its beginning to its end.
pub(super) struct Reader<'a> {
    rest: &'a str,
    separator: Option<u8>,
    quotes: Quotes,
    /// What follows a text that precedes a key within one piece.
    first: bool,
}

impl<'a> Reader<'a> {
    pub fn new(line: &'a str) -> Reader<'a> {
        Reader { rest: line, separator: separator::of(line), quotes: Quotes::default(), first: true }
    }

    /// Takes so many bytes off the rest.
    fn take(&mut self, len: usize) -> &'a str {
        let (taken, rest) = self.rest.split_at_checked(len).unwrap_or((self.rest, ""));
        self.rest = rest;
        taken
    }

    /// True for what ends a value that is not quoted.
    fn is_end(separator: Option<u8>, char: char) -> bool {
        separator.map_or(char.is_whitespace(), |separator| char == char::from(separator))
    }

    /// The length of a value that is not quoted, up to a separator that no backslash escapes.
    fn plain_len(&self, from: usize) -> usize {
        let mut escaped = false;
        let value = self.rest.get(from..).unwrap_or("");
        let end = value.find(|char| {
            let ends = !escaped && Self::is_end(self.separator, char);
            escaped = char == '\\' && !escaped && self.separator.is_some();
            ends
        });
        end.unwrap_or(value.len())
    }

    /// Where the next `=` is, the key before it, and the length of a text before that. What is looked at is taken
    /// then, or belongs to a quoted text.
    fn begin(&mut self) -> Option<(usize, &'a str, usize)> {
        if let Some(end) = self.quotes.end(self.rest) {
            let key = self.rest.get(1..end.checked_sub(1)?)?;
            return (self.rest.get(end..)?.starts_with('=') && is_key(key)).then_some((end, key, 0));
        }
        let equals = self.rest.find(|char| char == '=' || Self::is_end(self.separator, char))?;
        let before = self
            .rest
            .get(..equals)
            .filter(|_| self.rest.get(equals..).is_some_and(|at| at.starts_with('=')))?;
        let (key, skip) = self.key(before)?;
        Some((equals, key, skip))
    }

    /// The key that ends before a `=`: all that precedes it, or its last word, and how long what precedes that is.
    fn key(&self, before: &'a str) -> Option<(&'a str, usize)> {
        let whole = before.trim_matches(AROUND);
        if is_key(whole) && (!self.first || !whole.contains(' ')) {
            return Some((whole, 0));
        }
        let start = before.trim_end().rfind(char::is_whitespace)? + 1;
        let last = before.get(start..)?.trim_matches(AROUND);
        is_word(last).then_some((last, start))
    }
}

impl<'a> Iterator for Reader<'a> {
    type Item = Item<'a>;

    fn next(&mut self) -> Option<Item<'a>> {
        let separators = |char: char| char.is_whitespace() || ",;|".contains(char);
        self.rest = self.rest.trim_start_matches(separators);
        if self.rest.is_empty() {
            return None;
        }
        let Some((equals, key, skip)) = self.begin() else {
            self.first = false;
            let end = self.quotes.end(self.rest).unwrap_or_else(|| self.plain_len(0));
            return Some(Item::Text(self.take(end).trim()));
        };
        self.first = false;
        if skip > 0 {
            return Some(Item::Text(self.take(skip).trim()));
        }
        let after = self.rest.get(equals + 1..).unwrap_or("");
        let start = self.rest.len() - after.trim_start_matches(' ').len();
        if let Some(end) = self.rest.get(start..).and_then(|value| self.quotes.end(value)) {
            let written = self.take(start + end);
            return Some(Item::Pair { key, value: unquote(written.get(start..).unwrap_or("")), written });
        }
        let mut end = equals + 1 + self.plain_len(equals + 1);
        // `time=2024-01-31 23:59:59` is one value, though a space is in it.
        if self.rest.get(equals + 1..end).is_some_and(is_date) {
            let clock = end + 1 + self.plain_len(end + 1);
            end = if self.rest.get(end + 1..clock).is_some_and(is_clock) { clock } else { end };
        }
        let written = self.take(end);
        let value = written.get(equals + 1..).unwrap_or("").trim();
        // Between spaces, a comma that follows a value is none of it.
        let value = if self.separator.is_none() { value.trim_end_matches([',', ';']) } else { value };
        Some(Item::Pair { key, value: Cow::Borrowed(value), written })
    }
}
