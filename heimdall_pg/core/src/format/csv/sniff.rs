//! The dialect and the layout of a dump, told from its head.
//!
//! Every candidate reads the head; the one that gives the most records of one width wins. What the source declares
//! is not guessed at.

use super::super::FormatOptions;
use super::dialect::Dialect;
use super::header::{Header, is_data, is_names};
use super::record::{self, Piece, line_end};
use super::repair::repair;

const BOM: &[u8] = b"\xEF\xBB\xBF";

/// What is tried first; of equals the first wins.
const DELIMITERS: [&[u8]; 4] = [b",", b";", b"\t", b"|"];
/// What is tried where none of those makes a table. The blank and the colon stand in text as well: see [`Head::names_columns`].
const RARE_DELIMITERS: [&[u8]; 6] = [b"^", b"~", b"\x1F", b"\x01", b" ", b":"];
/// What is doubled to make a delimiter of two.
const DOUBLED: &[u8] = b"|:^~";
/// The share of records of one width that makes a table.
const TABLE: f64 = 0.5;
/// The same for a rare delimiter.
const RARE_TABLE: f64 = 0.9;
/// Records within which the table has to begin.
const PREAMBLE: usize = 50;

/// How a dump is to be read.
#[derive(Debug)]
pub(super) struct Layout {
    pub dialect: Dialect,
    /// Where its header begins, or its first row.
    pub start: usize,
    /// How many lines the header has.
    pub header_lines: usize,
    /// Names that no header gives.
    pub header: Option<Header>,
    /// Fields of most records.
    pub width: usize,
}

/// Looks at the head of a dump; `whole` where nothing follows it.
pub(super) fn layout(head: &[u8], whole: bool, options: &FormatOptions) -> Layout {
    let mut start = if head.starts_with(BOM) { BOM.len() } else { 0 };
    for _ in 0..options.skip_lines.unwrap_or(0) {
        start = next_line(head, start);
    }
    let declared = separator_line(head, start);
    if let Some((_, after)) = declared {
        start = after;
    }
    let comment = match &options.comment {
        Some(comment) => comment.bytes().next(),
        None => comment(head, start),
    };
    let delimiter = options.delimiter.as_ref().map(|delimiter| delimiter.as_bytes().to_vec());
    let delimiter = delimiter.or_else(|| declared.map(|(delimiter, _)| vec![delimiter]));
    let declared = options.columns.as_ref().map(Vec::len);
    let head = Head { bytes: head, start, whole, declared };
    let dialect = head.dialect(comment, delimiter.as_deref(), options);
    head.table(dialect, options)
}

/// True where the sample is a table, of a header and no row at least.
pub(in super::super) fn is_table(sample: &[u8]) -> bool {
    let start = if sample.starts_with(BOM) { BOM.len() } else { 0 };
    let comment = comment(sample, start);
    let head = Head { bytes: sample, start, whole: false, declared: None };
    let options = FormatOptions::default();
    let declared = separator_line(sample, start).map(|(delimiter, _)| [delimiter]);
    let reading = head.dialect(comment, declared.as_ref().map(<[u8; 1]>::as_slice), &options);
    let first = head.first_of_table(&reading, &options);
    let table = reading.records.get(first..).unwrap_or_default();
    // A line of text has a comma as well, and a comment with a list below it is no table yet.
    let is_wide = reading.width > 2;
    let is_pair = reading.width == 2 && table.len() > 1 && comment.is_none() && !reading.dialect.padded;
    (is_wide && reading.share > TABLE || is_pair && reading.share >= RARE_TABLE)
        && table
            .first()
            .is_some_and(|first| [first.fields, first.used].contains(&reading.width) || !first.proper)
}

/// `#`, where the first line begins with it.
fn comment(head: &[u8], start: usize) -> Option<u8> {
    head.iter().skip(start).find(|byte| !byte.is_ascii_whitespace()).copied().filter(|byte| *byte == b'#')
}

/// `sep=;`, which spreadsheets write before the table: the delimiter, and where the next line begins.
fn separator_line(head: &[u8], start: usize) -> Option<(u8, usize)> {
    let line = head.get(start..)?;
    let line = line.get(..line_end(line, 0)?)?;
    let [name @ .., b'=', delimiter] = line else { return None };
    name.eq_ignore_ascii_case(b"sep").then(|| (*delimiter, next_line(head, start)))
}

