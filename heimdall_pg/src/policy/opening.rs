//! Sealed values of many records, opened with as few looks at the table of data keys as there are keys.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::ffi::CStr;

use heimdall_core::batch::Opened;
use heimdall_core::protect::{Binding, DataKey, sealed_data_key};
use pgrx::PgSqlErrorCode;
use zeroize::Zeroizing;

use crate::error::Error;
use crate::keys;
use crate::session::{Arg, Session};

/// Opens sealed values. A record may have some that another source has sealed: a rule of this one does not open them.
pub struct Opening<'s> {
    session: &'s Session<'s>,
    source: &'s str,
    keys: HashMap<u32, Found>,
}

/// A data key; none where it was destroyed.
struct Found {
    key: Option<DataKey>,
    is_own: bool,
}

const IS_OF: &CStr = c"SELECT FROM heimdall.data_key AS k WHERE k.id = $1 AND k.source = $2";

impl<'s> Opening<'s> {
    /// Nothing is opened yet.
    pub fn new(session: &'s Session<'s>, source: &'s str) -> Opening<'s> {
        Opening { session, source, keys: HashMap::new() }
    }

    /// The mark and the plaintext of what this source has sealed; none of what another one has, or what nobody can open any
    /// more.
    pub fn own(&mut self, binding: Binding<'_>, sealed: &str) -> Result<Option<Opened>, Error> {
        self.open(binding, sealed, true)
    }

    /// Those of what any source has sealed: of the original of a key, which this source has brought as well.
    pub fn any(&mut self, binding: Binding<'_>, sealed: &str) -> Result<Option<Opened>, Error> {
        self.open(binding, sealed, false)
    }

    fn open(&mut self, binding: Binding<'_>, sealed: &str, own: bool) -> Result<Option<Opened>, Error> {
        let id = sealed_data_key(sealed)?;
        let found = match self.keys.entry(id) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(place) => {
                let rows = self.session.query(IS_OF, &[Arg::Int8(i64::from(id)), Arg::Text(self.source)])?;
                let key = keys::data_key_unless_destroyed(self.session, id)?;
                place.insert(Found { key, is_own: rows.len() > 0 })
            }
        };
        let Some(key) = found.key.as_ref().filter(|_| found.is_own || !own) else { return Ok(None) };
        let (tlp, plain) = key.open(binding, sealed)?;
        let text = std::str::from_utf8(&plain).map(|text| Zeroizing::new(text.to_owned()));
        let text = text.map_err(|_| {
            Error::new(PgSqlErrorCode::ERRCODE_CHARACTER_NOT_IN_REPERTOIRE, "a sealed value is not text")
        })?;
        Ok(Some((tlp, text)))
    }
}
