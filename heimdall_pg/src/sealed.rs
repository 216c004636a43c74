//! Opening sealed values.

use heimdall_core::protect::{Binding, sealed_data_key};
use pgrx::prelude::*;

use crate::error::{Error, ok};
use crate::keys;
use crate::owner::AsOwner;
use crate::session::session;

/// The plaintext of a sealed value: `record` is its key in the registry, `field` its name. For the owner of the
/// extension alone: there is no check of clearance in here, and no trace. Everybody else has `heimdall.reveal()`.
#[pg_extern(stable, strict, parallel_unsafe, name = "_unseal")]
fn unseal(record: &str, field: &str, sealed: &str) -> String {
    ok(open(Binding { record, field }, sealed))
}

fn open(binding: Binding<'_>, sealed: &str) -> Result<String, Error> {
    let id = sealed_data_key(sealed)?;
    let _owner = AsOwner::new()?;
    let key = session(|session| keys::data_key_by_id(session, id))?;
    let (_, plain) = key.open(binding, sealed)?;
    String::from_utf8(plain.to_vec()).map_err(|_| {
        Error::new(PgSqlErrorCode::ERRCODE_CHARACTER_NOT_IN_REPERTOIRE, "the sealed value is not text")
    })
}
