//! `heimdall.extract_observables`: rows go into a tuplestore as they are found, half the time of making a composite
//! value of each.

use heimdall_core::canonical::{self, Kind};
use pgrx::pg_sys;
use pgrx::{PgMemoryContexts, check_for_interrupts, pg_guard};

use crate::raw::{text, version_1};

/// Rows whose values are freed together.
const ROWS: usize = 256;

/// The observables in a text, in order. `start` counts characters from 1, and the text goes on at `end`.
#[unsafe(no_mangle)]
#[pg_guard]
pub extern "C-unwind" fn heimdall_extract_observables(fcinfo: pg_sys::FunctionCallInfo) -> pg_sys::Datum {
    // SAFETY: Postgres gives a valid call, with one argument of type text which is not NULL (strict). It raises where
    // no set is asked for; else the store and the description of its rows are there.
    let (report, store, columns) = unsafe {
        let report = text((*fcinfo).args.as_slice(1)[0].value);
        pg_sys::InitMaterializedSRF(fcinfo, 0);
        let result = (*fcinfo).resultinfo.cast::<pg_sys::ReturnSetInfo>();
        (report, (*result).setResult, (*result).setDesc)
    };
    let kinds = Kind::ALL.map(|kind| text_datum(kind.name()));
    let mut values = PgMemoryContexts::new("observables");
    let mut observables = canonical::extract_observables(report);
    let (mut at, mut position, mut given) = (0, 1, ROWS);
    while given == ROWS {
        check_for_interrupts!();
        given = 0;
        // SAFETY: the rows have the five columns of the declaration; the store copies their values.
        unsafe {
            values.switch_to(|_| {
                for found in observables.by_ref().take(ROWS) {
                    let start = position + characters(report, at, found.start);
                    let end = start + characters(report, found.start, found.end);
                    (at, position) = (found.end, end);
                    let mut row = [
                        kinds[found.kind as usize],
                        text_datum(found.value),
                        text_datum(&found.canonical),
                        pg_sys::Datum::from(start),
                        pg_sys::Datum::from(end),
                    ];
                    let mut nulls = [false; 5];
                    pg_sys::tuplestore_putvalues(store, columns, row.as_mut_ptr(), nulls.as_mut_ptr());
                    given += 1;
                }
            });
            values.reset();
        }
    }
    pg_sys::Datum::from(0)
}

version_1!(pg_finfo_heimdall_extract_observables);

/// A text in the current memory context.
fn text_datum(text: &str) -> pg_sys::Datum {
    // SAFETY: pointer and length are those of the text, which is shorter than what it was found in.
    pg_sys::Datum::from(unsafe { pg_sys::cstring_to_text_with_len(text.as_ptr().cast(), text.len() as i32) })
}

/// A value in Postgres has less than 2^30 bytes.
fn characters(text: &str, start: usize, end: usize) -> i32 {
    let part = text.get(start..end).unwrap_or_default();
    let count = if part.is_ascii() { part.len() } else { part.chars().count() };
    i32::try_from(count).unwrap_or(i32::MAX)
}
