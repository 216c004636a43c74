use proptest::prelude::*;

use super::*;
use crate::canonical::canonical;

fn found(text: &str) -> Vec<(Kind, String)> {
    extract_observables(text).map(|found| (found.kind, found.canonical)).collect()
}

fn one(text: &str) -> (Kind, String) {
    let mut found = found(text);
    assert_eq!(found.len(), 1, "{text}: {found:?}");
    found.remove(0)
}

#[test]
fn every_kind_in_a_sentence() {
    let md5 = "d41d8cd98f00b204e9800998ecf8427e";
    for (kind, written, text) in [
        (Kind::Ip, "192[.]0[.]2[.]1", "192.0.2.1"),
        (Kind::Ip, "2001:DB8::1", "2001:db8::1"),
        (Kind::Ip, "fe80::1%eth0", "fe80::1%eth0"),
        (Kind::Cidr, "192.0.2.0/24", "192.0.2.0/24"),
        (Kind::Cidr, "2001:db8::/32", "2001:db8::/32"),
        (Kind::Domain, "Evil[.]Example(.)org", "evil.example.org"),
        (Kind::Domain, "bücher.de", "xn--bcher-kva.de"),
        (Kind::Domain, "evil [dot] example {.} org", "evil.example.org"),
        (Kind::Domain, "payload[.]zip", "payload.zip"),
        (Kind::Domain, "evil.duckdns.org", "evil.duckdns.org"),
        (Kind::Url, "hxxps[:]//evil[.]example/a?b=(c)", "https://evil.example/a?b=(c)"),
        (Kind::Url, "h**p://evil.example/", "http://evil.example/"),
        (Kind::Url, "http://[2001:db8::1]:8080/x", "http://[2001:db8::1]:8080/x"),
        (Kind::Email, "Ada.L+x[at]example(.)org", "ada.l+x@example.org"),
        (Kind::Email, "ada (at) example [dot] org", "ada@example.org"),
        (Kind::Hash, &md5.to_uppercase(), md5),
        (Kind::Cve, "cve-2021-44228", "CVE-2021-44228"),
        (Kind::Cve, "CVE–2021–44228", "CVE-2021-44228"),
        (Kind::Mac, "00-1A-2B-3C-4D-5E", "00:1a:2b:3c:4d:5e"),
        (Kind::Mac, "00:1a:2b:3c:4d:5e", "00:1a:2b:3c:4d:5e"),
        (Kind::Asn, "AS13335", "AS13335"),
    ] {
        for (before, after) in [
            ("", ""),
            ("see ", ", then"),
            ("(", ")."),
            ("“", "”…"),
            ("'", "'"),
            ("**", "**"),
            ("at: ", ":"),
            ("<a>", "<b>"),
            ("x;", "; y"),
            ("[", "]"),
        ] {
            let whole = format!("{before}{written}{after}");
            let mut found: Vec<_> = extract_observables(&whole).collect();
            assert_eq!(found.len(), 1, "{whole}: {found:?}");
            let found = found.remove(0);
            assert_eq!((found.kind, &*found.canonical, found.value), (kind, text, written), "{whole}");
            assert_eq!((found.start, found.end), (before.len(), before.len() + written.len()));
        }
    }
}

#[test]
fn what_looks_like_it_is_left_out() {
    for text in [
        "readme.md",
        "kernel32.dll",
        "node.js",
        "e.g. this",
        "i.e.",
        "version 2.0.1",
        "v1.2.3.4",
        "1.2.3.4.5",
        "the end.In the beginning",
        "12:30:45",
        "std::vector",
        "a::b",
        "list[::2]",
        "you....so",
        "York……..my",
        "co.uk",
        "whois ________.com",
        "http://",
        "http://:",
        "@@@",
        "Chrome/1.2.3.4",
        "C:\\tmp\\evil.com",
        "as soon",
        "d41d8cd98f00b204e9800998ecf8427",
        "00000000000000000000000000000000",
        "CVE-2021-12",
        "os.system()",
        "a@b",
        "AS99999999999",
        "ASAS13335",
    ] {
        assert_eq!(found(text), [], "{text}");
    }
}

