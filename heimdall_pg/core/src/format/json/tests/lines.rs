//! NDJSON, line by line.

use super::super::super::tests::decode;
use super::super::super::{Format, FormatError, MAX_COLUMNS, MAX_ROW};

#[test]
fn chunks_cut_anywhere_give_the_same_rows() {
    let dump = "{\"a\":1,\"b\":{\"c\":\"hé\\n\"}}\r\n\n{\"b.c\":null,\"a\":12345678901234567890123,\
                \"t\":[1, \"x \"],\"f\":true}\n{\"a\":1.50}"
        .as_bytes();
    let whole = decode(Format::Ndjson, dump, usize::MAX).unwrap();
    assert_eq!(whole.columns, ["a", "b.c", "t", "f"]);
    assert_eq!(
        whole.rows,
        [
            vec!["1", "hé\n"],
            vec!["12345678901234567890123", "", "[1,\"x \"]", "true"],
            vec!["1.50", "", "", ""],
        ]
    );
    for size in 1..dump.len() {
        let cut = decode(Format::Ndjson, dump, size).unwrap();
        assert_eq!((cut.columns, cut.rows), (whole.columns.clone(), whole.rows.clone()), "chunks of {size}");
    }
}

#[test]
fn a_bad_line_costs_that_line() {
    let dump = b"{\"a\":1}\n{\"x\":1,\"a\":\n[1]\n{\"a\":1,\"a\":2}\n{\"a\":\"\\u0000\"}\n{\"a\":\"\xff\"}\n{\"\":1}\n\
                 {\"192.0.2.1\":1}\n{\"a\":{},\"a\":{}}\n{\"a\":\"\\ud800\"}\n{\"a\":2}x\n{\"a\":2}\n";
    let kept = decode(Format::Ndjson, dump, 5).unwrap();
    assert_eq!(
        (kept.columns, kept.rows),
        (vec!["a".to_owned()], vec![vec!["1".to_owned()], vec!["2".to_owned()]])
    );
    let reasons = [
        (2, "not valid JSON"),
        (3, "not a JSON object"),
        (4, "the same field twice"),
        (5, "a NUL character"),
        (6, "not valid UTF-8"),
        (7, "a field without a name"),
        (8, "a field name that looks like a value"),
        (9, "the same field twice"),
        (10, "not valid JSON"),
        (11, "not valid JSON"),
    ];
    assert_eq!(kept.malformed, reasons);
}

#[test]
fn an_object_keyed_by_data_stays_one_value() {
    let dump = br#"{"hosts": {"a": 1, "seen": {"x": 2}, "192.0.2.1": {"n": 1}}, "b": 1}
        {"hosts": {"a": 3}, "z": {"y": {"d41d8cd98f00b204e9800998ecf8427e": "u"}, "w": 2}}
        {"a": 1, "hosts": {"192.0.2.1": 1}}"#;
    let kept = decode(Format::Ndjson, dump, usize::MAX).unwrap();
    assert_eq!(kept.malformed, []);
    assert_eq!(kept.columns, ["hosts", "b", "hosts.a", "z.y", "z.w", "a"]);
    assert_eq!(kept.rows[0], [r#"{"a":1,"seen":{"x":2},"192.0.2.1":{"n":1}}"#, "1"]);
    assert_eq!(kept.rows[1], ["", "", "3", r#"{"d41d8cd98f00b204e9800998ecf8427e":"u"}"#, "2"]);
    assert_eq!(kept.rows[2], [r#"{"192.0.2.1":1}"#, "", "", "", "", "1"]);
}

#[test]
fn wild_names_end_no_dump() {
    let lines: Vec<String> = (0..10_000).map(|n| format!("{{\"same\":{n},\"name_x{n}\":[{n}]}}\n")).collect();
    let kept = decode(Format::Ndjson, lines.concat().as_bytes(), 1 << 16).unwrap();
    assert_eq!((kept.columns.len(), kept.rows.len(), kept.malformed.len()), (MAX_COLUMNS, 10_000, 0));
    assert_eq!(kept.columns.last().unwrap(), "other_fields");
    let last = kept.rows.last().unwrap();
    assert_eq!((last[0].as_str(), last[MAX_COLUMNS - 1].as_str()), ("9999", r#"{"name_x9999":"[9999]"}"#));
}

#[test]
fn nesting_ends_somewhere() {
    let deep = "{\"a\":".repeat(100) + "1" + &"}".repeat(100);
    let kept = decode(Format::Ndjson, deep.as_bytes(), usize::MAX).unwrap();
    assert_eq!(kept.columns.len(), 1);
    assert!(kept.rows[0][0].starts_with("{\"a\":"));
    for format in [Format::Ndjson, Format::Json, Format::Stix] {
        let hostile = "{\"a\":".repeat(100_000) + "1" + &"}".repeat(100_000);
        assert_eq!(decode(format, hostile.as_bytes(), 65536).unwrap().rows.len(), 1);
    }
}

#[test]
fn a_line_without_end_is_refused() {
    let error = decode(Format::Ndjson, &vec![b'x'; MAX_ROW + 1], 1 << 16).err();
    assert_eq!(error, Some(FormatError::RowTooLarge { row: 1 }));
}
