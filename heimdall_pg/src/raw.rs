//! Functions that are declared in `sql/` and called by Postgres without pgrx in between: triggers, and what gives
//! its rows straight into a tuplestore.

/// Says that the function of that name is called by version 1 of the convention.
macro_rules! version_1 {
    ($info:ident) => {
        /// Says that the function is called by version 1 of the convention.
        #[unsafe(no_mangle)]
        pub extern "C" fn $info() -> &'static pgrx::pg_sys::Pg_finfo_record {
            static INFO: pgrx::pg_sys::Pg_finfo_record = pgrx::pg_sys::Pg_finfo_record { api_version: 1 };
            &INFO
        }
    };
}

pub(crate) use version_1;

use pgrx::pg_sys;

/// The text of a datum, detoasted where it has to be.
///
/// # Safety
/// `datum` is of type text, in a database in UTF-8.
pub unsafe fn text<'a>(datum: pg_sys::Datum) -> &'a str {
    // SAFETY: the caller's.
    unsafe {
        let varlena = pg_sys::pg_detoast_datum_packed(datum.cast_mut_ptr());
        pgrx::varlena::text_to_rust_str_unchecked(varlena)
    }
}

/// The bytes of a `bytea`, and the copy of them that had to be made where they were compressed or kept elsewhere.
pub struct Bytes {
    datum: *mut pg_sys::varlena,
    is_copy: bool,
}

/// The bytes of a datum; a copy is freed when they are dropped.
///
/// # Safety
/// `datum` is of type bytea, and outlives what is returned.
pub unsafe fn bytes(datum: pg_sys::Datum) -> Bytes {
    let stored: *mut pg_sys::varlena = datum.cast_mut_ptr();
    // SAFETY: the caller's.
    let datum = unsafe { pg_sys::pg_detoast_datum_packed(stored) };
    Bytes { datum, is_copy: !std::ptr::eq(datum, stored) }
}

impl std::ops::Deref for Bytes {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        // SAFETY: a varlena that is neither compressed nor elsewhere; it lives as long as this.
        unsafe { pgrx::varlena::varlena_to_byte_slice(self.datum) }
    }
}

impl Drop for Bytes {
    fn drop(&mut self) {
        if self.is_copy {
            // SAFETY: the copy was allocated for this, and nothing refers to it any more.
            unsafe { pg_sys::pfree(self.datum.cast()) };
        }
    }
}
