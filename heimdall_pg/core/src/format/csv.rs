//! CSV (RFC 4180) with a header line, over `csv-core`'s automaton.
//!
//! The delimiter (comma, semicolon, tab or bar) is read off the header line. Blank lines count as nothing.

use csv_core::{ReadRecordResult, Reader, ReaderBuilder};

use super::{FormatError, MAX_COLUMNS, MAX_ROW, Malformed, Row, Sink, recycle};

const BOM: &[u8] = b"\xEF\xBB\xBF";
/// How much of the header line is looked at for the delimiter.
const SNIFF: usize = 64 << 10;

/// See the module.
pub struct CsvDecoder {
    /// Bytes held back until the header line is complete, then `None`.
    head: Option<Vec<u8>>,
    reader: Reader,
    text: Vec<u8>,
    text_len: usize,
    ends: Vec<usize>,
    ends_len: usize,
    columns: Option<usize>,
    rows: u64,
    consumed: u64,
    row_start: u64,
    values: Vec<&'static str>,
}

impl Default for CsvDecoder {
    fn default() -> CsvDecoder {
        CsvDecoder {
            head: Some(Vec::new()),
            reader: Reader::new(),
            text: vec![0; 4096],
            text_len: 0,
            ends: vec![0; 32],
            ends_len: 0,
            columns: None,
            rows: 0,
            consumed: 0,
            row_start: 0,
            values: Vec::new(),
        }
    }
}

impl CsvDecoder {
    /// See [`super::Decoder::push`].
    ///
    /// # Errors
    /// [`FormatError`], or what the sink says.
    pub fn push<S: Sink>(&mut self, chunk: &[u8], sink: &mut S) -> Result<(), S::Error> {
        let Some(head) = &mut self.head else {
            return self.read(chunk, sink);
        };
        head.extend_from_slice(chunk);
        let complete = head.len() >= SNIFF + BOM.len() || {
            let (line, rest) = header_line(head);
            !line.is_empty() && !rest.is_empty()
        };
        if complete { self.begin(sink) } else { Ok(()) }
    }

    /// See [`super::Decoder::finish`].
    ///
    /// # Errors
    /// [`FormatError`], or what the sink says.
    pub fn finish<S: Sink>(&mut self, sink: &mut S) -> Result<(), S::Error> {
        if self.head.is_some() {
            self.begin(sink)?;
        }
        // A last row may lack its line end. Inside a quoted field, this line end becomes text.
        self.read(b"\n", sink)?;
        if self.text_len > 0 || self.ends_len > 0 {
            return Err(FormatError::UnterminatedQuote { row: self.number() }.into());
        }
        Ok(())
    }

    /// Chooses the delimiter and reads what was held back.
    fn begin<S: Sink>(&mut self, sink: &mut S) -> Result<(), S::Error> {
        let head = self.head.take().unwrap_or_default();
        let start = if head.starts_with(BOM) { BOM.len() } else { 0 };
        self.reader = ReaderBuilder::new().delimiter(delimiter(header_line(&head).0)).build();
        self.consumed = start as u64;
        self.row_start = self.consumed;
        self.read(&head[start..], sink)
    }

    /// The number of the row that is being read; 0 is the header.
    fn number(&self) -> u64 {
        if self.columns.is_some() { self.rows + 1 } else { 0 }
    }

    fn read<S: Sink>(&mut self, mut input: &[u8], sink: &mut S) -> Result<(), S::Error> {
        while !input.is_empty() {
            let (result, read, wrote, ended) = self.reader.read_record(
                input,
                &mut self.text[self.text_len..],
                &mut self.ends[self.ends_len..],
            );
            input = &input[read..];
            self.consumed += read as u64;
            self.text_len += wrote;
            self.ends_len += ended;
            match result {
                ReadRecordResult::InputEmpty | ReadRecordResult::End => {}
                ReadRecordResult::OutputFull if self.text.len() >= MAX_ROW => {
                    return Err(FormatError::RowTooLarge { row: self.number() }.into());
                }
                ReadRecordResult::OutputFull => self.text.resize((self.text.len() * 2).min(MAX_ROW), 0),
                ReadRecordResult::OutputEndsFull if self.ends.len() > MAX_COLUMNS => {
                    return Err(FormatError::TooManyColumns.into());
                }
                ReadRecordResult::OutputEndsFull => self.ends.resize(self.ends.len() * 2, 0),
                ReadRecordResult::Record => {
                    self.record(sink)?;
                    self.text_len = 0;
                    self.ends_len = 0;
                    self.row_start = self.consumed;
                }
            }
        }
        Ok(())
    }

