mod forms;
mod laws;
mod numbers;
mod options;

use proptest::prelude::*;

use super::*;

fn ok(raw: &str) -> String {
    canonical_timestamp(raw).unwrap_or_else(|error| panic!("{raw}: {error}")).into_owned()
}

fn reason(raw: &str) -> &'static str {
    parse_timestamp(raw).unwrap_err().reason
}

#[test]
fn iso_8601() {
    for raw in [
        "2024-01-31T23:59:59Z",
        "2024-01-31 23:59:59",
        "2024-01-31t23:59:59z",
        "2024-02-01T01:29:59+01:30",
        "2024-01-31T16:59:59-0700",
        "2024-01-31T22:59:59-01",
        "2024-01-31T23:59:59.000000999Z",
        "20240131T235959Z",
        "20240131 235959",
        "20240131235959",
        "20240131T23:59:59",
        "2024/01/31 23:59:59",
        "2024-1-31 23:59:59 UTC",
        "2024-01-31 23:59:59 +0000 UTC",
        "2024-02-01 02:59:59 +0300 +03 m=+0.012",
        "2024-02-01T00:59:59+01:00[Europe/Berlin]",
        "2024-01-31 11:59:59 PM",
    ] {
        assert_eq!(ok(raw), "2024-01-31T23:59:59Z", "{raw}");
    }
    assert_eq!(ok("2024-01-31T23:59:59,5Z"), "2024-01-31T23:59:59.500000Z");
    assert_eq!(ok("2024-01-31T23:59:59.123456789Z"), "2024-01-31T23:59:59.123456Z");
    assert_eq!(ok("2024-01-31T23:59"), "2024-01-31T23:59:00Z");
    assert_eq!(ok("2024-02-29"), "2024-02-29T00:00:00Z");
    assert_eq!(ok("20240229"), "2024-02-29T00:00:00Z");
    assert_eq!(ok("1969-12-31T23:59:59.999999Z"), "1969-12-31T23:59:59.999999Z");
    assert_eq!(ok("0001-01-01"), "0001-01-01T00:00:00Z");
    assert_eq!(ok("9999-12-31T23:59:59.999999"), "9999-12-31T23:59:59.999999Z");
}

#[test]
fn leap_seconds_are_the_next_minute() {
    assert_eq!(ok("2016-12-31T23:59:60Z"), "2017-01-01T00:00:00Z");
    assert_eq!(ok("2017-01-01T08:59:60+09:00"), "2017-01-01T00:00:00Z");
    assert_eq!(ok("2017-01-01T08:59:5 Z"), "2017-01-01T08:59:05Z");
}

#[test]
fn named_months() {
    for raw in [
        "Tue, 10 Oct 2000 13:55:36 -0700",
        "10 Oct 2000 13:55:36 PDT",
        "10/Oct/2000:13:55:36 -0700",
        "[10/Oct/2000:13:55:36 -0700]",
        "Tue Oct 10 20:55:36 2000",
        "Tue Oct 10 20:55:36 UTC 2000",
        "October 10th, 2000 at 8:55:36pm",
        "Tuesday, 10-Oct-00 20:55:36 GMT",
        "2000-Oct-10 20:55:36",
        "Tue Oct 10 2000 22:55:36 GMT+0200 (Central European Summer Time)",
    ] {
        assert_eq!(ok(raw), "2000-10-10T20:55:36Z", "{raw}");
    }
    assert_eq!(ok("Mon Jan  2 15:04:05 2006"), "2006-01-02T15:04:05Z");
}

#[test]
fn digits_since_1970() {
    assert_eq!(ok("1591367999"), "2020-06-05T14:39:59Z");
    assert_eq!(ok("1591367999.305988"), "2020-06-05T14:39:59.305988Z");
    assert_eq!(ok("1591367999.3059889999"), "2020-06-05T14:39:59.305988Z");
    assert_eq!(ok("1591367999305"), "2020-06-05T14:39:59.305000Z");
    assert_eq!(ok("1591367999305988"), "2020-06-05T14:39:59.305988Z");
    assert_eq!(ok("1591367999305988123"), "2020-06-05T14:39:59.305988Z");
    for raw in ["159136799", "15913679990", "1591367999.", "1591367999x", "-159136799"] {
        assert!(parse_timestamp(raw).is_err(), "{raw}");
    }
}

