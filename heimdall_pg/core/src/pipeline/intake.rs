//! Rows in, batches out.

use hmac::{Hmac, Mac};
use sha2::Sha256;

use super::{Finished, FirstReject, IngestError, Store};
use crate::batch::{Batch, Counts, Encoding, Keys};
use crate::format::{Malformed, Row};
use crate::mapping::{Mapping, Plan, Policy, Sample, is_absent};
use crate::protect::Tlp;

/// A batch of this size is flushed. With the arrays that a flush makes of it, the backend stays within
/// 256 MB of what it had before.
pub const FLUSH_BYTES: usize = 96 << 20;

/// A sample of this size is large enough, however few its rows are.
const SAMPLE_BYTES: usize = 8 << 20;

/// Share of bad rows that ends an upload before its end, where the source allows less: that is no dump of it.
const RUBBISH: f64 = 0.5;

/// Rows after which too many rejects end an upload before its end.
const EARLY_CHECK_ROWS: u64 = 100_000;

/// Rows in, batches out.
pub struct Intake {
    stage: Stage,
    batch: Batch,
    digest: Hmac<Sha256>,
    row_bytes: Vec<u8>,
    reject_limit: f64,
    first_reject: Option<FirstReject>,
    flush_bytes: usize,
    /// All rows have the same columns: the dump has shown a header.
    tabular: bool,
    policy: Policy,
    /// Values by column.
    values: Vec<u64>,
}

enum Stage {
    /// Waits for enough rows to infer a mapping; `bytes` is what they take.
    Sampling {
        sample: Box<Sample>,
        rows: Vec<OwnedRow>,
        bytes: usize,
    },
    Running {
        plan: Box<Plan>,
        mapping: Box<Mapping>,
    },
}

/// A row that waits.
pub(super) struct OwnedRow {
    number: u64,
    offset: u64,
    values: Vec<Box<str>>,
}

impl OwnedRow {
    pub fn new(row: &Row<'_>) -> OwnedRow {
        OwnedRow {
            number: row.number,
            offset: row.offset,
            values: row.values.iter().map(|value| Box::from(*value)).collect(),
        }
    }

    pub fn number(&self) -> u64 {
        self.number
    }

    /// Lends the row.
    pub fn with<T>(&self, take: impl FnOnce(Row<'_>) -> T) -> T {
        let values: Vec<&str> = self.values.iter().map(|value| &**value).collect();
        take(Row { number: self.number, offset: self.offset, values: &values })
    }
}

/// The mapping that a sample suggests under a policy.
pub(super) fn inferred(sample: &Sample, policy: &Policy) -> Result<Mapping, IngestError> {
    let mapping = sample.mapping()?.ok_or(IngestError::NothingInferred)?;
    Ok(mapping.without_dropped(policy))
}

impl Intake {
    /// An intake for batch `id` of a source with that mapping, or with one that is to be inferred.
    /// The policy goes before either.
    pub fn new(
        id: i64,
        mut keys: Keys,
        mapping: Option<Mapping>,
        policy: Policy,
        reject_limit: f64,
    ) -> Intake {
        let digest = keys.hash.start("Dump");
        let stage = match mapping {
            Some(mapping) => {
                let mapping = mapping.under(&policy);
                Stage::Running { plan: Box::new(Plan::new(&mapping)), mapping: Box::new(mapping) }
            }
            None => Stage::Sampling { sample: Box::default(), rows: Vec::new(), bytes: 0 },
        };
        Intake {
            stage,
            batch: Batch::new(id, keys),
            digest,
            row_bytes: Vec::new(),
            reject_limit,
            first_reject: None,
            flush_bytes: FLUSH_BYTES,
            tabular: false,
            policy,
            values: Vec::new(),
        }
    }

    /// An intake for rows that batch `id` has put aside: it takes them however many still fail, and what comes of them is
    /// another dump each time.
    pub fn retrying(mut self, id: i64) -> Intake {
        self.reject_limit = 1.0;
        self.digest.update(b"retry of");
        self.digest.update(&id.to_be_bytes());
        self
    }

    /// Flushes batches of another size than [`FLUSH_BYTES`].
    #[cfg(test)]
    pub(super) fn with_flush_bytes(mut self, bytes: usize) -> Intake {
        self.flush_bytes = bytes;
        self
    }