/// Where the line after the one at `from` begins.
fn next_line(head: &[u8], from: usize) -> usize {
    match line_end(head, from) {
        None => head.len(),
        Some(end) if head.get(end..end + 2) == Some(b"\r\n") => end + 2,
        Some(end) => end + 1,
    }
}

struct Head<'a> {
    bytes: &'a [u8],
    start: usize,
    whole: bool,
    /// How many columns the source says there are.
    declared: Option<usize>,
}

/// A record of the head.
struct Record {
    start: usize,
    end: usize,
    fields: usize,
    /// Fields up to the last that is not empty.
    used: usize,
    proper: bool,
    /// An empty line goes before it.
    after_blank: bool,
    pieces: Vec<Piece>,
}

/// A candidate and what it makes of the head.
struct Reading {
    dialect: Dialect,
    records: Vec<Record>,
    /// Fields of most records.
    width: usize,
    /// The share of the records that have so many.
    share: f64,
    score: f64,
}

impl Head<'_> {
    fn dialect(&self, comment: Option<u8>, delimiter: Option<&[u8]>, options: &FormatOptions) -> Reading {
        let read = |delimiter: &[u8], quote, escape| {
            self.read(Dialect { delimiter: delimiter.into(), quote, escape, comment, padded: false })
        };
        let escape = options.escape.as_ref().and_then(|escape| escape.bytes().next());
        let quote = options.quote.as_ref().map_or(Some(b'"'), |quote| quote.bytes().next());
        let mut best = match delimiter {
            Some(delimiter) => read(delimiter, quote, escape),
            None => self.delimiter(|delimiter| read(delimiter, quote, escape)),
        };
        if options.quote.is_none() && self.has_single_quotes(&best.dialect.delimiter) {
            let single = Some(b'\'');
            let other = match delimiter {
                Some(delimiter) => read(delimiter, single, escape),
                None => self.delimiter(|delimiter| read(delimiter, single, escape)),
            };
            best = best.or_better(other);
        }
        if escape.is_none()
            && let Some(quote) = best.dialect.quote
            && memchr::memmem::find(self.bytes, &[b'\\', quote]).is_some()
        {
            let other = match delimiter {
                Some(delimiter) => read(delimiter, Some(quote), Some(b'\\')),
                None => self.delimiter(|delimiter| read(delimiter, Some(quote), Some(b'\\'))),
            };
            best = best.or_better(other);
        }
        best
    }

    fn delimiter(&self, read: impl Fn(&[u8]) -> Reading) -> Reading {
        let mut best = read(b",");
        for delimiter in &DELIMITERS[1..] {
            best = best.or_better(read(delimiter));
        }
        let is_other = self.declared.is_some_and(|declared| declared != best.width);
        if best.width < 2 || best.share < TABLE || is_other {
            let rare = RARE_DELIMITERS.iter().map(|delimiter| read(delimiter));
            best = rare
                .filter(|reading| self.names_columns(reading))
                .fold(best, |best, rare| best.or_better_table(rare));
        }
        let doubled: Vec<u8> = best.dialect.delimiter.iter().flat_map(|byte| [*byte; 2]).collect();
        if doubled.len() == 2
            && DOUBLED.contains(&doubled[0])
            && best.records.first().is_some_and(|first| self.all_doubled(first, doubled[0]))
        {
            return read(&doubled);
        }
        best
    }

    /// A rare delimiter makes a table where nearly all records are of one width, which is the declared one, or the first
    /// of them are names.
    fn names_columns(&self, reading: &Reading) -> bool {
        if reading.width < 2 || reading.share < RARE_TABLE {
            return false;
        }
        if let Some(declared) = self.declared {
            return reading.width == declared;
        }
        reading.records.len() >= 2
            && reading.records.first().is_some_and(|first| {
                first.fields == reading.width
                    && is_names(&self.cells(reading, first))
                    && first.used == first.fields
            })
    }

    fn all_doubled(&self, record: &Record, byte: u8) -> bool {
        let line = self.bytes.get(record.start..record.end).unwrap_or_default();
        let mut runs =
            line.split(|other| *other != byte).map(<[u8]>::len).filter(|length| *length > 0).peekable();
        runs.peek().is_some() && runs.all(|length| length == 2)
    }

    /// Fields begin with `'`, and none with `"`.
    fn has_single_quotes(&self, delimiter: &[u8]) -> bool {
        let begins = |quote: u8| {
            let mut field = delimiter.to_vec();
            field.push(quote);
            memchr::memmem::find(self.bytes, &field).is_some() || self.bytes.get(self.start) == Some(&quote)
        };
        begins(b'\'') && !begins(b'"')
    }

    fn read(&self, mut dialect: Dialect) -> Reading {
        dialect.padded = self.is_padded(&dialect);
        let (records, read) = self.records(&dialect, usize::MAX);
        let proper = records.iter().filter(|record| record.proper && record.used > 0);
        let width = modal(proper.map(|record| record.fields)).unwrap_or(1);
        let good = records.iter().filter(|record| {
            if record.proper {
                record.fields == width
            } else {
                let text =
                    self.bytes.get(record.start..record.end).and_then(|text| std::str::from_utf8(text).ok());
                text.and_then(|text| repair(text, &dialect, |fields| fields == width)).is_some()
            }
        });
        let improper = records.iter().filter(|record| !record.proper).count();
        let count = records.len().max(1) as f64;
        let share = good.count() as f64 / count;
        let starts_wide = records.first().is_some_and(|first| first.fields == width);
        // Wider tables are likelier, but by less than what their records agree in; a comma with a blank behind it is of
        // text as well. Where the source declares the columns, a table has so many.
        let score = share.powi(3)
            * (1.0 - 1.0 / width as f64)
            * if starts_wide { 1.0 } else { 0.5 }
            * if dialect.padded { 0.7 } else { 1.0 }
            * (1.0 - 0.5 * improper as f64 / count)
            * if self.declared.is_none_or(|declared| declared == width) { 1.0 } else { 0.2 }
            * (read as f64 / self.bytes.len().max(1) as f64);
        Reading { dialect, records, width, share, score }
    }

    /// True where a blank follows every delimiter of the first line.
    fn is_padded(&self, dialect: &Dialect) -> bool {
        if dialect.delimiter.iter().any(u8::is_ascii_whitespace) {
            return false;
        }
        let (records, _) = self.records(dialect, 1);
        let Some(first) = records.first() else { return false };
        let mut padded = first.pieces.iter().skip(1).filter(|piece| piece.start < piece.end).peekable();
        padded.peek().is_some()
            && padded.all(|piece| matches!(self.bytes.get(piece.start), Some(b' ' | b'\t')))
    }

    /// The records, and where the last of them ends.
    fn records(&self, dialect: &Dialect, most: usize) -> (Vec<Record>, usize) {
        let data = self.bytes;
        let mut records = Vec::new();
        let mut pieces = Vec::new();
        let mut at = self.start;
        let mut after_blank = false;
        while at < data.len() && records.len() < most {
            if record::is_line_end(data, at) {
                after_blank = true;
                at = next_line(data, at);
                continue;
            }
            if data.get(at).copied() == dialect.comment && dialect.comment.is_some() {
                at = next_line(data, at);
                continue;
            }
            let extent = match record::read(data, at, self.whole, dialect, &mut pieces) {
                Some(extent) => extent,
                // A head that is cut inside of its first record says something of it all the same.
                None if records.is_empty() && !self.whole => {
                    match record::read(data, at, true, dialect, &mut pieces) {
                        Some(extent) => extent,
                        None => break,
                    }
                }
                None => break,
            };
            let used = pieces.iter().rposition(|piece| piece.start < piece.end).map_or(0, |at| at + 1);
            records.push(Record {
                start: at,
                end: extent.end,
                fields: pieces.len(),
                used,
                proper: extent.proper,
                after_blank,
                pieces: pieces.clone(),
            });
            after_blank = false;
            at = next_line(data, extent.end);
        }
        (records, at)
    }

    /// Finds the table, and its header.
    fn table(&self, reading: Reading, options: &FormatOptions) -> Layout {
        let first = self.first_of_table(&reading, options);
        let mut start = reading.records.get(first).map_or(self.start, |record| record.start);
        let mut header_lines = options.header.map(|header| header.count());
        let cells = |at: usize| reading.records.get(at).map(|record| self.cells(&reading, record));
        if header_lines.is_none() && options.columns.is_none() {
            let below = reading.records.iter().skip(first + 1).position(|record| record.used > 0);
            let below = below.and_then(|at| cells(first + 1 + at));
            let first_is_data = cells(first).is_some_and(|top| is_data(&top, below.as_deref()));
            let commented = self.header_in_comment(&reading, start);
            header_lines = match commented {
                Some(at) if first_is_data || !is_names(&cells(first).unwrap_or_default()) => {
                    start = at;
                    Some(1)
                }
                _ => Some(usize::from(!first_is_data)),
            };
        }
        let header_lines = header_lines.unwrap_or(0);
        let header = match &options.columns {
            Some(names) => Some(Header::given(names.clone())),
            None if header_lines == 0 && !reading.records.is_empty() => Some(Header::made(reading.width)),
            None => None,
        };
        Layout { start, header_lines, header, width: reading.width, dialect: reading.dialect }
    }

    /// Past what stands before the table: lines of one cell, and lines of another width that an empty line ends.
    fn first_of_table(&self, reading: &Reading, options: &FormatOptions) -> usize {
        let records = &reading.records;
        if reading.width < 2
            || options.skip_lines.is_some()
            || options.header.is_some_and(|header| header.count() == 0)
        {
            return 0;
        }
        let block =
            records.iter().take(PREAMBLE).position(|record| record.fields == reading.width).unwrap_or(0);
        let begin = if records.get(block).is_some_and(|record| record.after_blank) { block } else { 0 };
        let rest = records.iter().enumerate().skip(begin).take(PREAMBLE);
        rest.map(|(at, record)| (at, record.used)).find(|(_, used)| *used > 1).map_or(begin, |(at, _)| at)
    }

    /// A header behind a comment mark: the last comment before the table has as many cells, all of them names.
    fn header_in_comment(&self, reading: &Reading, start: usize) -> Option<usize> {
        let mark = reading.dialect.comment?;
        let before = self.bytes.get(self.start..start)?.trim_ascii_end();
        let line = memchr::memrchr2(b'\n', b'\r', before).map_or(0, |at| at + 1);
        let marks = before.get(line..)?.iter().take_while(|byte| **byte == mark || **byte == b' ').count();
        let at = self.start + line + marks;
        if marks == 0 || reading.width < 2 {
            return None;
        }
        let mut pieces = Vec::new();
        let extent = record::read(self.bytes, at, self.whole, &reading.dialect, &mut pieces)?;
        let cells = self.texts(&pieces, &reading.dialect);
        (extent.proper && cells.len() == reading.width && is_names(&cells)).then_some(at)
    }

    fn cells(&self, reading: &Reading, record: &Record) -> Vec<String> {
        if record.proper {
            return self.texts(&record.pieces, &reading.dialect);
        }
        let text = self.bytes.get(record.start..record.end).and_then(|text| std::str::from_utf8(text).ok());
        text.and_then(|text| repair(text, &reading.dialect, |fields| fields == reading.width))
            .unwrap_or_default()
    }

    fn texts(&self, pieces: &[Piece], dialect: &Dialect) -> Vec<String> {
        let text = |piece: &Piece| {
            let text = String::from_utf8_lossy(self.bytes.get(piece.start..piece.end).unwrap_or_default());
            let mut plain = String::new();
            dialect.unescape(&text, &mut plain);
            if piece.escaped { plain } else { text.into_owned() }
        };
        pieces.iter().map(text).collect()
    }
}

impl Reading {
    fn or_better(self, other: Reading) -> Reading {
        if other.score > self.score { other } else { self }
    }

    /// As [`Reading::or_better`], where what is there is no table.
    fn or_better_table(self, other: Reading) -> Reading {
        if self.width < 2 || self.share < TABLE { other } else { self.or_better(other) }
    }
}

/// What occurs most often; of equals, the first.
fn modal(values: impl Iterator<Item = usize>) -> Option<usize> {
    let mut counts: Vec<(usize, usize)> = Vec::new();
    for value in values {
        match counts.iter_mut().find(|(known, _)| *known == value) {
            Some((_, count)) => *count += 1,
            None => counts.push((value, 1)),
        }
    }
    let most = counts.iter().map(|(_, count)| *count).max()?;
    counts.into_iter().find(|(_, count)| *count == most).map(|(value, _)| value)
}
