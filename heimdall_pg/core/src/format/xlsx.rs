//! Spreadsheets: one sheet of an Office Open XML workbook (ECMA-376, transitional and strict).
//!
//! The directory of a zip archive stands at its end, so that the workbook is held in memory, [`MAX_WORKBOOK`] at most;
//! its sheet is unpacked and read row by row. The limit on expansion holds for all that is unpacked.

mod cell;
mod header;
mod package;
mod sheet;
mod strings;
mod styles;
mod workbook;

#[cfg(test)]
mod tests;

use super::compression::Expansion;
use super::{FormatError, FormatOptions, Malformed, Row, Sink, encode_row};
use header::{Header, Lead};
use package::Package;
use sheet::Cells;
use workbook::Workbook;

/// The largest workbook, in bytes as it comes.
const MAX_WORKBOOK: usize = 64 << 20;

/// See the module.
pub struct XlsxDecoder {
    workbook: Vec<u8>,
    /// The name of the sheet, `None` for the first that can be seen.
    sheet: Option<String>,
    max_expansion: u32,
}

impl XlsxDecoder {
    /// A decoder of the sheet that the options name.
    pub fn new(options: &FormatOptions) -> XlsxDecoder {
        XlsxDecoder {
            workbook: Vec::new(),
            sheet: options.sheet.clone(),
            max_expansion: options.max_expansion(),
        }
    }

    /// See [`super::Decoder::push`].
    ///
    /// # Errors
    /// [`FormatError::WorkbookTooLarge`].
    pub fn push<S: Sink>(&mut self, chunk: &[u8], _: &mut S) -> Result<(), S::Error> {
        if self.workbook.len() + chunk.len() > MAX_WORKBOOK {
            return Err(FormatError::WorkbookTooLarge.into());
        }
        self.workbook.extend_from_slice(chunk);
        Ok(())
    }

    /// See [`super::Decoder::finish`].
    ///
    /// # Errors
    /// [`FormatError`], or what the sink says.
    pub fn finish<S: Sink>(&mut self, sink: &mut S) -> Result<(), S::Error> {
        let bytes = std::mem::take(&mut self.workbook);
        let mut expansion = Expansion::new(self.max_expansion);
        expansion.note(bytes.len(), 0)?;
        let mut package = Package::open(&bytes, expansion)?;
        let workbook = Workbook::read(&mut package, self.sheet.as_deref())?;
        let mut rows = Rows { lead: Some(Lead::default()), header: Header::default(), count: 0 };
        sheet::read(&mut package, &workbook, |cells| rows.take(cells, sink))?;
        rows.begin(sink)
    }
}

/// The rows of a sheet, from its header on.
struct Rows {
    /// The first rows, until it is clear which of them is the header.
    lead: Option<Lead>,
    header: Header,
    count: u64,
}

impl Rows {
    fn take<S: Sink>(&mut self, cells: Cells, sink: &mut S) -> Result<(), S::Error> {
        if cells.is_blank() {
            return Ok(());
        }
        let Some(lead) = &mut self.lead else {
            return self.row(&cells, sink);
        };
        if lead.add(cells) { Ok(()) } else { self.begin(sink) }
    }

    /// Chooses the header and hands over the rows after it, unless that has been done.
    fn begin<S: Sink>(&mut self, sink: &mut S) -> Result<(), S::Error> {
        let Some(lead) = self.lead.take() else { return Ok(()) };
        let mut rows = lead.into_rows().into_iter();
        let Some(header) = rows.next() else { return Ok(()) };
        self.header = Header::new(&header)?;
        sink.header(self.header.names())?;
        rows.try_for_each(|cells| self.row(&cells, sink))
    }

    fn row<S: Sink>(&mut self, cells: &Cells, sink: &mut S) -> Result<(), S::Error> {
        self.count += 1;
        let (number, offset) = (self.count, cells.number);
        let mut values = Vec::new();
        let reason = match (cells.problem, self.header.arrange(cells, &mut values)) {
            (Some(reason), _) | (None, Err(reason)) => reason,
            (None, Ok(())) => return sink.row(Row { number, offset, values: &values }),
        };
        let raw = encode_row(cells.iter().map(|cell| cell.text.as_bytes()));
        sink.malformed(Malformed { number, offset, reason, raw: &raw })
    }
}
