//! XML 1.0 out of chunks: cut into its tags and texts, and kept harmless.
//!
//! Nothing that a document could make grow or read is followed: declarations of entities, references to them, external
//! subsets and XInclude are errors of the whole dump. Known are the five entities of XML itself and character references.

mod harmless;

#[cfg(test)]
mod tests;

use quick_xml::parser::{ElementParser, Parser};

use super::{FormatError, MAX_ROW};
use harmless::Guard;

/// A tag, or the text up to the next one.
#[derive(Clone, Copy, Debug)]
pub(super) struct Piece<'a> {
    /// Where it begins in the dump, in bytes.
    pub offset: u64,
    /// All of it, with `<` and `>`.
    pub bytes: &'a [u8],
    /// What it is.
    pub kind: PieceKind<'a>,
}

/// What a [`Piece`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PieceKind<'a> {
    /// `<name …>` or `<name …/>`.
    Start {
        /// As written, with its prefix.
        name: &'a [u8],
        /// Whether it is its own end.
        empty: bool,
    },
    /// `</name>`.
    End {
        /// As written, with its prefix.
        name: &'a [u8],
    },
    /// Text and CDATA.
    Text,
    /// Comments, processing instructions, the document type without a subset.
    Other,
}

/// Cuts chunks into pieces.
#[derive(Default)]
pub(super) struct Markup {
    state: State,
    guard: Guard,
    /// The piece whose end has not come yet.
    partial: Vec<u8>,
    consumed: u64,
}

#[derive(Default)]
enum State {
    #[default]
    Text,
    /// What begins with `<` is not clear yet.
    Open,
    Tag(ElementParser),
    /// Up to these bytes, which may only begin so far into it.
    Until(&'static [u8], usize),
}

/// What is known by how it begins, what ends it, and where that may begin at the earliest.
const SPECIAL: [(&[u8], &[u8], usize); 3] =
    [(b"<!--", b"-->", 4), (b"<![CDATA[", b"]]>", 9), (b"<?", b"?>", 2)];

impl Markup {
    /// Hands over every piece that the chunk completes.
    ///
    /// # Errors
    /// [`FormatError`] where the document is refused, or what `take` says.
    pub fn push<E: From<FormatError>>(
        &mut self,
        mut chunk: &[u8],
        mut take: impl FnMut(Piece<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        while !chunk.is_empty() {
            let (used, complete) = self.scan(chunk);
            let (piece, rest) = chunk.split_at(used);
            self.partial.extend_from_slice(piece);
            chunk = rest;
            if self.partial.len() > MAX_ROW {
                return Err(FormatError::XmlTooLarge.into());
            }
            if complete {
                self.complete(&mut take)?;
            }
        }
        Ok(())
    }

    /// Ends the document. Whether its elements have ended is for the caller to say.
    ///
    /// # Errors
    /// [`FormatError::XmlEnds`] inside of a tag, or as [`Markup::push`].
    pub fn finish<E: From<FormatError>>(
        &mut self,
        mut take: impl FnMut(Piece<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        if !matches!(self.state, State::Text) {
            return Err(FormatError::XmlEnds.into());
        }
        self.complete(&mut take)
    }

    /// How much of the chunk belongs to the piece, and whether that completes it.
    fn scan(&mut self, chunk: &[u8]) -> (usize, bool) {
        match &mut self.state {
            State::Text => match memchr::memchr(b'<', chunk) {
                Some(at) => {
                    self.state = State::Open;
                    (at, true)
                }
                None => (chunk.len(), false),
            },
            State::Open => (self.open(chunk), false),
            State::Tag(parser) => match parser.feed(chunk) {
                Some(at) => {
                    self.state = State::Text;
                    (at + 1, true)
                }
                None => (chunk.len(), false),
            },
            State::Until(end, earliest) => {
                let Some(at) = memchr::memchr(b'>', chunk) else { return (chunk.len(), false) };
                let (end, earliest) = (*end, *earliest);
                let (used, _) = chunk.split_at(at + 1);
                let len = self.partial.len() + used.len();
                let closes = len >= earliest + end.len()
                    && end.iter().rev().eq(used
                        .iter()
                        .rev()
                        .chain(self.partial.iter().rev())
                        .take(end.len()));
                if closes {
                    self.state = State::Text;
                }
                (used.len(), closes)
            }
        }
    }

    /// Takes bytes as long as they may begin something special.
    fn open(&mut self, chunk: &[u8]) -> usize {
        let begun = self.partial.len();
        for (at, _) in chunk.iter().enumerate() {
            let is_begin = |special: &[u8]| {
                special.get(..begun).is_some_and(|begin| begin == self.partial)
                    && special.get(begun..).is_some_and(|rest| rest.starts_with(&chunk[..=at]))
            };
            let whole = SPECIAL.iter().find(|(begin, ..)| begin.len() == begun + at + 1 && is_begin(begin));
            if let Some((_, end, earliest)) = whole {
                self.state = State::Until(end, *earliest);
                return at + 1;
            }
            if !SPECIAL.iter().any(|(begin, ..)| is_begin(begin)) {
                self.state = State::Tag(ElementParser::default());
                return at;
            }
        }
        chunk.len()
    }

    fn complete<E: From<FormatError>>(
        &mut self,
        take: &mut impl FnMut(Piece<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        if self.partial.is_empty() {
            return Ok(());
        }
        let mut bytes = std::mem::take(&mut self.partial);
        let kind = self.guard.look(&bytes)?;
        take(Piece { offset: self.consumed, bytes: &bytes, kind })?;
        self.consumed += bytes.len() as u64;
        bytes.clear();
        self.partial = bytes;
        Ok(())
    }
}
