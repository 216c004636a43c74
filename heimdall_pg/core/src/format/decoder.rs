//! The decoder of a dump, whatever its format.

use super::auto::AutoDecoder;
use super::{CsvDecoder, Format, FormatOptions, NdjsonDecoder, Sink};

/// Decodes a dump of any format.
pub struct Decoder {
    body: Body,
}

/// The decoders, by format.
pub(super) enum Body {
    Auto(Box<AutoDecoder>),
    Csv(Box<CsvDecoder>),
    Ndjson(Box<NdjsonDecoder>),
}

impl Body {
    pub(super) fn new(format: Format, options: &FormatOptions) -> Body {
        match format {
            Format::Auto => Body::Auto(Box::new(AutoDecoder::new(options))),
            Format::Csv => Body::Csv(Box::new(CsvDecoder::new(options))),
            Format::Ndjson => Body::Ndjson(Box::default()),
        }
    }
}

/// Calls a method of whichever decoder it is.
macro_rules! each {
    ($body:expr, $decoder:ident => $call:expr) => {
        match $body {
            Body::Auto($decoder) => $call,
            Body::Csv($decoder) => $call,
            Body::Ndjson($decoder) => $call,
        }
    };
}

impl Body {
    pub(super) fn push<S: Sink>(&mut self, chunk: &[u8], sink: &mut S) -> Result<(), S::Error> {
        each!(self, decoder => decoder.push(chunk, sink))
    }

    pub(super) fn finish<S: Sink>(&mut self, sink: &mut S) -> Result<(), S::Error> {
        each!(self, decoder => decoder.finish(sink))
    }
}

impl Decoder {
    /// A decoder at the beginning of a dump.
    pub fn new(format: Format, options: &FormatOptions) -> Decoder {
        Decoder { body: Body::new(format, options) }
    }

    /// Decodes a chunk, however it is cut.
    ///
    /// # Errors
    /// What the decoder or the sink says; the decoder is not to be used any more then.
    pub fn push<S: Sink>(&mut self, chunk: &[u8], sink: &mut S) -> Result<(), S::Error> {
        self.body.push(chunk, sink)
    }

    /// Ends the dump.
    ///
    /// # Errors
    /// As [`Decoder::push`].
    pub fn finish<S: Sink>(&mut self, sink: &mut S) -> Result<(), S::Error> {
        self.body.finish(sink)
    }
}
