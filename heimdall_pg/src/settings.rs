//! Settings of the server.

use std::ffi::CString;

use pgrx::{GucContext, GucFlags, GucRegistry, GucSetting};

/// Where the master key is, unless the server's environment has it.
pub static MASTER_KEY_FILE: GucSetting<Option<CString>> = GucSetting::<Option<CString>>::new(None);
/// Where the hash key is, unless the server's environment has it.
pub static HASH_KEY_FILE: GucSetting<Option<CString>> = GucSetting::<Option<CString>>::new(None);

/// Defines the settings. They name files, not keys; only the server's configuration sets them, and only
/// superusers see them.
pub fn define() {
    GucRegistry::define_string_guc(
        c"heimdall.master_key_file",
        c"File that holds the master key, 32 bytes as base64 or hexadecimal.",
        c"HMD_MASTER_KEY and HMD_MASTER_KEY_FILE of the server's environment go before it.",
        &MASTER_KEY_FILE,
        GucContext::Sighup,
        GucFlags::SUPERUSER_ONLY,
    );
    GucRegistry::define_string_guc(
        c"heimdall.hash_key_file",
        c"File that holds the hash key, 32 bytes as base64 or hexadecimal.",
        c"HMD_HASH_KEY and HMD_HASH_KEY_FILE of the server's environment go before it.",
        &HASH_KEY_FILE,
        GucContext::Sighup,
        GucFlags::SUPERUSER_ONLY,
    );
    // SAFETY: a constant, terminated name; called once, from _PG_init.
    unsafe { pgrx::pg_sys::MarkGUCPrefixReserved(c"heimdall".as_ptr()) };
}
