//! Settings of the server.

use std::ffi::CString;

use pgrx::{GucContext, GucFlags, GucRegistry, GucSetting};

/// Where the master key is, unless the server's environment has it.
pub static MASTER_KEY_FILE: GucSetting<Option<CString>> = GucSetting::<Option<CString>>::new(None);
/// Where the hash key is, unless the server's environment has it.
pub static HASH_KEY_FILE: GucSetting<Option<CString>> = GucSetting::<Option<CString>>::new(None);
/// Whether the background worker visits a database; read from the settings of the database, see [`crate::background`].
pub static INDEX_IN_BACKGROUND: GucSetting<bool> = GucSetting::<bool>::new(false);
/// Whether Cypher is looked at before it runs, see [`crate::guard`].
pub static CYPHER_GUARD: GucSetting<bool> = GucSetting::<bool>::new(true);

/// Whether all statements are hidden, see [`crate::logs`].
pub static HIDE_ALL_STATEMENTS: GucSetting<bool> = GucSetting::<bool>::new(false);

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
    GucRegistry::define_bool_guc(
        c"heimdall.index_in_background",
        c"Look-alikes of this database are indexed by the background worker.",
        c"Counts where it is set by ALTER DATABASE, as heimdall.init() does.",
        &INDEX_IN_BACKGROUND,
        GucContext::Suset,
        GucFlags::default(),
    );
    GucRegistry::define_bool_guc(
        c"heimdall.cypher_guard",
        c"Cypher that would end the server, or read around grants, is refused.",
        c"In every database; only superusers switch it off.",
        &CYPHER_GUARD,
        GucContext::Suset,
        GucFlags::default(),
    );
    GucRegistry::define_bool_guc(
        c"heimdall.hide_all_statements",
        c"The log and pg_stat_statements are told no values of any statement.",
        c"For databases in which functions of one's own take dumps or values, and hand them on to Heimdall.",
        &HIDE_ALL_STATEMENTS,
        GucContext::Suset,
        GucFlags::default(),
    );
    // SAFETY: a constant, terminated name; called once, from _PG_init.
    unsafe { pgrx::pg_sys::MarkGUCPrefixReserved(c"heimdall".as_ptr()) };
}
