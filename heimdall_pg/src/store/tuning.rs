//! Planner settings for the statements of a flush.

use std::ffi::CStr;

use pgrx::pg_sys;

/// In force until dropped.
///
/// Keys come sorted and the indexes are warm: a random page costs little more than a sequential one, and
/// scanning a registry of millions to find a thousand keys is never right.
pub struct Tuning(i32);

const SETTINGS: [(&CStr, &CStr); 3] = [
    (c"random_page_cost", c"1.1"),
    (c"jit", c"off"),
    (c"work_mem", c"32MB"),
];

impl Tuning {
    pub fn new() -> Tuning {
        // SAFETY: settings of the user's own level, undone at the end of the nest level or of the transaction.
        unsafe {
            let level = pg_sys::NewGUCNestLevel();
            for (name, value) in SETTINGS {
                pg_sys::set_config_option(
                    name.as_ptr(),
                    value.as_ptr(),
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
