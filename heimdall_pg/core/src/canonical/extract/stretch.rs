//! Pieces of text between white space, quotes and angle brackets: what an observable does not go across.

use std::ops::Range;

use super::super::defang::mark;
use super::super::limit::max_bytes;
use crate::canonical::Kind;

/// A longer stretch is cut: no observable is longer, and what is read is held in memory.
const MAX: usize = max_bytes(Kind::Url);
/// Spaces that may stand between a value and a mark in brackets.
const SPACES: usize = 3;

/// Ends a stretch.
const BREAK: u8 = 1;
/// Without one of these a stretch has no observable: a digit, a dot, a colon, an at sign or a bracket.
const SIGN: u8 = 2;

const CLASSES: [u8; 256] = classes();

const fn classes() -> [u8; 256] {
    let mut classes = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        classes[byte] = match byte as u8 {
            0..=b' ' | 0x7f | b'"' | b'<' | b'>' | b'|' | b'`' => BREAK,
            b'0'..=b'9' | b'.' | b':' | b'@' | b'[' | b'(' | b'{' => SIGN,
            // Full stops of UTS #46 and everything else past ASCII.
            0x80.. => SIGN,
            _ => 0,
        };
        byte += 1;
    }
    classes
}

fn class(byte: u8) -> u8 {
    CLASSES.get(usize::from(byte)).copied().unwrap_or_default()
}

/// The first stretch at or after `from` that may hold an observable.
pub(super) fn next(text: &str, from: usize) -> Option<Range<usize>> {
    let bytes = text.as_bytes();
    let mut start = from;
    loop {
        start += bytes.get(start..)?.iter().position(|&byte| class(byte) != BREAK)?;
        let (end, classes) = end_of(bytes, start);
        // Shorter is nothing that is looked for: `::1`.
        if classes & SIGN != 0 && end - start >= 3 {
            return Some(start..shortened(text, start, end));
        }
        start = end;
    }
}

/// Where the stretch ends, and the classes of its bytes. Spaces around marks in brackets do not end it.
fn end_of(bytes: &[u8], start: usize) -> (usize, u8) {
    let (mut end, mut classes) = (start, 0);
    while let Some(&byte) = bytes.get(end) {
        let class = class(byte);
        if class == BREAK {
            match after_spaces(bytes, start, end) {
                Some(next) => end = next,
                None => break,
            }
            continue;
        }
        classes |= class;
        end += 1;
        if end - start > MAX {
            break;
        }
    }
    (end, classes)
}

/// Where the stretch goes on after spaces at `at`, when a mark stands before or behind them.
fn after_spaces(bytes: &[u8], start: usize, at: usize) -> Option<usize> {
    let spaces = bytes.get(at..)?.iter().take(SPACES).take_while(|&&byte| byte == b' ').count();
    let next = at + spaces;
    let follows = *bytes.get(next).filter(|&&byte| spaces > 0 && class(byte) != BREAK)?;
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
