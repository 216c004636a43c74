//! A stretch of text without its marks, which knows where everything in it stood.

use std::borrow::Cow;

use super::super::defang::mark;
use super::class::{MARK, class};

/// A stretch without marks.
pub(super) struct Plain<'a> {
    pub(super) text: Cow<'a, str>,
    /// In order; none where the text is as it was.
    pieces: Vec<Piece>,
}

/// A part of the plain text and where it comes from.
struct Piece {
    plain: usize,
    raw: usize,
    /// Bytes of the mark that the part stands for; 0 for text that was copied.
    mark: usize,
}

impl<'a> Plain<'a> {
    /// Takes the marks out of a stretch whose bytes are of these classes.
    pub(super) fn of(raw: &'a str, classes: u8) -> Self {
        if classes & MARK == 0 {
            return Self { text: Cow::Borrowed(raw), pieces: Vec::new() };
        }
        let bytes = raw.as_bytes();
        let mut text = String::new();
        let mut pieces = Vec::new();
        let (mut from, mut at) = (0, 0);
        while let Some(found) =
            bytes.get(at..).and_then(|rest| rest.iter().position(|&byte| class(byte) & MARK != 0))
        {
            at += found;
            let Some(mark) = mark(bytes, at) else {
                at += 1;
                continue;
            };
            let copied = raw.get(from..at).unwrap_or_default().trim_end_matches(' ');
            pieces.push(Piece { plain: text.len(), raw: from, mark: 0 });
            text.push_str(copied);
            pieces.push(Piece { plain: text.len(), raw: at, mark: mark.len });
            text.push_str(mark.plain);
            at += mark.len;
            at += bytes.get(at..).unwrap_or_default().iter().take_while(|&&byte| byte == b' ').count();
            from = at;
        }
        if pieces.is_empty() {
            return Self { text: Cow::Borrowed(raw), pieces };
        }
        pieces.push(Piece { plain: text.len(), raw: from, mark: 0 });
        text.push_str(raw.get(from..).unwrap_or_default());
        Self { text: Cow::Owned(text), pieces }
    }

    /// Where the byte at `plain` stood; the beginning of a mark.
    pub(super) fn raw_start(&self, plain: usize) -> usize {
        match self.piece(plain) {
            None => plain,
            Some(piece) if piece.mark > 0 => piece.raw,
            Some(piece) => piece.raw + (plain - piece.plain),
        }
    }

    /// Where the raw text goes on behind what ends at `plain`.
    pub(super) fn raw_end(&self, plain: usize) -> usize {
        let last = plain.saturating_sub(1);
        match self.piece(last) {
            None => plain,
            Some(piece) if piece.mark > 0 => piece.raw + piece.mark,
            Some(piece) => piece.raw + (plain - piece.plain),
        }
    }

    /// True where a mark stood between the two.
    pub(super) fn is_defanged(&self, start: usize, end: usize) -> bool {
        let after = self.pieces.partition_point(|piece| piece.plain < start);
        let inside = self.pieces.get(after..).unwrap_or_default();
        inside.iter().take_while(|piece| piece.plain < end).take(2).any(|piece| piece.mark > 0)
    }

    /// The last piece that begins at or before that byte.
    fn piece(&self, plain: usize) -> Option<&Piece> {
        let after = self.pieces.partition_point(|piece| piece.plain <= plain);
        self.pieces.get(after.checked_sub(1)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_taken_out_and_places_kept() {
        let raw = "hxxp[://]evil [.] example(.)org";
        let plain = Plain::of(raw, MARK);
        assert_eq!(plain.text, "hxxp://evil.example.org");
        assert_eq!((plain.raw_start(0), plain.raw_end(4)), (0, 4));
        assert_eq!(&raw[plain.raw_start(7)..plain.raw_end(19)], "evil [.] example");
        assert_eq!(plain.raw_end(plain.text.len()), raw.len());
        assert!(plain.is_defanged(7, 19) && !plain.is_defanged(7, 11));
        assert!(matches!(Plain::of("a(b)c", MARK).text, Cow::Borrowed(_)));
    }
}
