//! Numbers. All instants were computed apart from this code.

use super::*;

fn declared(digits: Digits) -> TimeOptions {
    TimeOptions { digits: Some(digits), ..TimeOptions::NONE }
}

fn with(digits: Digits, raw: &str) -> String {
    parse_time(raw, &declared(digits)).unwrap_or_else(|error| panic!("{raw}: {error}")).to_rfc3339()
}

fn refused(digits: Digits, raw: &str) -> &'static str {
    parse_time(raw, &declared(digits)).expect_err(raw).reason
}

#[test]
fn numbers_that_nobody_declared() {
    assert_eq!(ok("-1591367999"), "1919-07-29T09:20:01Z");
    assert_eq!(ok("-1591367999.5"), "1919-07-29T09:20:00.500000Z");
    assert_eq!(ok("1.591367999E9"), "2020-06-05T14:39:59Z");
    assert_eq!(ok("1.5913679E9"), "2020-06-05T14:38:20Z");
    assert_eq!(ok("1.591367999305988e9"), "2020-06-05T14:39:59.305988Z");
    assert_eq!(ok("1.591367999305E12"), "2020-06-05T14:39:59.305000Z");
    assert_eq!(ok("1.591367999305988E+15"), "2020-06-05T14:39:59.305988Z");
    assert_eq!(ok("1591367999305.5"), "2020-06-05T14:39:59.305500Z");
    assert_eq!(ok("133512191990000000"), "2024-01-31T23:59:59Z");
    assert_eq!(ok("638423423990000000"), "2024-01-31T23:59:59Z");
    for raw in [
        // FILETIME and ticks of 1969 and 2100.
        "116444735999999999",
        "157469184000000000",
        "621355967999999999",
        "662380416000000000",
        "-133512191990000000",
        "133512191990000000.5",
        "1.3351219199E17",
        "13351219199000000",
        "0.1E10",
        "1E9999",
        "1e",
        "1E9",
        "20e14",
        "0x01DA54A198BF6980",
    ] {
        assert!(parse_timestamp(raw).is_err(), "{raw}");
    }
    assert_eq!(ok("4591367999"), "2115-06-30T19:59:59Z");
    assert_eq!(ok("9999999999"), "2286-11-20T17:46:39Z");
    assert_eq!(with(Digits::Seconds, "1E9"), "2001-09-09T01:46:40-00:00");
}

#[test]
fn digits_say_the_precision() {
    for (raw, precision) in [
        ("1591367999", Precision::Second),
        ("1591367999.30", Precision::Fraction(2)),
        ("1591367999305", Precision::Fraction(3)),
        ("1591367999305988", Precision::Fraction(6)),
        ("1591367999305988123", Precision::Fraction(9)),
        ("1.591367999E12", Precision::Fraction(3)),
        ("1.5913679993E9", Precision::Fraction(1)),
        ("133512191990000000", Precision::Fraction(7)),
    ] {
        assert_eq!(parse_time(raw, &TimeOptions::NONE).map(|time| time.precision), Ok(precision), "{raw}");
    }
    let time = parse_time("1591367999305988123", &TimeOptions::NONE).unwrap();
    assert_eq!((time.timestamp.micros(), time.nanos), (1_591_367_999_305_988, 123));
}

