//! Rows that were put aside, once more: under the mapping that their source has now, as a batch of their own.

use std::collections::HashMap;

use super::{Finished, Intake, Store};
use crate::batch::Encoding;
use crate::format::{
    Decoder, Format, FormatError, FormatOptions, HeaderLines, Malformed, Row, Sink, recognise,
};

/// A row that was put aside, opened.
#[derive(Clone, Copy, Debug)]
pub struct PutAside<'a> {
    /// Number that it had in its dump, and keeps.
    pub number: u64,
    /// Where it began in its dump.
    pub offset: u64,
    /// How it was kept.
    pub encoding: Encoding,
    /// What was sealed.
    pub plain: &'a [u8],
}

/// An upload of rows that were put aside.
pub struct Retry {
    format: Format,
    options: FormatOptions,
    /// Columns that the dump had.
    header: Vec<String>,
    slots: HashMap<String, usize>,
    intake: Intake,
}

type Fields = Vec<(String, String)>;

impl Retry {
    /// Of rows of a dump with these columns. The intake is that of the new batch; however many rows still fail, it goes on.
    pub fn new(format: Format, options: FormatOptions, header: Vec<String>, intake: Intake) -> Retry {
        Retry { format, options, header, slots: HashMap::new(), intake }
    }

    /// What has come so far.
    pub fn intake(&self) -> &Intake {
        &self.intake
    }

    /// Takes a row.
    ///
    /// # Errors
    /// What the store says, or [`super::IngestError`]; that the row still fails is no such case.
    pub fn row<S: Store>(&mut self, row: PutAside<'_>, store: &mut S) -> Result<(), S::Error> {
        let PutAside { number, offset, encoding, plain } = row;
        let decoded = match encoding {
            Encoding::Fields => fields(plain),
            Encoding::Raw => self.decode(plain),
        };
        match decoded {
            Ok(fields) => self.take(number, offset, &fields, store),
            Err(reason) => self.intake.malformed(Malformed { number, offset, reason, raw: plain }, store),
        }
    }

    /// Ends the upload.
    ///
    /// # Errors
    /// What the store says, or [`super::IngestError`].
    pub fn finish<S: Store>(mut self, store: &mut S) -> Result<(Intake, Finished), S::Error> {
        let finished = self.intake.finish(store)?;
        Ok((self.intake, finished))
    }

    fn take<S: Store>(
        &mut self,
        number: u64,
        offset: u64,
        fields: &[(String, String)],
        store: &mut S,
    ) -> Result<(), S::Error> {
        let mut new = Vec::new();
        for (name, _) in fields {
            let next = self.slots.len();
            if !self.slots.contains_key(name) {
                self.slots.insert(name.clone(), next);
                new.push(name.clone());
            }
        }
        if !new.is_empty() {
            self.intake.columns(&new).map_err(S::Error::from)?;
        }
        let mut values = vec![""; self.slots.len()];
        for (name, value) in fields {
            if let Some(place) = self.slots.get(name).and_then(|slot| values.get_mut(*slot)) {
                *place = value;
            }
        }
        self.intake.row(Row { number, offset, values: &values }, store)
    }

    /// Decodes a row by itself. What went before it in its dump is gone, but for the names of the columns.
    fn decode(&self, raw: &[u8]) -> Result<Fields, &'static str> {
        let mut row = OneRow::default();
        let format = match self.format {
            Format::Auto => match recognise(raw).unwrap_or_default() {
                None | Some(Format::Text) => Format::Csv,
                Some(format) => format,
            },
            format => format,
        };
        let mut options = self.options.clone();
        if format == Format::Csv {
            options.header = Some(HeaderLines::Present(false));
            options.columns = Some(self.header.clone());
            options.skip_lines = None;
        }
        let mut decoder = Decoder::new(format, &options);
        let mut run = || -> Result<(), FormatError> {
            decoder.push(raw, &mut row)?;
            decoder.finish(&mut row)
        };
        run().map_err(|_| "cannot be decoded by itself")?;
        match (row.rows, row.malformed) {
            (_, Some(reason)) => Err(reason),
            (1, None) => Ok(row.columns.into_iter().zip(row.values).collect()),
            _ => Err("is not one row by itself"),
        }
    }
}

/// The fields of a row that was kept as such.
fn fields(json: &[u8]) -> Result<Fields, &'static str> {
    let fields: HashMap<String, String> =
        serde_json::from_slice(json).map_err(|_| "what was kept of the row cannot be read")?;
    // In an order of their own, so that the same rows give the same columns.
    let mut fields: Fields = fields.into_iter().collect();
    fields.sort_unstable();
    Ok(fields)
}

/// Takes what a row decodes to.
#[derive(Default)]
struct OneRow {
    columns: Vec<String>,
    values: Vec<String>,
    rows: u64,
    malformed: Option<&'static str>,
}

impl Sink for OneRow {
    type Error = FormatError;

    fn header(&mut self, names: &[String]) -> Result<(), FormatError> {
        self.columns(names)
    }

    fn columns(&mut self, names: &[String]) -> Result<(), FormatError> {
        self.columns.extend_from_slice(names);
        Ok(())
    }

    fn row(&mut self, row: Row<'_>) -> Result<(), FormatError> {
        self.rows += 1;
        self.values = row.values.iter().map(|value| (*value).to_owned()).collect();
        Ok(())
    }

