//! `heimdall.detect_pii` and `heimdall.scrub`. Options are read once, not for every row of a statement.

use std::cell::RefCell;
use std::rc::Rc;

use heimdall_core::detect::{self, Kind, Options};
use pgrx::{FromDatum, IntoDatum, JsonB, PgSqlErrorCode, check_for_interrupts, pg_guard, pg_sys};

use crate::error::{Error, ok};
use crate::observables::{TextValue, characters};
use crate::raw::{text, version_1};

/// Rows between two looks at whether the user has cancelled.
const ROWS: usize = 256;

/// What stands in a text, in order. `start` counts characters from 1, and the text goes on at `end`.
#[unsafe(no_mangle)]
#[pg_guard]
pub extern "C-unwind" fn heimdall_detect_pii(fcinfo: pg_sys::FunctionCallInfo) -> pg_sys::Datum {
    // SAFETY: Postgres gives a valid call with arguments of type text and jsonb which are not NULL (strict). It raises
    // where no set is asked for; else the store and the description of its rows are there.
    let (value, options, store, columns) = unsafe {
        let arguments = (*fcinfo).args.as_slice(2);
        let (value, options) = (text(arguments[0].value), declared(arguments[1].value));
        pg_sys::InitMaterializedSRF(fcinfo, 0);
        let result = (*fcinfo).resultinfo.cast::<pg_sys::ReturnSetInfo>();
        (value, options, (*result).setResult, (*result).setDesc)
    };
    let kinds = Kind::ALL.map(|kind| TextValue::of(kind.name()));
    let (mut at, mut position) = (0, 1);
    for (number, found) in detect::detect(value, &options).into_iter().enumerate() {
        if number % ROWS == 0 {
            check_for_interrupts!();
        }
        let start = position + characters(value, at, found.start);
        let end = start + characters(value, found.start, found.end);
        (at, position) = (found.end, end);
        let confidence = found.confidence.into_datum().unwrap_or(pg_sys::Datum::null());
        let mut row = [kinds[found.kind as usize].datum(), start.into(), end.into(), confidence];
        let mut nulls = [false; 4];
        // SAFETY: the row has the four columns of the declaration; the store copies it.
        unsafe { pg_sys::tuplestore_putvalues(store, columns, row.as_mut_ptr(), nulls.as_mut_ptr()) };
    }
    pg_sys::Datum::from(0)
}

version_1!(pg_finfo_heimdall_detect_pii);

/// The text with typed tokens in the place of what is found; the argument itself where nothing is.
#[unsafe(no_mangle)]
#[pg_guard]
pub extern "C-unwind" fn heimdall_scrub(fcinfo: pg_sys::FunctionCallInfo) -> pg_sys::Datum {
    // SAFETY: Postgres gives a valid call with arguments of type text and jsonb which are not NULL (strict).
    let (argument, value, options) = unsafe {
        let arguments = (*fcinfo).args.as_slice(2);
        (arguments[0].value, text(arguments[0].value), declared(arguments[1].value))
    };
    match detect::scrub(value, &options) {
        std::borrow::Cow::Borrowed(_) => argument,
        std::borrow::Cow::Owned(scrubbed) => scrubbed.into_datum().unwrap_or(pg_sys::Datum::null()),
    }
}

version_1!(pg_finfo_heimdall_scrub);

thread_local! {
    /// The options that were read last, by their bytes: those of a statement are the same for every row.
    static LAST: RefCell<(Vec<u8>, Rc<Options>)> = RefCell::default();
}

/// The options of a call; raises where they are not valid.
///
/// # Safety
/// `datum` is of type jsonb.
unsafe fn declared(datum: pg_sys::Datum) -> Rc<Options> {
    // SAFETY: the caller's; a value that is not toasted is given back as it is.
    let (detoasted, bytes) = unsafe {
        let varlena = pg_sys::pg_detoast_datum(datum.cast_mut_ptr());
        let length = pgrx::varlena::varsize_any(varlena);
        (varlena, std::slice::from_raw_parts(varlena.cast::<u8>(), length))
    };
    if let Some(options) = LAST.with_borrow(|(last, options)| (last == bytes).then(|| Rc::clone(options))) {
        return options;
    }
    // SAFETY: a value of type jsonb, detoasted.
    let json = unsafe { JsonB::from_datum(pg_sys::Datum::from(detoasted), false) };
    let written = json.map_or_else(String::new, |json| json.0.to_string());
    let options = Rc::new(ok(Options::parse(&written).map_err(invalid)));
    LAST.set((bytes.to_vec(), Rc::clone(&options)));
    options
}

fn invalid(problem: String) -> Error {
    let names: Vec<&str> = Kind::ALL.iter().map(|kind| kind.name()).collect();
    let code = PgSqlErrorCode::ERRCODE_INVALID_PARAMETER_VALUE;
    Error::new(code, format!("the options are not valid: {problem}")).hint(format!(
        "The options are: kinds, except, ip, mac, min_confidence. The kinds are: {}.",
        names.join(", ")
    ))
}
