//! The decoder of a dump, whatever its format.

use super::{
    ClfDecoder, CsvDecoder, Format, FormatOptions, NdjsonDecoder, Sink, TextDecoder, W3cDecoder, ZeekDecoder,
};

/// Decodes a dump of any format.
pub struct Decoder {
    body: Body,
}

/// The decoders, by format.
enum Body {
    Csv(Box<CsvDecoder>),
    Ndjson(Box<NdjsonDecoder>),
    Zeek(Box<ZeekDecoder>),
    W3c(Box<W3cDecoder>),
    Clf(Box<ClfDecoder>),
    Text(Box<TextDecoder>),
}

impl Body {
    fn new(format: Format, _options: &FormatOptions) -> Body {
        match format {
            Format::Csv => Body::Csv(Box::default()),
            Format::Ndjson => Body::Ndjson(Box::default()),
            Format::Zeek => Body::Zeek(Box::default()),
            Format::W3c => Body::W3c(Box::default()),
            Format::Clf => Body::Clf(Box::default()),
            Format::Text => Body::Text(Box::default()),
        }
    }
}

/// Calls a method of whichever decoder it is.
macro_rules! each {
    ($body:expr, $decoder:ident => $call:expr) => {
        match $body {
            Body::Csv($decoder) => $call,
            Body::Ndjson($decoder) => $call,
            Body::Zeek($decoder) => $call,
            Body::W3c($decoder) => $call,
            Body::Clf($decoder) => $call,
            Body::Text($decoder) => $call,
        }
    };
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
        each!(&mut self.body, decoder => decoder.push(chunk, sink))
    }

    /// Ends the dump.
    ///
    /// # Errors
    /// As [`Decoder::push`].
    pub fn finish<S: Sink>(&mut self, sink: &mut S) -> Result<(), S::Error> {
        each!(&mut self.body, decoder => decoder.finish(sink))
    }
}
