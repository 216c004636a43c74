//! The forms of texts. All instants were computed apart from this code.

use super::*;

fn written(raw: &str) -> String {
    parse_time(raw, &TimeOptions::NONE).unwrap_or_else(|error| panic!("{raw}: {error}")).to_rfc3339()
}

#[test]
fn weeks_and_ordinal_days_of_iso_8601() {
    for raw in [
        "2024-W05-3T23:59:59Z",
        "2024W053T235959Z",
        "2024-031T23:59:59Z",
        "2024031T235959Z",
        "2024-01-31T235959Z",
        "2024-W05-3 23:59:59",
        "2024-01-31_23:59:59",
        "2024-02-01T01:59:59+02",
        "2024-01-31T21:59:59\u{2212}02:00",
        "2024-01-31T21:59:59\u{2212}0200",
    ] {
        assert_eq!(ok(raw), "2024-01-31T23:59:59Z", "{raw}");
    }
    assert_eq!(ok("2020-W53-7"), "2021-01-03T00:00:00Z");
    assert_eq!(ok("2025-W01-1"), "2024-12-30T00:00:00Z");
    assert_eq!(ok("2020-366"), "2020-12-31T00:00:00Z");
    assert_eq!(ok("0001-W01-1"), "0001-01-01T00:00:00Z");
    for raw in ["2021-W53-1", "2024-W00-1", "2024-W05-0", "2024-W05-8", "2023-366", "2024-000"] {
        assert_eq!(reason(raw), "the calendar has no such day", "{raw}");
    }
    for raw in ["2024-W05", "2024W05"] {
        assert_eq!(reason(raw), "a week alone is not a point in time", "{raw}");
    }
    assert_eq!(reason("2024031"), "so many digits say no unit");
}

#[test]
fn fractions_of_the_last_part() {
    assert_eq!(ok("2024-01-31T10:30.5Z"), "2024-01-31T10:30:30Z");
    assert_eq!(ok("2024-01-31T10:30,25Z"), "2024-01-31T10:30:15Z");
    assert_eq!(ok("20240131T1030.5Z"), "2024-01-31T10:30:30Z");
    assert_eq!(ok("2024-01-31T10.25Z"), "2024-01-31T10:15:00Z");
    assert_eq!(ok("20240131T10,5"), "2024-01-31T10:30:00Z");
    assert_eq!(ok("2024-01-31T10"), "2024-01-31T10:00:00Z");
    assert_eq!(ok("2024-01-31T10:30.001Z"), "2024-01-31T10:30:00.060000Z");
    for (raw, precision) in [
        ("2024-01-31", Precision::Day),
        ("2024-01-31T10Z", Precision::Hour),
        ("2024-01-31T10:30Z", Precision::Minute),
        ("2024-01-31T10.5Z", Precision::Minute),
        ("2024-01-31T10.25Z", Precision::Second),
        ("2024-01-31T10:30.5Z", Precision::Second),
        ("2024-01-31T10:30.001Z", Precision::Fraction(2)),
        ("2024-01-31T10:30:00Z", Precision::Second),
        ("2024-01-31T10:30:00.0Z", Precision::Fraction(1)),
        ("2024-01-31T10:30:00.123456789Z", Precision::Fraction(9)),
        ("2024-01-31T10:30:00.1234567891Z", Precision::Fraction(9)),
    ] {
        assert_eq!(parse_time(raw, &TimeOptions::NONE).map(|time| time.precision), Ok(precision), "{raw}");
    }
}

#[test]
fn the_end_of_a_day() {
    for raw in ["2024-01-31T24:00:00Z", "2024-01-31T24:00Z", "20240131T24Z", "2024-01-31T24:00:00.000Z"] {
        assert_eq!(ok(raw), "2024-02-01T00:00:00Z", "{raw}");
    }
    assert_eq!(reason("9999-12-31T24:00:00Z"), "outside of the years 0001 to 9999");
}

