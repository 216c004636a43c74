//! The background worker that keeps the index of look-alikes up.
//!
//! One launcher for the server, and one worker at a time, however many databases there are: the launcher visits those
//! that have `heimdall.index_in_background` set (which `heimdall.init()` does), one after the other. A visit ends when
//! nothing is left to do, and soon in any case, so that no database is kept from being dropped or copied.

use std::ffi::CStr;
use std::time::{Duration, Instant};

use pgrx::bgworkers::{BackgroundWorker, BackgroundWorkerBuilder, SignalWakeFlags};
use pgrx::pg_sys;
use pgrx::{IntoDatum, pg_guard};

use crate::error::ok;
use crate::session::session;

/// Between two rounds.
const NAP: Duration = Duration::from_secs(5);

/// The same where a visit has left something to do: time enough for whoever waits for the database to be left alone, who
/// looks ten times a second.
const SHORT_NAP: Duration = Duration::from_millis(500);

/// A visit begins no other transaction after this. DROP DATABASE waits for five seconds before it gives up.
const VISIT: Duration = Duration::from_secs(2);

/// After a launcher that has failed, the next one.
const RESTART: Duration = Duration::from_secs(10);

const PATH: &CStr = c"SET search_path = pg_catalog, pg_temp";

const DATABASES: &CStr = c"
    SELECT d.oid::pg_catalog.int8
    FROM pg_catalog.pg_db_role_setting AS s
    JOIN pg_catalog.pg_database AS d ON d.oid = s.setdatabase
    WHERE s.setrole = 0 AND 'heimdall.index_in_background=on' = ANY (s.setconfig)
      AND d.datallowconn AND d.datconnlimit <> -2
    ORDER BY d.oid";

const IS_THERE: &CStr = c"
    SELECT FROM pg_catalog.pg_extension
    WHERE extname = 'heimdall' AND pg_catalog.to_regprocedure('heimdall.refresh_similar(integer)') IS NOT NULL";

/// So many keys take a third of a second.
const REFRESH: &CStr = c"SELECT r.looked_at FROM heimdall.refresh_similar(200) AS r";

/// Registers the launcher, where the library is loaded with the server.
pub fn register() {
    // SAFETY: a variable of the postmaster, read while it loads libraries.
    if unsafe { pg_sys::process_shared_preload_libraries_in_progress } {
        builder("heimdall launcher", "heimdall_launcher_main").set_restart_time(Some(RESTART)).load();
    }
}

/// A worker of this library.
pub fn builder(name: &str, function: &str) -> BackgroundWorkerBuilder {
    BackgroundWorkerBuilder::new(name).set_library("heimdall").set_function(function).enable_spi_access()
}

/// Visits the databases, for ever.
#[unsafe(no_mangle)]
#[pg_guard]
pub extern "C-unwind" fn heimdall_launcher_main(_argument: pg_sys::Datum) {
    end_on_request();
    BackgroundWorker::connect_worker_to_spi(Some("postgres"), None);
    loop {
        let databases = BackgroundWorker::transaction(|| {
            session(|session| {
                ok(session.query(PATH, &[]));
                let found = ok(session.query(DATABASES, &[]));
                (0..found.len()).filter_map(|row| found.int(row, 1)).collect::<Vec<i64>>()
            })
        });
        let mut nap = NAP;
        for database in databases {
            let begun = Instant::now();
            visit(database);
            if begun.elapsed() >= VISIT {
                nap = SHORT_NAP;
            }
        }
        sleep(nap);
    }
}

/// Ends with the postmaster, whatever became of it: as long as this process lives, no other can serve the data.
pub fn sleep(nap: Duration) {
    let events = pg_sys::WL_LATCH_SET | pg_sys::WL_TIMEOUT | pg_sys::WL_EXIT_ON_PM_DEATH;
    // SAFETY: the latch of this process, on its one thread.
    unsafe {
        pg_sys::WaitLatch(pg_sys::MyLatch, events as i32, nap.as_millis() as i64, pg_sys::PG_WAIT_EXTENSION);
        pg_sys::ResetLatch(pg_sys::MyLatch);
    }
    pgrx::check_for_interrupts!();
}

/// Waits until the worker has ended. Where there is no room for one, the next round may have it.
fn visit(database: i64) {
    // SAFETY: the number of this process.
    let own = unsafe { pg_sys::MyProcPid };
    let worker = builder("heimdall worker", "heimdall_worker_main")
        .set_argument(database.into_datum())
        .set_notify_pid(own)
        .load_dynamic();
    if let Ok(worker) = worker {
        // However it ended: it has said so in the log.
        let _ = worker.wait_for_shutdown();
    }
}

/// Does what is to be done in a database.
#[unsafe(no_mangle)]
#[pg_guard]
pub extern "C-unwind" fn heimdall_worker_main(argument: pg_sys::Datum) {
    end_on_request();
    let database = pg_sys::Oid::from(argument.value() as u32);
    BackgroundWorker::connect_worker_to_spi_by_oid(Some(database), None);
    let begun = Instant::now();
    let mut is_done = !BackgroundWorker::transaction(|| {
        session(|session| {
            ok(session.query(PATH, &[]));
            ok(session.query(IS_THERE, &[])).len() > 0
        })
    });
    while !is_done && begun.elapsed() < VISIT {
        is_done = BackgroundWorker::transaction(|| {
            session(|session| ok(session.query(REFRESH, &[])).int(0, 1) == Some(0))
        });
        pgrx::check_for_interrupts!();
    }
}

/// SIGTERM ends the process at the next look at interrupts, as it does a session, be it in the midst of a statement.
pub fn end_on_request() {
    // SAFETY: called once, before anything else, with signals still blocked; the handler touches flags and the latch.
    unsafe {
        #[cfg(feature = "pg17")]
        pg_sys::pqsignal(pg_sys::SIGTERM as i32, Some(terminate));
        #[cfg(feature = "pg18")]
        pg_sys::pqsignal_be(pg_sys::SIGTERM as i32, Some(terminate));
    }
    BackgroundWorker::attach_signal_handlers(SignalWakeFlags::SIGHUP);
}

unsafe extern "C-unwind" fn terminate(_signal: i32) {
    // SAFETY: what `die()` of a session does: plain flags, and a latch that is there as long as the process.
    unsafe {
        pg_sys::InterruptPending = 1;
        pg_sys::ProcDiePending = 1;
        pg_sys::SetLatch(pg_sys::MyLatch);
    }
}
