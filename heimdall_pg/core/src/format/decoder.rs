//! The decoder of a dump, whatever its format.

use super::{CsvDecoder, Format, FormatOptions, JsonDecoder, Sink};

/// Decodes a dump of any format.
pub struct Decoder {
    body: Body,
}

/// The decoders, by format.
enum Body {
    Csv(Box<CsvDecoder>),
    Json(Box<JsonDecoder>),
}

impl Body {
    fn new(format: Format, options: &FormatOptions) -> Body {
        match format {
            Format::Csv => Body::Csv(Box::default()),
            Format::Json
            | Format::Ndjson
            | Format::Suricata
            | Format::Cloudtrail
            | Format::Winevent
            | Format::Stix
            | Format::Misp
            | Format::Warninglist => Body::Json(Box::new(JsonDecoder::new(format, options))),
        }
    }
}

/// Calls a method of whichever decoder it is.
macro_rules! each {
    ($body:expr, $decoder:ident => $call:expr) => {
        match $body {
            Body::Csv($decoder) => $call,
            Body::Json($decoder) => $call,
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
