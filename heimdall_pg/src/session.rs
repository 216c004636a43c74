//! Statements through SPI, set at a time: arrays in, rows out.
//!
//! pgrx' own SPI client converts value by value; a flush hands over columns of a hundred thousand values, so
//! that arrays are laid out here in Postgres' own format and read in place.

use std::ffi::{CStr, c_char, c_int, c_long};
use std::marker::PhantomData;
use std::ptr::{null, null_mut};

use pgrx::pg_sys;
use pgrx::{FromDatum, PgSqlErrorCode, Spi, check_for_interrupts};

use crate::error::Error;
use crate::table::timestamp;

/// A connection to SPI. What it returned is freed when it ends.
pub struct Session<'a>(PhantomData<&'a ()>);

/// A parameter.
pub enum Arg<'a> {
    Text(&'a str),
    Bytes(&'a [u8]),
    Int8(i64),
    Float8(f64),
    /// `timestamptz`, as Postgres counts it.
    Time(i64),
    Array(&'a Array),
    /// NULL of that type.
    Null(pg_sys::Oid),
}

/// Rows that [`Session::each`] has in memory.
const FETCHED: c_long = 1000;

/// Rows of a statement.
pub struct Rows<'a> {
    table: *mut pg_sys::SPITupleTable,
    len: usize,
    session: PhantomData<&'a ()>,
}

/// Connects to SPI for as long as `work` runs.
pub fn session<R>(work: impl FnOnce(&Session) -> R) -> R {
    Spi::connect_mut(|_| work(&Session(PhantomData)))
}

impl Session<'_> {
    /// Runs a statement that may write. Raises what Postgres raises.
    pub fn query<'s>(&'s self, sql: &CStr, args: &[Arg<'_>]) -> Result<Rows<'s>, Error> {
        let mut types: Vec<pg_sys::Oid> = Vec::with_capacity(args.len());
        let mut values: Vec<pg_sys::Datum> = Vec::with_capacity(args.len());
        let mut nulls: Vec<c_char> = Vec::with_capacity(args.len());
        for arg in args {
            let (oid, value) = arg.datum();
            types.push(oid);
            nulls.push(if value.is_some() { b' ' } else { b'n' } as c_char);
            values.push(value.unwrap_or(pg_sys::Datum::null()));
        }
        // SAFETY: SPI is connected while a Session exists; the three arrays have one entry a parameter and,
        // like what they point to, outlive the call.
        let (status, table, len) = unsafe {
            let status = pg_sys::SPI_execute_with_args(
                sql.as_ptr(),
                args.len() as c_int,
                types.as_mut_ptr(),
                values.as_mut_ptr(),
                nulls.as_ptr(),
                false,
                0,
            );
            (status, pg_sys::SPI_tuptable, pg_sys::SPI_processed as usize)
        };
        if status < 0 {
            let code = PgSqlErrorCode::ERRCODE_INTERNAL_ERROR;
            return Err(Error::new(code, format!("SPI gave status {status}")));
        }
        let len = if table.is_null() { 0 } else { len };
        Ok(Rows { table, len, session: PhantomData })
    }

    /// Hands over the rows of a statement that only reads, one after the other. However many there are, a few are in
    /// memory at a time.
    pub fn each(&self, sql: &CStr, mut take: impl FnMut(&Rows<'_>, usize)) {
        // SAFETY: SPI is connected while a Session exists. A statement without parameters has no arrays of them. The
        // portal is closed here, or by the end of the transaction where an error unwinds.
        let portal = unsafe {
            pg_sys::SPI_cursor_open_with_args(
                null(),
                sql.as_ptr(),
                0,
                null_mut(),
                null_mut(),
                null(),
                true,
                0,
            )
        };
        loop {
            // SAFETY: the portal is open.
            let rows = unsafe {
                pg_sys::SPI_cursor_fetch(portal, true, FETCHED);
                Rows {
                    table: pg_sys::SPI_tuptable,
                    len: pg_sys::SPI_processed as usize,
                    session: PhantomData,
                }
            };
            (0..rows.len()).for_each(|row| take(&rows, row));
            if rows.len() == 0 {
                break;
            }
            check_for_interrupts!();
        }
        // SAFETY: the portal is open, and what was fetched from it is freed.
        unsafe { pg_sys::SPI_cursor_close(portal) };
    }
}

impl Arg<'_> {
    fn datum(&self) -> (pg_sys::Oid, Option<pg_sys::Datum>) {
        use pgrx::IntoDatum;
        match self {
            Arg::Text(text) => (pg_sys::TEXTOID, text.into_datum()),
            Arg::Bytes(bytes) => (pg_sys::BYTEAOID, bytes.into_datum()),
            Arg::Int8(value) => (pg_sys::INT8OID, value.into_datum()),
            Arg::Float8(value) => (pg_sys::FLOAT8OID, value.into_datum()),
            Arg::Time(value) => (pg_sys::TIMESTAMPTZOID, Some(pg_sys::Datum::from(*value))),
            Arg::Array(array) => (array.type_oid, Some(array.datum())),
            Arg::Null(oid) => (*oid, None),
        }
    }
}

impl Rows<'_> {
    /// How many.
    pub fn len(&self) -> usize {
        self.len
    }

    fn datum(&self, row: usize, column: usize) -> Option<pg_sys::Datum> {
        if row >= self.len {
            return None;
        }
        let mut is_null = false;
        // SAFETY: the table has `len` rows and lives as long as the session; a column number that is out of
        // range gives NULL.
        let datum = unsafe {
            let tuple = *(*self.table).vals.add(row);
            pg_sys::SPI_getbinval(tuple, (*self.table).tupdesc, column as c_int, &mut is_null)
        };
        (!is_null).then_some(datum)
    }

    /// A value of eight bytes or fewer: integers, graphid. Columns count from 1.
    pub fn int(&self, row: usize, column: usize) -> Option<i64> {
        self.datum(row, column).map(|datum| datum.value() as i64)
    }

    /// An `oid` that was cast to `bigint`.
    pub fn oid(&self, row: usize, column: usize) -> Option<pg_sys::Oid> {
        self.int(row, column).and_then(|oid| u32::try_from(oid).ok()).map(pg_sys::Oid::from)
    }

    /// A `float8`.
    pub fn float(&self, row: usize, column: usize) -> Option<f64> {
        self.datum(row, column).map(|datum| f64::from_bits(datum.value() as u64))
    }

    /// A `text`.
    pub fn text(&self, row: usize, column: usize) -> Option<String> {
        let datum = self.datum(row, column)?;
        // SAFETY: callers ask for text where their statement gives text.
        unsafe { String::from_datum(datum, false) }
    }

    /// A `bytea`.
    pub fn bytes(&self, row: usize, column: usize) -> Option<Vec<u8>> {
        let datum = self.datum(row, column)?;
        // SAFETY: callers ask for bytea where their statement gives bytea.
        unsafe { Vec::<u8>::from_datum(datum, false) }
    }
}

