//! The inbox: `\copy heimdall_in.<source>`. A view with three triggers; nothing is ever stored in it.
//!
//! BEFORE STATEMENT opens an upload, INSTEAD OF INSERT hands over each row, AFTER STATEMENT stores the rest.
//! The uploads in between are kept here, innermost last, and die with their transaction or savepoint.

use std::cell::RefCell;
use std::ffi::{CStr, c_void};

use heimdall_core::format::{FormatError, MAX_ROW, Row};
use heimdall_core::pipeline::IngestError;
use pgrx::pg_sys;
use pgrx::{PgLogLevel, PgSqlErrorCode, function_name, pg_guard};

use super::upload::{Outcome, Source, Upload};
use crate::error::{Error, ok};
use crate::raw::{text, version_1};

struct Frame {
    view: pg_sys::Oid,
    subtransaction: pg_sys::SubTransactionId,
    source: Source,
    upload: Upload,
    rows: u64,
    bytes: u64,
    values: Vec<pg_sys::Datum>,
    nulls: Vec<bool>,
}

thread_local! {
    static FRAMES: RefCell<Vec<Box<Frame>>> = const { RefCell::new(Vec::new()) };
}

fn push(frame: Box<Frame>) {
    FRAMES.with_borrow_mut(|frames| frames.push(frame));
}

/// Takes the innermost upload of that view. Where one statement writes into several inboxes, the AFTER triggers
/// of all of them fire at its end: the upload need not be the innermost of all.
fn pop(view: pg_sys::Oid) -> Result<Box<Frame>, Error> {
    let innermost = |frames: &mut Vec<Box<Frame>>| {
        let at = frames.iter().rposition(|frame| frame.view == view)?;
        Some(frames.remove(at))
    };
    match FRAMES.with_borrow_mut(innermost) {
        Some(frame) => Ok(frame),
        None => Err(Error::new(
            PgSqlErrorCode::ERRCODE_TRIGGERED_ACTION_EXCEPTION,
            "this inbox has not been opened",
        )
        .hint("The triggers of an inbox belong together: heimdall.set_mapping() makes it anew.")),
    }
}

/// Lets uploads die with their transaction.
pub fn register_callbacks() {
    #[pg_guard]
    unsafe extern "C-unwind" fn at_end(event: pg_sys::XactEvent::Type, _arg: *mut c_void) {
        use pg_sys::XactEvent::{XACT_EVENT_ABORT, XACT_EVENT_COMMIT, XACT_EVENT_PREPARE};
        if [XACT_EVENT_ABORT, XACT_EVENT_COMMIT, XACT_EVENT_PREPARE].contains(&event) {
            FRAMES.with_borrow_mut(Vec::clear);
        }
    }
    #[pg_guard]
    unsafe extern "C-unwind" fn at_subend(
        event: pg_sys::SubXactEvent::Type,
        ended: pg_sys::SubTransactionId,
        _parent: pg_sys::SubTransactionId,
        _arg: *mut c_void,
    ) {
        if event == pg_sys::SubXactEvent::SUBXACT_EVENT_ABORT_SUB {
            FRAMES.with_borrow_mut(|frames| frames.retain(|frame| frame.subtransaction < ended));
        }
    }
    // SAFETY: called from _PG_init, once a process; the callbacks are functions of this library, which stays.
    unsafe {
        pg_sys::RegisterXactCallback(Some(at_end), std::ptr::null_mut());
        pg_sys::RegisterSubXactCallback(Some(at_subend), std::ptr::null_mut());
    }
}

fn begin(trigger: &pg_sys::TriggerData) -> Result<(), Error> {
    // SAFETY: Postgres gives a trigger its relation and definition.
    let (view, definition) = unsafe { ((*trigger.tg_relation).rd_id, &*trigger.tg_trigger) };
    if definition.tgnargs != 1 {
        return Err(misused());
    }
    // SAFETY: there is one argument, a terminated string.
    let name = unsafe { CStr::from_ptr(*definition.tgargs) }.to_string_lossy().into_owned();
    let source = Source::load(&name)?;
    let columns = source.mapping.as_ref().map(|mapping| mapping.columns.clone()).unwrap_or_default();
    let mut upload = Upload::begin(&source)?;
    upload.intake.header(&columns)?;
    let width = columns.len();
    // SAFETY: reads a variable of the backend.
    let subtransaction = unsafe { pg_sys::GetCurrentSubTransactionId() };
    let (values, nulls) = (vec![pg_sys::Datum::null(); width], vec![true; width]);
    push(Box::new(Frame { view, subtransaction, source, upload, rows: 0, bytes: 0, values, nulls }));
    Ok(())
}

