//! Timestamps of many formats with the point in time that they name.

use heimdall_core::canonical::timestamp::{DateOrder, ParsedTime, TimeOptions, parse_time};
use serde_json::Value;

use crate::corpus::Corpus;

const NOT_A_POINT: &str = "a year or a month alone: not a point in time";
const ZONE_IGNORED: &str = "a zone that the set ignores: RFC 2822 zone names and UTC-05 are offsets";
const ZONE_UNKNOWN: &str = "a zone name that is not one of RFC 2822: refused, the set takes it for UTC";
const LENIENT: &str = "refused by the set: white space is trimmed, and signs between the words do not matter";

#[test]
fn canonical_timestamp_vectors() {
    let Some(mut corpus) = Corpus::open("c07_timestamp_vectors") else {
        return;
    };
    for line in corpus.read("dateparse_vectors.jsonl").lines() {
        let vector: Value = serde_json::from_str(line).expect("an object");
        let input = vector["in"].as_str().expect("an input");
        let got = parse_time(input, &declared(&vector));
        let result = match (&got, vector["out"].as_str()) {
            // A set of its own: how strict that library is about day and month.
            (_, None) if vector["err"].is_null() => continue,
            (Err(_), None) => Ok(()),
            (Ok(got), None) => Err(format!("taken as {got}")),
            (Err(error), Some(_)) => Err(error.reason.to_owned()),
            (Ok(got), Some(expected)) if nanoseconds(got) == instant(expected) => Ok(()),
            (Ok(got), Some(expected)) => Err(format!("{got} is not {expected}")),
        };
        corpus.note(input, result, exception(input, got.err().map(|error| error.reason)));
    }
    corpus.finish(
        "Timestamps of many formats",
        "RFC 3339, ISO 8601, RFC 2822",
        &[(NOT_A_POINT, 2), (ZONE_IGNORED, 11), (ZONE_UNKNOWN, 1), (LENIENT, 2)],
    );
}

/// What the set says about its vectors: the month comes first, and some have a zone.
fn declared(vector: &Value) -> TimeOptions {
    let zone = vector["loc"].as_str().map(|name| name.parse().expect("a zone"));
    TimeOptions { zone, order: Some(DateOrder::Mdy), ..TimeOptions::default() }
}

fn nanoseconds(time: &ParsedTime) -> i128 {
    i128::from(time.timestamp.micros()) * 1000 + i128::from(time.nanos)
}

/// `2006-01-02 15:04:05.123 +0000 UTC`, read by position so that the check does not use what it checks.
fn instant(text: &str) -> i128 {
    let date: jiff::civil::DateTime = text.split(" +").next().expect("a date").parse().expect("a date");
    date.to_zoned(jiff::tz::TimeZone::UTC).expect("UTC").timestamp().as_nanosecond()
}

fn exception(input: &str, reason: Option<&str>) -> Option<&'static str> {
    match reason {
        Some("a time zone name that is not one of RFC 2822") => Some(ZONE_UNKNOWN),
        Some("a year alone is not a point in time" | "a month alone is not a point in time") => {
            Some(NOT_A_POINT)
        }
        Some(_) => None,
        None if ["MST", "PST", "UTC-05"].iter().any(|zone| input.contains(zone)) => Some(ZONE_IGNORED),
        None if input.starts_with(' ') || input.contains(".-") => Some(LENIENT),
        None => None,
    }
}
