//! The decoder of a dump, whatever its format: layers around what is particular to the format.
//!
//! bytes → unpacked ([`Compression`]) → text ([`TextLayer`], where the format is text) → rows ([`Body`])

use super::compression::Compression;
use super::encoding::TextLayer;
use super::{
    ClfDecoder, CsvDecoder, Format, FormatOptions, NdjsonDecoder, NmapDecoder, Sink, TextDecoder, W3cDecoder,
    ZeekDecoder,
};

/// Decodes a dump of any format.
pub struct Decoder {
    compression: Compression,
    content: Content,
}

/// A dump, unpacked.
struct Content {
    /// `None` where the format is not text.
    text: Option<TextLayer>,
    body: Body,
}

/// The decoders, by format.
enum Body {
    Csv(Box<CsvDecoder>),
    Ndjson(Box<NdjsonDecoder>),
    Nmap(Box<NmapDecoder>),
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
            Format::Nmap => Body::Nmap(Box::default()),
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
            Body::Nmap($decoder) => $call,
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
        Decoder {
            compression: Compression::new(options.max_expansion()),
            content: Content::new(format, options),
        }
    }

    /// Decodes a chunk, however it is cut.
    ///
    /// # Errors
    /// What the decoder or the sink says; the decoder is not to be used any more then.
    pub fn push<S: Sink>(&mut self, chunk: &[u8], sink: &mut S) -> Result<(), S::Error> {
        self.compression.push(chunk, &mut |piece| self.content.push(piece, sink))
    }

    /// Ends the dump.
    ///
    /// # Errors
    /// As [`Decoder::push`].
    pub fn finish<S: Sink>(&mut self, sink: &mut S) -> Result<(), S::Error> {
        self.compression.finish(&mut |piece| self.content.push(piece, sink))?;
        self.content.finish(sink)
    }
}

impl Content {
    fn new(format: Format, options: &FormatOptions) -> Content {
        let text = format.is_text().then(|| TextLayer::new(options.encoding));
        Content { text, body: Body::new(format, options) }
    }

    fn push<S: Sink>(&mut self, piece: &[u8], sink: &mut S) -> Result<(), S::Error> {
        let body = &mut self.body;
        let mut take = |bytes: &[u8]| each!(body, decoder => decoder.push(bytes, sink));
        match &mut self.text {
            Some(text) => text.push(piece, &mut take),
            None => take(piece),
        }
    }

    fn finish<S: Sink>(&mut self, sink: &mut S) -> Result<(), S::Error> {
        let body = &mut self.body;
        if let Some(text) = &mut self.text {
            text.finish(&mut |bytes: &[u8]| each!(body, decoder => decoder.push(bytes, sink)))?;
        }
        each!(body, decoder => decoder.finish(sink))
    }
}