#[test]
fn day_and_month_have_to_be_evident() {
    assert_eq!(ok("31/01/2003"), "2003-01-31T00:00:00Z");
    assert_eq!(ok("01/31/2003 11:59 pm"), "2003-01-31T23:59:00Z");
    assert_eq!(ok("31.01.2003 23:59:59"), "2003-01-31T23:59:59Z");
    assert_eq!(ok("02/02/2003"), "2003-02-02T00:00:00Z");
    assert_eq!(reason("01/02/2003"), "day and month cannot be told apart");
    assert_eq!(reason("31/01/03"), "the year has four digits");
}

#[test]
fn others_are_refused_with_the_rule() {
    assert_eq!(reason("Jan  2 15:04:05"), "the year is unknown");
    assert_eq!(reason("2024-01-31T24:00:01Z"), "an hour past 23");
    assert_eq!(reason("2024-01-31T24:00:00.1Z"), "an hour past 23");
    assert_eq!(reason("2024-01-31T24:00:60Z"), "an hour past 23");
    assert_eq!(reason("2024-01-31T25:00:00Z"), "an hour past 23");
    assert_eq!(reason("2024-01-31T23:60:00Z"), "a minute past 59");
    assert_eq!(reason("2024-01-31T23:59:61Z"), "a second past 60");
    assert_eq!(reason("2023-02-29"), "the calendar has no such day");
    assert_eq!(reason("0000-01-01"), "the calendar has no such day");
    assert_eq!(reason("0001-01-01T00:00:00+01:00"), "outside of the years 0001 to 9999");
    assert_eq!(reason("9999-12-31T23:59:60Z"), "outside of the years 0001 to 9999");
    assert_eq!(reason("2024"), "a year alone is not a point in time");
    assert_eq!(reason("2024-01"), "a month alone is not a point in time");
    assert_eq!(reason("2024-01-31 13:00 PM"), "AM and PM go with hours 1 to 12");
    assert_eq!(reason("2024-01-31 10:00:00 CEST"), "a time zone name that is not one of RFC 2822");
    for raw in
        ["", "x", "2024-01-31x", "2024-01-31T", "2024-01-31 10", "12:00:00", "2024-01-31T10:00:00.Z", "é"]
    {
        assert!(parse_timestamp(raw).is_err(), "{raw}");
    }
}

#[test]
fn canonical_input_is_borrowed() {
    for raw in ["2024-01-31T23:59:59Z", "2024-01-31T23:59:59.000001Z"] {
        assert!(matches!(canonical_timestamp(raw), Ok(Cow::Borrowed(_))), "{raw}");
    }
}

#[test]
fn the_calendar_bounds_are_those_of_the_years() {
    assert_eq!(Timestamp::from_micros(i64::MIN), parse_timestamp("0001-01-01").unwrap());
    assert_eq!(Timestamp::from_micros(i64::MAX).to_string(), "9999-12-31T23:59:59.999999Z");
}

proptest! {
    #[test]
    fn text_and_back(micros in Timestamp::MIN.micros..=Timestamp::MAX.micros) {
        let timestamp = Timestamp::from_micros(micros);
        prop_assert_eq!(parse_timestamp(&timestamp.to_string()), Ok(timestamp));
    }

    #[test]
    fn never_panics(raw in "[0-9]{0,20}[-/. T:,]?([0-9]{1,4}|Jan|Mon|PM|GMT)?[-/ :.T+]?[0-9a-zé:.+ -]{0,20}") {
        let _ = parse_timestamp(&raw);
    }

    #[test]
    fn offsets_do_not_matter(seconds in 0i64..4_000_000_000, minutes in -1439i64..=1439) {
        let utc = Timestamp::from_micros(seconds * 1_000_000);
        let local = Timestamp::from_micros((seconds + minutes * 60) * 1_000_000).to_string();
        let sign = if minutes < 0 { '-' } else { '+' };
        let (hours, minutes) = (minutes.abs() / 60, minutes.abs() % 60);
        let text = format!("{}{sign}{hours:02}:{minutes:02}", local.trim_end_matches('Z'));
        prop_assert_eq!(parse_timestamp(&text), Ok(utc));
    }
}
