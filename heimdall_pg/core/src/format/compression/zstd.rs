//! zstd: frames one after the other, skippable ones among them.
//!
//! `ruzstd` decodes whole blocks, which are of 128 KiB at most; this cuts the dump into them.

use std::io::Read;

use ruzstd::decoding::errors::FrameDecoderError;
use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};

use super::{Expansion, FormatError, PIECE};

/// The largest window: what `zstd --ultra -21` writes. It is held in memory.
const MAX_WINDOW: u64 = 64 << 20;

/// The largest block, packed or not.
const MAX_BLOCK: usize = 128 << 10;

/// See the module.
pub(super) struct Zstd {
    frames: FrameDecoder,
    stage: Stage,
    /// The unit that is not complete yet.
    pending: Vec<u8>,
    out: Box<[u8]>,
}

/// What comes next.
#[derive(Clone, Copy)]
enum Stage {
    Frame,
    /// So many bytes of a skippable frame.
    Skip(usize),
    Block {
        checksum: bool,
    },
}

/// What is decoded at once.
#[derive(Clone, Copy)]
enum Unit {
    Skippable,
    FrameHeader { checksum: bool },
    Block { last: bool },
}

impl Default for Zstd {
    fn default() -> Zstd {
        let mut frames = FrameDecoder::new();
        frames.set_max_window_size(MAX_WINDOW);
        Zstd { frames, stage: Stage::Frame, pending: Vec::new(), out: vec![0; PIECE].into_boxed_slice() }
    }
}

impl Zstd {
    /// See [`super::Compression::push`].
    pub fn push<E: From<FormatError>>(
        &mut self,
        chunk: &[u8],
        expansion: &mut Expansion,
        take: &mut impl FnMut(&[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        for piece in chunk.chunks(PIECE) {
            let mut pending = std::mem::take(&mut self.pending);
            pending.extend_from_slice(piece);
            let used = self.units(&pending, expansion, take)?;
            pending.drain(..used);
            self.pending = pending;
        }
        Ok(())
    }

    /// Whether the dump may end here.
    pub fn is_complete(&self) -> bool {
        matches!(self.stage, Stage::Frame) && self.pending.is_empty()
    }

    /// Decodes the units that are complete; gives how many bytes they are.
    fn units<E: From<FormatError>>(
        &mut self,
        bytes: &[u8],
        expansion: &mut Expansion,
        take: &mut impl FnMut(&[u8]) -> Result<(), E>,
    ) -> Result<usize, E> {
        let mut rest = bytes;
        loop {
            let (unit, len) = match self.stage {
                Stage::Skip(left) => {
                    let skipped = left.min(rest.len());
                    rest = rest.get(skipped..).unwrap_or_default();
                    if skipped < left {
                        self.stage = Stage::Skip(left - skipped);
                        break;
                    }
                    self.stage = Stage::Frame;
                    continue;
                }
                Stage::Frame => match frame(rest)? {
                    Some(unit) => unit,
                    None => break,
                },
                Stage::Block { checksum } => match block(rest, checksum)? {
                    Some(unit) => unit,
                    None => break,
                },
            };
            let Some((whole, after)) = rest.split_at_checked(len) else { break };
            rest = after;
            expansion.note(len, 0)?;
            self.unit(unit, whole)?;
            self.drain(expansion, take)?;
        }
        Ok(bytes.len() - rest.len())
    }

    fn unit(&mut self, unit: Unit, mut bytes: &[u8]) -> Result<(), FormatError> {
        match unit {
            Unit::Skippable => {
                self.stage = Stage::Skip(little_endian(bytes.get(4..).unwrap_or_default()));
            }
            Unit::FrameHeader { checksum } => {
                self.frames.reset(&mut bytes).map_err(|error| match error {
                    FrameDecoderError::WindowSizeTooBig { .. } => FormatError::CompressionWindow,
                    _ => FormatError::CompressionCorrupt,
                })?;
                self.stage = Stage::Block { checksum };
            }
            Unit::Block { last } => {
                self.frames
                    .decode_blocks(&mut bytes, BlockDecodingStrategy::UptoBlocks(1))
                    .map_err(|_| FormatError::CompressionCorrupt)?;
                if last {
                    self.stage = Stage::Frame;
                }
            }
        }
        Ok(())
    }

    /// Hands on what is no longer needed as the window, and checks the sum at the end of a frame.
    fn drain<E: From<FormatError>>(
        &mut self,
        expansion: &mut Expansion,
        take: &mut impl FnMut(&[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        loop {
            let read = self.frames.read(&mut self.out).map_err(|_| FormatError::CompressionCorrupt)?;
            let Some(out) = self.out.get(..read).filter(|out| !out.is_empty()) else { break };
            expansion.note(0, read)?;
            take(out)?;
        }
        let declared = self.frames.get_checksum_from_data();
        if declared.is_some() && declared != self.frames.get_calculated_checksum() {
            return Err(FormatError::CompressionCorrupt.into());
        }
        Ok(())
    }
}

/// The header of a frame and its length, once enough of it is there.
fn frame(bytes: &[u8]) -> Result<Option<(Unit, usize)>, FormatError> {
    match *bytes {
        [0x50..=0x5F, 0x2A, 0x4D, 0x18, ..] => Ok(Some((Unit::Skippable, 8))),
        [0x28, 0xB5, 0x2F, 0xFD, descriptor, ..] => {
            let single_segment = descriptor & 0x20 != 0;
            let window = usize::from(!single_segment);
            let dictionary = [0, 1, 2, 4][usize::from(descriptor & 3)];
            let content_size = [usize::from(single_segment), 2, 4, 8][usize::from(descriptor >> 6)];
            let checksum = descriptor & 4 != 0;
            Ok(Some((Unit::FrameHeader { checksum }, 5 + window + dictionary + content_size)))
        }
        [_, _, _, _, ..] if !bytes.starts_with(&[0x28, 0xB5, 0x2F, 0xFD]) => {
            Err(FormatError::CompressionRest)
        }
        _ => Ok(None),
    }
}

/// A block and its length, once its header is there. The sum of the frame belongs to the last one.
fn block(bytes: &[u8], checksum: bool) -> Result<Option<(Unit, usize)>, FormatError> {
    let Some(header) = bytes.get(..3) else { return Ok(None) };
    let header = little_endian(header);
    let (last, kind, size) = (header & 1 != 0, header >> 1 & 3, header >> 3);
    if kind == 3 || size > MAX_BLOCK {
        return Err(FormatError::CompressionCorrupt);
    }
    // A block of one byte repeated states how often.
    let body = if kind == 1 { 1 } else { size };
    let sum = if last && checksum { 4 } else { 0 };
    Ok(Some((Unit::Block { last }, 3 + body + sum)))
}

fn little_endian(bytes: &[u8]) -> usize {
    bytes.iter().rev().fold(0, |number, byte| number << 8 | usize::from(*byte))
}
