//! `COPY heimdall_in.stream (source, chunk)`: the bytes of a dump, in chunks that are cut anywhere.

use pgrx::{PgSqlErrorCode, pg_sys};

use super::frames::STREAMS;
use super::trigger::{deform, free_copy, trigger, view};
use super::{misused, tell};
use crate::error::Error;
use crate::ingest::dump::Dump;
use crate::ingest::upload::Source;
use crate::progress::Way;
use crate::raw::{bytes, text};

/// The dump of a statement: none before its first chunk has said of which source it is.
pub struct Stream(Option<Dump>);

/// Only makes room: an error here, before COPY has asked for data, is one that many clients do not expect.
fn begin(trigger: &pg_sys::TriggerData) -> Result<(), Error> {
    STREAMS.with(|frames| frames.open(view(trigger), Stream(None)));
    Ok(())
}

fn row(trigger: &pg_sys::TriggerData) -> Result<(), Error> {
    let mut frame = STREAMS.with(|frames| frames.pop(view(trigger)))?;
    let (mut values, mut nulls) = ([pg_sys::Datum::null(); 2], [true; 2]);
    if !deform(trigger, &mut values, &mut nulls) {
        return Err(misused());
    }
    if nulls[0] {
        return Err(Error::new(
            PgSqlErrorCode::ERRCODE_NULL_VALUE_NOT_ALLOWED,
            "a chunk says of which source it is",
        )
        .hint("COPY heimdall_in.stream (source, chunk) FROM STDIN BINARY"));
    }
    // SAFETY: the view's first column is text, and lives as long as the row.
    let name = unsafe { text(values[0]) };
    let dump = match &mut frame.upload.0 {
        Some(dump) if dump.source() == name => dump,
        Some(dump) => {
            return Err(Error::new(
                PgSqlErrorCode::ERRCODE_INVALID_PARAMETER_VALUE,
                format!(
                    "this stream is a dump of the source \"{}\", and a chunk is of another",
                    dump.source()
                ),
            )
            .detail("One statement takes one dump. Nothing was stored.")
            .hint("Send each dump by a COPY of its own; they may be in one transaction."));
        }
        none => none.insert(Dump::begin(Source::load(name)?, Way::Stream, None)?),
    };
    if !nulls[1] {
        // SAFETY: the view's second column is bytea.
        let chunk = unsafe { bytes(values[1]) };
        dump.push(&chunk)?;
    }
    STREAMS.with(|frames| frames.push(frame));
    // SAFETY: nothing refers to the row any more.
    unsafe { free_copy(trigger) };
    Ok(())
}

fn end(trigger: &pg_sys::TriggerData) -> Result<(), Error> {
    let Stream(dump) = *STREAMS.with(|frames| frames.pop(view(trigger)))?.upload;
    match dump {
        None => Ok(()),
        Some(dump) => dump.end().and_then(|(outcome, has_flushed)| tell(outcome, has_flushed)),
    }
}

trigger!(heimdall_stream_begin, pg_finfo_heimdall_stream_begin, begin);
trigger!(heimdall_stream_row, pg_finfo_heimdall_stream_row, row);
trigger!(heimdall_stream_end, pg_finfo_heimdall_stream_end, end);
