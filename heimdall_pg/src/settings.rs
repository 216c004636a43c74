//! Settings of the server.

use std::ffi::CString;

use pgrx::{GucContext, GucFlags, GucRegistry, GucSetting};

/// Where the master key is, unless the server's environment has it.
pub static MASTER_KEY_FILE: GucSetting<Option<CString>> = GucSetting::<Option<CString>>::new(None);
/// Where the hash key is, unless the server's environment has it.
pub static HASH_KEY_FILE: GucSetting<Option<CString>> = GucSetting::<Option<CString>>::new(None);
/// Command that gives the master key, where it is nowhere else.
pub static MASTER_KEY_COMMAND: GucSetting<Option<CString>> = GucSetting::<Option<CString>>::new(None);
/// Command that gives the hash key, where it is nowhere else.
pub static HASH_KEY_COMMAND: GucSetting<Option<CString>> = GucSetting::<Option<CString>>::new(None);
/// Where the master key of before is, while data keys are wrapped anew.
pub static MASTER_KEY_PREVIOUS_FILE: GucSetting<Option<CString>> = GucSetting::<Option<CString>>::new(None);
/// Command that gives it.
pub static MASTER_KEY_PREVIOUS_COMMAND: GucSetting<Option<CString>> =
    GucSetting::<Option<CString>>::new(None);
/// Whether the background worker visits a database; read from the settings of the database, see [`crate::background`].
pub static INDEX_IN_BACKGROUND: GucSetting<bool> = GucSetting::<bool>::new(false);
/// Whether Cypher is looked at before it runs, see [`crate::guard`].
pub static CYPHER_GUARD: GucSetting<bool> = GucSetting::<bool>::new(true);

/// For whom a session acts; believed of the gateway alone, see [`crate::audit`].
pub static ACTOR: GucSetting<Option<CString>> = GucSetting::<Option<CString>>::new(None);
/// The request that a session serves; believed of the gateway alone.
pub static REQUEST_ID: GucSetting<Option<CString>> = GucSetting::<Option<CString>>::new(None);
/// Whether all statements are hidden, see [`crate::logs`].
pub static HIDE_ALL_STATEMENTS: GucSetting<bool> = GucSetting::<bool>::new(false);

/// Defines the settings. Those of keys name files and commands, not keys; only the server's configuration sets them, and
/// only superusers see them.
pub fn define() {
    define_places();
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
    GucRegistry::define_string_guc(
        c"heimdall.actor",
        c"For whom this session acts.",
        c"Believed of members of heimdall_gateway alone; of others, the session's own user is recorded.",
        &ACTOR,
        GucContext::Userset,
        GucFlags::default(),
    );
    GucRegistry::define_string_guc(
        c"heimdall.request_id",
        c"The request that this session serves.",
        c"Believed of members of heimdall_gateway alone.",
        &REQUEST_ID,
        GucContext::Userset,
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

/// Where keys are. They name files and commands, not keys; only the server's configuration sets them, and only
/// superusers see them.
fn define_places() {
    for (name, what, before, setting) in [
        (
            c"heimdall.master_key_file",
            c"File that holds the master key, 32 bytes as base64 or hexadecimal.",
            c"HMD_MASTER_KEY and HMD_MASTER_KEY_FILE of the server's environment go before it.",
            &MASTER_KEY_FILE,
        ),
        (
            c"heimdall.master_key_command",
            c"Command that writes the master key, 32 bytes as base64 or hexadecimal, to its standard output.",
            c"Run by /bin/sh, once a process, where the key is in no variable, file or credential.",
            &MASTER_KEY_COMMAND,
        ),
        (
            c"heimdall.master_key_previous_file",
            c"File that holds the master key of before, until heimdall.rewrap_keys() has been called.",
            c"HMD_MASTER_KEY_PREVIOUS and HMD_MASTER_KEY_PREVIOUS_FILE of the server's environment go before it.",
            &MASTER_KEY_PREVIOUS_FILE,
        ),
        (
            c"heimdall.master_key_previous_command",
            c"Command that writes the master key of before to its standard output.",
            c"Run by /bin/sh, once a process, where the key is in no variable, file or credential.",
            &MASTER_KEY_PREVIOUS_COMMAND,
        ),
        (
            c"heimdall.hash_key_file",
            c"File that holds the hash key, 32 bytes as base64 or hexadecimal.",
            c"HMD_HASH_KEY and HMD_HASH_KEY_FILE of the server's environment go before it.",
            &HASH_KEY_FILE,
        ),
        (
            c"heimdall.hash_key_command",
            c"Command that writes the hash key, 32 bytes as base64 or hexadecimal, to its standard output.",
            c"Run by /bin/sh, once a process, where the key is in no variable, file or credential.",
            &HASH_KEY_COMMAND,
        ),
    ] {
        let (context, flags) = (GucContext::Sighup, GucFlags::SUPERUSER_ONLY);
        GucRegistry::define_string_guc(name, what, before, setting, context, flags);
    }
}
