//! NDJSON: one JSON object a line (RFC 8259), flattened to columns named by their path.
//!
//! `{"id": {"orig_h": "…"}}` and `{"id.orig_h": "…"}` both fill the column `id.orig_h`. Numbers keep their
//! digits, beyond 2^53 as well; arrays keep their JSON text.

use std::borrow::Cow;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::lines::Line;
use super::{Fields, Lines, Malformed, Sink};

/// How deep objects are flattened; what lies deeper stays JSON text.
const MAX_DEPTH: usize = 16;

/// See the module.
#[derive(Default)]
pub struct NdjsonDecoder {
    lines: Lines,
    objects: Objects,
}

/// Objects to rows.
#[derive(Default)]
struct Objects {
    fields: Fields,
    rows: u64,
}

impl NdjsonDecoder {
    /// See [`super::Decoder::push`].
    ///
    /// # Errors
    /// [`super::FormatError`], or what the sink says.
    pub fn push<S: Sink>(&mut self, chunk: &[u8], sink: &mut S) -> Result<(), S::Error> {
        let objects = &mut self.objects;
        self.lines.push(chunk, |line| objects.line(line, sink))
    }

    /// See [`super::Decoder::finish`].
    ///
    /// # Errors
    /// [`super::FormatError`], or what the sink says.
    pub fn finish<S: Sink>(&mut self, sink: &mut S) -> Result<(), S::Error> {
        let objects = &mut self.objects;
        self.lines.finish(|line| objects.line(line, sink))
    }
}

impl Objects {
    fn line<S: Sink>(&mut self, line: Line<'_>, sink: &mut S) -> Result<(), S::Error> {
        let raw = line.bytes.trim_ascii();
        if raw.is_empty() {
            return Ok(());
        }
        self.rows += 1;
        let (number, offset) = (self.rows, line.offset);
        match self.parse(raw) {
            Ok(()) => self.fields.emit(number, offset, raw, sink),
            Err(reason) => {
                self.fields.announce(sink)?;
                sink.malformed(Malformed { number, offset, reason, raw })
            }
        }
    }

    fn parse(&mut self, line: &[u8]) -> Result<(), &'static str> {
        self.fields.clear();
        let line = std::str::from_utf8(line).map_err(|_| "not valid UTF-8")?;
        if !line.starts_with('{') {
            return Err("not a JSON object");
        }
        self.object(line, &mut String::new(), 1)
    }

    fn object(&mut self, json: &str, path: &mut String, depth: usize) -> Result<(), &'static str> {
        let Members(members) = serde_json::from_str(json).map_err(|_| "not valid JSON")?;
        for (name, value) in members {
            let parent = path.len();
            if parent > 0 {
                path.push('.');
            }
            path.push_str(&name);
            let value = value.get();
            if value.starts_with('{') && depth < MAX_DEPTH {
                self.object(value, path, depth + 1)?;
            } else {
                self.value(path, value)?;
            }
            path.truncate(parent);
        }
        Ok(())
    }

    fn value(&mut self, path: &str, json: &str) -> Result<(), &'static str> {
        if json.starts_with('"') {
            self.fields.set(path, &serde_json::from_str::<Text>(json).map_err(|_| "not valid JSON")?.0)
        } else {
            self.fields.set(path, if json == "null" { "" } else { json })
        }
    }
}

/// A string, borrowed where it has no escapes.
#[derive(Deserialize)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

/// The members of an object in their order, repeated names included.
struct Members<'a>(Vec<(Cow<'a, str>, &'a RawValue)>);

impl<'de: 'a, 'a> Deserialize<'de> for Members<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct MembersVisitor;
        impl<'de> Visitor<'de> for MembersVisitor {
            type Value = Members<'de>;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a JSON object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members<'de>, A::Error> {
                let mut members = Vec::with_capacity(16);
                while let Some((name, value)) = map.next_entry::<Text<'de>, &'de RawValue>()? {
                    members.push((name.0, value));
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(MembersVisitor)
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::decode;
    use super::super::{Format, FormatError, MAX_ROW};

    #[test]
    fn chunks_cut_anywhere_give_the_same_rows() {
        let dump = "{\"a\":1,\"b\":{\"c\":\"hé\\n\"}}\r\n\n{\"b.c\":null,\"a\":12345678901234567890123,\
                    \"t\":[1,\"x\"],\"f\":true}\n{\"a\":1.50}"
            .as_bytes();
        let whole = decode(Format::Ndjson, dump, usize::MAX).unwrap();
        assert_eq!(whole.columns, ["a", "b.c", "t", "f"]);
        assert_eq!(
            whole.rows,
            [
                vec!["1", "hé\n"],
                vec!["12345678901234567890123", "", "[1,\"x\"]", "true"],
                vec!["1.50", "", "", ""],
            ]
        );
        for size in 1..dump.len() {
            let cut = decode(Format::Ndjson, dump, size).unwrap();
            assert_eq!(
                (cut.columns, cut.rows),
                (whole.columns.clone(), whole.rows.clone()),
                "chunks of {size}"
            );
        }
    }

    #[test]
    fn a_bad_line_costs_that_line() {
        let dump = b"{\"a\":1}\n{\"a\":\n[1]\n{\"a\":1,\"a\":2}\n{\"a\":\"\\u0000\"}\n{\"a\":\"\xff\"}\n{\"\":1}\n{\"a\":2}\n";
        let kept = decode(Format::Ndjson, dump, 5).unwrap();
        assert_eq!(kept.rows, [["1"], ["2"]]);
        let reasons = [
            (2, "not valid JSON"),
            (3, "not a JSON object"),
            (4, "the same field twice"),
            (5, "a NUL character"),
            (6, "not valid UTF-8"),
            (7, "a field without a name"),
        ];
        assert_eq!(kept.malformed, reasons);
    }

    #[test]
    fn nesting_ends_somewhere() {
        let deep = "{\"a\":".repeat(100) + "1" + &"}".repeat(100);
        let kept = decode(Format::Ndjson, deep.as_bytes(), usize::MAX).unwrap();
        assert_eq!(kept.columns.len(), 1);
        assert!(kept.rows[0][0].starts_with("{\"a\":"));
        let hostile = "{\"a\":".repeat(100_000) + "1" + &"}".repeat(100_000);
        assert_eq!(decode(Format::Ndjson, hostile.as_bytes(), 65536).unwrap().rows.len(), 1);
    }

    #[test]
    fn a_line_without_end_is_refused() {
        let error = decode(Format::Ndjson, &vec![b'x'; MAX_ROW + 1], 1 << 16).err();
        assert_eq!(error, Some(FormatError::RowTooLarge { row: 1 }));
    }
}
