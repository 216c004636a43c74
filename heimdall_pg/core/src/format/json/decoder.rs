//! The decoder of every format that is made of JSON.

use super::flat::FlatDialect;
use super::rows::Rows;
use super::split::{Piece, Split};
use super::{misp, shape, stix, warninglist, winevent};
use crate::format::{Format, FormatOptions, Lines, MAX_DOCUMENT, MAX_ROW, Sink};

/// Decodes JSON of one dialect.
pub struct JsonDecoder {
    dialect: Dialect,
    framing: Framing,
    rows: Rows,
}

/// What a format makes of JSON.
struct Dialect {
    /// The member with the array of records: what the options say, what the format says, or what the first bytes say.
    records: Records,
    /// Dumps may have a record a line.
    lines: bool,
    /// Scalars around the array are added to its rows.
    envelope: bool,
    limit: usize,
    read: Read,
}

enum Records {
    At(Vec<String>),
    Told,
}

/// What becomes of a record.
#[derive(Clone, Copy)]
enum Read {
    Row,
    Stix,
    Misp,
    Warninglist,
}

enum Framing {
    /// The first bytes, until there are enough of them.
    Head(Vec<u8>),
    Lines(Lines),
    Documents(Box<Split>),
}

impl JsonDecoder {
    /// At the beginning of a dump.
    pub(in crate::format) fn new(format: Format, options: &FormatOptions) -> JsonDecoder {
        let mut dialect = Dialect::of(format);
        if let Some(path) = &options.records {
            dialect.records = Records::At(path.split('.').map(str::to_owned).collect());
        }
        let flat = if format == Format::Winevent { winevent::DIALECT } else { FlatDialect::default() };
        let framing = if format == Format::Ndjson {
            Framing::Lines(Lines::default())
        } else {
            Framing::Head(Vec::new())
        };
        JsonDecoder { dialect, framing, rows: Rows::new(flat) }
    }

    /// See [`crate::format::Decoder::push`].
    ///
    /// # Errors
    /// [`crate::format::FormatError`], or what the sink says.
    pub fn push<S: Sink>(&mut self, chunk: &[u8], sink: &mut S) -> Result<(), S::Error> {
        let Framing::Head(head) = &mut self.framing else { return self.cut(chunk, sink) };
        head.extend_from_slice(chunk);
        if head.len() < shape::WINDOW { Ok(()) } else { self.decide(sink) }
    }

    /// See [`crate::format::Decoder::finish`].
    ///
    /// # Errors
    /// [`crate::format::FormatError`], or what the sink says.
    pub fn finish<S: Sink>(&mut self, sink: &mut S) -> Result<(), S::Error> {
        self.decide(sink)?;
        let JsonDecoder { dialect, framing, rows } = self;
        match framing {
            Framing::Head(_) => Ok(()),
            Framing::Lines(lines) => lines.finish(|line| dialect.line(rows, line.offset, line.bytes, sink)),
            Framing::Documents(split) => split.finish(|piece| dialect.piece(rows, piece, sink)),
        }
    }

    /// Decides on the form of the dump by its first bytes, and reads these.
    fn decide<S: Sink>(&mut self, sink: &mut S) -> Result<(), S::Error> {
        let Framing::Head(head) = &mut self.framing else { return Ok(()) };
        let head = std::mem::take(head);
        self.framing = self.dialect.framing(head.get(..shape::WINDOW).unwrap_or(&head));
        self.cut(&head, sink)
    }

    fn cut<S: Sink>(&mut self, chunk: &[u8], sink: &mut S) -> Result<(), S::Error> {
        let JsonDecoder { dialect, framing, rows } = self;
        match framing {
            Framing::Head(_) => Ok(()),
            Framing::Lines(lines) => {
                lines.push(chunk, |line| dialect.line(rows, line.offset, line.bytes, sink))
            }
            Framing::Documents(split) => split.push(chunk, |piece| dialect.piece(rows, piece, sink)),
        }
    }
}

impl Dialect {
    fn of(format: Format) -> Dialect {
        let plain =
            Dialect { records: Records::Told, lines: false, envelope: true, limit: MAX_ROW, read: Read::Row };
        let at = |name: &str| Records::At(vec![name.to_owned()]);
        let nowhere = || Records::At(Vec::new());
        match format {
            Format::Ndjson => Dialect { records: nowhere(), lines: true, ..plain },
            Format::Suricata | Format::Winevent => Dialect { lines: true, ..plain },
            Format::Cloudtrail => Dialect { records: at("Records"), lines: true, ..plain },
            Format::Stix => Dialect { records: at("objects"), envelope: false, read: Read::Stix, ..plain },
            Format::Misp => Dialect {
                records: at("response"),
                envelope: false,
                limit: MAX_DOCUMENT,
                read: Read::Misp,
                ..plain
            },
            Format::Warninglist => Dialect {
                records: nowhere(),
                envelope: false,
                limit: MAX_DOCUMENT,
                read: Read::Warninglist,
                ..plain
            },
            _ => plain,
        }
    }

    fn framing(&self, head: &[u8]) -> Framing {
        let path = match &self.records {
            Records::At(path) => path.clone(),
            Records::Told => shape::records(head).into_iter().collect(),
        };
        if self.lines && shape::is_lines(head, path.first().map(String::as_str)) {
            return Framing::Lines(Lines::default());
        }
        Framing::Documents(Box::new(Split::new(path, self.limit)))
    }

    fn line<S: Sink>(&self, rows: &mut Rows, offset: u64, line: &[u8], sink: &mut S) -> Result<(), S::Error> {
        let bytes = line.trim_ascii();
        if bytes.is_empty() { Ok(()) } else { self.record(rows, offset, bytes, false, sink) }
    }

    fn piece<S: Sink>(&self, rows: &mut Rows, piece: Piece<'_>, sink: &mut S) -> Result<(), S::Error> {
        match piece {
            Piece::Document => {
                rows.around.clear();
                Ok(())
            }
            Piece::Envelope(before) => {
                if self.envelope {
                    rows.around = shape::scalars(before);
                }
                Ok(())
            }
            Piece::Record { offset, bytes, element } => self.record(rows, offset, bytes, element, sink),
        }
    }

    fn record<S: Sink>(
        &self,
        rows: &mut Rows,
        offset: u64,
        bytes: &[u8],
        element: bool,
        sink: &mut S,
    ) -> Result<(), S::Error> {
        let Ok(text) = std::str::from_utf8(bytes) else {
            return rows.malformed("not valid UTF-8", offset, bytes, sink);
        };
        let record = rows.at(offset, text);
        match self.read {
            Read::Row => record.row(element, sink),
            Read::Stix => stix::read(record, sink),
            Read::Misp => misp::read(record, sink),
            Read::Warninglist => warninglist::read(record, sink),
        }
    }
}
