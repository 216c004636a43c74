//! Records to rows.

use super::dialect::Dialect;
use super::header::Header;
use super::options::Ragged;
use super::record::{self, Piece, is_line_end, line_end};
use super::repair::repair;
use super::sniff::Layout;
use super::{FormatError, MAX_COLUMNS, MAX_ROW, Malformed, Row, Sink, recycle};

/// A table whose dialect is known.
pub(super) struct Table {
    dialect: Dialect,
    ragged: Ragged,
    header: Header,
    /// Lines of the header that are still to come.
    header_lines: usize,
    header_cells: Vec<Vec<String>>,
    /// The header does not name the columns.
    named: bool,
    /// Fields of most records of the head.
    width: usize,
    /// Another table has begun.
    foreign: bool,
    rows: u64,
    /// Where in the dump what is read next begins, in bytes.
    consumed: u64,
    pieces: Vec<Piece>,
    values: Vec<&'static str>,
    /// The same of a record with quotes.
    quoted: Vec<&'static str>,
    unescaped: String,
}

impl Table {
    pub fn new(layout: Layout, ragged: Ragged) -> Table {
        Table {
            dialect: layout.dialect,
            ragged,
            named: layout.header.is_some(),
            header: layout.header.unwrap_or_default(),
            header_lines: layout.header_lines,
            header_cells: Vec::new(),
            width: layout.width,
            foreign: false,
            rows: 0,
            consumed: layout.start as u64,
            pieces: Vec::new(),
            values: Vec::new(),
            quoted: Vec::new(),
            unescaped: String::new(),
        }
    }

    /// Tells the sink of columns that no header names.
    ///
    /// # Errors
    /// [`FormatError::TooManyColumns`], or what the sink says.
    pub fn begin<S: Sink>(&mut self, sink: &mut S) -> Result<(), S::Error> {
        if !self.named {
            return Ok(());
        }
        if self.header.names.len() > MAX_COLUMNS {
            return Err(FormatError::TooManyColumns.into());
        }
        sink.header(&self.header.names)
    }

    /// # Errors
    /// [`FormatError::RowTooLarge`].
    pub fn check_size(&self, bytes: usize) -> Result<(), FormatError> {
        if bytes > MAX_ROW { Err(FormatError::RowTooLarge { row: self.number() }) } else { Ok(()) }
    }

    /// The number of the row that is being read; 0 is the header.
    fn number(&self) -> u64 {
        if self.header_lines > 0 { 0 } else { self.rows + 1 }
    }

    /// Reads the records that end in `data`; nothing follows the `last`. Gives how many bytes they are.
    ///
    /// # Errors
    /// [`FormatError`], or what the sink says.
    pub fn read<S: Sink>(&mut self, data: &[u8], last: bool, sink: &mut S) -> Result<usize, S::Error> {
        let lines =
            if last { data.len() } else { memchr::memrchr2(b'\n', b'\r', data).map_or(0, |at| at + 1) };
        let lines = data.get(..lines).unwrap_or(data);
        // Looked through once, and not once a record, as long as it is text.
        let text = match std::str::from_utf8(lines) {
            Ok(text) if memchr::memchr(0, lines).is_none() => text,
            _ => "",
        };
        let plain = self.dialect.plain_delimiter();
        let quote = self.dialect.quote.unwrap_or(b'\n');
        let mut values = recycle(std::mem::take(&mut self.values));
        let mut at = 0;
        while at < lines.len() {
            if is_line_end(lines, at) {
                at += 1;
                continue;
            }
            if self.dialect.comment.is_some() && lines.get(at).copied() == self.dialect.comment {
                let Some(end) = line_end(lines, at).or(last.then_some(lines.len())) else { break };
                at = end;
                continue;
            }
            let rest = lines.get(at..).unwrap_or_default();
            let stop = memchr::memchr3(quote, b'\n', b'\r', rest).map_or(lines.len(), |stop| at + stop);
            let quoted = self.dialect.quote.is_some() && lines.get(stop).copied() == self.dialect.quote;
            match (plain, text.get(at..stop)) {
                (Some(delimiter), Some(line)) if !quoted => {
                    self.check_size(line.len())?;
                    split(line, delimiter, &mut values);
                    self.fields(at, line.as_bytes(), &values, sink)?;
                    at = stop;
                }
                _ => {
                    let mut pieces = std::mem::take(&mut self.pieces);
                    let extent = record::read(lines, at, last, &self.dialect, &mut pieces);
                    self.pieces = pieces;
                    let Some(extent) = extent else { break };
                    self.check_size(extent.end - at)?;
                    self.record(lines, at, extent, sink)?;
                    at = extent.end;
                }
            }
        }
        self.values = recycle(values);
        self.check_size(data.len() - at)?;
        if last && at < data.len() {
            return Err(FormatError::UnterminatedQuote { row: self.number() }.into());
        }
        self.consumed += at as u64;
        Ok(at)
    }