    fn malformed(&mut self, row: Malformed<'_>) -> Result<(), FormatError> {
        self.malformed = Some(row.reason);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::batch::{Flush, Keys};
    use crate::mapping::{Mapping, Policy};
    use crate::pipeline::IngestError;
    use crate::protect::{HashKeys, MasterKey, Secret};

    /// Numbers of the rows that were put aside again, with the rule, and the keys of what came in.
    #[derive(Default)]
    struct Kept {
        rejects: Vec<(u64, &'static str)>,
        keys: Vec<String>,
    }

    impl Store for Kept {
        type Error = IngestError;

        fn adopt(&mut self, _mapping: &Mapping) -> Result<(), IngestError> {
            Ok(())
        }

        fn flush(&mut self, flush: Flush<'_>) -> Result<(), IngestError> {
            self.rejects.extend(flush.rejects().iter().map(|reject| (reject.row, reject.rule)));
            self.keys.extend((0..flush.nodes().len()).map(|at| flush.key(at)));
            Ok(())
        }

        fn flush_last(&mut self, flush: Flush<'_>) -> Result<(), IngestError> {
            self.flush(flush)
        }
    }

    const MAPPING: &str = r#"{"columns": ["ip", "name"], "entities": {"ip": {"label": "Ip", "key": "ip"}}}"#;

    fn retry(format: Format, batch: i64, rows: &[(u64, Encoding, &[u8])]) -> (Kept, Finished) {
        let secret = Secret::parse(&"0123456789abcdef".repeat(4)).unwrap();
        let (data, _) = MasterKey::new(&secret).new_data_key(1).unwrap();
        let keys = Keys { hash: HashKeys::new(&secret), data };
        let mapping = Mapping::parse(MAPPING).unwrap();
        let intake = Intake::new(9, keys, Some(mapping), Policy::default(), 0.0).retrying(batch);
        let header = ["ip", "name"].map(str::to_owned).to_vec();
        let mut retry = Retry::new(format, FormatOptions::default(), header, intake);
        let mut kept = Kept::default();
        for (number, encoding, plain) in rows {
            let row = PutAside { number: *number, offset: 7, encoding: *encoding, plain };
            retry.row(row, &mut kept).unwrap();
        }
        let (mut intake, finished) = retry.finish(&mut kept).unwrap();
        intake.flush_rest(&mut kept).unwrap();
        (kept, finished)
    }

    #[test]
    fn rows_come_in_whatever_fields_they_have_and_failures_do_not_end_it() {
        let (kept, finished) = retry(
            Format::Ndjson,
            1,
            &[
                (3, Encoding::Fields, br#"{"name":"a","ip":"192.0.2.1"}"#),
                (5, Encoding::Fields, br#"{"ip":"nowhere"}"#),
                (6, Encoding::Fields, br#"{"ip":"192.0.2.2","more":"b"}"#),
                (7, Encoding::Raw, b"nothing"),
                (8, Encoding::Raw, br#"{"ip": "192.0.2.3"}"#),
            ],
        );
        assert_eq!((finished.counts.read, finished.counts.accepted), (5, 3));
        assert_eq!(kept.rejects, [(5, "ip"), (7, "format")]);
        for ip in ["Ip:192.0.2.1", "Ip:192.0.2.2", "Ip:192.0.2.3"] {
            assert!(kept.keys.iter().any(|key| key == ip), "{ip} of {:?}", kept.keys);
        }
    }

    #[test]
    fn a_row_of_csv_has_the_header_of_its_dump() {
        let rows: [(u64, Encoding, &[u8]); 4] = [
            (1, Encoding::Raw, b"192.0.2.1,a"),
            (2, Encoding::Raw, b"192.0.2.2"),
            (3, Encoding::Raw, b"192.0.2.3,\"a"),
            (4, Encoding::Raw, b"192.0.2.4,a\n192.0.2.5,b"),
        ];
        let (kept, finished) = retry(Format::Csv, 1, &rows);
        assert_eq!(finished.counts.accepted, 1);
        assert_eq!(kept.rejects, [(2, "format"), (3, "format"), (4, "format")]);
    }

    #[test]
    fn a_row_tells_its_dialect_and_its_format_by_itself() {
        let rows: [(u64, Encoding, &[u8]); 4] = [
            (1, Encoding::Raw, b"192.0.2.1;\"a, b\""),
            (2, Encoding::Raw, b"192.0.2.2;a, b"),
            (3, Encoding::Raw, b"192.0.2.3\ta"),
            (4, Encoding::Raw, b"192.0.2.4|a|b"),
        ];
        for format in [Format::Csv, Format::Auto] {
            let (kept, finished) = retry(format, 1, &rows);
            assert_eq!(
                (finished.counts.accepted, &kept.rejects[..]),
                (3, &[(4, "format")][..]),
                "{format:?}"
            );
            assert!(kept.keys.iter().any(|key| key == "Ip:192.0.2.2"), "{:?}", kept.keys);
        }
        let rows: [(u64, Encoding, &[u8]); 1] = [(1, Encoding::Raw, br#"{"ip": "192.0.2.5", "name": "a"}"#)];
        assert_eq!(retry(Format::Auto, 1, &rows).1.counts.accepted, 1);
    }

    #[test]
    fn the_same_rows_of_another_batch_are_another_dump() {
        let rows: [(u64, Encoding, &[u8]); 1] = [(1, Encoding::Fields, br#"{"ip":"192.0.2.1"}"#)];
        let digest = |batch| retry(Format::Csv, batch, &rows).1.digest;
        assert_eq!(digest(1), digest(1));
        assert_ne!(digest(1), digest(2));
    }
}
