//! Pieces of text between white space, quotes and angle brackets: what an observable does not go across.

use std::ops::Range;

use super::super::defang::mark;
use super::super::limit::max_bytes;
use super::class::{BREAK, DOT, JOINT, SIGN, class};
use super::sign;
use crate::canonical::Kind;

/// A longer stretch is cut: no observable is longer, and what is read is held in memory.
const MAX: usize = max_bytes(Kind::Url);
/// Characters of a hardware address with hyphens.
const MAC: usize = 17;
/// Spaces that may stand between a value and a mark in brackets.
const SPACES: usize = 3;

/// A piece of text that may hold an observable.
pub(super) struct Stretch {
    pub(super) range: Range<usize>,
    /// The classes of its bytes.
    pub(super) classes: u8,
}

/// The first stretch at or after `from` that may hold an observable.
pub(super) fn next(text: &str, from: usize) -> Option<Stretch> {
    let bytes = text.as_bytes();
    let mut from = from;
    loop {
        let sign = from + sign::position(bytes.get(from..)?)?;
        let start = start_of(bytes, from, sign);
        let (end, classes) = end_of(bytes, start);
        // Shorter is nothing that is looked for: `::1`. A hardware address may be all letters.
        if (classes & SIGN != 0 && end - start >= 3) || (classes & JOINT != 0 && end - start >= MAC) {
            return Some(Stretch { range: start..shortened(text, start, end), classes });
        }
        from = end;
    }
}

/// Where the stretch begins that has its first sign there, looking no further back than `from`. The word before it
/// belongs to it where nothing but spaces stands between that and a mark in brackets.
fn start_of(bytes: &[u8], from: usize, sign: usize) -> usize {
    let word = |end: usize| {
        let before = bytes.get(from..end).unwrap_or_default();
        from + before.iter().rposition(|&byte| class(byte) & BREAK != 0).map_or(0, |at| at + 1)
    };
    let start = word(sign);
    let before = bytes.get(from..start).unwrap_or_default();
    let spaces = before.iter().rev().take(SPACES).take_while(|&&byte| byte == b' ').count();
    let end = start - spaces;
    let joined = spaces > 0
        && end > from
        && bytes.get(end - 1).is_some_and(|&byte| class(byte) & BREAK == 0)
        && mark(bytes, start).is_some();
    if joined { word(end) } else { start }
}

/// Where the stretch ends, and the classes of its bytes. Spaces around marks in brackets do not end it.
fn end_of(bytes: &[u8], start: usize) -> (usize, u8) {
    let (mut end, mut classes) = (start, 0);
    loop {
        let (length, seen) = unbroken(bytes.get(end..).unwrap_or_default(), MAX + 1 - (end - start));
        end += length;
        classes |= seen;
        match after_spaces(bytes, start, end) {
            Some(next) if end - start <= MAX => end = next,
            _ => return (end, classes),
        }
        if end - start > MAX {
            return (end, classes);
        }
    }
}

/// How many bytes, of so many at most, stand before one that ends a stretch, and their classes.
fn unbroken(bytes: &[u8], most: usize) -> (usize, u8) {
    let (mut seen, mut last) = (0, 0);
    let bytes = bytes.get(..most).unwrap_or(bytes);
    for (at, &byte) in bytes.iter().enumerate() {
        let class = class(byte);
        if class & BREAK != 0 {
            return (at, seen);
        }
        // A dot at the end of a word is the one of a sentence.
        seen |= class | if last & DOT == 0 { 0 } else { SIGN };
        last = class;
    }
    (bytes.len(), seen)
}

/// Where the stretch goes on after spaces at `at`, when a mark stands before or behind them.
fn after_spaces(bytes: &[u8], start: usize, at: usize) -> Option<usize> {
    let spaces = bytes.get(at..)?.iter().take(SPACES).take_while(|&&byte| byte == b' ').count();
    let next = at + spaces;
    let follows = *bytes.get(next).filter(|&&byte| spaces > 0 && class(byte) & BREAK == 0)?;
    let before = matches!(bytes.get(at.checked_sub(1)?)?, b']' | b')' | b'}');
    let joined = (matches!(follows, b'[' | b'(' | b'{') && mark(bytes, next).is_some())
        || (before && ends_in_mark(bytes.get(start..at)?));
    joined.then_some(next)
}

fn ends_in_mark(stretch: &[u8]) -> bool {
    (3..=5).any(|length| {
        let at = stretch.len().checked_sub(length);
        at.and_then(|at| mark(stretch, at)).is_some_and(|mark| mark.len == length)
    })
}

/// The end of a stretch of bounded length, where a list has its separators if it has them.
fn shortened(text: &str, start: usize, end: usize) -> usize {
    if end - start <= MAX {
        return end;
    }
    let most = text.floor_char_boundary(start + MAX);
    let list = text.as_bytes().get(start + 1..most).and_then(|bytes| memchr::memrchr2(b',', b';', bytes));
    list.map_or(most, |at| start + 1 + at)
}
