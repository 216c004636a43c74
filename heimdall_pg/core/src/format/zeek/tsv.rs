//! Tab separated logs. Header lines may come again in the middle, where logs were put one behind the other.

use super::header::Header;
use super::plan::{Made, Plan, Slots};
use crate::format::lines::{Line, TakeLine};
use crate::format::{FormatError, MAX_COLUMNS, Malformed, Row, Sink, recycle};

/// See the module.
#[derive(Default)]
pub(super) struct Tsv {
    header: Header,
    slots: Slots,
    /// None after a header line: the next row makes it anew.
    plan: Option<Result<Plan, &'static str>>,
    /// Why the header cannot be read.
    fault: Option<&'static str>,
    rows: u64,
    made: Made,
    values: Vec<&'static str>,
}

impl TakeLine for Tsv {
    fn line<S: Sink>(&mut self, line: Line<'_>, sink: &mut S) -> Result<(), S::Error> {
        // A value at the beginning of a line has its `#` escaped.
        match line.bytes.first() {
            None => Ok(()),
            Some(b'#') => {
                self.directive(line.bytes);
                Ok(())
            }
            Some(_) => self.row(line, sink),
        }
    }
}

impl Tsv {
    fn directive(&mut self, line: &[u8]) {
        if line.starts_with(b"#separator") {
            self.fault = None;
        }
        if let Err(reason) = self.header.read(line) {
            self.fault = Some(reason);
        }
        self.plan = None;
    }

    fn row<S: Sink>(&mut self, line: Line<'_>, sink: &mut S) -> Result<(), S::Error> {
        if self.plan.is_none() {
            self.plan = Some(self.new_plan(sink)?);
        }
        self.rows += 1;
        let (number, offset, raw) = (self.rows, line.offset, line.bytes);
        let mut values = recycle(std::mem::take(&mut self.values));
        values.resize(self.slots.len(), "");
        let read = match &self.plan {
            Some(Ok(plan)) => plan.read(raw, &mut self.made, &mut values),
            Some(Err(reason)) => Err(*reason),
            None => Err("no header"),
        };
        match read {
            Ok(()) => sink.row(Row { number, offset, values: &values })?,
            Err(reason) => sink.malformed(Malformed { number, offset, reason, raw })?,
        }
        self.values = recycle(values);
        Ok(())
    }

    fn new_plan<S: Sink>(&mut self, sink: &mut S) -> Result<Result<Plan, &'static str>, S::Error> {
        if let Some(reason) = self.fault {
            return Ok(Err(reason));
        }
        if self.header.fields.len() > MAX_COLUMNS {
            return Err(FormatError::TooManyColumns.into());
        }
        let (plan, new) = match Plan::new(&self.header, &mut self.slots) {
            Ok(plan) => plan,
            Err(reason) => return Ok(Err(reason)),
        };
        if self.slots.len() > MAX_COLUMNS {
            return Err(FormatError::TooManyColumns.into());
        }
        // Versions of Zeek differ in the fields of a log: a mapping may name some that this one lacks.
        if !new.is_empty() {
            sink.columns(&new)?;
        }
        Ok(Ok(plan))
    }
}
