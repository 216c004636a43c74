//! What the erasure of a subject takes beside SQL. See `sql/088_erasure.sql`.

use heimdall_core::protect::{Binding, sealed_data_key};
use heimdall_core::subject::Subject;
use pgrx::prelude::*;

use crate::canonical::invalid;
use crate::error::{Error, ok};
use crate::keys;
use crate::owner::AsOwner;
use crate::session::session;

/// What a tombstone knows a subject by.
#[pg_extern(stable, strict, parallel_unsafe, name = "_tombstone_digest")]
fn tombstone_digest(kind: &str, value: &str) -> Vec<u8> {
    let mut keys = ok(keys::hash_keys());
    subject(kind, value).tombstone(&mut keys).to_vec()
}

/// Whether a text names a subject.
#[pg_extern(stable, strict, parallel_unsafe, name = "_names_subject")]
fn names_subject(kind: &str, value: &str, text: &str) -> bool {
    let mut keys = ok(keys::hash_keys());
    subject(kind, value).is_named_in(text.as_bytes(), &mut keys)
}

/// Whether a row that was put aside names a subject. One whose data key was destroyed is readable for nobody.
#[pg_extern(stable, strict, parallel_unsafe, name = "_reject_names_subject")]
fn reject_names_subject(kind: &str, value: &str, batch: i64, row_number: i64, raw_sealed: &str) -> bool {
    let record = format!("reject:{batch}:{row_number}");
    ok(sealed_names(&subject(kind, value), Binding { record: &record, field: "raw" }, raw_sealed))
}

fn sealed_names(subject: &Subject, binding: Binding<'_>, sealed: &str) -> Result<bool, Error> {
    let id = sealed_data_key(sealed)?;
    let _owner = AsOwner::new()?;
    let Some(key) = session(|session| keys::data_key_unless_destroyed(session, id))? else {
        return Ok(false);
    };
    let (_, raw) = key.open(binding, sealed)?;
    Ok(subject.is_named_in(&raw, &mut keys::hash_keys()?))
}

fn subject(kind: &str, value: &str) -> Subject {
    Subject::new(kind, value).unwrap_or_else(|error| invalid(&error).raise())
}
