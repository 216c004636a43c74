//! Planner settings for the statements of a flush.

use std::ffi::CStr;

use pgrx::pg_sys;

/// In force until dropped.
///
/// Every look-up is by a unique index, with sorted keys. The planner is told so: it knows nothing of tables that
/// were filled since the last ANALYZE, and one hash join over a registry of millions costs more than all else.
pub struct Tuning(i32);

const SETTINGS: [&CStr; 6] = [
    c"enable_hashjoin",
    c"enable_mergejoin",
    c"enable_seqscan",
    c"enable_bitmapscan",
    c"enable_material",
    c"jit",
];

impl Tuning {
    pub fn new() -> Tuning {
        // SAFETY: settings of the user's own level, undone at the end of the nest level or of the transaction.
        unsafe {
            let level = pg_sys::NewGUCNestLevel();
            for name in SETTINGS {
                pg_sys::set_config_option(
                    name.as_ptr(),
                    c"off".as_ptr(),
                    pg_sys::GucContext::PGC_USERSET,
                    pg_sys::GucSource::PGC_S_SESSION,
                    pg_sys::GucAction::GUC_ACTION_SAVE,
                    true,
                    0,
                    false,
                );
            }
            Tuning(level)
        }
    }
}

impl Drop for Tuning {
    fn drop(&mut self) {
        // An error that unwinds ends the transaction, and that undoes the settings itself.
        if !std::thread::panicking() {
            // SAFETY: the level that `new` opened; those inside it have ended.
            unsafe { pg_sys::AtEOXact_GUC(true, self.0) };
        }
    }
}
