//! The inbox of a source: `\copy heimdall_in.<source>`, a row of the dump a row.

use std::ffi::CStr;

use heimdall_core::format::{FormatError, MAX_ROW, Row};
use heimdall_core::pipeline::IngestError;
use pgrx::pg_sys;

use super::frames::ROWS;
use super::trigger::{deform, free_copy, trigger, view};
use super::{misused, tell};
use crate::error::Error;
use crate::ingest::upload::{Source, Upload};
use crate::progress::{Phase, Way};
use crate::raw::text;

/// Rows between two words to others about how far it is.
const SHOWN: u64 = 1024;

/// An upload by rows.
pub struct Rows {
    source: Source,
    upload: Upload,
    rows: u64,
    bytes: u64,
    values: Vec<pg_sys::Datum>,
    nulls: Vec<bool>,
}

fn begin(trigger: &pg_sys::TriggerData) -> Result<(), Error> {
    // SAFETY: Postgres gives a trigger its definition.
    let definition = unsafe { &*trigger.tg_trigger };
    if definition.tgnargs != 1 {
        return Err(misused());
    }
    // SAFETY: there is one argument, a terminated string.
    let name = unsafe { CStr::from_ptr(*definition.tgargs) }.to_string_lossy().into_owned();
    let source = Source::load(&name)?;
    let columns = source.mapping.as_ref().map(|mapping| mapping.columns.clone()).unwrap_or_default();
    let mut upload = Upload::begin(&source, Way::Inbox, None)?;
    upload.intake.header(&columns)?;
    let (values, nulls) = (vec![pg_sys::Datum::null(); columns.len()], vec![true; columns.len()]);
    let rows = Rows { source, upload, rows: 0, bytes: 0, values, nulls };
    ROWS.with(|frames| frames.open(view(trigger), rows));
    Ok(())
}

fn row(trigger: &pg_sys::TriggerData) -> Result<(), Error> {
    let mut frame = ROWS.with(|frames| frames.pop(view(trigger)))?;
    let Rows { upload, rows, bytes, values, nulls, .. } = &mut *frame.upload;
    if !deform(trigger, values, nulls) {
        return Err(misused());
    }
    *rows += 1;
    let mut texts: Vec<&str> = Vec::with_capacity(values.len());
    for (value, is_null) in values.iter().zip(&*nulls) {
        // SAFETY: an inbox has text columns only; the text lives in the tuple, or in the memory of the row.
        texts.push(if *is_null { "" } else { unsafe { text(*value) } });
    }
    let length: usize = texts.iter().map(|text| text.len()).sum();
    if length > MAX_ROW {
        return Err(IngestError::from(FormatError::RowTooLarge { row: *rows }).into());
    }
    let row = Row { number: *rows, offset: *bytes, values: &texts };
    *bytes += (length + texts.len()) as u64;
    upload.intake.row(row, &mut upload.store)?;
    if rows.is_multiple_of(SHOWN) {
        let progress = &upload.store.progress;
        progress.enter(if upload.intake.is_inferring() { Phase::Inferring } else { Phase::Receiving });
        progress.came(*bytes, upload.intake.counts());
    }
    ROWS.with(|frames| frames.push(frame));
    // SAFETY: nothing refers to the row any more.
    unsafe { free_copy(trigger) };
    Ok(())
}

fn end(trigger: &pg_sys::TriggerData) -> Result<(), Error> {
    let Rows { source, mut upload, rows, .. } = *ROWS.with(|frames| frames.pop(view(trigger)))?.upload;
    if rows == 0 {
        return Ok(());
    }
    let finished = upload.intake.finish(&mut upload.store)?;
    let has_flushed = upload.store.has_flushed();
    tell(upload.end(&source, &finished)?, has_flushed)
}

trigger!(heimdall_inbox_begin, pg_finfo_heimdall_inbox_begin, begin);
trigger!(heimdall_inbox_row, pg_finfo_heimdall_inbox_row, row);
trigger!(heimdall_inbox_end, pg_finfo_heimdall_inbox_end, end);