    fn record<S: Sink>(&mut self, sink: &mut S) -> Result<(), S::Error> {
        let Some(columns) = self.columns else {
            return self.header(sink);
        };
        self.rows += 1;
        let text = &self.text[..self.text_len];
        let ends = &self.ends[..self.ends_len];
        let mut values = recycle(std::mem::take(&mut self.values));
        let reason = match fields(text, ends, &mut values) {
            Err(reason) => Some(reason),
            Ok(()) if values.len() < columns => Some("fewer fields than the header has"),
            Ok(()) if values.len() > columns => Some("more fields than the header has"),
            Ok(()) => None,
        };
        let (number, offset) = (self.rows, self.row_start);
        match reason {
            None => sink.row(Row { number, offset, values: &values, raw: None })?,
            Some(reason) => {
                let raw = encode_row(split(text, ends));
                sink.malformed(Malformed { number, offset, reason, raw: &raw })?;
            }
        }
        self.values = recycle(values);
        Ok(())
    }

    fn header<S: Sink>(&mut self, sink: &mut S) -> Result<(), S::Error> {
        let mut values = Vec::new();
        fields(&self.text[..self.text_len], &self.ends[..self.ends_len], &mut values)
            .map_err(|_| FormatError::HeaderNotText)?;
        if values.len() > MAX_COLUMNS {
            return Err(FormatError::TooManyColumns.into());
        }
        let names: Vec<String> = values.iter().map(|name| name.trim().to_owned()).collect();
        for (at, name) in names.iter().enumerate() {
            if name.is_empty() || names[..at].contains(name) {
                return Err(FormatError::HeaderNames { column: at + 1 }.into());
            }
        }
        self.columns = Some(names.len());
        sink.header(&names)
    }
}

/// The first line that is not blank, as far as it is looked at, and what follows it.
fn header_line(head: &[u8]) -> (&[u8], &[u8]) {
    let text = head.strip_prefix(BOM).unwrap_or(head);
    let text = &text[..text.len().min(SNIFF)];
    let start = text.iter().position(|byte| !matches!(byte, b'\n' | b'\r')).unwrap_or(text.len());
    let line = &text[start..];
    line.split_at(memchr::memchr2(b'\n', b'\r', line).unwrap_or(line.len()))
}

/// The candidate that occurs most often outside quotes; a comma where none does.
fn delimiter(line: &[u8]) -> u8 {
    let mut quoted = false;
    let mut counts = [(b',', 0usize), (b';', 0), (b'\t', 0), (b'|', 0)];
    for byte in line {
        quoted ^= *byte == b'"';
        if let Some((_, count)) = counts.iter_mut().find(|(candidate, _)| !quoted && candidate == byte) {
            *count += 1;
        }
    }
    // `max_by_key` gives the last of equals: reversed, the first candidate wins a tie.
    counts.into_iter().rev().max_by_key(|(_, count)| *count).map_or(b',', |(candidate, _)| candidate)
}

fn split<'a>(text: &'a [u8], ends: &'a [usize]) -> impl Iterator<Item = &'a [u8]> {
    let mut start = 0;
    ends.iter().map(move |&end| {
        let field = &text[start..end];
        start = end;
        field
    })
}

fn fields<'a>(text: &'a [u8], ends: &[usize], values: &mut Vec<&'a str>) -> Result<(), &'static str> {
    let text = std::str::from_utf8(text).map_err(|_| "not valid UTF-8")?;
    if memchr::memchr(0, text.as_bytes()).is_some() {
        return Err("a NUL character");
    }
    let mut start = 0;
    for &end in ends {
        // Two fields can be valid UTF-8 only together, where a character is cut by the delimiter.
        values.push(text.get(start..end).ok_or("not valid UTF-8")?);
        start = end;
    }
    Ok(())
}

/// A row as CSV, with every field quoted.
pub fn encode_row<'a>(fields: impl Iterator<Item = &'a [u8]>) -> Vec<u8> {
    let mut row = Vec::new();
    for field in fields {
        if !row.is_empty() {
            row.push(b',');
        }
        row.push(b'"');
        for byte in field {
            if *byte == b'"' {
                row.push(b'"');
            }
            row.push(*byte);
        }
        row.push(b'"');
    }
    row
}

#[cfg(test)]
mod tests;
