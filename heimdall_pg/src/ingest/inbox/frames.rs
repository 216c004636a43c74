//! The uploads that are going on, innermost last.

use std::cell::RefCell;
use std::ffi::c_void;

use pgrx::{PgSqlErrorCode, pg_guard, pg_sys};

use super::reports;
use super::rows::Rows;
use super::stream::Stream;
use crate::error::Error;
use crate::progress;

/// An upload between two triggers of a statement.
pub struct Frame<T> {
    view: pg_sys::Oid,
    subtransaction: pg_sys::SubTransactionId,
    pub upload: Box<T>,
}

/// Uploads of one kind.
pub struct Frames<T>(RefCell<Vec<Frame<T>>>);

thread_local! {
    pub static ROWS: Frames<Rows> = const { Frames(RefCell::new(Vec::new())) };
    pub static STREAMS: Frames<Stream> = const { Frames(RefCell::new(Vec::new())) };
}

impl<T> Frames<T> {
    /// An upload begins.
    pub fn open(&self, view: pg_sys::Oid, upload: T) {
        // SAFETY: reads a variable of the backend.
        let subtransaction = unsafe { pg_sys::GetCurrentSubTransactionId() };
        self.push(Frame { view, subtransaction, upload: Box::new(upload) });
    }

    pub fn push(&self, frame: Frame<T>) {
        self.0.borrow_mut().push(frame);
    }

    /// Takes the innermost upload of that view. Where one statement writes into several inboxes, the AFTER triggers
    /// of all of them fire at its end: the upload need not be the innermost of all.
    pub fn pop(&self, view: pg_sys::Oid) -> Result<Frame<T>, Error> {
        let mut frames = self.0.borrow_mut();
        match frames.iter().rposition(|frame| frame.view == view) {
            Some(at) => Ok(frames.remove(at)),
            None => Err(Error::new(
                PgSqlErrorCode::ERRCODE_TRIGGERED_ACTION_EXCEPTION,
                "this inbox has not been opened",
            )
            .hint("The triggers of an inbox belong together: heimdall.set_mapping() makes it anew.")),
        }
    }

    fn clear(&self) {
        self.0.borrow_mut().clear();
    }

    fn abandon(&self, ended: pg_sys::SubTransactionId) {
        self.0.borrow_mut().retain(|frame| frame.subtransaction < ended);
    }
}

/// Lets uploads die with their transaction.
pub fn register_callbacks() {
    #[pg_guard]
    unsafe extern "C-unwind" fn at_end(event: pg_sys::XactEvent::Type, _arg: *mut c_void) {
        use pg_sys::XactEvent::{XACT_EVENT_ABORT, XACT_EVENT_COMMIT, XACT_EVENT_PREPARE};
        if [XACT_EVENT_ABORT, XACT_EVENT_COMMIT, XACT_EVENT_PREPARE].contains(&event) {
            ROWS.with(Frames::clear);
            STREAMS.with(Frames::clear);
            reports::clear();
            progress::clear();
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
            ROWS.with(|frames| frames.abandon(ended));
            STREAMS.with(|frames| frames.abandon(ended));
            reports::abandon(ended);
        }
    }
    // SAFETY: called from _PG_init, once a process; the callbacks are functions of this library, which stays.
    unsafe {
        pg_sys::RegisterXactCallback(Some(at_end), std::ptr::null_mut());
        pg_sys::RegisterSubXactCallback(Some(at_subend), std::ptr::null_mut());
    }
}
