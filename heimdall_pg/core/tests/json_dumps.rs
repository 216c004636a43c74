//! Real dumps of the JSON formats, whole: no record is malformed, and there are as many as serde_json counts.
//!
//! The dumps are not part of the project. They are read from `$HEIMDALL_CORPORA`, or from `shared/corpora` beside the
//! work tree; a set that is not there is skipped, and the output says so.

#![cfg(test)]

use std::io::Write;
use std::path::{Path, PathBuf};

use heimdall_core::format::{Decoder, Format, FormatError, FormatOptions, Malformed, Row, Sink};
use serde_json::Value;

/// Counts, and keeps the names of columns.
#[derive(Default)]
struct Count {
    columns: Vec<String>,
    rows: usize,
    values: usize,
    malformed: Vec<(u64, &'static str)>,
}

impl Sink for Count {
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
        self.values += row.values.iter().filter(|value| !value.is_empty()).count();
        Ok(())
    }

    fn malformed(&mut self, row: Malformed<'_>) -> Result<(), FormatError> {
        self.malformed.push((row.number, row.reason));
        Ok(())
    }
}

fn decode(format: Format, dump: &[u8]) -> Count {
    let mut count = Count::default();
    let mut decoder = Decoder::new(format, &FormatOptions::default());
    for chunk in dump.chunks(4093) {
        decoder.push(chunk, &mut count).unwrap();
    }
    decoder.finish(&mut count).unwrap();
    count
}

/// The files of a folder of the corpora that end so; none where the folder is not there, which is said aloud.
fn files(folder: &str, ending: &str) -> Vec<PathBuf> {
    let root = std::env::var_os("HEIMDALL_CORPORA").map_or_else(
        || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/corpora")),
        PathBuf::from,
    );
    let Ok(entries) = std::fs::read_dir(root.join(folder)) else {
        writeln!(std::io::stderr(), "{folder}: SKIPPED, the dumps are not on this machine").unwrap();
        return Vec::new();
    };
    let mut files: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.to_string_lossy().ends_with(ending));
    assert!(!files.is_empty(), "{folder} has no files");
    files.sort();
    files
}

/// All dumps of a folder have as many rows as `expected` says of their JSON, and none that is malformed.
fn whole(folder: &str, ending: &str, format: Format, expected: impl Fn(&[Value]) -> usize) -> Vec<Count> {
    let check = |path: &PathBuf| {
        let dump = std::fs::read(path).unwrap();
        let documents: Vec<Value> =
            serde_json::Deserializer::from_slice(&dump).into_iter().collect::<Result<_, _>>().unwrap();
        let count = decode(format, &dump);
        assert_eq!(count.malformed, [], "{}", path.display());
        assert_eq!(count.rows, expected(&documents), "{}", path.display());
        count
    };
    files(folder, ending).iter().map(check).collect()
}

fn length(value: &Value) -> usize {
    value.as_array().map_or(0, Vec::len)
}

/// Values of a record that are not empty, with those of its objects.
fn values(record: &Value) -> usize {
    match record {
        Value::Object(members) => members.values().map(values).sum(),
        Value::Null => 0,
        Value::String(text) => usize::from(!text.is_empty()),
        _ => 1,
    }
}

#[test]
fn suricata_alerts() {
    for format in [Format::Suricata, Format::Json] {
        whole("c12_suricata_alerts", ".json", format, |documents| length(&documents[0]));
    }
}

#[test]
fn zeek_logs() {
    for format in [Format::Ndjson, Format::Json] {
        whole("c13_zeek_tsv_json/json", ".ndjson", format, <[Value]>::len);
    }
    for path in files("c13_zeek_tsv_json/json", ".ndjson") {
        let dump = std::fs::read(&path).unwrap();
        let records: Vec<Value> =
            serde_json::Deserializer::from_slice(&dump).into_iter().collect::<Result<_, _>>().unwrap();
        let expected: usize = records.iter().map(values).sum();
        assert_eq!(decode(Format::Ndjson, &dump).values, expected, "{}", path.display());
    }
}

