//! The decoder of a dump, whatever its format: layers around what is particular to the format.
//!
//! bytes → unpacked ([`Compression`]) → text ([`TextLayer`], where the format is text) → rows ([`Body`])

use super::auditd::Auditd;
use super::auto::AutoDecoder;
use super::cef::Cef;
use super::clf::Clf;
use super::compression::Compression;
use super::encoding::TextLayer;
use super::kv::Kv;
use super::leef::Leef;
use super::lines::ByLine;
use super::records::LineDecoder;
use super::syslog::Syslog;
use super::text::Text;
use super::w3c::W3c;
use super::{CsvDecoder, Format, FormatOptions, JsonDecoder, NmapDecoder, Sink, XlsxDecoder, ZeekDecoder};

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
pub(super) enum Body {
    Auto(Box<AutoDecoder>),
    Csv(Box<CsvDecoder>),
    Json(Box<JsonDecoder>),
    Nmap(Box<NmapDecoder>),
    Zeek(Box<ZeekDecoder>),
    W3c(Box<ByLine<W3c>>),
    Clf(Box<ByLine<Clf>>),
    Text(Box<ByLine<Text>>),
    Syslog(Box<LineDecoder<Syslog>>),
    Cef(Box<LineDecoder<Cef>>),
    Leef(Box<LineDecoder<Leef>>),
    Kv(Box<LineDecoder<Kv>>),
    Auditd(Box<ByLine<Auditd>>),
    Xlsx(Box<XlsxDecoder>),
}

impl Body {
    pub(super) fn new(format: Format, options: &FormatOptions) -> Body {
        match format {
            Format::Auto => Body::Auto(Box::new(AutoDecoder::new(options))),
            Format::Csv => Body::Csv(Box::new(CsvDecoder::new(options))),
            Format::Json
            | Format::Ndjson
            | Format::Suricata
            | Format::Cloudtrail
            | Format::Winevent
            | Format::Stix
            | Format::Misp
            | Format::Warninglist => Body::Json(Box::new(JsonDecoder::new(format, options))),
            Format::Nmap => Body::Nmap(Box::default()),
            Format::Zeek => Body::Zeek(Box::default()),
            Format::W3c => Body::W3c(Box::default()),
            Format::Clf => Body::Clf(Box::default()),
            Format::Text => Body::Text(Box::default()),
            Format::Syslog => Body::Syslog(Box::new(LineDecoder::new(Syslog::new(options)))),
            Format::Cef => Body::Cef(Box::new(LineDecoder::new(Cef::new(options)))),
            Format::Leef => Body::Leef(Box::new(LineDecoder::new(Leef::new(options)))),
            Format::Kv => Body::Kv(Box::new(LineDecoder::new(Kv::new(options)))),
            Format::Auditd => Body::Auditd(Box::default()),
            Format::Xlsx => Body::Xlsx(Box::new(XlsxDecoder::new(options))),
        }
    }
}

/// Calls a method of whichever decoder it is.
macro_rules! each {
    ($body:expr, $decoder:ident => $call:expr) => {
        match $body {
            Body::Auto($decoder) => $call,
            Body::Csv($decoder) => $call,
            Body::Json($decoder) => $call,
            Body::Nmap($decoder) => $call,
            Body::Zeek($decoder) => $call,
            Body::W3c($decoder) => $call,
            Body::Clf($decoder) => $call,
            Body::Text($decoder) => $call,
            Body::Syslog($decoder) => $call,
            Body::Cef($decoder) => $call,
            Body::Leef($decoder) => $call,
            Body::Kv($decoder) => $call,
            Body::Auditd($decoder) => $call,
            Body::Xlsx($decoder) => $call,
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
        let mut take = |bytes: &[u8]| body.push(bytes, sink);
        match &mut self.text {
            Some(text) => text.push(piece, &mut take),
            None => take(piece),
        }
    }

    fn finish<S: Sink>(&mut self, sink: &mut S) -> Result<(), S::Error> {
        let body = &mut self.body;
        if let Some(text) = &mut self.text {
            text.finish(&mut |bytes: &[u8]| body.push(bytes, sink))?;
        }
        body.finish(sink)
    }
}
