//! gzip: members one after the other, zero bytes of padding after the last.

use flate2::{Decompress, FlushDecompress, Status};

use super::{Expansion, FormatError, PIECE};

/// The base-two logarithm of the window: the largest that there is.
const WINDOW: u8 = 15;

/// See the module.
pub(super) struct Gzip {
    /// The member that is being read, `None` after its end.
    member: Option<Decompress>,
    padded: bool,
    out: Box<[u8]>,
}

impl Default for Gzip {
    fn default() -> Gzip {
        Gzip {
            member: Some(Decompress::new_gzip(WINDOW)),
            padded: false,
            out: vec![0; PIECE].into_boxed_slice(),
        }
    }
}

impl Gzip {
    /// See [`super::Compression::push`].
    pub fn push<E: From<FormatError>>(
        &mut self,
        mut input: &[u8],
        expansion: &mut Expansion,
        take: &mut impl FnMut(&[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        while let Some(first) = input.first() {
            let Some(member) = &mut self.member else {
                match first {
                    0 => (self.padded, input) = (true, &input[1..]),
                    0x1F if !self.padded => self.member = Some(Decompress::new_gzip(WINDOW)),
                    _ => return Err(FormatError::CompressionRest.into()),
                }
                continue;
            };
            loop {
                let (read, written) = (member.total_in(), member.total_out());
                let status = member.decompress(input, &mut self.out, FlushDecompress::None);
                let read = (member.total_in() - read) as usize;
                let written = (member.total_out() - written) as usize;
                input = input.get(read..).unwrap_or_default();
                expansion.note(read, written)?;
                if let Some(out) = self.out.get(..written).filter(|out| !out.is_empty()) {
                    take(out)?;
                }
                // After what came out before it, so that it does not matter where the dump was cut.
                let status = status.map_err(|_| FormatError::CompressionCorrupt)?;
                if status == Status::StreamEnd {
                    self.member = None;
                    break;
                }
                // A full buffer may leave output inside.
                if written < self.out.len() && (input.is_empty() || read + written == 0) {
                    break;
                }
            }
            if self.member.is_some() && !input.is_empty() {
                return Err(FormatError::CompressionCorrupt.into());
            }
        }
        Ok(())
    }

    /// Whether the dump may end here.
    pub fn is_complete(&self) -> bool {
        self.member.is_none()
    }
}
