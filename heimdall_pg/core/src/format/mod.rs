//! Decoders: bytes in, rows out.
//!
//! A decoder is an incremental state machine: it takes chunks cut anywhere and hands every row to a
//! [`Sink`] as soon as it is complete. Memory is bounded by [`MAX_ROW`], whatever the size of the dump.

mod auditd;
mod auto;
mod cef;
mod clf;
mod compression;
mod csv;
mod decoder;
mod detect;
mod encoding;
mod error;
mod escape;
mod fields;
mod frames;
mod json;
mod kv;
mod leef;
mod lines;
mod marked;
mod name;
mod nmap;
mod options;
mod pairs;
mod records;
mod row;
mod syslog;
mod text;
mod w3c;
mod xlsx;
mod xml;
mod zeek;

pub use self::csv::CsvDecoder;
use self::csv::encode_row;
pub use self::csv::options::{HeaderLines, Ragged};
pub use self::decoder::Decoder;
pub use self::detect::recognise;
pub use self::encoding::TextEncoding;
pub use self::error::FormatError;
pub use self::json::JsonDecoder;
pub use self::name::Format;
pub use self::nmap::NmapDecoder;
pub use self::options::FormatOptions;
pub use self::row::{Malformed, Row, Sink};
pub use self::xlsx::XlsxDecoder;
pub use self::zeek::ZeekDecoder;

use self::fields::Fields;
use self::lines::Lines;
use self::row::recycle;

/// The largest row that is decoded, in bytes.
pub const MAX_ROW: usize = 16 << 20;

/// The largest document that is decoded as a whole, in bytes: one that gives many rows and cannot be read in parts.
pub const MAX_DOCUMENT: usize = 64 << 20;

/// The most columns that a dump may have.
pub const MAX_COLUMNS: usize = 1600;

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::mapping::is_plausible_name;

    /// Keeps everything, as text.
    #[derive(Default)]
    pub(crate) struct Kept {
        pub columns: Vec<String>,
        pub rows: Vec<Vec<String>>,
        pub malformed: Vec<(u64, &'static str)>,
    }

    impl Sink for Kept {
        type Error = FormatError;

        fn header(&mut self, names: &[String]) -> Result<(), FormatError> {
            self.columns(names)
        }

        fn columns(&mut self, names: &[String]) -> Result<(), FormatError> {
            self.columns.extend_from_slice(names);
            Ok(())
        }

        fn row(&mut self, row: Row<'_>) -> Result<(), FormatError> {
            self.rows.push(row.values.iter().map(|value| (*value).to_owned()).collect());
            Ok(())
        }

        fn malformed(&mut self, row: Malformed<'_>) -> Result<(), FormatError> {
            self.malformed.push((row.number, row.reason));
            Ok(())
        }
    }

    /// Decodes `dump` in chunks of `size` bytes.
    pub(crate) fn decode(format: Format, dump: &[u8], size: usize) -> Result<Kept, FormatError> {
        decode_pieces(format, dump.chunks(size.max(1)))
    }

    /// Decodes `dump` as a whole, byte by byte, and cut in two at every position: the same has to come of it.
    pub(crate) fn decode_however_cut(format: Format, dump: &[u8]) -> Kept {
        let whole = decode(format, dump, usize::MAX).unwrap();
        assert!(whole.columns.iter().all(|name| is_plausible_name(name)), "{:?}", whole.columns);
        let check = |cut: Kept, how: String| {
            assert_eq!(cut.columns, whole.columns, "{how}");
            assert_eq!(cut.rows, whole.rows, "{how}");
            assert_eq!(cut.malformed, whole.malformed, "{how}");
        };
        check(decode(format, dump, 1).unwrap(), "byte by byte".to_owned());
        for at in 1..dump.len() {
            let (first, second) = dump.split_at(at);
            check(decode_pieces(format, [first, second].into_iter()).unwrap(), format!("cut at {at}"));
        }
        whole
    }

    fn decode_pieces<'a>(
        format: Format,
        pieces: impl Iterator<Item = &'a [u8]>,
    ) -> Result<Kept, FormatError> {
        let mut kept = Kept::default();
        let mut decoder = Decoder::new(format, &FormatOptions::default());
        for chunk in pieces {
            decoder.push(chunk, &mut kept)?;
        }
        decoder.finish(&mut kept)?;
        Ok(kept)
    }
}