impl Drop for Rows<'_> {
    fn drop(&mut self) {
        // An error that unwinds has freed SPI's memory already.
        if !self.table.is_null() && !std::thread::panicking() {
            // SAFETY: the table came from SPI in this session and nothing refers to it any more.
            unsafe { pg_sys::SPI_freetuptable(self.table) };
        }
    }
}

/// A one-dimensional array without NULLs, laid out as Postgres does (`utils/array.h`).
pub struct Array {
    type_oid: pg_sys::Oid,
    /// Eight-byte words, for the alignment.
    words: Vec<u64>,
}

/// Midnight of 2000-01-01 UTC, where `timestamptz` begins, in microseconds since 1970.
pub const POSTGRES_EPOCH: i64 = 946_684_800_000_000;

/// Bytes before the elements: length, dimensions, offset of NULLs, element type, size, lower bound.
const HEADER: usize = 24;

impl Array {
    /// A `text[]`.
    pub fn texts<'t>(texts: impl Iterator<Item = &'t str>) -> Array {
        Array::joined(texts.map(|text| [text]))
    }

    /// A `text[]` of `label:value`.
    pub fn keys<'t>(keys: impl Iterator<Item = (&'t str, &'t str)>) -> Array {
        Array::joined(keys.map(|(label, value)| [label, ":", value]))
    }

    /// A `text[]`, every element put together from pieces.
    fn joined<'t, const N: usize>(texts: impl Iterator<Item = [&'t str; N]>) -> Array {
        let mut bytes = vec![0u8; HEADER];
        let mut count = 0;
        for pieces in texts {
            let length: usize = pieces.iter().map(|piece| piece.len()).sum();
            // Every element: its length with the header's four bytes, shifted by the two flag bits.
            bytes.extend_from_slice(&(((length + 4) as u32) << 2).to_ne_bytes());
            pieces.iter().for_each(|piece| bytes.extend_from_slice(piece.as_bytes()));
            bytes.resize(bytes.len().next_multiple_of(4), 0);
            count += 1;
        }
        let mut words = vec![0u64; bytes.len().div_ceil(8)];
        for (word, chunk) in words.iter_mut().zip(bytes.chunks(8)) {
            let mut eight = [0u8; 8];
            eight[..chunk.len()].copy_from_slice(chunk);
            *word = u64::from_ne_bytes(eight);
        }
        Array::finish(pg_sys::TEXTARRAYOID, pg_sys::TEXTOID, words, bytes.len(), count)
    }

    /// An `int8[]`.
    pub fn ints(values: impl Iterator<Item = i64>) -> Array {
        Array::words(pg_sys::INT8ARRAYOID, pg_sys::INT8OID, values)
    }

    /// A `timestamptz[]`; microseconds since 1970, the extremes of the type being the infinities.
    pub fn times(values: impl Iterator<Item = i64>) -> Array {
        Array::words(pg_sys::TIMESTAMPTZARRAYOID, pg_sys::TIMESTAMPTZOID, values.map(timestamp))
    }

    /// An array of AGE's `graphid`.
    pub fn graphids(graphid: GraphidType, values: impl Iterator<Item = i64>) -> Array {
        Array::words(graphid.array, graphid.element, values)
    }

    fn words(array: pg_sys::Oid, element: pg_sys::Oid, values: impl Iterator<Item = i64>) -> Array {
        let mut words = vec![0u64; HEADER / 8];
        words.extend(values.map(|value| value as u64));
        let (bytes, count) = (words.len() * 8, words.len() - HEADER / 8);
        Array::finish(array, element, words, bytes, count)
    }

    fn finish(
        type_oid: pg_sys::Oid,
        element: pg_sys::Oid,
        mut words: Vec<u64>,
        bytes: usize,
        count: usize,
    ) -> Array {
        let pair = |low: u32, high: u32| {
            let mut eight = [0u8; 8];
            eight[..4].copy_from_slice(&low.to_ne_bytes());
            eight[4..].copy_from_slice(&high.to_ne_bytes());
            u64::from_ne_bytes(eight)
        };
        words[0] = pair((bytes as u32) << 2, 1);
        words[1] = pair(0, element.to_u32());
        words[2] = pair(count as u32, 1);
        Array { type_oid, words }
    }

    fn datum(&self) -> pg_sys::Datum {
        pg_sys::Datum::from(self.words.as_ptr())
    }
}

/// The type ids of `graphid` and `graphid[]`, which differ from database to database.
#[derive(Clone, Copy)]
pub struct GraphidType {
    element: pg_sys::Oid,
    array: pg_sys::Oid,
}

impl GraphidType {
    /// Looks them up.
    pub fn new(session: &Session) -> Result<GraphidType, Error> {
        let found = session.query(
            c"SELECT 'ag_catalog.graphid'::pg_catalog.regtype::pg_catalog.oid::pg_catalog.int8,
                     'ag_catalog.graphid[]'::pg_catalog.regtype::pg_catalog.oid::pg_catalog.int8",
            &[],
        )?;
        match (found.oid(0, 1), found.oid(0, 2)) {
            (Some(element), Some(array)) => Ok(GraphidType { element, array }),
            _ => Err(Error::new(
                PgSqlErrorCode::ERRCODE_UNDEFINED_OBJECT,
                "Apache AGE's type graphid is not there",
            )),
        }
    }
}
