//! What is declared about a source.

use super::*;

fn options(json: &str) -> TimeOptions {
    serde_json::from_str(json).unwrap_or_else(|error| panic!("{json}: {error}"))
}

fn with(json: &str, raw: &str) -> Result<String, &'static str> {
    match parse_time(raw, &options(json)) {
        Ok(time) => Ok(time.timestamp.to_string()),
        Err(error) => Err(error.reason),
    }
}

#[test]
fn as_users_write_them() {
    for json in [
        "{}",
        r#"{"zone":"Europe/Berlin","date_order":"dmy","year":2024,"digits":"filetime","ambiguous":"later"}"#,
        r#"{"zone":"UTC"}"#,
        r#"{"zone":"-03:30","digits":"spreadsheet1904","ambiguous":"earlier"}"#,
    ] {
        assert_eq!(serde_json::to_string(&options(json)).unwrap(), json);
    }
    assert_eq!(options("{}"), TimeOptions::default());
    assert_eq!(options(r#"{"zone":"europe/berlin"}"#), options(r#"{"zone":"Europe/Berlin"}"#));
    assert_eq!(options(r#"{"zone":"+0200"}"#), options(r#"{"zone":"+02:00"}"#));
    assert_eq!(options(r#"{"zone":"+00:00"}"#), options(r#"{"zone":"UTC"}"#));
    for json in [
        r#"{"zone":"Europe/Nowhere"}"#,
        r#"{"zone":""}"#,
        r#"{"zone":"CEST"}"#,
        r#"{"zone":"+24:00"}"#,
        r#"{"zone":"+02:00x"}"#,
        r#"{"zone":"../UTC"}"#,
        r#"{"zone":"Etc/Unknown"}"#,
        r#"{"zone":"local"}"#,
        r#"{"date_order":"ydm"}"#,
        r#"{"order":"dmy"}"#,
        r#"{"digits":"minutes"}"#,
        r#"{"ambiguous":"both"}"#,
    ] {
        assert!(serde_json::from_str::<TimeOptions>(json).is_err(), "{json}");
    }
}

#[test]
fn local_times_are_in_the_declared_zone() {
    const BERLIN: &str = r#"{"zone":"Europe/Berlin"}"#;
    for raw in [
        "2024-01-31 23:59:59",
        "31 Jan 2024 23:59:59",
        "31.01.2024 23:59:59",
        "20240131235959",
        "Wed Jan 31 23:59:59 CET 2024",
        "2024-01-31 23:59:59 cet",
        "2024-01-31T22:59:59Z",
        "1706741999",
    ] {
        assert_eq!(with(BERLIN, raw).as_deref(), Ok("2024-01-31T22:59:59Z"), "{raw}");
    }
    assert_eq!(with(BERLIN, "2024-07-31").as_deref(), Ok("2024-07-30T22:00:00Z"));
    assert_eq!(with(BERLIN, "2024-07-31 12:00 CEST").as_deref(), Ok("2024-07-31T10:00:00Z"));
    assert_eq!(with(BERLIN, "2024-07-31 12:00 CET"), Err("a time zone name that is not one of RFC 2822"));
    assert_eq!(with(BERLIN, "2024-07-31 12:00 EST").as_deref(), Ok("2024-07-31T17:00:00Z"));
    // The zone's own name goes before that of RFC 2822.
    assert_eq!(
        with(r#"{"zone":"Asia/Shanghai"}"#, "2024-01-31 12:00 CST").as_deref(),
        Ok("2024-01-31T04:00:00Z")
    );
    assert_eq!(with(r#"{"zone":"+05:30"}"#, "2024-01-31 12:00").as_deref(), Ok("2024-01-31T06:30:00Z"));
    let time = parse_time("2024-01-31", &options(BERLIN)).unwrap();
    assert_eq!((time.offset, time.precision), (None, Precision::Day));
    assert_eq!(time.to_rfc3339(), "2024-01-30T23-00:00");
}

#[test]
fn local_times_that_come_twice_or_never() {
    let zone = |ambiguous: &str| format!(r#"{{"zone":"Europe/Berlin","ambiguous":"{ambiguous}"}}"#);
    let (refuse, earlier, later) = (zone("refuse"), zone("earlier"), zone("later"));
    let twice = "2024-10-27 02:30:00";
    assert_eq!(with(&refuse, twice), Err("a local time that comes twice, when summer time ends"));
    assert_eq!(with(&earlier, twice).as_deref(), Ok("2024-10-27T00:30:00Z"));
    assert_eq!(with(&later, twice).as_deref(), Ok("2024-10-27T01:30:00Z"));
    assert_eq!(with(&refuse, "2024-10-27 02:30:00 CEST").as_deref(), Ok("2024-10-27T00:30:00Z"));
    assert_eq!(with(&refuse, "2024-10-27 02:30:00 CET").as_deref(), Ok("2024-10-27T01:30:00Z"));
    assert_eq!(with(&refuse, "2024-10-27 02:30:00+01:00").as_deref(), Ok("2024-10-27T01:30:00Z"));
    let never = "2024-03-31 02:30:00";
    assert_eq!(with(&refuse, never), Err("a local time that never was, when summer time begins"));
    assert_eq!(with(&earlier, never).as_deref(), Ok("2024-03-31T01:30:00Z"));
    assert_eq!(with(&later, never).as_deref(), Ok("2024-03-31T01:30:00Z"));
    assert!(with(&refuse, "2024-03-31 02:30:00 CET").is_err());
}

#[test]
fn a_year_for_dates_without_one() {
    const YEAR: &str = r#"{"year":2024}"#;
    assert_eq!(with(YEAR, "Jan 31 23:59:59").as_deref(), Ok("2024-01-31T23:59:59Z"));
    assert_eq!(with(YEAR, "Feb 29 23:59:59.5").as_deref(), Ok("2024-02-29T23:59:59.500000Z"));
    assert_eq!(with(YEAR, "Jan  1").as_deref(), Ok("2024-01-01T00:00:00Z"));
    assert_eq!(with(YEAR, "*Mar 1 18:48:50.483 UTC:").as_deref(), Ok("2024-03-01T18:48:50.483000Z"));
    assert_eq!(with(YEAR, "Jan 31 2003 23:59:59").as_deref(), Ok("2003-01-31T23:59:59Z"));
    assert_eq!(with(r#"{"year":2023}"#, "Feb 29 23:59:59"), Err("the calendar has no such day"));
    for year in ["0", "-5", "10000"] {
        let json = format!(r#"{{"year":{year}}}"#);
        assert_eq!(with(&json, "Jan 31 23:59:59"), Err("the calendar has no such day"), "{year}");
    }
}

#[test]
fn the_order_of_a_date() {
    const DMY: &str = r#"{"date_order":"dmy"}"#;
    const MDY: &str = r#"{"date_order":"mdy"}"#;
    const YMD: &str = r#"{"date_order":"ymd"}"#;
    for (json, raw, date) in [
        (DMY, "01/02/2024", "2024-02-01"),
        (MDY, "01/02/2024", "2024-01-02"),
        (DMY, "01/02/03", "2003-02-01"),
        (MDY, "01/02/03", "2003-01-02"),
        (YMD, "01/02/03", "2001-02-03"),
        (YMD, "49-1-2", "2049-01-02"),
        (YMD, "50-1-2", "1950-01-02"),
        (MDY, "01/31/24", "2024-01-31"),
        (YMD, "02-Jan-31", "2002-01-31"),
        (DMY, "02-Jan-31", "2031-01-02"),
        (YMD, "31/01/2024", "2024-01-31"),
        (DMY, "2024-01-31", "2024-01-31"),
        (DMY, "2024/01/02", "2024-01-02"),
    ] {
        assert_eq!(with(json, raw).as_deref(), Ok(format!("{date}T00:00:00Z").as_str()), "{json} {raw}");
    }
    // A date that contradicts what is declared shows that the declaration is wrong.
    assert_eq!(with(DMY, "01/31/2024"), Err("the calendar has no such day"));
    assert_eq!(with(MDY, "31/01/2024"), Err("the calendar has no such day"));
    assert_eq!(with(YMD, "01/02/2024"), Err("day and month cannot be told apart"));
    assert_eq!(with("{}", "01/02/03"), Err("the year has four digits"));
}
