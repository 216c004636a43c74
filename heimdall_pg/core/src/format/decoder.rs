//! The decoder of a dump, whatever its format.

use super::auditd::AuditDecoder;
use super::cef::Cef;
use super::kv::Kv;
use super::leef::Leef;
use super::records::LineDecoder;
use super::syslog::Syslog;
use super::{CsvDecoder, Format, FormatOptions, NdjsonDecoder, Sink};

/// Decodes a dump of any format.
pub struct Decoder {
    body: Body,
}

/// The decoders, by format.
enum Body {
    Csv(Box<CsvDecoder>),
    Ndjson(Box<NdjsonDecoder>),
    Syslog(Box<LineDecoder<Syslog>>),
    Cef(Box<LineDecoder<Cef>>),
    Leef(Box<LineDecoder<Leef>>),
    Kv(Box<LineDecoder<Kv>>),
    Auditd(Box<AuditDecoder>),
}

impl Body {
    fn new(format: Format, options: &FormatOptions) -> Body {
        match format {
            Format::Csv => Body::Csv(Box::default()),
            Format::Ndjson => Body::Ndjson(Box::default()),
            Format::Syslog => Body::Syslog(Box::new(LineDecoder::new(Syslog::new(options)))),
            Format::Cef => Body::Cef(Box::new(LineDecoder::new(Cef::new(options)))),
            Format::Leef => Body::Leef(Box::new(LineDecoder::new(Leef::new(options)))),
            Format::Kv => Body::Kv(Box::new(LineDecoder::new(Kv::new(options)))),
            Format::Auditd => Body::Auditd(Box::default()),
        }
    }
}

/// Calls a method of whichever decoder it is.
macro_rules! each {
    ($body:expr, $decoder:ident => $call:expr) => {
        match $body {
            Body::Csv($decoder) => $call,
            Body::Ndjson($decoder) => $call,
            Body::Syslog($decoder) => $call,
            Body::Cef($decoder) => $call,
            Body::Leef($decoder) => $call,
            Body::Kv($decoder) => $call,
            Body::Auditd($decoder) => $call,
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