    /// All columns, where all rows have the same: every column that the mapping names has to be there.
    ///
    /// # Errors
    /// [`IngestError::Plan`].
    pub fn header(&mut self, names: &[String]) -> Result<(), IngestError> {
        self.tabular = true;
        self.columns(names)
    }

    /// Columns that follow those known.
    ///
    /// # Errors
    /// [`IngestError::Plan`].
    pub fn columns(&mut self, names: &[String]) -> Result<(), IngestError> {
        for name in names {
            self.digest.update(&(name.len() as u64).to_be_bytes());
            self.digest.update(name.as_bytes());
        }
        match &mut self.stage {
            Stage::Sampling { sample, .. } if self.tabular => sample.add_header(names),
            Stage::Sampling { sample, .. } => sample.add_columns(names),
            Stage::Running { plan, .. } => {
                plan.add_columns(names)?;
                if self.tabular {
                    plan.check_complete()?;
                }
            }
        }
        Ok(())
    }

    /// Takes a row.
    ///
    /// # Errors
    /// What the store says, or [`IngestError`].
    pub fn row<S: Store>(&mut self, row: Row<'_>, store: &mut S) -> Result<(), S::Error> {
        self.digest_row(&row);
        self.count_values(&row);
        match &mut self.stage {
            Stage::Running { plan, .. } => {
                let rejected = self.batch.counts().rejected;
                self.batch.add_row(plan, row).map_err(IngestError::from)?;
                if self.batch.counts().rejected > rejected {
                    self.note_reject();
                }
                self.flush_if_full(store)
            }
            Stage::Sampling { sample, rows, bytes } => {
                sample.add_row(&row);
                *bytes += row.values.iter().map(|value| value.len()).sum::<usize>();
                rows.push(OwnedRow::new(&row));
                if sample.is_full() || *bytes > SAMPLE_BYTES { self.infer(store) } else { Ok(()) }
            }
        }
    }

    /// Takes a row that cannot be decoded.
    ///
    /// # Errors
    /// What the store says, or [`IngestError`].
    pub fn malformed<S: Store>(&mut self, row: Malformed<'_>, store: &mut S) -> Result<(), S::Error> {
        self.digest.update(&(row.raw.len() as u64).to_be_bytes());
        self.digest.update(row.raw);
        let fault = (None, "format", row.reason);
        self.batch
            .reject(row.number, row.offset, fault, (Encoding::Raw, row.raw))
            .map_err(IngestError::from)?;
        self.first_reject.get_or_insert(FirstReject {
            row: row.number,
            column: None,
            rule: "format",
            reason: row.reason,
        });
        self.flush_if_full(store)
    }

    /// Ends the dump. What is left waits in the batch: see [`Intake::flush_rest`].
    ///
    /// # Errors
    /// What the store says, or [`IngestError`].
    pub fn finish<S: Store>(&mut self, store: &mut S) -> Result<Finished, S::Error> {
        if let Stage::Sampling { rows, .. } = &self.stage {
            // Where no row could be decoded, that is what is wrong, and not the want of observables.
            if rows.is_empty() {
                self.check_rejects(self.reject_limit)?;
            }
            self.infer(store)?;
        }
        let counts = self.batch.counts();
        if let Stage::Running { plan, mapping } = &self.stage {
            if plan.columns.is_empty() && counts.read == 0 {
                return Err(IngestError::Empty.into());
            }
            if counts.accepted > 0 || counts.rejected == 0 {
                plan.check_any().map_err(IngestError::from)?;
            }
            self.digest.update(mapping.canonical_json().as_bytes());
        }
        self.check_rejects(self.reject_limit)?;
        let digest = self.digest.clone().finalize().into_bytes().into();
        let (columns, rules) = match &self.stage {
            Stage::Running { plan, mapping } => (&plan.columns[..], mapping.rules_json(&plan.columns)),
            Stage::Sampling { .. } => (&[][..], String::from("{}")),
        };
        let values = self.values.iter().copied().chain(std::iter::repeat(0));
        Ok(Finished { digest, counts, fields: columns.iter().cloned().zip(values).collect(), rules })
    }

