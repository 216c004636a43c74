//! Settings that hold for a while.

use std::ffi::CStr;

use pgrx::pg_sys;

/// In force until dropped. Scopes nest: the last one made is the first one dropped.
pub struct LocalSettings(i32);

impl LocalSettings {
    /// Sets each of these to its value.
    pub fn new(settings: &[(&CStr, &CStr)]) -> LocalSettings {
        // SAFETY: settings of the user's own level, undone at the end of the nest level or of the transaction.
        unsafe {
            let level = pg_sys::NewGUCNestLevel();
            for (name, value) in settings {
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
            LocalSettings(level)
        }
    }
}

impl Drop for LocalSettings {
    fn drop(&mut self) {
        // An error that unwinds ends the transaction or its savepoint, and that undoes the settings itself.
        if !std::thread::panicking() {
            // SAFETY: the level that `new` opened; those inside it have ended.
            unsafe { pg_sys::AtEOXact_GUC(true, self.0) };
        }
    }
}