#[test]
fn the_longest_wins_and_nothing_overlaps() {
    assert_eq!(one("http://evil.com/x.example.org?m=ada@example.org").0, Kind::Url);
    assert_eq!(one("d41d8cd98f00b204e9800998ecf8427e.example.org").0, Kind::Domain);
    assert_eq!(one("evil.com/readme.io"), (Kind::Domain, "evil.com".to_owned()));
    assert_eq!(one("192.0.2.1:8080/a.com"), (Kind::Ip, "192.0.2.1".to_owned()));
    assert_eq!(one("192.0.2.1/24"), (Kind::Ip, "192.0.2.1".to_owned()));
    assert_eq!(one("a..a@a.com"), (Kind::Domain, "a.com".to_owned()));
    assert_eq!(one("stix_import.com"), (Kind::Domain, "import.com".to_owned()));
    let texts = |text| found(text).into_iter().map(|(_, text)| text).collect::<Vec<_>>();
    assert_eq!(texts("[http://a.com/x](http://a.com/y)"), ["http://a.com/x", "http://a.com/y"]);
    assert_eq!(texts("http://a.com,http://b.com"), ["http://a.com/", "http://b.com/"]);
    assert_eq!(texts("https://a.com/x[the label]"), ["https://a.com/x"]);
    assert_eq!(texts("192.0.2.1-192.0.2.9"), ["192.0.2.1", "192.0.2.9"]);
    assert_eq!(texts("{\"a\":\"evil.com\",\"b\":[\"1.1.1.1\"]}"), ["evil.com", "1.1.1.1"]);
    assert_eq!(texts("habcp://www.evil.com/x.org"), ["www.evil.com"]);
}

/// Sentences of indicators with damage.
fn report() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        "(192\\.0\\.2\\.1|2001:db8::1|evil\\.example\\.org|http://evil\\.com/a|ada@example\\.org|CVE-2021-44228)",
        "(\\[\\.\\]|\\(dot\\)| \\[dot\\] |\\[at\\]|\\{\\.\\}|\\[:\\]//|hxxps?|://|::|/24|%eth0)",
        "[ -~]{1,6}",
        "\\PC{1,3}",
        "(AS1|[0-9a-f]{32}|é|。|…|“)",
    ];
    prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn what_is_found_stands_there(text in prop_oneof![report(), any::<String>()]) {
        let mut last = 0;
        for found in extract_observables(&text) {
            prop_assert!(found.start >= last && found.end > found.start, "{:?}", found);
            prop_assert_eq!(&text[found.start..found.end], found.value);
            let again = canonical(found.kind, &found.canonical).map(|text| text.into_owned());
            prop_assert_eq!(again.as_deref(), Ok(&*found.canonical));
            last = found.end;
        }
    }
}

#[test]
fn an_address_with_a_port_is_no_version() {
    for text in ["outside/192.0.2.1(443)", "tcp/192.0.2.1:443", "root@192.0.2.1", "CORP\\ada@192.0.2.1:22"] {
        assert_eq!(one(text), (Kind::Ip, "192.0.2.1".to_owned()), "{text}");
    }
    assert_eq!(found("Chrome/120.0.0.0 (X11) curl/8.5.0.1"), []);
}

#[test]
fn a_hardware_address_may_be_all_letters() {
    for text in ["AB-CD-EF-AA-BB-CC", "mac=AB-CD-EF-AA-BB-CC,"] {
        assert_eq!(one(text), (Kind::Mac, "ab:cd:ef:aa:bb:cc".to_owned()), "{text}");
    }
    assert_eq!(found("state-of-the-art-and-more"), []);
}
