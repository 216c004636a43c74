//! The layer that unpacks: gzip (RFC 1952) and zstd (RFC 8878), recognised by their first bytes.
//!
//! What is compressed twice stays compressed once: the body of a dump is not looked at again.

mod gzip;
mod zstd;

#[cfg(test)]
mod tests;

use super::FormatError;
use gzip::Gzip;
use zstd::Zstd;

/// The largest piece that is handed on, in bytes.
const PIECE: usize = 64 << 10;

/// How many bytes tell what a dump is compressed with.
const MAGIC: usize = 4;

/// So much may come out whatever went in, in bytes: a ratio says nothing about a small dump.
const FREE: u64 = 64 << 20;

/// See the module.
pub(super) struct Compression {
    state: State,
    expansion: Expansion,
}

enum State {
    /// The first bytes of the dump, held back until they tell.
    Start(Vec<u8>),
    Plain,
    Gzip(Gzip),
    Zstd(Box<Zstd>),
}

impl State {
    fn of(head: &[u8]) -> State {
        match head {
            [0x1F, 0x8B, 0x08, ..] => State::Gzip(Gzip::default()),
            [0x28, 0xB5, 0x2F, 0xFD] | [0x50..=0x5F, 0x2A, 0x4D, 0x18] => State::Zstd(Box::default()),
            _ => State::Plain,
        }
    }
}

impl Compression {
    /// At the beginning of a dump that may become `max_expansion` times as large.
    pub fn new(max_expansion: u32) -> Compression {
        Compression { state: State::Start(Vec::new()), expansion: Expansion::new(max_expansion) }
    }

    /// Hands on what the chunk unpacks to, in pieces; a chunk that is not compressed as it is.
    ///
    /// # Errors
    /// [`FormatError`] where it cannot be unpacked, or what `take` says.
    pub fn push<E: From<FormatError>>(
        &mut self,
        chunk: &[u8],
        take: &mut impl FnMut(&[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        let State::Start(head) = &mut self.state else {
            return self.read(chunk, take);
        };
        let (magic, rest) = chunk.split_at((MAGIC - head.len()).min(chunk.len()));
        head.extend_from_slice(magic);
        if head.len() < MAGIC {
            return Ok(());
        }
        self.begin(take)?;
        self.read(rest, take)
    }

    /// Ends the dump.
    ///
    /// # Errors
    /// As [`Compression::push`].
    pub fn finish<E: From<FormatError>>(
        &mut self,
        take: &mut impl FnMut(&[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        self.begin(take)?;
        let complete = match &self.state {
            State::Start(_) | State::Plain => true,
            State::Gzip(gzip) => gzip.is_complete(),
            State::Zstd(zstd) => zstd.is_complete(),
        };
        if complete { Ok(()) } else { Err(FormatError::CompressionEnds.into()) }
    }

    /// Decides on the first bytes, unless that has been done.
    fn begin<E: From<FormatError>>(
        &mut self,
        take: &mut impl FnMut(&[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        let State::Start(head) = &mut self.state else { return Ok(()) };
        let head = std::mem::take(head);
        self.state = State::of(&head);
        self.read(&head, take)
    }

    fn read<E: From<FormatError>>(
        &mut self,
        chunk: &[u8],
        take: &mut impl FnMut(&[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        match &mut self.state {
            State::Start(_) | State::Plain => take(chunk),
            State::Gzip(gzip) => gzip.push(chunk, &mut self.expansion, take),
            State::Zstd(zstd) => zstd.push(chunk, &mut self.expansion, take),
        }
    }
}

/// What went in and came out.
pub(super) struct Expansion {
    most: u32,
    read: u64,
    written: u64,
}

impl Expansion {
    /// Nothing yet; `most` is how many times as large it may become.
    pub fn new(most: u32) -> Expansion {
        Expansion { most, read: 0, written: 0 }
    }

    /// Notes so many bytes more.
    ///
    /// # Errors
    /// [`FormatError::Expansion`] where too much came out.
    pub fn note(&mut self, read: usize, written: usize) -> Result<(), FormatError> {
        self.read += read as u64;
        self.written += written as u64;
        if self.written > FREE.max(self.read.saturating_mul(u64::from(self.most))) {
            return Err(FormatError::Expansion { most: self.most });
        }
        Ok(())
    }
}
