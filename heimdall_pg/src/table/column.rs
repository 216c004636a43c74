//! Columns of rows that are to be written, laid out as Postgres reads them.

use pgrx::pg_sys;

use crate::session::POSTGRES_EPOCH;

/// A column: one value a row, never NULL.
pub enum Column<'c> {
    /// Values of eight bytes or fewer, as Postgres passes them: `bigint`, `timestamptz`, `graphid`.
    Words(&'c [i64]),
    /// The same value of eight bytes or fewer in every row.
    Word(i64),
    /// Values of varying length: `text`, `agtype`.
    Values(&'c Values),
}

impl Column<'_> {
    /// True where it has a value for that many rows.
    pub(super) fn holds(&self, rows: usize) -> bool {
        match self {
            Column::Words(words) => words.len() == rows,
            Column::Word(_) => true,
            Column::Values(values) => values.starts.len() == rows,
        }
    }

    /// The value of a row. It points into the column.
    pub(super) fn datum(&self, row: usize) -> pg_sys::Datum {
        match self {
            Column::Words(words) => pg_sys::Datum::from(words[row]),
            Column::Word(word) => pg_sys::Datum::from(*word),
            Column::Values(values) => values.datum(row),
        }
    }
}

/// Values of varying length, one behind the other, each with the length that Postgres wants in front and on the
/// boundary of four bytes that its type wants.
#[derive(Default)]
pub struct Values {
    words: Vec<u32>,
    starts: Vec<usize>,
}

impl Values {
    /// Adds a text that is put together from pieces.
    pub fn push(&mut self, pieces: &[&str]) {
        let length = 4 + pieces.iter().map(|piece| piece.len()).sum::<usize>();
        let start = self.words.len();
        self.starts.push(start);
        self.words.resize(start + length.div_ceil(4), 0);
        self.words[start] = header(length);
        // The bytes are copied in place; the last word is padded with zeros.
        let mut at = start * 4 + 4;
        for piece in pieces {
            self.bytes()[at..at + piece.len()].copy_from_slice(piece.as_bytes());
            at += piece.len();
        }
    }

    /// Adds a value that is made of whole words, its length not included.
    pub fn push_bytes(&mut self, bytes: &[u8]) {
        let start = self.words.len();
        self.starts.push(start);
        self.words.resize(start + 1 + bytes.len().div_ceil(4), 0);
        self.words[start] = header(4 + bytes.len());
        let at = start * 4 + 4;
        self.bytes()[at..at + bytes.len()].copy_from_slice(bytes);
    }

    /// Adds a one-dimensional array without NULLs of words, such as `bigint[]` (`utils/array.h`).
    pub fn push_array(&mut self, element: pg_sys::Oid, words: impl ExactSizeIterator<Item = i64>) {
        let start = self.words.len();
        self.starts.push(start);
        let length = 24 + 8 * words.len();
        self.words.extend([header(length), 1, 0, element.to_u32(), words.len() as u32, 1]);
        for word in words {
            let bytes = word.to_ne_bytes();
            self.words
                .extend(bytes.chunks(4).map(|half| u32::from_ne_bytes([half[0], half[1], half[2], half[3]])));
        }
    }

    fn bytes(&mut self) -> &mut [u8] {
        let length = self.words.len() * 4;
        // SAFETY: the words are initialised, any bytes make a word, and bytes need no alignment.
        unsafe { std::slice::from_raw_parts_mut(self.words.as_mut_ptr().cast::<u8>(), length) }
    }

    fn datum(&self, row: usize) -> pg_sys::Datum {
        pg_sys::Datum::from(self.words[self.starts[row]..].as_ptr())
    }
}

/// Length as the first word of a value that is neither short, compressed nor elsewhere: above two flag bits on
/// machines that put the low byte first, below them on the others (`varatt.h`).
fn header(length: usize) -> u32 {
    let length = length as u32;
    if cfg!(target_endian = "little") { length << 2 } else { length & 0x3FFF_FFFF }
}

/// Times as Postgres counts them, from microseconds since 1970; the extremes of the type are the infinities.
pub fn timestamp(micros: i64) -> i64 {
    if micros == i64::MAX || micros == i64::MIN { micros } else { micros - POSTGRES_EPOCH }
}
