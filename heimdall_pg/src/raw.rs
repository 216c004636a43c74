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
