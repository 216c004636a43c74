//! Sealed values of many records, opened with as few looks at the table of data keys as there are keys.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use heimdall_core::batch::Opened;
use heimdall_core::protect::{Binding, DataKey, sealed_data_key};
use pgrx::PgSqlErrorCode;
use zeroize::Zeroizing;

use crate::error::Error;
use crate::keys;
use crate::session::Session;

/// Opens sealed values.
pub struct Opening<'s> {
    session: &'s Session<'s>,
    keys: HashMap<u32, DataKey>,
}

impl<'s> Opening<'s> {
    /// Nothing is opened yet.
    pub fn new(session: &'s Session<'s>) -> Opening<'s> {
        Opening { session, keys: HashMap::new() }
    }

    /// The mark and the plaintext of a sealed value.
    pub fn open(&mut self, binding: Binding<'_>, sealed: &str) -> Result<Opened, Error> {
        let id = sealed_data_key(sealed)?;
        let key = match self.keys.entry(id) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(place) => place.insert(keys::data_key_by_id(self.session, id)?),
        };
        let (tlp, plain) = key.open(binding, sealed)?;
        let text = std::str::from_utf8(&plain).map(|text| Zeroizing::new(text.to_owned()));
        let text = text.map_err(|_| {
            Error::new(PgSqlErrorCode::ERRCODE_CHARACTER_NOT_IN_REPERTOIRE, "a sealed value is not text")
        })?;
        Ok((tlp, text))
    }
}
