//! `heimdall.reveal()`: the plaintext of one sealed property, for those who may see it, with a reason and a trace.
//!
//! The order is what keeps it honest: the record is read as the caller, the value is opened and its mark compared, the
//! audit trail gets its entry by a transaction of its own, and only then is anything given.

mod record;
mod reject;

use heimdall_core::protect::{Binding, Tlp, sealed_data_key};
use pgrx::pg_sys;
use pgrx::prelude::*;
use serde_json::json;
use zeroize::Zeroizing;

use self::record::Record;
use crate::error::{Error, ok};
use crate::owner::AsOwner;
use crate::session::session;
use crate::{audit, canonical, clearance, keys};

/// Characters of a reason.
const REASON: std::ops::RangeInclusive<usize> = 3..=500;

/// The plaintext of a sealed property of an observable's vertex; the property `value` is the original of a personal
/// value. The reason is written to the audit trail, as is a refusal.
#[pg_extern(volatile, parallel_unsafe)]
fn reveal(kind: Option<&str>, value: Option<&str>, field: Option<&str>, reason: Option<&str>) -> String {
    let (kind, value) = (ok(given("kind", kind)), ok(given("value", value)));
    let (field, reason) = (ok(given("field", field)), ok(fit_reason(reason)));
    ok(answer(&canonical::lookup_keys(kind, value), field, &reason))
}

/// The plaintext of a sealed property of the vertex or edge with that key.
#[pg_extern(volatile, parallel_unsafe)]
fn reveal_key(key: Option<&str>, field: Option<&str>, reason: Option<&str>) -> String {
    let key = ok(given("key", key));
    let (field, reason) = (ok(given("field", field)), ok(fit_reason(reason)));
    ok(answer(&[key.to_owned()], field, &reason))
}

fn given<'a>(name: &str, argument: Option<&'a str>) -> Result<&'a str, Error> {
    argument.ok_or_else(|| {
        Error::new(PgSqlErrorCode::ERRCODE_NULL_VALUE_NOT_ALLOWED, format!("{name} cannot be NULL"))
    })
}

fn fit_reason(reason: Option<&str>) -> Result<String, Error> {
    let reason = reason.unwrap_or_default().trim();
    if !REASON.contains(&reason.chars().count()) || reason.chars().any(char::is_control) {
        return Err(Error::new(
            PgSqlErrorCode::ERRCODE_INVALID_PARAMETER_VALUE,
            "a value is revealed for a reason",
        )
        .hint("Say why, in 3 to 500 characters. The audit trail keeps it: no values in it."));
    }
    Ok(reason.to_owned())
}

/// A value that was opened, and its mark.
struct Opened {
    record: String,
    tlp: Tlp,
    plain: Zeroizing<String>,
}

/// Why nothing is given: what the audit trail says, and what the caller is told.
struct Denial {
    /// Key of the record, where there is such a record.
    record: Option<String>,
    /// True where the record has a sealed property of that name.
    has_field: bool,
    why: &'static str,
    error: Error,
}

fn answer(keys: &[String], field: &str, reason: &str) -> Result<String, Error> {
    match open(keys, field)? {
        Ok(opened) => {
            let detail = json!({"field": field, "tlp": opened.tlp, "reason": reason});
            audit::alone::write("reveal.granted", &opened.record, detail)?;
            Ok(opened.plain.to_string())
        }
        Err(denial) => {
            let object = denial.record.map_or_else(|| unknown(keys), Ok)?;
            // What is no name of a field may be anything.
            let field = denial.has_field.then_some(field);
            let detail = json!({"field": field, "denied": denial.why, "reason": reason});
            audit::alone::write("reveal.denied", &object, detail)?;
            Err(denial.error)
        }
    }
}

/// What stands for a record that is not there: what was asked for may be a value that is protected.
fn unknown(keys: &[String]) -> Result<String, Error> {
    let digest = keys::hash_keys()?.digest("heimdall/reveal/v1", keys.join("\n").as_bytes());
    Ok(format!("unknown:{}", heimdall_core::protect::hex(&digest)))
}

fn open(keys: &[String], field: &str) -> Result<Result<Opened, Denial>, Error> {
    let records = record::visible(keys)?;
    let Some(record) = records.iter().find(|record| record.sealed.contains_key(field)).or(records.first())
    else {
        return Ok(Err(no_record(record::stored(keys)?)));
    };
    // SAFETY: a look at who the current user is.
    let clearance = clearance::of_role(unsafe { pg_sys::GetUserId() });
    let denial = |has_field, why, error| Denial { record: Some(record.key.clone()), has_field, why, error };
    let sealed = record.sealed.get(field);
    if clearance < record.mark {
        return Ok(Err(denial(sealed.is_some(), "clearance", not_cleared("record", record.mark))));
    }
    let Some(sealed) = sealed else {
        return Ok(Err(denial(false, "no such field", no_field(record))));
    };
    let (tlp, plain) = match unseal(&record.key, field, sealed) {
        Ok(opened) => opened,
        Err(error) => return Ok(Err(denial(true, "cannot be opened", error))),
    };
    if clearance < tlp.level() {
        return Ok(Err(denial(true, "clearance", not_cleared("property", tlp.level()))));
    }
    Ok(Ok(Opened { record: record.key.clone(), tlp, plain }))
}

fn unseal(record: &str, field: &str, sealed: &str) -> Result<(Tlp, Zeroizing<String>), Error> {
    let id = sealed_data_key(sealed)?;
    let key = {
        let _owner = AsOwner::new()?;
        session(|session| keys::data_key_by_id(session, id))?
    };
    let (tlp, plain) = key.open(Binding { record, field }, sealed)?;
    let text = std::str::from_utf8(&plain).map_err(|_| {
        Error::new(PgSqlErrorCode::ERRCODE_CHARACTER_NOT_IN_REPERTOIRE, "the sealed value is not text")
    })?;
    Ok((tlp, Zeroizing::new(text.to_owned())))
}

/// Whether it is not there or not to be seen, the caller is told the same; the audit trail is told which.
fn no_record(stored: Option<String>) -> Denial {
    let error = Error::new(
        PgSqlErrorCode::ERRCODE_NO_DATA_FOUND,
        "there is no such record, or it is not for you to see",
    )
    .hint("heimdall.lookup() and heimdall.search() give the keys of what you can see.");
    let why = if stored.is_some() { "not visible" } else { "no such record" };
    Denial { record: stored, has_field: false, why, error }
}

fn no_field(record: &Record) -> Error {
    let names: Vec<&str> = record.sealed.keys().map(String::as_str).collect();
    let detail = match names.as_slice() {
        [] => "Nothing of it is sealed.".to_owned(),
        names => format!("What is sealed of it: {}.", names.join(", ")),
    };
    Error::new(PgSqlErrorCode::ERRCODE_UNDEFINED_COLUMN, "the record has no sealed property of that name")
        .detail(detail)
        .hint("Properties that are not sealed are shown by heimdall.cypher().")
}

fn not_cleared(what: &str, level: i16) -> Error {
    let role = clearance::role_of(level);
    Error::new(PgSqlErrorCode::ERRCODE_INSUFFICIENT_PRIVILEGE, format!("you are not cleared for this {what}"))
        .detail(format!("It takes the privileges of the role {role}."))
}
