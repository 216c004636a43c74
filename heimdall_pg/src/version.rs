//! The library and the functions in a database are of one version, or nothing is written.
//!
//! A new library serves every database of the server as soon as it has started; the tables and functions of a
//! database are those of the version that was installed there, until somebody runs ALTER EXTENSION.

use std::ffi::CStr;

use pgrx::PgSqlErrorCode;

use crate::error::Error;
use crate::session::Session;

/// Version of the library.
pub const LIBRARY: &CStr =
    match CStr::from_bytes_with_nul(concat!(env!("CARGO_PKG_VERSION"), "\0").as_bytes()) {
        Ok(version) => version,
        Err(_) => c"",
    };

const INSTALLED: &CStr = c"
    SELECT e.extversion FROM pg_catalog.pg_extension AS e WHERE e.extname = 'heimdall'";

/// Fails where the functions in this database are of another version than the library.
pub fn require(session: &Session<'_>) -> Result<(), Error> {
    let library = env!("CARGO_PKG_VERSION");
    let rows = session.query(INSTALLED, &[])?;
    let installed = rows.text(0, 1).unwrap_or_default();
    if installed == library {
        return Ok(());
    }
    let code = PgSqlErrorCode::ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE;
    Err(Error::new(code, format!("heimdall is {installed} in this database and {library} in this server"))
        .detail("Functions and tables of one version and a library of another do not write together.")
        .hint("Where the server is the newer one, run ALTER EXTENSION heimdall UPDATE; else restart the server."))
}
