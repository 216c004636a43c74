//! Forms of coordinates, and what is none.

use proptest::prelude::*;

use super::*;

fn ok(raw: &str) -> String {
    canonical_coordinates(raw).unwrap_or_else(|error| panic!("{raw}: {error}")).into_owned()
}

#[test]
fn spellings_of_one_position() {
    for raw in [
        "48.8584,2.2945",
        "48.8584, 2.2945",
        "48.8584 2.2945",
        "48.8584;2.2945",
        " +48.85840000 , +002.2945 ",
        "48.8584° 2.2945°",
        "48.8584°N, 2.2945°E",
        "48.8584 N, 2.2945 E",
        "48.8584N 2.2945E",
        "N48.8584 E2.2945",
        "N 48.8584, E 2.2945",
        "2.2945E 48.8584N",
        "n48.8584°, e2.2945°",
        "48º51.504'N 2º17.67'E",
        "48°51'30.24\"N 2°17'40.2\"E",
        "48°51′30.24″N, 2°17′40.2″E",
        "48° 51' 30.24'' N 2° 17' 40.2'' E",
        "N 48°51’30.24” E 2°17’40.2”",
        "48 51 30.24 N, 2 17 40.2 E",
        "48:51:30.24N 2:17:40.2E",
        "geo:48.8584,2.2945",
        "GEO:48.8584,2.2945,35;crs=wgs84;u=10",
        "+48.8584+002.2945/",
        "+48.8584+002.2945+035.0CRSWGS_84/",
        "+4851.504+00217.670/",
        "+485130.24+0021740.2/",
        "48,8584; 2,2945",
        "48,8584 2,2945",
    ] {
        assert_eq!(ok(raw), "48.8584,2.2945", "{raw}");
    }
    assert!(matches!(canonical_coordinates("48.8584,2.2945"), Ok(Cow::Borrowed(_))));
}

#[test]
fn south_and_west_are_below_zero() {
    for raw in [
        "-33.8568, -70.5",
        "33.8568S 70.5W",
        "S33.8568 W70.5",
        "\u{2212}33.8568 \u{2212}70.5",
        "-33.8568-070.5/",
    ] {
        assert_eq!(ok(raw), "-33.8568,-70.5", "{raw}");
    }
    assert_eq!(ok("33°51'24.48\"S 70°30'0\"W"), "-33.8568,-70.5");
    assert_eq!(ok("-33°51'24.48\" -70°30'"), "-33.8568,-70.5");
    assert_eq!(ok("-0°30' 0°0'"), "-0.5,0");
}

#[test]
fn one_text_for_one_place() {
    assert_eq!(ok("-0.0, -0"), "0,0");
    assert_eq!(ok("10, -180"), "10,180");
    assert_eq!(ok("10, 180.0"), "10,180");
    assert_eq!(ok("90, 17"), "90,0");
    assert_eq!(ok("-90.0, -180"), "-90,0");
    assert_eq!(ok("1.00000004, 1.00000005"), "1,1.0000001");
    assert_eq!(ok("10, -179.99999999"), "10,180");
    assert_eq!(ok("0.00000001 -0.00000001"), "0,0");
}

#[test]
fn others_are_refused_with_the_rule() {
    for (raw, reason) in [
        ("90.0000001, 0", "the latitude is past 90 degrees"),
        ("0, 180.1", "the longitude is past 180 degrees"),
        ("geo:91,0", "the latitude is past 90 degrees"),
        ("geo:1", "not two numbers"),
        ("geo:1,2,3,4", "more than three numbers"),
        ("geo:1,2;crs=moon", "another reference system than WGS 84"),
        ("geo:1,2?q=x", "not a number"),
        ("48,8584, 2,2945", "a comma may be a decimal comma or stand between the numbers"),
        ("48,8584,2,2945", "a comma may be a decimal comma or stand between the numbers"),
        ("48.8584N, 2.2945N", "two letters of one axis"),
        ("48.8584N, 2.2945", "a letter for one number only"),
        ("-48.8584N, 2.2945E", "a sign and a letter"),
        ("48°60'N 2°E", "60 minutes or more"),
        ("48°10'60\"N 2°E", "60 seconds or more"),
        ("48.5°10'N 2°E", "decimals before a smaller unit"),
        ("48", "not two numbers"),
        ("48.8584", "not two numbers"),
        ("1 2 3", "not two numbers"),
        ("1,2,3", "a comma may be a decimal comma or stand between the numbers"),
        ("48. 2.", "not a number"),
        (".5 .5", "not a number"),
        ("1e1 2", "a character that coordinates do not have"),
        ("[48.8584, 2.2945]", "a character that coordinates do not have"),
        ("", "empty"),
    ] {
        assert_eq!(canonical_coordinates(raw).map(Cow::into_owned), Err(error(reason)), "{raw}");
    }
    for raw in
        ["N", "°", "' '", "48° ° 2", "NE 1 2", "N1 2E", "+1+2", "+48.8584+002.2945", "48'N 2\"E", ",", "1 N"]
    {
        assert!(raw == "+48.8584+002.2945" || canonical_coordinates(raw).is_err(), "{raw}");
    }
}

proptest! {
    #[test]
    fn forms_agree(latitude in -900_000_000i64..=900_000_000, longitude in -1_799_999_999i64..=1_800_000_000) {
        let mut plain = String::new();
        write_degrees(&mut plain, latitude);
        plain.push_str(", ");
        write_degrees(&mut plain, longitude);
        let text = ok(&plain);
        let half = |angle: i64, positive, negative| {
            let letter = if angle < 0 { negative } else { positive };
            format!("{}.{:07}{letter}", angle.abs() / UNITS, angle.abs() % UNITS)
        };
        let letters = format!("{} {}", half(latitude, 'N', 'S'), half(longitude, 'E', 'W'));
        prop_assert_eq!(&ok(&letters), &text);
        // A unit is 0.00036 seconds.
        let sexagesimal = |angle: i64| {
            let units = angle.abs() * 36;
            let (degrees, rest) = (units / 360_000_000, units % 360_000_000);
            let (minutes, seconds) = (rest / 6_000_000, rest % 6_000_000);
            format!("{degrees}°{minutes}'{}.{:05}\"", seconds / 100_000, seconds % 100_000)
        };
        let north = if latitude < 0 { 'S' } else { 'N' };
        let east = if longitude < 0 { 'W' } else { 'E' };
        let signed = format!("{}{north}{}{east}", sexagesimal(latitude), sexagesimal(longitude));
        prop_assert_eq!(&ok(&signed), &text);
        prop_assert_eq!(&ok(&text), &text);
    }

    #[test]
    fn nothing_panics(raw in "([0-9]{1,30}|[-+.,;°'\"NSEWnsew :/]|geo:|CRS){0,16}") {
        if let Ok(once) = canonical_coordinates(&raw) {
            prop_assert_eq!(ok(&once), once);
        }
    }
}