    /// A record that is more than its line cut at the delimiters.
    fn record<S: Sink>(
        &mut self,
        lines: &[u8],
        start: usize,
        extent: record::Extent,
        sink: &mut S,
    ) -> Result<(), S::Error> {
        let raw = lines.get(start..extent.end).unwrap_or_default();
        let text = match std::str::from_utf8(raw) {
            Ok(_) if memchr::memchr(0, raw).is_some() => {
                return self.malformed(start, raw, "a NUL character", sink);
            }
            Ok(text) => text,
            Err(_) => return self.malformed(start, raw, "not valid UTF-8", sink),
        };
        if !extent.proper {
            let (header, width) = (&self.header, self.width);
            let in_header = self.header_lines > 0;
            let fits = |fields: usize| if in_header { fields == width } else { header.fits(fields) };
            return match repair(text, &self.dialect, fits) {
                Some(fields) => {
                    let values: Vec<&str> = fields.iter().map(String::as_str).collect();
                    self.fields(start, raw, &values, sink)
                }
                None => self.malformed(start, raw, "quotes that are neither closed nor escaped", sink),
            };
        }
        let pieces = std::mem::take(&mut self.pieces);
        let mut unescaped = std::mem::take(&mut self.unescaped);
        unescaped.clear();
        let slice = |piece: &Piece| text.get(piece.start - start..piece.end - start).unwrap_or("");
        let ends: Vec<usize> = pieces
            .iter()
            .filter(|piece| piece.escaped)
            .map(|piece| {
                self.dialect.unescape(slice(piece), &mut unescaped);
                unescaped.len()
            })
            .collect();
        let mut values = recycle(std::mem::take(&mut self.quoted));
        let mut ends = ends.into_iter();
        let mut from = 0;
        for piece in &pieces {
            match if piece.escaped { ends.next() } else { None } {
                Some(end) => {
                    values.push(unescaped.get(from..end).unwrap_or(""));
                    from = end;
                }
                None => values.push(slice(piece)),
            }
        }
        let done = self.fields(start, raw, &values, sink);
        self.quoted = recycle(values);
        self.pieces = pieces;
        self.unescaped = unescaped;
        done
    }

    /// The fields of a record.
    fn fields<S: Sink>(
        &mut self,
        start: usize,
        raw: &[u8],
        values: &[&str],
        sink: &mut S,
    ) -> Result<(), S::Error> {
        let columns = self.header.names.len();
        if self.dialect.delimits(raw, 0) && values.iter().all(|value| value.is_empty()) {
            return Ok(());
        }
        if self.header_lines > 0 {
            return self.header_line(values, sink);
        }
        if values.first().copied() == self.header.cells.first().map(String::as_str)
            && self.header.is_repeated_by(values)
        {
            self.foreign = false;
            return Ok(());
        }
        if self.foreign {
            return self.malformed(start, raw, "a row of another table", sink);
        }
        if self.header.fits(values.len()) {
            return self.row(start, values, sink);
        }
        if self.header.is_resembled_by(values) {
            self.foreign = true;
            return self.malformed(start, raw, "the header of another table", sink);
        }
        let (known, surplus) = values.split_at(columns.min(values.len()));
        let is_empty = surplus.iter().all(|value| value.is_empty());
        match self.ragged {
            // Where the first field is empty as well, the one too many may be that.
            Ragged::Reject
                if !surplus.is_empty() && is_empty && !known.first().is_none_or(|first| first.is_empty()) =>
            {
                self.row(start, known, sink)
            }
            Ragged::Fill if is_empty => self.row(start, known, sink),
            Ragged::Fill if values.len() <= MAX_COLUMNS => {
                let (known, last) = values.split_at(columns.saturating_sub(1));
                let delimiter = String::from_utf8_lossy(&self.dialect.delimiter).into_owned();
                let last = last.join(&delimiter);
                let filled: Vec<&str> = known.iter().copied().chain([last.as_str()]).collect();
                self.row(start, &filled, sink)
            }
            _ if values.len() < columns => {
                self.malformed(start, raw, "fewer fields than the header has", sink)
            }
            _ => self.malformed(start, raw, "more fields than the header has", sink),
        }
    }

    fn row<S: Sink>(&mut self, start: usize, values: &[&str], sink: &mut S) -> Result<(), S::Error> {
        self.rows += 1;
        sink.row(Row { number: self.rows, offset: self.consumed + start as u64, values })
    }

    fn malformed<S: Sink>(
        &mut self,
        start: usize,
        raw: &[u8],
        reason: &'static str,
        sink: &mut S,
    ) -> Result<(), S::Error> {
        if self.header_lines > 0 {
            return Err(FormatError::HeaderNotText.into());
        }
        self.rows += 1;
        sink.malformed(Malformed { number: self.rows, offset: self.consumed + start as u64, reason, raw })
    }

    fn header_line<S: Sink>(&mut self, cells: &[&str], sink: &mut S) -> Result<(), S::Error> {
        if cells.len() > MAX_COLUMNS {
            return Err(FormatError::TooManyColumns.into());
        }
        self.header_cells.push(cells.iter().map(|cell| (*cell).to_owned()).collect());
        self.header_lines -= 1;
        if self.header_lines > 0 || self.named {
            return Ok(());
        }
        self.header = Header::of_lines(&std::mem::take(&mut self.header_cells));
        sink.header(&self.header.names)
    }
}

/// Cuts a line at its delimiters; no more values are kept than a dump may have columns, and one.
fn split<'a>(line: &'a str, delimiter: u8, values: &mut Vec<&'a str>) {
    values.clear();
    let mut start = 0;
    for end in memchr::memchr_iter(delimiter, line.as_bytes()) {
        if values.len() > MAX_COLUMNS {
            return;
        }
        values.push(line.get(start..end).unwrap_or(""));
        start = end + 1;
    }
    values.push(line.get(start..).unwrap_or(""));
}
