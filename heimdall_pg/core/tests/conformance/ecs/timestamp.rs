//! The time of an event, and where it stands in the line.

use std::ops::ControlFlow;

use heimdall_core::canonical::timestamp::{TimeOptions, parse_time};
use heimdall_core::canonical::{Timestamp, parse_timestamp};

use super::event::Event;
use super::{ELASTIC, SEKOIA, Vector, check};

/// What sources declare that do not say it in their lines: the year, and a zone that they only abbreviate.
fn declared(expected: &str) -> [TimeOptions; 3] {
    let year = expected.get(..4).and_then(|year| year.parse().ok());
    let zone = "Europe/Paris".parse().ok();
    [
        TimeOptions::NONE,
        TimeOptions { year, ..TimeOptions::NONE },
        TimeOptions { year, zone, ..TimeOptions::NONE },
    ]
}

/// The most words that a point in time has, and the most characters.
const WORDS: usize = 6;
const LENGTH: usize = 64;

const ZONE: &str = "a local time without its zone";
const ZONE_ELSEWHERE: &str = "the offset is another value of the line than the time";
const NO_YEAR_NO_ZONE: &str = "a local time without its year, and a zone name that is not one of RFC 2822";
const TWO_VALUES: &str = "the date and the time are two values of the line";
const CUT: &str = "the document leaves out the microseconds";
const ROUNDED: &str = "nanoseconds: the document rounds them, we cut them off";
const MISREAD: &str = "the document takes a date of 14 digits for digits since 1970";

#[test]
fn timestamps_of_logs() {
    let elastic = &[(ZONE, 14), (CUT, 1)];
    let sekoia = &[(ZONE_ELSEWHERE, 21), (NO_YEAR_NO_ZONE, 3), (TWO_VALUES, 3), (ROUNDED, 49), (MISREAD, 3)];
    check(
        "Timestamps in logs",
        "RFC 3339, RFC 3164, RFC 2822, Apache log",
        timestamps,
        &[(ELASTIC, elastic), (SEKOIA, sekoia)],
    );
}

fn timestamps(event: &Event) -> Vec<Vector> {
    event.value("@timestamp").map(|expected| vector(&event.input, expected)).into_iter().collect()
}

fn vector(line: &str, expected: &str) -> Vector {
    let instant = instant(expected);
    let is = |time: Timestamp| time.micros() == instant;
    // A declared zone is for those that name one: it must not shift what has none.
    let zoned = has_zone_name(line);
    let declared = &declared(expected)[..if zoned { 3 } else { 2 }];
    let read = |text: &str, options| parse_time(text, options).map(|time| time.timestamp);
    let found = candidates(line, |text| declared.iter().any(|options| read(text, options).is_ok_and(is)));
    let result = if found { Ok(()) } else { Err(format!("not in {line:?}")) };
    (expected.to_owned(), result, if found { None } else { reason(line, expected, instant) })
}

/// What would have to be known or done otherwise to have the instant of the document.
fn reason(line: &str, expected: &str, instant: i64) -> Option<&'static str> {
    let year = expected.get(..4)?;
    let any = |with: &str, is: &dyn Fn(i64) -> bool| {
        candidates(line, |text| {
            parse_timestamp(&format!("{text}{with}")).is_ok_and(|time| is(time.micros() - instant))
        })
    };
    // In the order of how little it takes.
    if any("", &|micros| (0..1_000).contains(&micros)) {
        return Some(CUT);
    }
    if any("", &|micros| micros.abs() <= 1) {
        return Some(ROUNDED);
    }
    let no_year = !line.split(|c: char| !c.is_ascii_digit()).any(|digits| digits == year);
    let zone = |micros: i64| is_zone(micros - micros.rem_euclid(1_000));
    if any("", &zone) {
        let elsewhere = any("", &|micros| is_zone(micros) && line.contains(&offset(micros)));
        return Some(if elsewhere { ZONE_ELSEWHERE } else { ZONE });
    }
    if no_year && any(&format!(" {year}"), &zone) {
        return Some(NO_YEAR_NO_ZONE);
    }
    let (date, time) = expected.split_once('T')?;
    if line.contains(date) && line.contains(time.get(..8)?) {
        return Some(TWO_VALUES);
    }
    candidates(line, |text| {
        let digits = text.split('.').next().filter(|digits| digits.len() == 14);
        let digits = digits.and_then(|digits| digits.parse::<i64>().ok());
        digits.is_some_and(|digits| (digits * 100 - instant).abs() < 100)
    })
    .then_some(MISREAD)
}

/// Zones are quarters of an hour, 14 hours at most.
fn is_zone(micros: i64) -> bool {
    const QUARTER: i64 = 15 * 60 * 1_000_000;
    micros % QUARTER == 0 && micros.abs() <= 14 * 4 * QUARTER
}

/// `+0200`.
fn offset(micros: i64) -> String {
    let minutes = micros / 60_000_000;
    let sign = if minutes < 0 { '-' } else { '+' };
    format!("{sign}{:02}{:02}", minutes.abs() / 60, minutes.abs() % 60)
}

fn has_zone_name(line: &str) -> bool {
    candidates(line, |text| {
        parse_timestamp(text)
            .is_err_and(|error| error.reason == "a time zone name that is not one of RFC 2822")
    })
}

/// Shows every stretch of a line that may be a point in time, until one is.
fn candidates(line: &str, mut is: impl FnMut(&str) -> bool) -> bool {
    let mut starts = true;
    for (at, c) in line.char_indices() {
        let start = starts && c.is_ascii_alphanumeric();
        starts = !c.is_alphanumeric();
        if start && stretches(line.get(at..).unwrap_or_default(), &mut is).is_break() {
            return true;
        }
    }
    false
}

/// What begins here and ends where a word does.
fn stretches(rest: &str, is: &mut impl FnMut(&str) -> bool) -> ControlFlow<()> {
    let (mut words, mut digits) = (0, 0);
    for (at, c) in rest.char_indices().chain([(rest.len(), ' ')]).take(LENGTH) {
        digits += usize::from(c.is_ascii_digit());
        if c.is_alphanumeric() {
            continue;
        }
        // Less is no date.
        if digits >= 4 && is(rest.get(..at).unwrap_or_default()) {
            return ControlFlow::Break(());
        }
        words += usize::from(c == ' ');
        if words == WORDS || matches!(c, '"' | '|' | ';' | '=' | '<' | '>' | '\t' | '\n') {
            break;
        }
    }
    ControlFlow::Continue(())
}

/// Microseconds since 1970, read by another parser than the one that is checked.
fn instant(text: &str) -> i64 {
    text.parse::<jiff::Timestamp>().expect("RFC 3339").as_microsecond()
}
