//! The layer that makes UTF-8 of a dump, whatever its encoding.
//!
//! Undeclared, UTF-16 is known by its byte order mark or by the zeroes of its first two characters. Everything else is
//! UTF-8 and goes through without a copy, unless it is evidently Windows-1252 (of which Latin-1 is a part): then the
//! [`SAMPLE`] bytes from the first one on that is not ASCII hold no character of UTF-8 at all, and read as words.
//! The byte order mark is no part of the text. What an encoding does not know becomes a byte that is not UTF-8, so
//! that it costs its row and is not silently replaced.

mod declared;
mod western;

#[cfg(test)]
mod tests;

use encoding_rs::{Decoder, DecoderResult, Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

pub use declared::TextEncoding;

/// How many bytes are held back to tell Windows-1252 from UTF-8.
const SAMPLE: usize = 64 << 10;

/// How many bytes tell UTF-16.
const START: usize = 4;

/// How much text is made at once, in bytes.
const PIECE: usize = 64 << 10;

/// Never part of UTF-8.
const NO_CHARACTER: &[u8] = b"\xFF";

/// See the module.
pub(super) struct TextLayer {
    state: State,
    declared: bool,
}

enum State {
    /// The first bytes of the dump, held back until they tell.
    Start(Vec<u8>),
    /// Nothing but ASCII so far, the last byte of which this is.
    Ascii(u8),
    /// What follows that byte, from the first one on that is not ASCII.
    Sample(u8, Vec<u8>),
    /// As it comes.
    Utf8,
    Other(Box<Transcoder>),
}

impl TextLayer {
    /// At the beginning of a dump of that encoding, or of one that is to be recognised.
    pub fn new(declared: Option<TextEncoding>) -> TextLayer {
        let state = match declared {
            Some(TextEncoding(encoding)) if encoding != UTF_8 => State::Other(Transcoder::new(encoding)),
            _ => State::Start(Vec::new()),
        };
        TextLayer { state, declared: declared.is_some() }
    }

    /// Hands on the text of a chunk.
    ///
    /// # Errors
    /// What `take` says.
    pub fn push<E>(
        &mut self,
        mut chunk: &[u8],
        take: &mut impl FnMut(&[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        while !chunk.is_empty() {
            match &mut self.state {
                State::Start(head) => {
                    fill(head, START, &mut chunk);
                    if head.len() == START {
                        self.start(take)?;
                    }
                }
                State::Ascii(last) => {
                    let (ascii, rest) = chunk.split_at(Encoding::ascii_valid_up_to(chunk));
                    if let Some(byte) = ascii.last() {
                        *last = *byte;
                        take(ascii)?;
                    }
                    if !rest.is_empty() {
                        self.state = State::Sample(*last, Vec::new());
                    }
                    chunk = rest;
                }
                State::Sample(_, sample) => {
                    fill(sample, SAMPLE, &mut chunk);
                    if sample.len() == SAMPLE {
                        self.sample(take)?;
                    }
                }
                State::Utf8 => return take(chunk),
                State::Other(transcoder) => return transcoder.push(chunk, false, take),
            }
        }
        Ok(())
    }

    /// Ends the dump.
    ///
    /// # Errors
    /// As [`TextLayer::push`].
    pub fn finish<E>(&mut self, take: &mut impl FnMut(&[u8]) -> Result<(), E>) -> Result<(), E> {
        if matches!(self.state, State::Start(_)) {
            self.start(take)?;
        }
        if matches!(self.state, State::Sample(..)) {
            self.sample(take)?;
        }
        match &mut self.state {
            State::Other(transcoder) => transcoder.push(&[], true, take),
            State::Start(_) | State::Ascii(_) | State::Sample(..) | State::Utf8 => Ok(()),
        }
    }

    /// Decides on the first bytes.
    fn start<E>(&mut self, take: &mut impl FnMut(&[u8]) -> Result<(), E>) -> Result<(), E> {
        let State::Start(head) = &mut self.state else { return Ok(()) };
        let head = std::mem::take(head);
        let (state, text) = match head.as_slice() {
            [0xEF, 0xBB, 0xBF, text @ ..] => (State::Utf8, text),
            text if self.declared => (State::Utf8, text),
            // A workbook, of a dump whose format is still to be told: as it is.
            text @ [b'P', b'K', 3, 4] => (State::Utf8, text),
            text @ ([0xFF, 0xFE, ..] | [1..=255, 0, 1..=255, 0]) => {
                (State::Other(Transcoder::new(UTF_16LE)), text)
            }
            text @ ([0xFE, 0xFF, ..] | [0, 1..=255, 0, 1..=255]) => {
                (State::Other(Transcoder::new(UTF_16BE)), text)
            }
            text => (State::Ascii(b'\n'), text),
        };
        self.state = state;
        self.push(text, take)
    }

    /// Decides on the sample.
    fn sample<E>(&mut self, take: &mut impl FnMut(&[u8]) -> Result<(), E>) -> Result<(), E> {
        let State::Sample(before, sample) = &mut self.state else { return Ok(()) };
        let (before, sample) = (*before, std::mem::take(sample));
        self.state = if western::is_evident(before, &sample) {
            State::Other(Transcoder::new(WINDOWS_1252))
        } else {
            State::Utf8
        };
        self.push(&sample, take)
    }
}

/// Moves bytes from the front of `chunk` until `held` is that long.
fn fill(held: &mut Vec<u8>, len: usize, chunk: &mut &[u8]) {
    let (moved, rest) = chunk.split_at(len.saturating_sub(held.len()).min(chunk.len()));
    held.extend_from_slice(moved);
    *chunk = rest;
}

/// One encoding to UTF-8.
struct Transcoder {
    decoder: Decoder,
    text: Box<[u8]>,
}

impl Transcoder {
    fn new(encoding: &'static Encoding) -> Box<Transcoder> {
        Box::new(Transcoder {
            decoder: encoding.new_decoder_with_bom_removal(),
            text: vec![0; PIECE].into_boxed_slice(),
        })
    }

    fn push<E>(
        &mut self,
        mut chunk: &[u8],
        last: bool,
        take: &mut impl FnMut(&[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        loop {
            let (result, read, written) =
                self.decoder.decode_to_utf8_without_replacement(chunk, &mut self.text, last);
            chunk = chunk.get(read..).unwrap_or_default();
            if let Some(text) = self.text.get(..written).filter(|text| !text.is_empty()) {
                take(text)?;
            }
            match result {
                DecoderResult::InputEmpty => return Ok(()),
                DecoderResult::OutputFull => {}
                DecoderResult::Malformed(..) => take(NO_CHARACTER)?,
            }
        }
    }
}
