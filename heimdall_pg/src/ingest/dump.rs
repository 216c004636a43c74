//! A dump that comes as bytes, whichever way.

use std::time::Instant;

use heimdall_core::pipeline::Upload as Decoding;
use pgrx::check_for_interrupts;

use super::upload::{Outcome, Source, Upload};
use crate::error::Error;
use crate::progress::{Phase, Way};
use crate::store::GraphStore;

/// Bytes that are decoded between two looks at whether the user has cancelled.
pub const CHUNK: usize = 64 << 10;

/// An upload whose rows are still to be decoded.
pub struct Dump {
    source: Source,
    id: i64,
    started: Instant,
    data_key: u32,
    store: GraphStore,
    decoding: Decoding,
    bytes: u64,
}

impl Dump {
    /// Begins an upload.
    pub fn begin(source: Source, way: Way, total: Option<u64>) -> Result<Dump, Error> {
        let Upload { id, started, data_key, intake, store } = Upload::begin(&source, way, total)?;
        let decoding = Decoding::new(source.format, &source.options, intake);
        Ok(Dump { source, id, started, data_key, store, decoding, bytes: 0 })
    }

    /// Name of the source.
    pub fn source(&self) -> &str {
        &self.source.name
    }

    /// Takes bytes, cut anywhere and as many as there are.
    pub fn push(&mut self, bytes: &[u8]) -> Result<(), Error> {
        for chunk in bytes.chunks(CHUNK) {
            check_for_interrupts!();
            self.decoding.push(chunk, &mut self.store)?;
            self.bytes += chunk.len() as u64;
            let (intake, progress) = (self.decoding.intake(), &self.store.progress);
            progress.enter(if intake.is_inferring() { Phase::Inferring } else { Phase::Receiving });
            progress.came(self.bytes, intake.counts());
        }
        Ok(())
    }

    /// Ends the dump. Also says whether parts of it were written before it could be known for a duplicate.
    pub fn end(self) -> Result<(Outcome, bool), Error> {
        let Dump { source, id, started, data_key, mut store, decoding, .. } = self;
        let (intake, finished) = decoding.finish(&mut store)?;
        let has_flushed = store.has_flushed();
        let upload = Upload { id, started, data_key, intake, store };
        Ok((upload.end(&source, &finished)?, has_flushed))
    }
}
