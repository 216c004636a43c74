//! What the erasure of a subject takes beside SQL. See `sql/088_erasure.sql`.

use heimdall_core::batch::{Encoding, reject_record};
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
fn reject_names_subject(
    kind: &str,
    value: &str,
    batch: i64,
    row_number: i64,
    encoding: &str,
    raw_sealed: &str,
) -> bool {
    let record = reject_record(batch, row_number as u64);
    let encoding = Encoding::from_name(encoding).unwrap_or(Encoding::Raw);
    ok(sealed_names(&subject(kind, value), &record, encoding, raw_sealed))
}

fn sealed_names(subject: &Subject, record: &str, encoding: Encoding, sealed: &str) -> Result<bool, Error> {
    let id = sealed_data_key(sealed)?;
    let _owner = AsOwner::new()?;
    let Some(key) = session(|session| keys::data_key_unless_destroyed(session, id))? else {
        return Ok(false);
    };
    let (_, row) = key.open(Binding { record, field: "raw" }, sealed)?;
    let mut keys = keys::hash_keys()?;
    Ok(match encoding {
        Encoding::Raw => subject.is_named_in(&row, &mut keys),
        Encoding::Fields => subject.is_named_in_fields(&row, &mut keys),
    })
}

fn subject(kind: &str, value: &str) -> Subject {
    Subject::new(kind, value).unwrap_or_else(|error| invalid(&error).raise())
}
