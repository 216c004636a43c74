//! `heimdall.extract_observables`: rows go into a tuplestore as they are found, half the time of making a composite
//! value of each.

use heimdall_core::canonical::{self, Kind};
use pgrx::pg_sys;
use pgrx::{check_for_interrupts, pg_guard};

use crate::raw::{text, version_1};

/// Rows between two looks at whether the user has cancelled.
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
    let kinds = Kind::ALL.map(|kind| TextValue::of(kind.name()));
    let (mut value, mut canonical) = (TextValue::default(), TextValue::default());
    let (mut at, mut position) = (0, 1);
    for (number, found) in canonical::extract_observables(report).enumerate() {
        if number % ROWS == 0 {
            check_for_interrupts!();
        }
        let start = position + characters(report, at, found.start);
        let end = start + characters(report, found.start, found.end);
        (at, position) = (found.end, end);
        value.set(found.value);
        canonical.set(&found.canonical);
        let kind = kinds[found.kind as usize].datum();
        let mut row = [kind, value.datum(), canonical.datum(), start.into(), end.into()];
        let mut nulls = [false; 5];
        // SAFETY: the row has the five columns of the declaration; the store copies it.
        unsafe { pg_sys::tuplestore_putvalues(store, columns, row.as_mut_ptr(), nulls.as_mut_ptr()) };
    }
    pg_sys::Datum::from(0)
}

version_1!(pg_finfo_heimdall_extract_observables);

/// A value of type text in memory of our own, used again for the next: asking Postgres for it would take longer than
/// finding the observable.
#[derive(Default)]
pub struct TextValue {
    /// The header in the first word, then the bytes.
    words: Vec<u32>,
}

impl TextValue {
    pub fn of(text: &str) -> TextValue {
        let mut value = TextValue::default();
        value.set(text);
        value
    }

    pub fn set(&mut self, text: &str) {
        self.words.clear();
        self.words.resize(1 + text.len().div_ceil(size_of::<u32>()), 0);
        let varlena: *mut pg_sys::varlena = self.words.as_mut_ptr().cast();
        // SAFETY: there is room for the header and the bytes, aligned as Postgres wants it; the text is shorter than
        // the one it was found in, whose length fits.
        unsafe {
            pgrx::set_varsize_4b(varlena, (size_of::<u32>() + text.len()) as i32);
            let bytes = varlena.cast::<u8>().add(size_of::<u32>());
            std::ptr::copy_nonoverlapping(text.as_ptr(), bytes, text.len());
        }
    }

    /// Good until the next value is set.
    pub fn datum(&self) -> pg_sys::Datum {
        pg_sys::Datum::from(self.words.as_ptr())
    }
}

/// A value in Postgres has less than 2^30 bytes.
pub fn characters(text: &str, start: usize, end: usize) -> i32 {
    let part = text.get(start..end).unwrap_or_default();
    let count = if part.is_ascii() { part.len() } else { part.chars().count() };
    i32::try_from(count).unwrap_or(i32::MAX)
}
