//! A dump: a file, from any of its bytes on, or a stream, of which the last piece is kept until it has arrived.

use std::io::SeekFrom;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use bytes::{Bytes, BytesMut};
use futures_util::TryStreamExt;
use reqwest::Body;
use tokio::fs::File;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncSeekExt};
use tokio_util::io::ReaderStream;

use super::failure::Failure;
use super::progress::Progress;

/// What is read of a file at a time.
const BLOCK: usize = 256 << 10;

/// What is sent of a stream at a time, and kept for a second try.
const PIECE: usize = 8 << 20;

/// Where a dump comes from.
pub enum Input {
    /// It can be read again.
    File {
        /// Where it is.
        path: PathBuf,
        /// Its bytes at the beginning.
        length: u64,
        /// When it was written to, at the beginning.
        modified: Option<SystemTime>,
    },
    /// It cannot.
    Stream(Stream),
}

/// A stream and its last piece.
pub struct Stream {
    reader: Box<dyn AsyncRead + Unpin>,
    start: u64,
    piece: Bytes,
    ended: bool,
}

/// The bytes for one request.
pub struct Piece {
    /// They.
    pub body: Body,
    /// How many.
    pub length: u64,
    /// Bytes of the whole, where they are known.
    pub whole: Option<u64>,
}

impl Input {
    /// `-` is standard input.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub async fn open(path: &Path) -> Result<Input, Failure> {
        let stream = |reader| Input::Stream(Stream { reader, start: 0, piece: Bytes::new(), ended: false });
        if path == Path::new("-") {
            return Ok(stream(Box::new(tokio::io::stdin())));
        }
        let file = File::open(path).await?;
        let metadata = file.metadata().await?;
        if metadata.is_dir() {
            return Err(Failure::Unreadable(std::io::ErrorKind::IsADirectory.into()));
        }
        if !metadata.is_file() {
            return Ok(stream(Box::new(file)));
        }
        let (length, modified) = (metadata.len(), metadata.modified().ok());
        Ok(Input::File { path: path.to_owned(), length, modified })
    }

    /// Bytes of the whole, where they are known before all are read.
    pub fn length(&self) -> Option<u64> {
        match self {
            Input::File { length, .. } => Some(*length),
            Input::Stream(_) => None,
        }
    }

    /// What to send from there on.
    ///
    /// # Errors
    /// Where it cannot be read, or not again.
    pub async fn from(&mut self, offset: u64, progress: &Progress) -> Result<Piece, Failure> {
        match self {
            Input::File { path, length, modified } => {
                let mut file = File::open(path).await?;
                let metadata = file.metadata().await?;
                if metadata.len() != *length || metadata.modified().ok() != *modified {
                    return Err(Failure::Changed);
                }
                file.seek(SeekFrom::Start(offset)).await?;
                let left = length.saturating_sub(offset);
                let (progress, mut sent) = (progress.clone(), offset);
                let blocks = ReaderStream::with_capacity(file.take(left), BLOCK).inspect_ok(move |block| {
                    sent += block.len() as u64;
                    progress.at(sent);
                });
                Ok(Piece { body: Body::wrap_stream(blocks), length: left, whole: Some(*length) })
            }
            Input::Stream(stream) => stream.from(offset).await,
        }
    }
}

impl Stream {
    async fn from(&mut self, offset: u64) -> Result<Piece, Failure> {
        let end = self.start + self.piece.len() as u64;
        if offset == end && !self.ended {
            (self.start, self.piece) = (end, Bytes::new());
            let mut piece = BytesMut::with_capacity(PIECE);
            while piece.len() < PIECE && !self.ended {
                let room = PIECE - piece.len();
                self.ended = (&mut self.reader).take(room as u64).read_buf(&mut piece).await? == 0;
            }
            self.piece = piece.freeze();
        }
        let known = offset.checked_sub(self.start).and_then(|skip| usize::try_from(skip).ok());
        let rest = known.filter(|skip| *skip <= self.piece.len()).map(|skip| self.piece.slice(skip..));
        let rest = rest.ok_or(Failure::Spent)?;
        let whole = self.ended.then(|| self.start + self.piece.len() as u64);
        Ok(Piece { length: rest.len() as u64, body: rest.into(), whole })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stream(bytes: &'static [u8]) -> Stream {
        Stream { reader: Box::new(bytes), start: 0, piece: Bytes::new(), ended: false }
    }

    #[tokio::test]
    async fn a_stream_is_sent_again_from_where_its_last_piece_begins() {
        static DUMP: [u8; PIECE + 10] = [7; PIECE + 10];
        let mut stream = stream(&DUMP);
        let first = stream.from(0).await.unwrap();
        assert_eq!((first.length, first.whole), (PIECE as u64, None));
        assert_eq!(stream.from(5).await.unwrap().length, PIECE as u64 - 5);
        let last = stream.from(PIECE as u64).await.unwrap();
        assert_eq!((last.length, last.whole), (10, Some(PIECE as u64 + 10)));
        assert_eq!(stream.from(PIECE as u64 + 10).await.unwrap().length, 0);
        assert!(matches!(stream.from(5).await, Err(Failure::Spent)));
    }

    #[tokio::test]
    async fn an_empty_stream_has_a_length() {
        let piece = stream(b"").from(0).await.unwrap();
        assert_eq!((piece.length, piece.whole), (0, Some(0)));
    }

    #[tokio::test]
    async fn a_file_that_changes_is_noticed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("dump");
        std::fs::write(&path, "ip\n192.0.2.1\n").unwrap();
        let mut input = Input::open(&path).await.unwrap();
        let progress = Progress::new("dump", None, super::super::progress::Kind::Quiet);
        assert_eq!(input.from(3, &progress).await.unwrap().length, 10);
        std::fs::write(&path, "ip\n").unwrap();
        assert!(matches!(input.from(3, &progress).await, Err(Failure::Changed)));
    }
}
