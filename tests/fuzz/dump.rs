//! Decoders and mappings: a dump gives the same rows wherever its bytes are cut, whatever the bytes.

use heimdall_core::format::{Decoder, Format, FormatError, FormatOptions, Malformed, Row, Sink};
use heimdall_core::mapping::{Mapping, Sample};

/// The first byte gives the size of the pieces, the rest of the first line the format; what follows is the dump.
pub fn run(data: &[u8]) {
    let Some((&size, rest)) = data.split_first() else { return };
    let line = rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len());
    let (name, dump) = rest.split_at(line);
    let dump = dump.strip_prefix(b"\n").unwrap_or(dump);
    let format = std::str::from_utf8(name).ok().and_then(Format::from_name).unwrap_or(Format::Auto);
    let piece = usize::from(size / 8).max(1);
    let whole = decode(format, dump.chunks(dump.len().max(1)));
    let pieces = decode(format, dump.chunks(piece));
    assert_eq!(whole, pieces, "{} cut into pieces of {piece}", format.name());

    let mut sample = Sample::default();
    let mut decoder = Decoder::new(format, &FormatOptions::default());
    if decoder.push(dump, &mut sample).and_then(|()| decoder.finish(&mut sample).map(drop)).is_ok()
        && let Ok(Some(mapping)) = sample.mapping()
    {
        assert_eq!(
            Mapping::parse(&mapping.to_json()).as_ref(),
            Ok(&mapping),
            "an inferred mapping is refused"
        );
    }
    if let Ok(mapping) = std::str::from_utf8(dump).map_or(Ok(None), |json| Mapping::parse(json).map(Some))
        && let Some(mapping) = mapping
    {
        assert_eq!(Mapping::parse(&mapping.to_json()), Ok(mapping));
    }
}

/// What a decoder gave, in order.
#[derive(Debug, Default, PartialEq)]
struct Given {
    columns: Vec<String>,
    rows: Vec<(u64, u64, Vec<String>)>,
    malformed: Vec<(u64, u64, &'static str, Vec<u8>)>,
}

impl Sink for Given {
    type Error = FormatError;

    fn header(&mut self, names: &[String]) -> Result<(), FormatError> {
        self.columns(names)
    }

    fn columns(&mut self, names: &[String]) -> Result<(), FormatError> {
        self.columns.extend_from_slice(names);
        Ok(())
    }

    fn row(&mut self, row: Row<'_>) -> Result<(), FormatError> {
        let values = row.values.iter().map(|value| (*value).to_owned()).collect();
        self.rows.push((row.number, row.offset, values));
        Ok(())
    }

    fn malformed(&mut self, row: Malformed<'_>) -> Result<(), FormatError> {
        self.malformed.push((row.number, row.offset, row.reason, row.raw.to_vec()));
        Ok(())
    }
}

fn decode<'a>(format: Format, pieces: impl Iterator<Item = &'a [u8]>) -> (Given, Option<FormatError>) {
    let mut given = Given::default();
    let mut decoder = Decoder::new(format, &FormatOptions::default());
    for piece in pieces {
        if let Err(error) = decoder.push(piece, &mut given) {
            return (given, Some(error));
        }
    }
    let ended = decoder.finish(&mut given).err();
    (given, ended)
}
