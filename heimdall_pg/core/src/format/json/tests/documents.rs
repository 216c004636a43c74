//! Documents, arrays, and what is around them.

use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::Value;

use super::super::super::tests::{Kept, decode};
use super::super::super::{Decoder, Format, FormatError, FormatOptions};
use super::reference::object;

const FORMATS: [Format; 7] = [
    Format::Json,
    Format::Suricata,
    Format::Cloudtrail,
    Format::Winevent,
    Format::Stix,
    Format::Misp,
    Format::Warninglist,
];

/// Dumps of every form, good and bad.
const DUMPS: [&str; 20] = [
    r#"{"a": 1, "b": "x"}"#,
    "\u{feff}\n[{\"a\": 1}, {\"a\": [1, {\"b\": \"]}\\\"\"}]}\n, \"é\", null, [ 1 ]]\n",
    "{\"a\": 1}{\"a\": 2}\n{\n  \"a\": {\n    \"b\": [1, 2]\n  }\n}\n\x1e{\"a\": 3}",
    r#"{"n": 2, "next": null, "o": {"p": 1}, "items": [{"a": 1}, {"a": 2, "n": 3}], "total": 9}"#,
    r#"{"Records": [{"a": 1}, {"a": 2}]} {"Records": []} {"x": 1} {"Records": [{"a": 3}]}"#,
    "not JSON\n{\"a\": 1} trailing\n[{\"a\": 2}]\nrubbish at the end",
    r#"[{"a": 1}, {"a": [1}, {"a": 2}} , {"a" 3}, , {"a": 4}]"#,
    "[{\"a\": \"open\n\"}, {\"b\": 1}, {\"a\": \"\\\n\"}]",
    r#"[{"a": 1},]"#,
    "[]",
    r#"[{"a": 1}, {"a": "cut o"#,
    r#"{"a": {"b": ["#,
    "{\"a\": 1}\n{\"a\": 2\n{\"a\": 3}\n",
    "",
    "\n \n",
    "[[[[{}]]]]",
    r#"{"type": "bundle", "objects": [{"type": "indicator", "pattern": "[url:value = 'x']"}, {"id": 1}]}"#,
    r#"{"response": [{"Event": {"info": "x", "Attribute": [{"type": "a|b", "value": "1|2"}]}}]}"#,
    r#"{"list": ["a", {"b": 1}], "name": "n"}"#,
    "[{\"a\": \"\u{7f}\\ud800\"}, {\"a\": \"\\u00",
];

/// Options of `json`.
fn records_at(path: &str) -> FormatOptions {
    FormatOptions::parse(&format!("{{\"records\": \"{path}\"}}"), Format::Json).unwrap()
}

fn read(format: Format, options: &FormatOptions, pieces: &[&[u8]]) -> (Kept, Option<FormatError>) {
    let mut kept = Kept::default();
    let mut decoder = Decoder::new(format, options);
    for piece in pieces {
        if let Err(error) = decoder.push(piece, &mut kept) {
            return (kept, Some(error));
        }
    }
    let ended = decoder.finish(&mut kept).err();
    (kept, ended)
}

fn same(kept: &(Kept, Option<FormatError>), other: &(Kept, Option<FormatError>)) -> bool {
    (&kept.0.columns, &kept.0.rows, &kept.0.malformed, &kept.1)
        == (&other.0.columns, &other.0.rows, &other.0.malformed, &other.1)
}

/// The rows as one may write them in a test.
fn rows(dump: &str) -> Vec<Vec<(String, String)>> {
    let kept = decode(Format::Json, dump.as_bytes(), 3).unwrap();
    assert_eq!(kept.malformed, []);
    let named = |row: Vec<String>| kept.columns.iter().cloned().zip(row).filter(|field| !field.1.is_empty());
    kept.rows.into_iter().map(|row| named(row).collect()).collect()
}

