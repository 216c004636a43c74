//! What holds for every kind.

use proptest::prelude::*;

use super::*;

/// Texts that look like something, with damage.
fn shapes() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        "[a-z0-9.:/@-]{1,8}",
        "(https?|hxxp|ftp|file|mailto|CVE|xn--|www|md5)",
        "(\\[\\.|\\.\\]|\\[/\\]|\\[ \\. \\]|\\{dot\\}|\\\\\\.|\\[www\\.\\]|．|meow|fxp|\\[a|b\\])",
        "(://|:|\\[\\.\\]|\\(dot\\)| dot |\\[at\\]|@|\\.|-|/|%[0-9a-f]{2}|%)",
        "(192\\.0\\.2\\.1|2001:db8::1|::ffff:10\\.0\\.0\\.1|\\[::1\\]|%eth0)",
        "(example\\.org|Bücher|ß|İ|Σ|ς|。|\u{200d}|\u{ad}|٠)",
        "(2024-01-31|T23:59:59|Z|\\+01:00|Jan |1591367999|\\.5)",
        "(\\+1 415 555 0123|\\+44|00|tel:|;ext=1| x12|\\(0\\)|٤٤)",
        "(C:\\\\|\\\\\\\\|\\\\\\\\\\?\\\\|%TEMP%|/etc/|\\.\\./|\\\\|::\\$DATA)",
        "(48\\.8584|, ?2\\.2945|°|'|\"|N|W|geo:|\\+002\\.5/|-180|90)",
        "(S-1-5-21|-500|CORP|cn=|imphash:|[0-9a-f]{32}|UK|DEU|276|germany|Mozilla/5\\.0 \\()",
        "[ -~]{1,4}",
        "\\PC{1,3}",
    ];
    prop::collection::vec(piece, 0..6).prop_map(|pieces| pieces.concat())
}

#[test]
fn kinds_do_not_tell_the_value() {
    for kind in Kind::ALL {
        let secret = "s3cr3t\0value/%";
        if let Err(error) = canonical(kind, secret) {
            assert!(!error.to_string().contains("s3cr3t"));
            assert_eq!(error.kind, kind);
        }
    }
}

#[test]
fn long_values_are_refused() {
    for kind in Kind::ALL {
        let long = "1".repeat(limit::max_bytes(kind) + 1);
        assert_eq!(canonical(kind, &long).map_err(|error| error.reason), Err("too long"), "{kind:?}");
    }
}

#[test]
fn observables_are_refanged() {
    for (kind, raw, text) in [
        (Kind::Ip, "192[.]0[.]2[.]1", "192.0.2.1"),
        (Kind::Domain, "Evil[.]Example", "evil.example"),
        (Kind::Url, "hXXp://Evil[.]example", "http://evil.example/"),
        (Kind::Email, "Ada (at) evil [dot] example", "ada@evil.example"),
        (Kind::Text, "evil[.]example", "evil[.]example"),
    ] {
        assert_eq!(canonical_observable(kind, raw).as_deref(), Ok(text));
    }
    // What refanging leaves behind must not be refanged the next time.
    assert_eq!(canonical_observable(Kind::Url, "http://h/[[.]]").as_deref(), Ok("http://h/%5B.]"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn canonical_texts_are_their_own(raw in shapes()) {
        for kind in Kind::ALL {
            if let Ok(once) = canonical(kind, &raw) {
                let again = canonical(kind, &once).map(Cow::into_owned);
                prop_assert_eq!(again, Ok(once.to_string()), "{:?}", kind);
            }
            if let Ok(once) = canonical_observable(kind, &raw) {
                let again = canonical_observable(kind, &once).map(Cow::into_owned);
                prop_assert_eq!(again, Ok(once.to_string()), "{:?}", kind);
            }
        }
    }

    #[test]
    fn defanging_is_undone(raw in shapes()) {
        for kind in [Kind::Ip, Kind::Domain, Kind::Url, Kind::Email] {
            if let Ok(text) = canonical(kind, &raw) {
                prop_assert_eq!(refang(&text), &*text);
                let defanged = defang(&text);
                prop_assert_eq!(refang(&defanged), &*text, "{}", defanged);
            }
        }
    }

    #[test]
    fn nothing_panics(raw in any::<String>()) {
        for kind in Kind::ALL {
            let _ = canonical_observable(kind, &raw);
        }
        let _ = kind_of(&raw);
    }

    #[test]
    fn white_space_around_does_not_matter(raw in shapes()) {
        for kind in Kind::ALL {
            let padded = format!(" \t{raw}\n");
            if let Ok(text) = canonical(kind, &raw) {
                prop_assert_eq!(canonical(kind, &padded).map(Cow::into_owned), Ok(text.to_string()));
            }
        }
    }
}
