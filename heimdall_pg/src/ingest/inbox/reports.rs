//! What has come through an inbox in this transaction: COPY has no row of report to give.

use std::cell::RefCell;

use pgrx::pg_sys;

use crate::ingest::report::Report;

thread_local! {
    /// The last of each subtransaction that is open, innermost last.
    static REPORTS: RefCell<Vec<(pg_sys::SubTransactionId, Report)>> = const { RefCell::new(Vec::new()) };
}

/// The last one.
pub fn last() -> Option<Report> {
    REPORTS.with_borrow(|reports| reports.last().map(|(_, report)| *report))
}

/// Another one has come. Those of this subtransaction, and of those that it has taken up, are taken back with it alone:
/// nobody will ask for them again.
pub fn add(report: Report) {
    // SAFETY: reads a variable of the backend.
    let current = unsafe { pg_sys::GetCurrentSubTransactionId() };
    abandon(current);
    REPORTS.with_borrow_mut(|reports| reports.push((current, report)));
}

/// A subtransaction is taken back.
pub fn abandon(ended: pg_sys::SubTransactionId) {
    REPORTS.with_borrow_mut(|reports| reports.retain(|(of, _)| *of < ended));
}

/// The transaction has ended.
pub fn clear() {
    REPORTS.with_borrow_mut(Vec::clear);
}
