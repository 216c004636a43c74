//! Real dumps of the JSON formats, whole: no record is malformed, and there are as many as serde_json counts.

use heimdall_core::format::Format;
use serde_json::Value;

use crate::corpus::Corpus;
use crate::rows::Rows;

/// The files of a set, or of a folder of it, that end so; none where the set is not there.
fn files(set: &'static str, folder: &str, ending: &str) -> Vec<(String, Vec<u8>)> {
    let Some(corpus) = Corpus::open(set) else { return Vec::new() };
    let files = corpus.files(folder, ending);
    assert!(!files.is_empty(), "{set} has no files");
    files.into_iter().map(|name| (name.clone(), corpus.bytes(&name))).collect()
}

fn documents(dump: &[u8]) -> Vec<Value> {
    serde_json::Deserializer::from_slice(dump).into_iter().collect::<Result<_, _>>().expect("JSON")
}

/// All dumps of a folder have as many rows as `expected` says of their JSON, and none that is malformed.
fn whole(
    set: &'static str,
    folder: &str,
    ending: &str,
    format: Format,
    expected: impl Fn(&[Value]) -> usize,
) -> Vec<Rows> {
    let check = |(name, dump): (String, Vec<u8>)| {
        let rows = Rows::decode(format, &dump);
        assert_eq!(rows.malformed, [], "{name}");
        assert_eq!(rows.len(), expected(&documents(&dump)), "{name}");
        rows
    };
    files(set, folder, ending).into_iter().map(check).collect()
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
        whole("c12_suricata_alerts", "", ".json", format, |documents| length(&documents[0]));
    }
}

#[test]
fn zeek_logs() {
    for format in [Format::Ndjson, Format::Json] {
        whole("c13_zeek_tsv_json", "json", ".ndjson", format, <[Value]>::len);
    }
    for (name, dump) in files("c13_zeek_tsv_json", "json", ".ndjson") {
        let expected: usize = documents(&dump).iter().map(values).sum();
        let rows = Rows::decode(Format::Ndjson, &dump).rows;
        assert_eq!(rows.iter().flatten().filter(|value| !value.is_empty()).count(), expected, "{name}");
    }
}

#[test]
fn windows_events() {
    whole("c15_windows_events", "", ".json", Format::Winevent, <[Value]>::len);
}

#[test]
fn cloud_events() {
    whole("c16_cloud_and_linux", "", ".json", Format::Cloudtrail, <[Value]>::len);
    whole("c16_cloud_and_linux", "", ".json", Format::Ndjson, <[Value]>::len);
}

#[test]
fn misp_events() {
    let attributes = |documents: &[Value]| {
        let document = &documents[0];
        let event = document
            .pointer("/response/0/Event")
            .or_else(|| document.get("Event"))
            .expect("as MISP and STIX have it");
        let objects = event.get("Object").and_then(Value::as_array).into_iter().flatten();
        let inside: usize = objects.map(|object| length(&object["Attribute"])).sum();
        length(&event["Attribute"]) + inside
    };
    for rows in whole("c18_misp_events", "", ".json", Format::Misp, attributes) {
        for column in ["value1", "type1", "event.uuid", "event.info"] {
            assert!(rows.columns.iter().any(|name| name == column), "{column}");
        }
    }
}

#[test]
fn misp_warning_lists() {
    let entries = |documents: &[Value]| length(&documents[0]["list"]);
    for rows in whole("c19_misp_warninglists", "", ".json", Format::Warninglist, entries) {
        assert_eq!(rows.columns.len(), 5);
    }
}

#[test]
fn stix_bundles() {
    let objects = |documents: &[Value]| {
        let objects = documents[0]["objects"].as_array().expect("as MISP and STIX have it");
        let inside = |object: &Value| {
            object.get("objects").and_then(Value::as_object).map_or(0, |inside| inside.len())
        };
        objects.iter().map(|object| 1 + inside(object)).sum()
    };
    let counts = whole("c21_stix21", "", ".json", Format::Stix, objects);
    for column in ["pattern.ipv4-addr", "pattern.url", "pattern.file.hashes", "source_type"] {
        let has = |rows: &Rows| rows.columns.iter().any(|name| name == column);
        assert!(counts.is_empty() || counts.iter().any(has), "{column}");
    }
}

/// The messages of a vendor's test cases that are JSON objects: `messages` finds them in the document of a file.
fn messages(dump: &[u8], messages: impl Fn(&Value) -> Vec<String>) -> Vec<Value> {
    let documents = documents(dump);
    let texts = documents.iter().flat_map(messages);
    texts.filter_map(|text| serde_json::from_str(&text).ok()).filter(Value::is_object).collect()
}

#[test]
fn messages_of_many_vendors() {
    let (mut rows, mut never_rows) = (0, 0);
    for (name, dump) in files("c10_sekoia_intake_pairs", "", ".jsonl") {
        let found = messages(&dump, |case| {
            case.pointer("/input/message").and_then(Value::as_str).map(str::to_owned).into_iter().collect()
        });
        let lines: String = found.iter().map(|message| format!("{message}\n")).collect();
        let pretty: String = found.iter().map(|message| format!("{message:#}")).collect();
        for (format, dump) in [(Format::Ndjson, &lines), (Format::Winevent, &lines), (Format::Json, &pretty)]
        {
            let decoded = Rows::decode(format, dump.as_bytes());
            let refused = decoded.malformed.len();
            let reasons = ["a field name that looks like a value", "a NUL character"];
            let known = decoded.malformed.iter().all(|row| reasons.contains(&row.1));
            assert!(known, "{name} {:?}", decoded.malformed);
            // Well-known names of arrays make records of their elements.
            assert!(decoded.len() + refused == found.len() || format == Format::Json, "{name}");
            never_rows += refused;
        }
        rows += found.len();
    }
    // One message has an address for a name, another a NUL character; each is read in three ways.
    assert!(rows == 0 || (rows > 500 && never_rows == 6), "{rows} messages, {never_rows} refused");
}
