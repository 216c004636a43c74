//! Protecting single values in SQL, as ingest protects them. Keys are made ready once a statement, not for every row.

use std::cell::RefCell;

use heimdall_core::canonical;
use heimdall_core::protect::{Binding, DataKey, HashKeys, Tlp, hex};
use pgrx::prelude::*;

use crate::canonical::{invalid, known_kind};
use crate::error::{Error, ok};
use crate::keys;
use crate::owner::AsOwner;
use crate::session::{Arg, session};

/// The client's statement, by its time, and within it the transaction and the subtransaction: a data key that was made
/// in one which is rolled back is gone, and nothing may be sealed with it any more.
type Moment = (i64, i64, u32);

fn now() -> Moment {
    // SAFETY: reads variables of the backend.
    unsafe {
        (
            pg_sys::GetCurrentStatementStartTimestamp(),
            pg_sys::GetCurrentTransactionStartTimestamp(),
            pg_sys::GetCurrentSubTransactionId(),
        )
    }
}

thread_local! {
    static HASH: RefCell<Option<(Moment, HashKeys)>> = const { RefCell::new(None) };
    static SEAL: RefCell<Option<(Moment, String, DataKey)>> = const { RefCell::new(None) };
}

/// The keyed digest of the canonical value, in hexadecimal: what a key in the registry has behind its label.
#[pg_extern(stable, strict, parallel_safe)]
fn pii_hash(kind: &str, value: &str) -> String {
    let kind = ok(known_kind(kind));
    let canonical = match canonical::canonical_observable(kind, value) {
        Ok(canonical) => canonical,
        Err(error) => invalid(&error).raise(),
    };
    ok(HASH.with_borrow_mut(|ready| {
        let now = now();
        if ready.as_ref().is_none_or(|(when, _)| *when != now) {
            *ready = Some((now, keys::hash_keys()?));
        }
        let digest = ready.as_mut().map(|(_, keys)| keys.digest(kind.label(), canonical.as_bytes()));
        Ok(digest.map_or_else(String::new, |digest| hex(&digest)))
    }))
}

/// The value sealed under the data key of a source, for one field of one record and nowhere else, with the highest mark.
#[pg_extern(volatile, strict, parallel_unsafe)]
fn pii_encrypt(source: &str, record: &str, field: &str, value: &str) -> String {
    ok(SEAL.with_borrow_mut(|ready| {
        let now = now();
        if !ready.as_ref().is_some_and(|(when, of, _)| *when == now && of == source) {
            *ready = Some((now, source.to_owned(), data_key(source)?));
        }
        let binding = Binding { record, field };
        let sealed =
            ready.as_mut().map(|(_, _, key)| key.seal(binding, Tlp::Red, value.as_bytes())).transpose()?;
        Ok(sealed.unwrap_or_default())
    }))
}

const SOURCE: &std::ffi::CStr = c"SELECT 1 FROM heimdall.source WHERE name = $1";

fn data_key(source: &str) -> Result<DataKey, Error> {
    let _owner = AsOwner::new()?;
    session(|session| {
        if session.query(SOURCE, &[Arg::Text(source)])?.len() == 0 {
            let code = PgSqlErrorCode::ERRCODE_UNDEFINED_OBJECT;
            return Err(Error::new(code, "there is no source of that name")
                .hint("heimdall.create_source() makes one."));
        }
        keys::data_key(session, source)
    })
}
