//! The same traffic, logged by Zeek in both of its forms, gives the same rows.

use std::collections::HashMap;

use heimdall_core::canonical::parse_timestamp;
use heimdall_core::format::Format;

use crate::corpus::Corpus;
use crate::rows::Rows;

/// When a line was written: Zeek has it in streamed JSON only.
const JSON_ONLY: &str = "_write_ts";

/// Values that differ by a microsecond: of times before 1970, which NTP has where a clock was never set, the two
/// writers round the binary number in different directions.
const ROUNDED: usize = 2;

/// Values that differ: the set of no service and the set of the service without a name are both `(empty)` in a tab
/// separated log, which is read as the first, as it is in every other log of the set.
const EMPTY_OR_EMPTY_STRING: (&str, &str, &str, usize) = ("service", "[]", "[\"\"]", 1035);

#[test]
fn both_forms_of_a_log_give_the_same_rows() {
    let Some(corpus) = Corpus::open("c13_zeek_tsv_json") else { return };
    let (mut logs, mut rows, mut excepted, mut rounded) = (0, 0, 0, 0);
    let (column_of_exception, empty, empty_string, exceptions) = EMPTY_OR_EMPTY_STRING;
    for file in corpus.files("tsv", ".log") {
        let log = file.trim_start_matches("tsv/").trim_end_matches(".log");
        let text = corpus.read(&file);
        let tsv = Rows::decode(Format::Zeek, text.as_bytes());
        let json = Rows::decode(Format::Zeek, corpus.read(&format!("json/{log}.ndjson")).as_bytes());
        assert_eq!((&tsv.malformed[..], &json.malformed[..]), (&[][..], &[][..]), "{log}");
        assert_eq!(tsv.len(), json.len(), "{log}: rows");
        let types = types(&text);
        for column in json.columns.iter().filter(|column| *column != JSON_ONLY) {
            assert!(tsv.columns.contains(column), "{log}: {column} is a column of the JSON form only");
        }
        for row in 0..tsv.len() {
            for column in &tsv.columns {
                let kind = types.get(column.as_str()).copied().unwrap_or_default();
                let (one, other) = (tsv.value(row, column), json.value(row, column));
                if (column.as_str(), one, other) == (column_of_exception, empty, empty_string) {
                    excepted += 1;
                    continue;
                }
                if kind == "time" && is_rounded(one, other) {
                    rounded += 1;
                    continue;
                }
                assert!(is_same(kind, one, other), "{log}, row {row}, {column}: {one:?} is not {other:?}");
            }
        }
        logs += 1;
        rows += tsv.len();
    }
    assert_eq!((logs, rows), (27, 23_134));
    assert_eq!((excepted, rounded), (exceptions, ROUNDED));
}

/// The types of the columns, from the header.
fn types(log: &str) -> HashMap<&str, &str> {
    let line = |start| log.lines().find_map(|line: &str| line.strip_prefix(start)).expect("a header");
    line("#fields\t").split('\t').zip(line("#types\t").split('\t')).collect()
}

/// How many microseconds there are between two times.
fn apart(one: &str, other: &str) -> Option<u64> {
    let micros = |text| parse_timestamp(text).ok().map(|time| time.micros());
    Some(micros(one)?.abs_diff(micros(other)?))
}

fn is_rounded(one: &str, other: &str) -> bool {
    apart(one, other) == Some(1) && parse_timestamp(one).is_ok_and(|time| time.micros() < 0)
}

/// Times are compared as points in time; of intervals and doubles, tab separated logs have six digits behind the point and JSON
/// all of them.
fn is_same(kind: &str, one: &str, other: &str) -> bool {
    if one == other {
        return true;
    }
    let six = |text: &str| text.parse::<f64>().ok().map(|number| format!("{number:.6}"));
    let members = |text: &str| -> Option<Vec<String>> {
        let inside = text.strip_prefix('[')?.strip_suffix(']')?;
        inside.split(',').map(six).collect()
    };
    match kind {
        "time" => apart(one, other) == Some(0),
        "interval" | "double" => six(one).is_some() && six(one) == six(other),
        "vector[interval]" => members(one).is_some() && members(one) == members(other),
        _ => false,
    }
}