    /// Stores what no flush has stored yet.
    ///
    /// # Errors
    /// What the store says.
    pub fn flush_rest<S: Store>(&mut self, store: &mut S) -> Result<(), S::Error> {
        match &self.stage {
            Stage::Running { plan, .. } if !self.batch.is_empty() => store.flush_last(self.batch.flush(plan)),
            _ => Ok(()),
        }
    }

    /// The mark of the mapping; red as long as there is none.
    pub fn tlp(&self) -> Tlp {
        match &self.stage {
            Stage::Running { plan, .. } => plan.tlp,
            Stage::Sampling { .. } => Tlp::Red,
        }
    }

    /// Rows so far. Those that wait for a mapping to be inferred are not among them.
    pub fn counts(&self) -> Counts {
        self.batch.counts()
    }

    /// Whether rows wait for a mapping to be inferred.
    pub fn is_inferring(&self) -> bool {
        matches!(self.stage, Stage::Sampling { .. })
    }

    /// The keys, for what the caller has to store beside the batch.
    pub fn keys(&mut self) -> &mut Keys {
        self.batch.keys()
    }

    fn infer<S: Store>(&mut self, store: &mut S) -> Result<(), S::Error> {
        let Stage::Sampling { sample, rows, .. } = &mut self.stage else {
            return Ok(());
        };
        if sample.columns().is_empty() && self.batch.counts().read == 0 {
            return Err(IngestError::Empty.into());
        }
        let mapping = inferred(sample, &self.policy)?;
        let effective = mapping.clone().under(&self.policy);
        let mut plan = Plan::new(&effective);
        plan.add_columns(sample.columns()).map_err(IngestError::from)?;
        let rows = std::mem::take(rows);
        store.adopt(&mapping)?;
        for row in rows {
            let rejected = self.batch.counts().rejected;
            row.with(|row| self.batch.add_row(&plan, row)).map_err(IngestError::from)?;
            if self.batch.counts().rejected > rejected {
                self.note_reject();
            }
        }
        self.stage = Stage::Running { plan: Box::new(plan), mapping: Box::new(effective) };
        Ok(())
    }

    fn digest_row(&mut self, row: &Row<'_>) {
        self.row_bytes.clear();
        self.row_bytes.extend_from_slice(&(row.values.len() as u32).to_be_bytes());
        for value in row.values {
            self.row_bytes.extend_from_slice(&(value.len() as u32).to_be_bytes());
            self.row_bytes.extend_from_slice(value.as_bytes());
        }
        self.digest.update(&self.row_bytes);
    }

    fn count_values(&mut self, row: &Row<'_>) {
        if self.values.len() < row.values.len() {
            self.values.resize(row.values.len(), 0);
        }
        for (count, value) in self.values.iter_mut().zip(row.values) {
            *count += u64::from(!is_absent(value));
        }
    }

    fn note_reject(&mut self) {
        if let (None, Some(reject)) = (&self.first_reject, self.batch.last_reject()) {
            self.first_reject = Some(FirstReject {
                row: reject.row,
                column: reject.column.clone(),
                rule: reject.rule,
                reason: reject.reason,
            });
        }
    }

    fn check_rejects(&self, limit: f64) -> Result<(), IngestError> {
        let Counts { read, rejected, .. } = self.batch.counts();
        match &self.first_reject {
            Some(first) if rejected as f64 > limit * read as f64 => {
                Err(IngestError::TooManyRejects { rejected, read, first: first.clone() })
            }
            _ => Ok(()),
        }
    }

    fn flush_if_full<S: Store>(&mut self, store: &mut S) -> Result<(), S::Error> {
        // The rows to come may be better: only at the end does the source's own limit count.
        let is_full = self.batch.size() >= self.flush_bytes;
        if is_full || self.batch.counts().read.is_multiple_of(EARLY_CHECK_ROWS) {
            self.check_rejects(self.reject_limit.max(RUBBISH))?;
        }
        if !is_full {
            return Ok(());
        }
        if matches!(self.stage, Stage::Sampling { .. }) {
            self.infer(store)?;
        }
        match &self.stage {
            Stage::Running { plan, .. } => store.flush(self.batch.flush(plan)),
            Stage::Sampling { .. } => Ok(()),
        }
    }
}
