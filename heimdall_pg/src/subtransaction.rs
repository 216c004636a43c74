//! A savepoint inside a function.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use pgrx::pg_sys::panic::CaughtError;
use pgrx::{PgSqlErrorCode, PgTryBuilder, pg_sys};

use crate::error::Error;

/// Work that can be taken back without ending the statement.
pub struct Subtransaction {
    context: pg_sys::MemoryContext,
    owner: pg_sys::ResourceOwner,
}

/// What is to become of the work.
pub enum Verdict<R> {
    Keep(R),
    TakeBack(R),
}

impl Subtransaction {
    /// Runs `work` in a savepoint, which has ended when this returns: also where the work fails, since
    /// whoever catches the error, such as a PL/pgSQL block, expects his own savepoint to be the innermost.
    pub fn run<R>(work: impl FnOnce() -> Result<Verdict<R>, Error>) -> Result<R, Error> {
        let savepoint = Subtransaction::begin();
        // Errors of Postgres unwind as panics; pgrx has taken them off Postgres' own error stack by then.
        match catch_unwind(AssertUnwindSafe(work)) {
            Ok(Ok(Verdict::Keep(result))) => {
                savepoint.release();
                Ok(result)
            }
            Ok(Ok(Verdict::TakeBack(result))) => {
                savepoint.rollback();
                Ok(result)
            }
            Ok(Err(error)) => {
                savepoint.rollback();
                Err(error)
            }
            Err(panic) => {
                savepoint.rollback();
                resume_unwind(panic)
            }
        }
    }

    /// As [`Subtransaction::run`], keeping the work; none where Postgres raised one of these codes, and nothing of the
    /// work is left then.
    pub fn attempt<R>(
        forgiven: &[PgSqlErrorCode],
        work: impl FnOnce() -> Result<R, Error>,
    ) -> Result<Option<R>, Error> {
        Subtransaction::run(|| {
            PgTryBuilder::new(AssertUnwindSafe(|| Ok(Verdict::Keep(Some(work()?)))))
                .catch_others(|cause| match &cause {
                    CaughtError::PostgresError(report) if forgiven.contains(&report.sql_error_code()) => {
                        Ok(Verdict::TakeBack(None))
                    }
                    _ => cause.rethrow(),
                })
                .execute()
        })
    }

    fn begin() -> Subtransaction {
        // SAFETY: the order that PL/pgSQL uses: the caller's memory context and resource owner stay in force.
        unsafe {
            let context = pg_sys::CurrentMemoryContext;
            let owner = pg_sys::CurrentResourceOwner;
            pg_sys::BeginInternalSubTransaction(std::ptr::null());
            pg_sys::MemoryContextSwitchTo(context);
            Subtransaction { context, owner }
        }
    }

    fn release(self) {
        // SAFETY: the innermost subtransaction is the one that `begin` made; every session inside has ended.
        unsafe {
            pg_sys::ReleaseCurrentSubTransaction();
            self.restore();
        }
    }

    fn rollback(self) {
        // SAFETY: as in `release`; what the work left open ends with it.
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