fn row(trigger: &pg_sys::TriggerData) -> Result<(), Error> {
    // SAFETY: Postgres gives a row trigger its relation, and the new row as a tuple of that relation.
    let (view, descriptor, tuple) =
        unsafe { ((*trigger.tg_relation).rd_id, (*trigger.tg_relation).rd_att, trigger.tg_trigtuple) };
    let mut frame = pop(view)?;
    // SAFETY: the descriptor is alive as long as the relation, which the statement holds open.
    if unsafe { (*descriptor).natts } as usize != frame.values.len() {
        return Err(misused());
    }
    // SAFETY: both arrays have an entry for every attribute of the descriptor.
    unsafe {
        pg_sys::heap_deform_tuple(tuple, descriptor, frame.values.as_mut_ptr(), frame.nulls.as_mut_ptr());
    }
    frame.rows += 1;
    let mut texts: Vec<&str> = Vec::with_capacity(frame.values.len());
    for (value, is_null) in frame.values.iter().zip(&frame.nulls) {
        // SAFETY: an inbox has text columns only; the text lives in the tuple, or in the memory of the row.
        texts.push(if *is_null { "" } else { unsafe { text(*value) } });
    }
    let length: usize = texts.iter().map(|text| text.len()).sum();
    if length > MAX_ROW {
        return Err(IngestError::from(FormatError::RowTooLarge { row: frame.rows }).into());
    }
    let row = Row { number: frame.rows, offset: frame.bytes, values: &texts, raw: None };
    frame.bytes += (length + texts.len()) as u64;
    let Frame { upload, .. } = &mut *frame;
    upload.intake.row(row, &mut upload.store)?;
    push(frame);
    // SAFETY: nothing refers to the row any more.
    unsafe { free_copy(trigger) };
    Ok(())
}

/// The triggers of an inbox.
const TRIGGERS: i32 = 3;

/// Frees the copy of the row that Postgres made for this trigger. Where the trigger returns the row as it came,
/// `ExecIRInsertTriggers` forgets to, and a COPY of a million rows would gather a million of them.
///
/// # Safety
/// The row is not used any more. Afterwards Postgres only compares its address with what the trigger returned.
unsafe fn free_copy(trigger: &pg_sys::TriggerData) {
    // SAFETY: a slot that cannot give its own tuple has given a copy (`ExecFetchSlotHeapTuple`); with another
    // trigger on the view, that one would be handed the same copy, and it is left alone.
    unsafe {
        let is_copy = (*(*trigger.tg_trigslot).tts_ops).get_heap_tuple.is_none();
        if is_copy && (*(*trigger.tg_relation).trigdesc).numtriggers == TRIGGERS {
            pg_sys::heap_freetuple(trigger.tg_trigtuple);
        }
    }
}

fn end(trigger: &pg_sys::TriggerData) -> Result<(), Error> {
    // SAFETY: Postgres gives a trigger its relation.
    let view = unsafe { (*trigger.tg_relation).rd_id };
    let Frame { source, mut upload, rows, .. } = *pop(view)?;
    if rows == 0 {
        return Ok(());
    }
    let finished = upload.intake.finish(&mut upload.store)?;
    let has_flushed = upload.store.has_flushed();
    match upload.end(&source, &finished)? {
        Outcome::Stored(report) => {
            notice(
                PgSqlErrorCode::ERRCODE_SUCCESSFUL_COMPLETION,
                format!(
                    "batch {}: {} rows accepted, {} rejected",
                    report.batch, report.rows_accepted, report.rows_rejected
                ),
            );
            Ok(())
        }
        Outcome::Duplicate(report) if has_flushed => Err(Error::new(
            PgSqlErrorCode::ERRCODE_UNIQUE_VIOLATION,
            format!("this dump is batch {} already", report.batch),
        )
        .detail("Nothing was changed.")),
        Outcome::Duplicate(report) => {
            let message = format!("this dump is batch {} already: nothing was changed", report.batch);
            notice(PgSqlErrorCode::ERRCODE_WARNING, message);
            Ok(())
        }
    }
}

fn notice(code: PgSqlErrorCode, message: String) {
    pg_sys::panic::ErrorReport::new(code, message, function_name!()).report(PgLogLevel::NOTICE);
}

fn misused() -> Error {
    Error::new(
        PgSqlErrorCode::ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED,
        "this is a trigger of an inbox of Heimdall",
    )
}

/// The context of a trigger call.
fn called_as_trigger<'a>(fcinfo: pg_sys::FunctionCallInfo) -> Result<&'a pg_sys::TriggerData, Error> {
    // SAFETY: Postgres gives a valid call; the context says by its tag what it is.
    unsafe {
        let context = (*fcinfo).context;
        if context.is_null() || (*context).type_ != pg_sys::NodeTag::T_TriggerData {
            return Err(misused());
        }
        Ok(&*context.cast::<pg_sys::TriggerData>())
    }
}

macro_rules! trigger {
    ($symbol:ident, $info:ident, $body:expr) => {
        /// Part of an inbox.
        #[unsafe(no_mangle)]
        #[pg_guard]
        pub extern "C-unwind" fn $symbol(fcinfo: pg_sys::FunctionCallInfo) -> pg_sys::Datum {
            let trigger = ok(called_as_trigger(fcinfo));
            ok($body(trigger));
            pg_sys::Datum::from(trigger.tg_trigtuple)
        }

        version_1!($info);
    };
}

trigger!(heimdall_inbox_begin, pg_finfo_heimdall_inbox_begin, begin);
trigger!(heimdall_inbox_row, pg_finfo_heimdall_inbox_row, row);
trigger!(heimdall_inbox_end, pg_finfo_heimdall_inbox_end, end);