#[test]
fn logs_and_languages() {
    for raw in [
        "Wed, 31 Jan 2024 23:59:59 +0000",
        "31 Jan 24 23:59:59 GMT",
        "Wednesday, 31-Jan-24 23:59:59 GMT",
        "Wed Jan 31 23:59:59 2024",
        "31/Jan/2024:23:59:59 +0000",
        "Wed Jan 31 18:59:59 EST 2024",
        "Wed Jan 31 23:59:59 GMT 2024",
        "*Jan 31 2024 23:59:59 UTC:",
        ".Jan 31 2024 23:59:59 UTC",
        "Jan 31 2024 23:59:59",
        "Jan 31 2024 23:59:59: ",
        "2024 Jan 31 23:59:59",
        "2024-02-01 00:59:59 +0100 CET m=+0.000000001",
        "Thu Feb 01 2024 00:59:59 GMT+0100 (CET)",
        "Jan 31 2024 11:59:59PM",
        "31 Jan 2024 23:59:59:000",
        "1/31/2024 11:59:59 PM",
        "1/31/2024 11:59:59 p.m.",
        "2024年01月31日 23:59:59",
        "20240131235959Z",
        "20240131235959.0Z",
        "20240131235959,0Z",
        "20240201005959+0100",
        "20240201005959+01",
        "20240131235959.000000+000",
        "20240201005959.000000+060",
        "20240131182959.000000-330",
    ] {
        assert_eq!(ok(raw), "2024-01-31T23:59:59Z", "{raw}");
    }
    assert_eq!(ok("202401312359Z"), "2024-01-31T23:59:00Z");
    assert_eq!(ok("2024013123Z"), "2024-01-31T23:00:00Z");
    assert_eq!(ok("2024013123.5Z"), "2024-01-31T23:30:00Z");
    assert_eq!(ok("Jan 31 2024 11:59:59:123AM"), "2024-01-31T11:59:59.123000Z");
    assert_eq!(ok("*Mar 1 2024 18:48:50.483 UTC:"), "2024-03-01T18:48:50.483000Z");
    assert_eq!(written("2024-01-31T23:59:59.1234567Z"), "2024-01-31T23:59:59.1234567Z");
    for raw in
        ["20240131235959+060", "20240131235959.000000+0600000", "2024-01-31T23:59:59+060", "*Mar 1 2024"]
    {
        assert!(parse_timestamp(raw).is_err(), "{raw}");
    }
    assert_eq!(reason("20240131******.******+***"), "something follows the time");
}

#[test]
fn dates_of_dot_net_in_json() {
    assert_eq!(written("/Date(1700000000000+0200)/"), "2023-11-15T00:13:20.000+02:00");
    assert_eq!(written("\\/Date(1700000000123)\\/"), "2023-11-14T22:13:20.123-00:00");
    assert_eq!(written("/Date(-1-0500)/"), "1969-12-31T18:59:59.999-05:00");
    for raw in ["/Date()/", "/Date(1700000000000)", "/Date(x)/", "/Date(1+2)/", "/Date(1+0200x)/", "/Date("] {
        assert!(parse_timestamp(raw).is_err(), "{raw}");
    }
}

#[test]
fn what_was_written_is_kept() {
    for (raw, rfc3339) in [
        ("2024-01-31T23:59:59.5+02:00", "2024-01-31T23:59:59.5+02:00"),
        ("2024-01-31T23:59:59.000-0330", "2024-01-31T23:59:59.000-03:30"),
        ("2024-01-31 23:59:59", "2024-01-31T23:59:59-00:00"),
        ("2024-01-31T23:59:59-00:00", "2024-01-31T23:59:59-00:00"),
        ("2024-01-31T23:59:59+00:00", "2024-01-31T23:59:59Z"),
        ("2024-01-31", "2024-01-31"),
        ("2024-01-31+02:00", "2024-01-31+02:00"),
        ("2024-01-31Z", "2024-01-31Z"),
        ("2024-01-31T10+05:30", "2024-01-31T10+05:30"),
        ("31 Jan 2024 10:30 EST", "2024-01-31T10:30-05:00"),
        ("1591367999305", "2020-06-05T14:39:59.305-00:00"),
        ("2016-12-31T23:59:60.5Z", "2017-01-01T00:00:00.5Z"),
    ] {
        assert_eq!(written(raw), rfc3339, "{raw}");
    }
    let mut time = parse_time("9999-12-31T23:30:00Z", &TimeOptions::NONE).unwrap();
    time.offset = Some(3600);
    assert_eq!(time.to_rfc3339(), "9999-12-31T23:30:00-00:00");
}
