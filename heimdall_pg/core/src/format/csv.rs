//! CSV (RFC 4180) in the dialects that it comes in.
//!
//! The head of the dump is held back until its dialect and layout are known: see [`sniff`]. A record without quotes,
//! which is most of them, is found by its line end and cut at its delimiters, where it lies in the chunk. Blank lines
//! and lines of delimiters alone count as nothing.

mod dialect;
mod header;
pub(super) mod options;
mod record;
mod repair;
mod sniff;
mod table;

use super::{FormatError, FormatOptions, MAX_COLUMNS, MAX_ROW, Malformed, Row, Sink, recycle};
pub(super) use header::distinct;
use record::line_end;
pub(super) use sniff::is_table;
use sniff::layout;
use table::Table;

/// How much of a dump its dialect is told from.
const HEAD: usize = 64 << 10;

/// See the module.
#[derive(Default)]
pub struct CsvDecoder {
    options: FormatOptions,
    /// Bytes held back until the dialect is known.
    head: Vec<u8>,
    table: Option<Box<Table>>,
    /// The record whose end has not come yet.
    partial: Vec<u8>,
    /// How long `partial` has to be before it is worth reading again.
    again: usize,
}

impl CsvDecoder {
    /// A decoder for dumps of a source with those options.
    pub fn new(options: &FormatOptions) -> CsvDecoder {
        CsvDecoder { options: options.clone(), ..CsvDecoder::default() }
    }

    /// See [`super::Decoder::push`].
    ///
    /// # Errors
    /// [`FormatError`], or what the sink says.
    pub fn push<S: Sink>(&mut self, chunk: &[u8], sink: &mut S) -> Result<(), S::Error> {
        if self.table.is_some() {
            return self.read(chunk, sink);
        }
        self.head.extend_from_slice(chunk);
        // One byte more, so that a head that is all of the dump is told from one that is not.
        if self.head.len() > HEAD { self.begin(HEAD, sink) } else { Ok(()) }
    }

    /// See [`super::Decoder::finish`].
    ///
    /// # Errors
    /// [`FormatError`], or what the sink says.
    pub fn finish<S: Sink>(&mut self, sink: &mut S) -> Result<(), S::Error> {
        if self.table.is_none() {
            self.begin(self.head.len(), sink)?;
        }
        let rest = std::mem::take(&mut self.partial);
        match &mut self.table {
            Some(table) => table.read(&rest, true, sink).map(drop),
            None => Ok(()),
        }
    }

    /// Looks at the first bytes of the head, and reads it.
    fn begin<S: Sink>(&mut self, look: usize, sink: &mut S) -> Result<(), S::Error> {
        let head = std::mem::take(&mut self.head);
        let layout = layout(head.get(..look).unwrap_or(&head), look == head.len(), &self.options);
        let start = layout.start;
        let mut table = Box::new(Table::new(layout, self.options.ragged.unwrap_or_default()));
        table.begin(sink)?;
        self.table = Some(table);
        self.read(head.get(start..).unwrap_or_default(), sink)
    }

    fn read<S: Sink>(&mut self, mut chunk: &[u8], sink: &mut S) -> Result<(), S::Error> {
        let Some(table) = &mut self.table else { return Ok(()) };
        while !self.partial.is_empty() && !chunk.is_empty() {
            let wanted = self.again.saturating_sub(self.partial.len()).min(chunk.len());
            let end = line_end(chunk, wanted).map(|end| end + 1);
            let (piece, rest) = chunk.split_at(end.unwrap_or(chunk.len()));
            self.partial.extend_from_slice(piece);
            chunk = rest;
            if end.is_none() && self.partial.len() <= MAX_ROW {
                return Ok(());
            }
            let read = table.read(&self.partial, false, sink)?;
            self.partial.drain(..read);
            // A quoted field of many lines: twice as much each time, so that it is not read once for every line.
            self.again = (self.partial.len() * 2).min(MAX_ROW + 1);
        }
        if !chunk.is_empty() {
            let read = table.read(chunk, false, sink)?;
            self.partial.extend_from_slice(chunk.get(read..).unwrap_or_default());
            self.again = 0;
        }
        Ok(())
    }
}

/// A row as CSV, with every field quoted.
pub(super) fn encode_row<'a>(fields: impl Iterator<Item = &'a [u8]>) -> Vec<u8> {
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
