//! What the formats of one record a line have in common: a line in, the fields of a row out.

use super::frames::Frames;
use super::lines::Line;
use super::{Fields, Malformed, Sink};

/// A format of one record a line.
pub(super) trait LineFormat {
    /// Reads a line that is not blank into the fields of a row.
    ///
    /// # Errors
    /// Why the line cannot be taken; no value is in it.
    fn read(&mut self, line: &str, fields: &mut Fields) -> Result<(), &'static str>;
}

/// Decodes a dump of one record a line, or of one a frame of RFC 6587.
#[derive(Default)]
pub(super) struct LineDecoder<F> {
    frames: Frames,
    rows: Rows<F>,
}

#[derive(Default)]
struct Rows<F> {
    format: F,
    fields: Fields,
    count: u64,
}

impl<F: LineFormat> LineDecoder<F> {
    /// A decoder at the beginning of a dump.
    pub(super) fn new(format: F) -> LineDecoder<F> {
        LineDecoder { frames: Frames::default(), rows: Rows { format, fields: Fields::default(), count: 0 } }
    }

    /// See [`super::Decoder::push`].
    ///
    /// # Errors
    /// [`super::FormatError`], or what the sink says.
    pub fn push<S: Sink>(&mut self, chunk: &[u8], sink: &mut S) -> Result<(), S::Error> {
        let rows = &mut self.rows;
        self.frames.push(chunk, |line| rows.line(line, sink))
    }

    /// See [`super::Decoder::finish`].
    ///
    /// # Errors
    /// [`super::FormatError`], or what the sink says.
    pub fn finish<S: Sink>(&mut self, sink: &mut S) -> Result<(), S::Error> {
        let rows = &mut self.rows;
        self.frames.finish(|line| rows.line(line, sink))
    }
}

impl<F: LineFormat> Rows<F> {
    fn line<S: Sink>(&mut self, line: Line<'_>, sink: &mut S) -> Result<(), S::Error> {
        let raw = line.bytes.trim_ascii_end();
        if raw.is_empty() {
            return Ok(());
        }
        self.count += 1;
        let (number, offset) = (self.count, line.offset);
        self.fields.clear();
        let read = std::str::from_utf8(raw)
            .map_err(|_| "not valid UTF-8")
            .and_then(|text| self.format.read(text, &mut self.fields));
        match read {
            Ok(()) => self.fields.emit(number, offset, sink),
            Err(reason) => {
                self.fields.announce(sink)?;
                sink.malformed(Malformed { number, offset, reason, raw })
            }
        }
    }
}

#[cfg(test)]
pub(in crate::format) mod tests {
    use super::super::tests::{Kept, decode};
    use super::super::{Decoder, Format, FormatOptions};
    use crate::mapping::is_plausible_name;

    /// A decoded dump; the same wherever it is cut.
    #[track_caller]
    pub fn decode_cut(format: Format, dump: &str) -> Kept {
        let whole = decode(format, dump.as_bytes(), usize::MAX).unwrap();
        let same = |cut: Kept, at: usize| {
            assert_eq!(cut.columns, whole.columns, "cut at {at}");
            assert_eq!(cut.rows, whole.rows, "cut at {at}");
            assert_eq!(cut.malformed, whole.malformed, "cut at {at}");
        };
        for at in 0..=dump.len() {
            let (first, second) = dump.as_bytes().split_at(at);
            let mut kept = Kept::default();
            let mut decoder = Decoder::new(format, &FormatOptions::default());
            decoder.push(first, &mut kept).unwrap();
            decoder.push(second, &mut kept).unwrap();
            decoder.finish(&mut kept).unwrap();
            same(kept, at);
        }
        same(decode(format, dump.as_bytes(), 1).unwrap(), 1);
        // Another name would end the dump.
        assert!(whole.columns.iter().all(|name| is_plausible_name(name)), "{:?}", whole.columns);
        whole
    }

    /// The columns of a row that have a value, as `column=value`.
    pub fn named(kept: &Kept, row: usize) -> Vec<String> {
        let columns = kept.columns.iter().zip(&kept.rows[row]);
        columns
            .filter(|(_, value)| !value.is_empty())
            .map(|(name, value)| format!("{name}={value}"))
            .collect()
    }

    /// Decodes a single line.
    #[track_caller]
    pub fn line(format: Format, line: &str) -> Vec<String> {
        let kept = decode_cut(format, line);
        assert_eq!(kept.malformed, [], "{line}");
        assert_eq!(kept.rows.len(), 1, "{line}");
        named(&kept, 0)
    }

    /// Lines that were looked at again and again at each of their pairs would take minutes.
    #[test]
    fn hostile_lines_are_read_once() {
        let pieces = [
            "=",
            "\\",
            "\"",
            "'",
            "a=\"x ",
            "\"x=1 ",
            "a=1,",
            "k=\"v\" ",
            "a='x ",
            "[a b=\"c\"",
            "msg='",
            "%20 ",
            "a\\=b ",
            "|",
            " from ",
            "CEF:0|",
            "a b ",
            "x[",
            "x: ",
            "a0=\"b ",
            "::a= ",
        ];
        let heads = [
            "",
            "<1>1 - - - - - ",
            "CEF:0|||||||",
            "LEEF:2.0|||||^|",
            "type=A msg=audit(1.1:1): ",
            "Oct  1 22:14:15 h sshd[1]: ",
            "a=\"",
            &"a=1,".repeat(8_000),
        ];
        for head in heads {
            for piece in pieces {
                let line = head.to_owned() + &piece.repeat((1 << 15) / piece.len()) + "\"=";
                for format in [Format::Syslog, Format::Cef, Format::Leef, Format::Kv, Format::Auditd] {
                    // Some have more names than there may be columns.
                    let _ = decode(format, line.as_bytes(), usize::MAX);
                }
            }
        }
    }
}
