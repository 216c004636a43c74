//! A dump whose format is told from its first bytes.

use super::decoder::Body;
use super::detect::{HEAD, detect_format};
use super::{FormatError, FormatOptions, Sink};

/// Holds the head of a dump back until its format is known, and leaves the rest to the decoder of that.
pub(super) struct AutoDecoder {
    options: FormatOptions,
    head: Vec<u8>,
    body: Option<Body>,
}

impl AutoDecoder {
    /// A decoder at the beginning of a dump.
    pub fn new(options: &FormatOptions) -> AutoDecoder {
        AutoDecoder { options: options.clone(), head: Vec::new(), body: None }
    }

    /// See [`super::Decoder::push`].
    ///
    /// # Errors
    /// [`FormatError::NotRecognised`], or what the decoder or the sink says.
    pub fn push<S: Sink>(&mut self, chunk: &[u8], sink: &mut S) -> Result<(), S::Error> {
        if let Some(body) = &mut self.body {
            return body.push(chunk, sink);
        }
        self.head.extend_from_slice(chunk);
        if self.head.len() >= HEAD { self.begin(sink) } else { Ok(()) }
    }

    /// See [`super::Decoder::finish`].
    ///
    /// # Errors
    /// As [`AutoDecoder::push`]. A dump without a byte is of no format and no error.
    pub fn finish<S: Sink>(&mut self, sink: &mut S) -> Result<(), S::Error> {
        if self.body.is_none() && !self.head.is_empty() {
            self.begin(sink)?;
        }
        match &mut self.body {
            Some(body) => body.finish(sink),
            None => Ok(()),
        }
    }

    fn begin<S: Sink>(&mut self, sink: &mut S) -> Result<(), S::Error> {
        let head = std::mem::take(&mut self.head);
        let sample = head.get(..HEAD).unwrap_or(&head);
        let format = detect_format(sample).ok_or(FormatError::NotRecognised)?;
        let body = Body::new(format, &self.options);
        self.body.insert(body).push(&head, sink)
    }
}

#[cfg(test)]
mod tests {
    use super::super::Format;
    use super::super::tests::decode;
    use super::*;

    #[test]
    fn the_decoder_is_the_one_of_the_format() {
        for dump in [
            "ts,src\n1,192.0.2.1\n2,192.0.2.2\n",
            "{\"ts\":1,\"src\":\"192.0.2.1\"}\n{\"ts\":2,\"src\":\"192.0.2.2\"}\n",
        ] {
            for size in 1..=dump.len() {
                let kept = decode(Format::Auto, dump.as_bytes(), size).unwrap();
                assert_eq!(kept.columns, ["ts", "src"]);
                assert_eq!(kept.rows, [["1", "192.0.2.1"], ["2", "192.0.2.2"]]);
            }
        }
    }

    #[test]
    fn long_dumps_lose_nothing() {
        let dump: String = std::iter::once("n,src\n".to_owned())
            .chain((0..20_000).map(|row| format!("{row},192.0.2.1\n")))
            .collect();
        for size in [1000, 1 << 20] {
            let kept = decode(Format::Auto, dump.as_bytes(), size).unwrap();
            assert_eq!((kept.rows.len(), kept.rows[19_999][0].as_str()), (20_000, "19999"));
        }
    }

    #[test]
    fn what_is_of_no_format_is_refused() {
        let error = decode(Format::Auto, b"\x7FELF\x02\x01\x01\x00\x00", usize::MAX).err();
        assert_eq!(error, Some(FormatError::NotRecognised));
        assert!(decode(Format::Auto, b"", 1).unwrap().columns.is_empty());
    }
}
