//! Logs of Zeek, in both forms that it writes: tab separated with their own header, and JSON lines.
//!
//! The same event gives the same row in both, so that it does not matter which of them a site keeps.

mod cut;
mod header;
mod plan;
mod tsv;
mod value;

use self::tsv::Tsv;
use super::lines::ByLine;
use super::{Format, FormatOptions, JsonDecoder, Sink};

/// Blank bytes at the beginning that are looked at before a dump counts as tab separated.
const MAX_BLANK: usize = 4096;

/// See the module.
pub struct ZeekDecoder {
    form: Form,
}

enum Form {
    /// Nothing but blank bytes so far.
    Unknown(Vec<u8>),
    Tsv(Box<ByLine<Tsv>>),
    Json(Box<JsonDecoder>),
}

impl Default for ZeekDecoder {
    fn default() -> ZeekDecoder {
        ZeekDecoder { form: Form::Unknown(Vec::new()) }
    }
}

impl ZeekDecoder {
    /// See [`super::Decoder::push`].
    ///
    /// # Errors
    /// [`super::FormatError`], or what the sink says.
    pub fn push<S: Sink>(&mut self, chunk: &[u8], sink: &mut S) -> Result<(), S::Error> {
        if let Form::Unknown(head) = &mut self.form {
            head.extend_from_slice(chunk);
            let first =
                head.iter().find(|byte| !byte.is_ascii_whitespace() && !b"\xEF\xBB\xBF".contains(byte));
            let mut form = match first {
                Some(b'{') => {
                    Form::Json(Box::new(JsonDecoder::new(Format::Ndjson, &FormatOptions::default())))
                }
                None if head.len() < MAX_BLANK => return Ok(()),
                _ => Form::Tsv(Box::default()),
            };
            std::mem::swap(&mut self.form, &mut form);
            let Form::Unknown(head) = form else { return Ok(()) };
            return self.push(&head, sink);
        }
        match &mut self.form {
            Form::Tsv(decoder) => decoder.push(chunk, sink),
            Form::Json(decoder) => decoder.push(chunk, sink),
            Form::Unknown(_) => Ok(()),
        }
    }

    /// See [`super::Decoder::finish`].
    ///
    /// # Errors
    /// [`super::FormatError`], or what the sink says.
    pub fn finish<S: Sink>(&mut self, sink: &mut S) -> Result<(), S::Error> {
        match &mut self.form {
            Form::Tsv(decoder) => decoder.finish(sink),
            Form::Json(decoder) => decoder.finish(sink),
            Form::Unknown(_) => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests;
