//! Bytes in, batches out.

use super::{Finished, IngestError, Intake, Store};
use crate::format::{Decoder, Format, FormatError, FormatOptions, Malformed, Row, Sink};

/// Bytes in, batches out.
pub struct Upload {
    decoder: Decoder,
    intake: Intake,
}

impl Upload {
    /// See [`Intake::new`].
    pub fn new(format: Format, options: &FormatOptions, intake: Intake) -> Upload {
        Upload { decoder: Decoder::new(format, options), intake }
    }

    /// What has come of it so far.
    pub fn intake(&self) -> &Intake {
        &self.intake
    }

    /// Takes a chunk, cut anywhere.
    ///
    /// # Errors
    /// What the store says, or [`IngestError`].
    pub fn push<S: Store>(&mut self, chunk: &[u8], store: &mut S) -> Result<(), S::Error> {
        self.decoder.push(chunk, &mut Feed { intake: &mut self.intake, store }).map_err(|error| error.0)
    }

    /// Ends the dump; the intake holds what is left to be flushed.
    ///
    /// # Errors
    /// What the store says, or [`IngestError`].
    pub fn finish<S: Store>(mut self, store: &mut S) -> Result<(Intake, Finished), S::Error> {
        self.decoder.finish(&mut Feed { intake: &mut self.intake, store }).map_err(|error| error.0)?;
        let finished = self.intake.finish(store)?;
        Ok((self.intake, finished))
    }
}

struct Feed<'a, S> {
    intake: &'a mut Intake,
    store: &'a mut S,
}

/// A store's error, as a sink has to give it.
struct FeedError<E>(E);

impl<E: From<IngestError>> From<FormatError> for FeedError<E> {
    fn from(error: FormatError) -> Self {
        FeedError(IngestError::from(error).into())
    }
}

impl<S: Store> Sink for Feed<'_, S> {
    type Error = FeedError<S::Error>;

    fn header(&mut self, names: &[String]) -> Result<(), Self::Error> {
        self.intake.header(names).map_err(|error| FeedError(error.into()))
    }

    fn columns(&mut self, names: &[String]) -> Result<(), Self::Error> {
        self.intake.columns(names).map_err(|error| FeedError(error.into()))
    }

    fn row(&mut self, row: Row<'_>) -> Result<(), Self::Error> {
        self.intake.row(row, self.store).map_err(FeedError)
    }

    fn malformed(&mut self, row: Malformed<'_>) -> Result<(), Self::Error> {
        self.intake.malformed(row, self.store).map_err(FeedError)
    }
}