#[test]
fn numbers_that_were_declared() {
    const INSTANT: &str = "2024-01-31T23:59:59";
    for (digits, raw, fraction) in [
        (Digits::Seconds, "1706745599", ""),
        (Digits::Milliseconds, "1706745599000", ".000"),
        (Digits::Microseconds, "1706745599000000", ".000000"),
        (Digits::Nanoseconds, "1706745599000000000", ".000000000"),
        (Digits::Filetime, "133512191990000000", ".0000000"),
        (Digits::Filetime, "0x01DA54A198BF6980", ".0000000"),
        (Digits::Ldap, "133512191990000000", ".0000000"),
        (Digits::Dotnet, "638423423990000000", ".0000000"),
        (Digits::Webkit, "13351219199000000", ".000000"),
        (Digits::Cocoa, "728438399", ""),
        (Digits::Cocoa, "728438399.25", ".25"),
    ] {
        let second = if raw.ends_with(".25") { ".25" } else { fraction };
        assert_eq!(with(digits, raw), format!("{INSTANT}{second}-00:00"), "{raw}");
    }
    assert_eq!(with(Digits::Seconds, "0"), "1970-01-01T00:00:00-00:00");
    assert_eq!(with(Digits::Seconds, "-1"), "1969-12-31T23:59:59-00:00");
    assert_eq!(with(Digits::Seconds, "500159187"), "1985-11-06T21:06:27-00:00");
    assert_eq!(with(Digits::Milliseconds, "1"), "1970-01-01T00:00:00.001-00:00");
    assert_eq!(with(Digits::Microseconds, "-1"), "1969-12-31T23:59:59.999999-00:00");
    assert_eq!(with(Digits::Nanoseconds, "-1"), "1969-12-31T23:59:59.999999999-00:00");
    assert_eq!(with(Digits::Seconds, "20240131"), "1970-08-23T06:15:31-00:00");
    assert_eq!(with(Digits::Filetime, "0"), "1601-01-01T00:00:00.0000000-00:00");
    assert_eq!(refused(Digits::Seconds, "1706745599000"), "outside of the years 0001 to 9999");
    assert_eq!(
        refused(Digits::Nanoseconds, "99999999999999999999999999999"),
        "outside of the years 0001 to 9999"
    );
    for never in ["0", "9223372036854775807", "0x7FFFFFFFFFFFFFFF"] {
        assert_eq!(refused(Digits::Ldap, never), "never, as Active Directory writes it", "{never}");
    }
    // A text with parts is none of them, and read as ever.
    assert_eq!(with(Digits::Seconds, "2024-01-31T23:59:59Z"), "2024-01-31T23:59:59Z");
}

#[test]
fn days_of_spreadsheets() {
    for (raw, text) in [
        ("45322", "2024-01-31"),
        ("45322.5", "2024-01-31T12:00:00-00:00"),
        ("45322.999988425926", "2024-01-31T23:59:59-00:00"),
        ("45322.0000057870", "2024-01-31T00:00:00.500-00:00"),
        ("45321.9999999999", "2024-01-31T00:00:00-00:00"),
        ("1", "1900-01-01"),
        ("59", "1900-02-28"),
        ("61", "1900-03-01"),
        ("2958465", "9999-12-31"),
    ] {
        assert_eq!(with(Digits::Spreadsheet, raw), text, "{raw}");
    }
    assert_eq!(with(Digits::Spreadsheet1904, "43860"), "2024-01-31");
    assert_eq!(with(Digits::Spreadsheet1904, "0"), "1904-01-01");
    assert_eq!(refused(Digits::Spreadsheet, "60"), "the calendar has no such day");
    for raw in ["0", "0.5", "-1", "2958466", "99999999999999999999"] {
        assert!(parse_time(raw, &declared(Digits::Spreadsheet)).is_err(), "{raw}");
    }
    let berlin = TimeOptions { zone: "Europe/Berlin".parse().ok(), ..declared(Digits::Spreadsheet) };
    assert_eq!(parse_time("45322.5", &berlin).unwrap().timestamp.to_string(), "2024-01-31T11:00:00Z");
}

#[test]
fn utctime_of_asn_1() {
    for raw in ["240131235959Z", "240201005959+0100"] {
        let time =
            parse_time(raw, &declared(Digits::Utctime)).unwrap_or_else(|error| panic!("{raw}: {error}"));
        assert_eq!(time.timestamp.to_string(), "2024-01-31T23:59:59Z", "{raw}");
    }
    assert_eq!(with(Digits::Utctime, "5001010000Z"), "1950-01-01T00:00Z");
    assert_eq!(refused(Digits::Utctime, "240131235959"), "UTCTime has an offset");
    assert!(parse_timestamp("240131235959Z").is_err());
}
