//! A savepoint inside a function.

use pgrx::pg_sys;

/// Work that can be taken back without ending the statement. An error ends the statement anyway, and takes
/// the savepoint with it.
pub struct Subtransaction {
    context: pg_sys::MemoryContext,
    owner: pg_sys::ResourceOwner,
}

impl Subtransaction {
    /// Sets the savepoint.
    pub fn begin() -> Subtransaction {
        // SAFETY: the order that PL/pgSQL uses: the caller's memory context and resource owner stay in force.
        unsafe {
            let context = pg_sys::CurrentMemoryContext;
            let owner = pg_sys::CurrentResourceOwner;
            pg_sys::BeginInternalSubTransaction(std::ptr::null());
            pg_sys::MemoryContextSwitchTo(context);
            Subtransaction { context, owner }
        }
    }

    /// Keeps what was done since.
    pub fn release(self) {
        // SAFETY: the innermost subtransaction is the one that `begin` made; every session inside has ended.
        unsafe {
            pg_sys::ReleaseCurrentSubTransaction();
            self.restore();
        }
    }

    /// Takes back what was done since.
    pub fn rollback(self) {
        // SAFETY: as in `release`.
        unsafe {
            pg_sys::RollbackAndReleaseCurrentSubTransaction();
            self.restore();
        }
    }

    unsafe fn restore(self) {
        // SAFETY: both outlive the subtransaction.
        unsafe {
            pg_sys::MemoryContextSwitchTo(self.context);
            pg_sys::CurrentResourceOwner = self.owner;
        }
    }
}