fn row(fields: &[(&str, &str)]) -> Vec<(String, String)> {
    fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

#[test]
fn dumps_cut_anywhere_give_the_same_rows() {
    let path = records_at("a.b");
    for dump in DUMPS {
        let plain = FORMATS.map(|format| (format, FormatOptions::default()));
        for (format, options) in plain.iter().chain([&(Format::Json, path.clone())]) {
            assert_same_however_cut(*format, options, dump.as_bytes(), 0);
        }
    }
}

#[test]
fn dumps_cut_behind_what_decides_on_their_form_give_the_same_rows() {
    let blanks = " ".repeat(super::super::shape::WINDOW);
    for dump in DUMPS {
        let far = format!("{blanks}{dump}");
        assert_same_however_cut(Format::Json, &FormatOptions::default(), far.as_bytes(), blanks.len() - 2);
    }
}

/// Byte by byte, and cut in two at every position from `start` on.
fn assert_same_however_cut(format: Format, options: &FormatOptions, dump: &[u8], start: usize) {
    let whole = read(format, options, &[dump]);
    let bytes: Vec<&[u8]> = dump.chunks(1).collect();
    assert!(same(&read(format, options, &bytes), &whole), "{} byte by byte", format.name());
    for at in start..dump.len() {
        let (first, second) = dump.split_at(at);
        let cut = read(format, options, &[first, second]);
        assert!(same(&cut, &whole), "{} cut at {at} of {:?}", format.name(), dump.trim_ascii());
    }
}

#[test]
fn documents_and_elements_are_rows() {
    assert_eq!(rows(DUMPS[0]), [row(&[("a", "1"), ("b", "x")])]);
    let elements = [
        row(&[("a", "1")]),
        row(&[("a", r#"[1,{"b":"]}\""}]"#)]),
        row(&[("value", "é")]),
        row(&[]),
        row(&[("value", "[1]")]),
    ];
    assert_eq!(rows(DUMPS[1]), elements);
    assert_eq!(
        rows(DUMPS[2]),
        [row(&[("a", "1")]), row(&[("a", "2")]), row(&[("a.b", "[1,2]")]), row(&[("a", "3")])]
    );
}

#[test]
fn what_is_around_an_array_is_in_its_rows_unless_they_have_it() {
    assert_eq!(rows(DUMPS[3]), [row(&[("a", "1"), ("n", "2")]), row(&[("a", "2"), ("n", "3")])]);
    assert_eq!(
        rows(DUMPS[4]),
        ["1", "2"]
            .map(|a| row(&[("a", a)]))
            .into_iter()
            .chain([row(&[("x", "1")]), row(&[("a", "3")])])
            .collect::<Vec<_>>()
    );
}

#[test]
fn the_options_say_where_records_are() {
    let options = records_at("data.items");
    let dump = br#"{"items": [{"a": 0}], "v": 1, "data": {"items": {"b": 1}, "w": "x", "items": [{"a": 1}, {"a": 2}], "items": [{"a": 3}]}}
        {"data": [{"items": [{"a": 4}]}]}"#;
    let (kept, error) = read(Format::Json, &options, &[dump]);
    assert_eq!((error, kept.malformed), (None, vec![]));
    assert_eq!(kept.columns, ["a", "v", "data.w", "data"]);
    assert_eq!(
        kept.rows,
        [vec!["1", "1", "x"], vec!["2", "1", "x"], vec!["", "", "", r#"[{"items":[{"a":4}]}]"#]]
    );
}

#[test]
fn what_is_no_json_costs_no_more_than_itself() {
    let malformed = |dump: &str| {
        let kept = decode(Format::Json, dump.as_bytes(), 2).unwrap();
        (kept.rows.concat(), kept.malformed)
    };
    let bad = "not valid JSON";
    let text = |values: &[&str]| values.iter().map(|value| (*value).to_owned()).collect::<Vec<_>>();
    let object = "not a JSON object";
    assert_eq!(malformed(DUMPS[5]), (text(&["1", "2"]), vec![(1, object), (3, object), (5, object)]));
    assert_eq!(malformed(DUMPS[6]), (text(&["1", "4"]), vec![(2, bad), (3, bad), (4, bad), (5, bad)]));
    assert_eq!(malformed(DUMPS[8]), (text(&["1"]), vec![(2, bad)]));
}

#[test]
fn a_dump_that_was_cut_off_is_an_error() {
    for (dump, rows) in [(DUMPS[10], 1), (DUMPS[11], 0), ("[", 0), ("{\"items\": [{\"a\": 1}]", 1)] {
        let error = decode(Format::Json, dump.as_bytes(), 4).err();
        assert_eq!(error, Some(FormatError::UnterminatedDocument { rows }), "{dump}");
    }
}

#[test]
fn logs_with_a_record_a_line_are_read_line_by_line() {
    for format in [Format::Suricata, Format::Cloudtrail, Format::Winevent] {
        let kept = decode(format, DUMPS[12].as_bytes(), 4).unwrap();
        assert_eq!(
            (kept.rows.concat(), kept.malformed),
            (vec!["1".to_owned(), "3".to_owned()], vec![(2, "not valid JSON")])
        );
    }
}

proptest! {
    #[test]
    fn a_document_gives_the_same_rows_in_every_form(objects in vec(object(), 1..6), cut in 1..90_usize) {
        let lines: String = objects.iter().map(|object| format!("{object}\n")).collect();
        let array = Value::from(objects);
        let ndjson = decode(Format::Ndjson, lines.as_bytes(), cut).unwrap();
        for dump in [
            array.to_string(),
            serde_json::to_string_pretty(&array).unwrap(),
            serde_json::to_string_pretty(&serde_json::json!({"n": {}, "rows": array})).unwrap(),
        ] {
            let options = records_at("rows");
            let pieces: Vec<&[u8]> = dump.as_bytes().chunks(cut).collect();
            let (json, error) = read(Format::Json, &options, &pieces);
            prop_assert_eq!(error, None);
            prop_assert_eq!((&json.columns, &json.rows, &json.malformed), (&ndjson.columns, &ndjson.rows, &ndjson.malformed));
        }
    }

    #[test]
    fn rubbish_cut_anywhere_gives_the_same(dump in "([\\[\\]{}\",:\\\\ \na1]|\"a\":|\\{\"a\":1\\}){0,40}", cut in 1..20_usize) {
        for format in FORMATS {
            let pieces: Vec<&[u8]> = dump.as_bytes().chunks(cut).collect();
            let options = FormatOptions::default();
            prop_assert!(same(&read(format, &options, &pieces), &read(format, &options, &[dump.as_bytes()])));
        }
    }
}