#[test]
fn windows_events() {
    whole("c15_windows_events", ".json", Format::Winevent, <[Value]>::len);
}

#[test]
fn cloud_events() {
    whole("c16_cloud_and_linux", ".json", Format::Cloudtrail, <[Value]>::len);
    whole("c16_cloud_and_linux", ".json", Format::Ndjson, <[Value]>::len);
}

#[test]
fn misp_events() {
    let attributes = |documents: &[Value]| {
        let document = &documents[0];
        let event = document.pointer("/response/0/Event").or_else(|| document.get("Event")).unwrap();
        let objects = event.get("Object").and_then(Value::as_array).into_iter().flatten();
        let inside: usize = objects.map(|object| length(&object["Attribute"])).sum();
        length(&event["Attribute"]) + inside
    };
    for count in whole("c18_misp_events", ".json", Format::Misp, attributes) {
        for column in ["value1", "type1", "event.uuid", "event.info"] {
            assert!(count.columns.iter().any(|name| name == column), "{column}");
        }
    }
}

#[test]
fn misp_warning_lists() {
    let entries = |documents: &[Value]| length(&documents[0]["list"]);
    for count in whole("c19_misp_warninglists", ".json", Format::Warninglist, entries) {
        assert_eq!(count.columns.len(), 5);
    }
}

#[test]
fn stix_bundles() {
    let objects = |documents: &[Value]| {
        let objects = documents[0]["objects"].as_array().unwrap();
        let inside = |object: &Value| {
            object.get("objects").and_then(Value::as_object).map_or(0, |inside| inside.len())
        };
        objects.iter().map(|object| 1 + inside(object)).sum()
    };
    let counts = whole("c21_stix21", ".json", Format::Stix, objects);
    for column in ["pattern.ipv4-addr", "pattern.url", "pattern.file.hashes", "source_type"] {
        let has = |count: &Count| count.columns.iter().any(|name| name == column);
        assert!(counts.is_empty() || counts.iter().any(has), "{column}");
    }
}

/// The messages of a vendor's test cases that are JSON objects: `messages` finds them in the document of a file.
fn messages(path: &Path, messages: impl Fn(&Value) -> Vec<String>) -> Vec<Value> {
    let dump = std::fs::read(path).unwrap();
    let documents: Vec<Value> =
        serde_json::Deserializer::from_slice(&dump).into_iter().collect::<Result<_, _>>().unwrap();
    let texts = documents.iter().flat_map(messages);
    texts.filter_map(|text| serde_json::from_str(&text).ok()).filter(Value::is_object).collect()
}

#[test]
fn messages_of_many_vendors() {
    let (mut rows, mut never_rows) = (0, 0);
    for path in files("c10_sekoia_intake_pairs", ".jsonl") {
        let found = messages(&path, |case| {
            case.pointer("/input/message").and_then(Value::as_str).map(str::to_owned).into_iter().collect()
        });
        let lines: String = found.iter().map(|message| format!("{message}\n")).collect();
        let pretty: String = found.iter().map(|message| format!("{message:#}")).collect();
        for (format, dump) in [(Format::Ndjson, &lines), (Format::Winevent, &lines), (Format::Json, &pretty)]
        {
            let count = decode(format, dump.as_bytes());
            let refused = count.malformed.len();
            let reasons = ["a field name that looks like a value", "a NUL character"];
            let known = count.malformed.iter().all(|row| reasons.contains(&row.1));
            assert!(known, "{} {:?}", path.display(), count.malformed);
            // Well-known names of arrays make records of their elements.
            assert!(count.rows + refused == found.len() || format == Format::Json, "{}", path.display());
            never_rows += refused;
        }
        rows += found.len();
    }
    // One message has an address for a name, another a NUL character; each is read in three ways.
    assert!(rows == 0 || (rows > 500 && never_rows == 6), "{rows} messages, {never_rows} refused");
}
