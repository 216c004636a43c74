//! What holds for every value.

use jiff::tz::TimeZone;

use super::*;

/// Any instant, any precision that it has, any offset.
fn times() -> impl Strategy<Value = ParsedTime> {
    let precision = prop_oneof![
        Just(Precision::Day),
        Just(Precision::Hour),
        Just(Precision::Minute),
        Just(Precision::Second),
        (1u8..=9).prop_map(Precision::Fraction),
    ];
    let offset = prop::option::of((-1439i32..=1439).prop_map(|minutes| minutes * 60));
    // A day apart from the bounds, so that the local year has four digits.
    let seconds = -62_135_510_400i64..253_402_214_400;
    (seconds, 0u32..1_000_000_000, precision, offset).prop_map(|(seconds, nanos, precision, offset)| {
        let unit = match precision {
            Precision::Day => 86_400,
            Precision::Hour => 3600,
            Precision::Minute => 60,
            _ => 1,
        };
        let digit = 10u32.pow(9 - u32::from(precision.digits()));
        let local = seconds.div_euclid(unit) * unit;
        let nanos = if digit == 1_000_000_000 { 0 } else { nanos / digit * digit };
        ParsedTime::new(local - i64::from(offset.unwrap_or(0)), nanos, precision, offset).unwrap()
    })
}

fn any_options() -> impl Strategy<Value = TimeOptions> {
    let zone = prop_oneof![Just(None), Just("Europe/Berlin".parse().ok()), Just("-03:30".parse().ok())];
    let order =
        prop::option::of(prop_oneof![Just(DateOrder::Dmy), Just(DateOrder::Mdy), Just(DateOrder::Ymd)]);
    let digits = prop::option::of(prop_oneof![
        Just(Digits::Seconds),
        Just(Digits::Nanoseconds),
        Just(Digits::Ldap),
        Just(Digits::Dotnet),
        Just(Digits::Spreadsheet),
        Just(Digits::Spreadsheet1904),
        Just(Digits::Utctime),
    ]);
    let ambiguous = prop_oneof![Just(Ambiguous::Refuse), Just(Ambiguous::Earlier), Just(Ambiguous::Later)];
    (zone, order, prop::option::of(any::<i16>()), digits, ambiguous).prop_map(
        |(zone, order, year, digits, ambiguous)| TimeOptions { zone, order, year, digits, ambiguous },
    )
}

/// Texts that look like a time, with damage.
fn shapes() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        "[0-9]{1,4}",
        "[0-9]{6,20}",
        "[-/. T:,+_Z*]",
        "(2024-01-31|T23:59:59|24:00|W05-3|-031|\\.5|23:59:60|[+]060|-00:00|\u{2212}02:00)",
        "(Jan |Wed, |PM|a\\.m\\.|CET|EST|GMT|UTC:|0x1|E9|e-3|/Date\\(|\\)/|年|月|日|\\[|\\])",
        "\\PC{1,2}",
    ];
    prop::collection::vec(piece, 0..8).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn what_is_written_is_read_again(time in times()) {
        prop_assert_eq!(parse_time(&time.to_rfc3339(), &TimeOptions::NONE), Ok(time));
    }

    #[test]
    fn reading_what_was_written_changes_nothing(raw in shapes(), options in any_options()) {
        if let Ok(time) = parse_time(&raw, &options) {
            let text = time.to_rfc3339();
            let again = parse_time(&text, &TimeOptions::NONE);
            prop_assert_eq!(again.map(|again| (again.timestamp, again.nanos)), Ok((time.timestamp, time.nanos)));
            prop_assert_eq!(again.map(|again| again.to_rfc3339()), Ok(text));
        }
    }

    #[test]
    fn nothing_panics(raw in any::<String>(), damaged in shapes(), options in any_options()) {
        let _ = parse_time(&raw, &options);
        let _ = parse_time(&damaged, &options);
    }

    #[test]
    fn canonical_is_canonical(raw in shapes()) {
        if let Ok(once) = canonical_timestamp(&raw) {
            let again = canonical_timestamp(&once).map(Cow::into_owned);
            prop_assert_eq!(again, Ok(once.into_owned()));
        }
    }

    #[test]
    fn zones_agree_with_the_calendar(seconds in -5_000_000_000i64..8_000_000_000, name in prop_oneof![
        Just("Europe/Berlin"), Just("America/New_York"), Just("Australia/Lord_Howe"), Just("Asia/Kathmandu"),
        Just("Pacific/Apia"), Just("Africa/Casablanca"),
    ]) {
        let zone = TimeZone::get(name).unwrap();
        let instant = jiff::Timestamp::from_second(seconds).unwrap();
        let local = instant.to_zoned(zone.clone()).datetime();
        let text = local.to_string();
        let read = |ambiguous| {
            let zone = Some(name.parse().unwrap());
            parse_time(&text, &TimeOptions { zone, ambiguous, ..TimeOptions::NONE })
                .map(|time| time.timestamp.micros() / 1_000_000)
        };
        let candidates = zone.to_ambiguous_timestamp(local);
        if candidates.is_ambiguous() {
            prop_assert!(read(Ambiguous::Refuse).is_err());
            prop_assert_eq!(read(Ambiguous::Earlier), Ok(candidates.earlier().unwrap().as_second()));
            prop_assert_eq!(read(Ambiguous::Later), Ok(candidates.later().unwrap().as_second()));
        } else {
            prop_assert_eq!(read(Ambiguous::Refuse), Ok(seconds));
        }
    }

    #[test]
    fn spellings_of_one_time_are_one(seconds in -62_135_500_000i64..253_402_200_000, minutes in -1439i32..=1439) {
        let offset = jiff::tz::Offset::from_seconds(minutes * 60).unwrap();
        let instant = jiff::Timestamp::from_second(seconds.min(253_402_000_000)).unwrap();
        let local = instant.to_zoned(offset.to_time_zone());
        for format in [
            "%Y-%m-%dT%H:%M:%S%:z", "%Y-%m-%d %H:%M:%S %z", "%Y%m%dT%H%M%S%z", "%Y%m%d%H%M%S%z",
            "%Y-%jT%H:%M:%S%:z", "%d/%b/%Y:%H:%M:%S %z", "%a, %d %b %Y %H:%M:%S %z",
            "%b %e %Y %I:%M:%S %p %:z", "%a %b %e %H:%M:%S GMT%z %Y", "%G-W%V-%uT%H:%M:%S%:z",
        ] {
            let text = local.strftime(format).to_string();
            // The ISO year of the first days of the year 1 is 0.
            if text.starts_with("0000") { continue; }
            let read = parse_timestamp(&text).map(Timestamp::micros);
            prop_assert_eq!(read, Ok(instant.as_microsecond()), "{}", text);
        }
    }
}
