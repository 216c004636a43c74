//! Numbers of several countries, in national and in international form.

use proptest::prelude::*;

use super::*;

fn ok(raw: &str) -> String {
    canonical_phone(raw).unwrap_or_else(|error| panic!("{raw}: {error}")).into_owned()
}

fn region(code: &str) -> Region {
    code.parse().unwrap()
}

#[test]
fn spellings_of_one_number() {
    for raw in [
        "+442071234567",
        "+44 20 7123 4567",
        "+44 (0)20 7123 4567",
        "0044 20 7123 4567",
        "tel:+44-20-7123-4567",
        "tel:20-7123-4567;phone-context=+44",
        " (+44) 20/7123.4567 ",
        "＋４４ ２０ ７１２３ ４５６７",
    ] {
        assert_eq!(ok(raw), "+442071234567", "{raw}");
    }
    assert!(matches!(canonical_phone("+442071234567"), Ok(Cow::Borrowed(_))));
    assert!(matches!(canonical_phone("+14155550123;ext=012"), Ok(Cow::Borrowed(_))));
    assert_eq!(ok("+1 415 555 0123 x12"), "+14155550123;ext=12");
    assert_eq!(ok("+1 800 FLOWERS"), "+18003569377");
}

#[test]
fn what_looks_like_a_prefix_is_kept() {
    for (raw, text) in [
        ("+39 06 678 4343", "+39066784343"),
        ("+7 800 555 35 35", "+78005553535"),
        ("+375 800 123 4567", "+3758001234567"),
        ("+800 1234 5678", "+80012345678"),
        ("+54 9 11 2345 6789", "+5491123456789"),
    ] {
        assert_eq!(ok(raw), text);
    }
}

#[test]
fn national_numbers_are_those_of_a_region() {
    for (raw, code, text) in [
        ("(415) 555-0123", "US", "+14155550123"),
        ("1-415-555-0123", "US", "+14155550123"),
        ("011 44 20 7123 4567", "US", "+442071234567"),
        ("0044 20 7123 4567", "DE", "+442071234567"),
        ("0044 20 7123 4567", "US", "+442071234567"),
        ("030/1234567", "DE", "+49301234567"),
        ("06 678 4343", "IT", "+39066784343"),
        ("090-1234-5678", "JP", "+819012345678"),
        ("+33 1 42 68 53 00", "US", "+33142685300"),
    ] {
        assert_eq!(canonical_phone_in(raw, region(code)).unwrap(), text, "{raw}");
    }
}

#[test]
fn others_are_refused_with_the_rule() {
    for (raw, reason) in [
        ("415 555 0123", "a national number without a region"),
        ("911", "a national number without a region"),
        ("011 44 20 7123 4567", "a national number without a region"),
        ("+999 123 4567", "no country has that calling code"),
        ("+1 415", "not as many digits as a number of its country has"),
        ("+1 555 0123", "a number without its area code"),
        ("+44 20 7123 4567 89012", "not as many digits as a number of its country has"),
        ("+1 415 555 XXXX", "masked digits"),
        ("+1 415 555 0123 or +1 415 555 0124", "a plus sign that is not the first"),
        ("+", "no digits"),
        ("", "empty"),
    ] {
        assert_eq!(canonical_phone(raw).map(Cow::into_owned), Err(error(reason)), "{raw}");
    }
    assert!(canonical_phone(&"1".repeat(10_000_000)).is_err());
}

#[test]
fn assigned_numbers() {
    assert!(is_assigned("+442071234567") && is_assigned("+14155550123;ext=12"));
    assert!(!is_assigned("+11111111111") && !is_assigned("x"));
}

proptest! {
    #[test]
    fn once_is_enough(raw in "(\\+|00|tel:)?[1-9][0-9 ()./-]{4,16}( x[0-9]{1,4}|;ext=[0-9]{1,3})?", code in "[A-Z]{2}") {
        if let Ok(once) = canonical_phone(&raw) {
            prop_assert_eq!(&ok(&once), &once);
        }
        if let Ok(region) = code.parse() && let Ok(once) = canonical_phone_in(&raw, region) {
            prop_assert_eq!(&ok(&once), &once);
            prop_assert_eq!(canonical_phone_in(&once, region).unwrap(), once.as_ref());
        }
    }

    #[test]
    fn nothing_panics(raw in "(\\PC|[0-9+;=x#]|tel:|ext|phone-context){0,24}", code in "[A-Z]{2}") {
        let _ = canonical_phone(&raw);
        if let Ok(region) = code.parse() {
            let _ = canonical_phone_in(&raw, region);
        }
    }
}
