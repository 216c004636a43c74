//! Where the keys come from: the server's environment, or files. Never a table, never a setting's value.

use std::ffi::CString;
use std::os::unix::fs::PermissionsExt;

use heimdall_core::protect::{DataKey, HashKeys, MasterKey, Secret};
use pgrx::{GucSetting, PgSqlErrorCode};
use zeroize::Zeroizing;

use crate::error::Error;
use crate::session::{Arg, Session};
use crate::settings;

/// A secret and every place where it may be.
struct Place {
    what: &'static str,
    variable: &'static str,
    file_variable: &'static str,
    setting: &'static str,
    file: &'static GucSetting<Option<CString>>,
}

const MASTER: Place = Place {
    what: "master key",
    variable: "HMD_MASTER_KEY",
    file_variable: "HMD_MASTER_KEY_FILE",
    setting: "heimdall.master_key_file",
    file: &settings::MASTER_KEY_FILE,
};

const HASH: Place = Place {
    what: "hash key",
    variable: "HMD_HASH_KEY",
    file_variable: "HMD_HASH_KEY_FILE",
    setting: "heimdall.hash_key_file",
    file: &settings::HASH_KEY_FILE,
};

impl Place {
    fn read(&self) -> Result<Secret, Error> {
        let text = match std::env::var(self.variable) {
            Ok(text) => Zeroizing::new(text),
            Err(_) => self.read_file()?,
        };
        Secret::parse(&text).map_err(|error| {
            Error::new(
                PgSqlErrorCode::ERRCODE_CONFIG_FILE_ERROR,
                format!("the {} cannot be used: {error}", self.what),
            )
            .hint("`openssl rand -base64 32` makes one.")
        })
    }

    fn read_file(&self) -> Result<Zeroizing<String>, Error> {
        let setting = || self.file.get().and_then(|path| path.into_string().ok());
        let path = std::env::var(self.file_variable).ok().or_else(setting).filter(|path| !path.is_empty());
        let Some(path) = path else {
            return Err(Error::new(
                PgSqlErrorCode::ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE,
                format!("there is no {}", self.what),
            )
            .detail("Nothing is stored without the keys that protect it.")
            .hint(format!(
                "Set {} or {} in the server's environment, or {} in its configuration.",
                self.variable, self.file_variable, self.setting
            )));
        };
        let unreadable = |error: std::io::Error| {
            let message = format!("the file of the {} cannot be read: {}", self.what, error.kind());
            Error::new(PgSqlErrorCode::ERRCODE_CONFIG_FILE_ERROR, message)
                .hint(format!("See {} and {}.", self.file_variable, self.setting))
        };
        let mode = std::fs::metadata(&path).map_err(unreadable)?.permissions().mode();
        if mode & 0o077 != 0 {
            let message = format!("the file of the {} is open to other users", self.what);
            return Err(Error::new(PgSqlErrorCode::ERRCODE_CONFIG_FILE_ERROR, message)
                .hint("It has to belong to the server's user, with mode 0600 or 0400."));
        }
        std::fs::read_to_string(&path).map(Zeroizing::new).map_err(unreadable)
    }
}

/// The keyed hash functions.
pub fn hash_keys() -> Result<HashKeys, Error> {
    Ok(HashKeys::new(&HASH.read()?))
}

/// The key-encryption key.
pub fn master_key() -> Result<MasterKey, Error> {
    Ok(MasterKey::new(&MASTER.read()?))
}

const CURRENT: &std::ffi::CStr = c"
    SELECT k.id, k.wrapped
    FROM heimdall.data_key AS k
    WHERE k.source = $1 AND k.retired_at IS NULL
      AND (SELECT coalesce(sum(b.sealed), 0) FROM heimdall.batch AS b WHERE b.data_key = k.id) < $2
    ORDER BY k.id DESC
    LIMIT 1";
const NEXT_ID: &std::ffi::CStr = c"SELECT nextval('heimdall.data_key_id_seq')";
const INSERT: &std::ffi::CStr =
    c"INSERT INTO heimdall.data_key (id, source, wrapped) VALUES ($1::integer, $2, $3)";
const BY_ID: &std::ffi::CStr = c"SELECT wrapped FROM heimdall.data_key WHERE id = $1";

/// The data key that a source seals with now, made where there is none or it has sealed enough.
pub fn data_key(session: &Session, source: &str) -> Result<DataKey, Error> {
    let master = master_key()?;
    let limit = i64::try_from(DataKey::LIMIT).unwrap_or(i64::MAX);
    let found = session.query(CURRENT, &[Arg::Text(source), Arg::Int8(limit)])?;
    if let (Some(id), Some(wrapped)) = (found.int(0, 1), found.bytes(0, 2)) {
        return unwrap(&master, id, &wrapped);
    }
    let id = session.query(NEXT_ID, &[])?.int(0, 1).unwrap_or_default();
    let (key, wrapped) = master.new_data_key(number(id)?)?;
    session.query(INSERT, &[Arg::Int8(id), Arg::Text(source), Arg::Bytes(&wrapped)])?;
    Ok(key)
}

/// The data key of that number.
pub fn data_key_by_id(session: &Session, id: u32) -> Result<DataKey, Error> {
    let found = session.query(BY_ID, &[Arg::Int8(i64::from(id))])?;
    match found.bytes(0, 1) {
        Some(wrapped) => unwrap(&master_key()?, i64::from(id), &wrapped),
        None => {
            Err(Error::new(PgSqlErrorCode::ERRCODE_UNDEFINED_OBJECT, format!("there is no data key {id}"))
                .detail("What was sealed with it cannot be opened any more."))
        }
    }
}

fn unwrap(master: &MasterKey, id: i64, wrapped: &[u8]) -> Result<DataKey, Error> {
    master.unwrap_data_key(number(id)?, wrapped).map_err(|_| {
        Error::new(
            PgSqlErrorCode::ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE,
            format!("data key {id} cannot be unwrapped"),
        )
        .detail("It was wrapped by another master key, or altered.")
        .hint("Is HMD_MASTER_KEY the key that this database was used with before?")
    })
}

fn number(id: i64) -> Result<u32, Error> {
    u32::try_from(id).map_err(|_| {
        Error::new(PgSqlErrorCode::ERRCODE_PROGRAM_LIMIT_EXCEEDED, "there are too many data keys")
    })
}
