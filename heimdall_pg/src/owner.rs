//! Acting as the extension's owner, for the statements of [`crate::store`] alone.
//!
//! Those who ingest have no right to write into any table: the functions do it for them. The switch is made
//! here rather than by SECURITY DEFINER so that what the caller may do, such as reading a file, is judged by
//! the caller's rights, and so that a COPY into an inbox does not pay for it on every row.

use std::ffi::{CStr, c_int};

use pgrx::pg_sys;

use crate::error::Error;
use crate::local_settings::LocalSettings;

/// Nothing of the caller's is found by its name while his statements run as somebody else.
pub const PATH: [(&CStr, &CStr); 1] = [(c"search_path", c"pg_catalog, pg_temp")];

/// Switches back when dropped, also when an error unwinds; a transaction that aborts resets it as well.
pub struct AsOwner {
    user: pg_sys::Oid,
    context: c_int,
    /// Dropped after the switch back.
    _path: LocalSettings,
}

impl AsOwner {
    /// Becomes the owner of the extension.
    pub fn new() -> Result<AsOwner, Error> {
        let owner = extension_owner()?;
        let path = LocalSettings::new(&PATH);
        let mut user = pg_sys::InvalidOid;
        let mut context: c_int = 0;
        // SAFETY: plain C calls on the backend's thread; the pointers are to locals.
        unsafe {
            pg_sys::GetUserIdAndSecContext(&mut user, &mut context);
            let local = pg_sys::SECURITY_LOCAL_USERID_CHANGE as c_int;
            pg_sys::SetUserIdAndSecContext(owner, context | local);
        }
        Ok(AsOwner { user, context, _path: path })
    }
}

impl Drop for AsOwner {
    fn drop(&mut self) {
        // SAFETY: gives back what `new` found.
        unsafe { pg_sys::SetUserIdAndSecContext(self.user, self.context) };
    }
}

/// Owner of the schema `heimdall`, which belongs to the extension.
fn extension_owner() -> Result<pg_sys::Oid, Error> {
    // SAFETY: a syscache look-up; the tuple is released before anything else can fail.
    unsafe {
        let namespace = pg_sys::get_namespace_oid(c"heimdall".as_ptr(), false);
        let tuple = pg_sys::SearchSysCache1(
            pg_sys::SysCacheIdentifier::NAMESPACEOID as c_int,
            pg_sys::Datum::from(namespace),
        );
        if tuple.is_null() {
            let code = pgrx::PgSqlErrorCode::ERRCODE_INVALID_SCHEMA_NAME;
            return Err(Error::new(code, "the schema heimdall is gone"));
        }
        let form = pg_sys::GETSTRUCT(tuple).cast::<pg_sys::FormData_pg_namespace>();
        let owner = (*form).nspowner;
        pg_sys::ReleaseSysCache(tuple);
        Ok(owner)
    }
}
