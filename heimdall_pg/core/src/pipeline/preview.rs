//! What would become of a sample, row by row. Nothing is stored.

use super::IngestError;
use super::intake::{OwnedRow, inferred};
use crate::batch::{Batch, Keys, Line};
use crate::format::{Decoder, Format, FormatError, FormatOptions, Malformed, Row, Sink};
use crate::mapping::{Mapping, Plan, Policy, SAMPLE_ROWS, Sample};

/// How many rows are shown.
pub const PREVIEW_ROWS: usize = 100;

/// Bytes that are decoded between two looks at whether there are enough rows.
const CHUNK: usize = 64 << 10;

/// The rows of a sample, with what each would become.
pub struct Preview(pub Vec<(u64, Line)>);

impl Preview {
    /// Shows a sample of a source with that format, mapping and policy. Without a mapping, that which would be inferred.
    ///
    /// # Errors
    /// What would make the ingest of the sample fail, except for too many rejects.
    pub fn of(
        sample: &[u8],
        (format, options): (Format, &FormatOptions),
        mapping: Option<Mapping>,
        policy: &Policy,
        keys: Keys,
    ) -> Result<Preview, IngestError> {
        let mut rows = Rows::default();
        let mut decoder = Decoder::new(format, options);
        let mut chunks = sample.chunks(CHUNK);
        while let Some(chunk) = chunks.next().filter(|_| !rows.sample.is_full()) {
            decoder.push(chunk, &mut rows)?;
        }
        if !rows.sample.is_full() {
            decoder.finish(&mut rows)?;
        }
        if rows.sample.columns().is_empty() && rows.malformed.is_empty() {
            return Err(IngestError::Empty);
        }
        let mut lines = rows.malformed;
        if !rows.kept.is_empty() {
            let mapping = match mapping {
                Some(mapping) => mapping,
                None => inferred(&rows.sample, policy)?,
            };
            let mut plan = Plan::new(&mapping.under(policy));
            plan.add_columns(rows.sample.columns())?;
            if rows.tabular { plan.check_complete() } else { plan.check_any() }?;
            let mut batch = Batch::new(0, keys);
            for row in rows.kept.iter().take(PREVIEW_ROWS) {
                let number = row.number();
                let shown = row.with(|row| batch.preview(&plan, row))?;
                lines.extend(shown.into_iter().map(|line| (number, line)));
            }
        }
        lines.sort_by_key(|(row, _)| *row);
        Ok(Preview(lines))
    }
}

/// The first rows of a sample.
#[derive(Default)]
struct Rows {
    sample: Sample,
    kept: Vec<OwnedRow>,
    malformed: Vec<(u64, Line)>,
    tabular: bool,
}

impl Sink for Rows {
    type Error = FormatError;

    fn header(&mut self, names: &[String]) -> Result<(), FormatError> {
        self.tabular = true;
        Sink::header(&mut self.sample, names)
    }

    fn columns(&mut self, names: &[String]) -> Result<(), FormatError> {
        Sink::columns(&mut self.sample, names)
    }

    fn row(&mut self, row: Row<'_>) -> Result<(), FormatError> {
        if self.kept.len() < SAMPLE_ROWS {
            self.kept.push(OwnedRow::new(&row));
        }
        Sink::row(&mut self.sample, row)
    }

    fn malformed(&mut self, row: Malformed<'_>) -> Result<(), FormatError> {
        if self.malformed.len() < PREVIEW_ROWS {
            self.malformed.push((row.number, Line::reject(None, "format", row.reason)));
        }
        Ok(())
    }
}
