//! Where the keys come from: the server's environment, files, credentials of its service, commands. Never a table,
//! never a setting's value. See `docs/decisions/0024-keys.md`.

mod data;
mod environment;
mod locked;

use std::cell::RefCell;
use std::ffi::CString;
use std::path::Path;

use heimdall_core::protect::{HashKeys, KeyCommand, KeyFile, KeySourceError, MasterKey, Secret, first_key};
use pgrx::{GucSetting, PgSqlErrorCode, pg_sys};

pub use data::{data_key, data_key_by_id, data_key_unless_destroyed};
use environment::Taken;
use locked::LockedSecret;

use crate::error::{Error, ok};
use crate::settings;

/// A secret and every place where it may be, in the order in which they are asked.
struct Place {
    what: &'static str,
    variable: &'static str,
    file_variable: &'static str,
    file: Setting,
    /// Its name among the credentials that systemd gives the server.
    credential: &'static str,
    command: Setting,
}

struct Setting(&'static str, &'static GucSetting<Option<CString>>);

const MASTER: Place = Place {
    what: "master key",
    variable: "HMD_MASTER_KEY",
    file_variable: "HMD_MASTER_KEY_FILE",
    file: Setting("heimdall.master_key_file", &settings::MASTER_KEY_FILE),
    credential: "hmd_master_key",
    command: Setting("heimdall.master_key_command", &settings::MASTER_KEY_COMMAND),
};

/// The master key of before, until [`MASTER`] has wrapped every data key.
const PREVIOUS: Place = Place {
    what: "previous master key",
    variable: "HMD_MASTER_KEY_PREVIOUS",
    file_variable: "HMD_MASTER_KEY_PREVIOUS_FILE",
    file: Setting("heimdall.master_key_previous_file", &settings::MASTER_KEY_PREVIOUS_FILE),
    credential: "hmd_master_key_previous",
    command: Setting("heimdall.master_key_previous_command", &settings::MASTER_KEY_PREVIOUS_COMMAND),
};

const HASH: Place = Place {
    what: "hash key",
    variable: "HMD_HASH_KEY",
    file_variable: "HMD_HASH_KEY_FILE",
    file: Setting("heimdall.hash_key_file", &settings::HASH_KEY_FILE),
    credential: "hmd_hash_key",
    command: Setting("heimdall.hash_key_command", &settings::HASH_KEY_COMMAND),
};

/// A secret that this process has fetched, and when the configuration was read that named its place.
struct Kept {
    variable: &'static str,
    configured: pg_sys::TimestampTz,
    secret: LockedSecret,
}

thread_local! {
    static KEPT: RefCell<Vec<Kept>> = const { RefCell::new(Vec::new()) };
}

/// Takes the keys out of the environment; called once, when the library is loaded.
pub fn take_from_environment() {
    for place in [MASTER, PREVIOUS, HASH] {
        ok(environment::take(place.variable));
    }
}

/// The keyed hash functions.
pub fn hash_keys() -> Result<HashKeys, Error> {
    Ok(HashKeys::new(&HASH.required()?))
}

/// What tells the hash key from others.
fn hash_fingerprint() -> Result<String, Error> {
    Ok(HashKeys::fingerprint(&HASH.required()?))
}

/// The key-encryption key.
fn master_key() -> Result<MasterKey, Error> {
    Ok(MasterKey::new(&MASTER.required()?))
}

/// The key-encryption key of before, where there is one.
fn previous_master_key() -> Result<Option<MasterKey>, Error> {
    Ok(PREVIOUS.secret()?.map(|secret| MasterKey::new(&secret)))
}

impl Place {
    fn required(&self) -> Result<Secret, Error> {
        self.secret()?.ok_or_else(|| {
            Error::new(
                PgSqlErrorCode::ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE,
                format!("there is no {}", self.what),
            )
            .detail("Nothing is stored without the keys that protect it.")
            .hint(format!(
                "Set {} or {} in the server's environment, or {} or {} in its configuration.",
                self.variable, self.file_variable, self.file.0, self.command.0
            ))
        })
    }

    /// Fetched once a process: a command may be slow, or count. A reload of the configuration has it fetched anew.
    fn secret(&self) -> Result<Option<Secret>, Error> {
        // SAFETY: reads a variable of the process, on its one thread.
        let configured = unsafe { pg_sys::PgReloadTime };
        let is_kept = |kept: &&Kept| kept.variable == self.variable && kept.configured == configured;
        if let Some(kept) = KEPT.with_borrow(|all| all.iter().find(is_kept).map(|kept| kept.secret.secret()))
        {
            return Ok(Some(kept));
        }
        let Some(secret) = self.fetch().map_err(|error| self.unusable(&error))? else {
            return Ok(None);
        };
        let kept = Kept { variable: self.variable, configured, secret: LockedSecret::new(&secret)? };
        KEPT.with_borrow_mut(|all| {
            all.retain(|kept| kept.variable != self.variable);
            all.push(kept);
        });
        Ok(Some(secret))
    }

    fn fetch(&self) -> Result<Option<Secret>, KeySourceError> {
        let named = variable(self.file_variable).or_else(|| self.file.value());
        let directory = variable("CREDENTIALS_DIRECTORY");
        first_key(&[
            &Taken(self.variable),
            &named.map(KeyFile::named),
            &directory.map(|directory| KeyFile::credential(Path::new(&directory), self.credential)),
            &self.command.value().map(|line| KeyCommand::new(line, KeyCommand::PATIENCE)),
        ])
    }

    fn unusable(&self, error: &KeySourceError) -> Error {
        let hint = match error {
            KeySourceError::Secret(_) => "`openssl rand -base64 32` makes one.".to_owned(),
            KeySourceError::OpenToOthers => {
                "It has to belong to the server's user, with mode 0600 or 0400.".to_owned()
            }
            KeySourceError::Unreadable(_) => format!("See {} and {}.", self.file_variable, self.file.0),
            KeySourceError::NotRun(_)
            | KeySourceError::Failed(_)
            | KeySourceError::TooSlow(_)
            | KeySourceError::TooLong => format!(
                "See {}: the server's user runs it by /bin/sh, and it writes the key and nothing else.",
                self.command.0
            ),
        };
        Error::new(
            PgSqlErrorCode::ERRCODE_CONFIG_FILE_ERROR,
            format!("the {} cannot be used: {error}", self.what),
        )
        .hint(hint)
    }
}

impl Setting {
    fn value(&self) -> Option<String> {
        self.1.get().and_then(|value| value.into_string().ok()).filter(|value| !value.is_empty())
    }
}

/// A variable of the environment that is no secret.
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}
