//! What is found in sentences and what is left alone in logs; what holds for every text.

use proptest::prelude::*;

use super::*;

fn found(text: &str) -> Vec<(&'static str, &str)> {
    let found = detect(text, &Options::default());
    found.into_iter().map(|found| (found.kind.name(), &text[found.start..found.end])).collect()
}

#[test]
fn sentences() {
    for (text, expected) in [
        (
            "Mail ada@example.org, or call +1 (415) 555-0123.",
            &[("email", "ada@example.org"), ("phone", "+1 (415) 555-0123")][..],
        ),
        ("my phone number is (425) 882-9090", &[("phone", "(425) 882-9090")]),
        ("my phone number is 425 8829090", &[("phone", "425 8829090")]),
        ("phone: 345-899-3560x4587", &[("phone", "345-899-3560x4587")]),
        ("card 4111 1111 1111 1111 exp 12/30", &[("card", "4111 1111 1111 1111")]),
        ("paid with 4111111111111111", &[("card", "4111111111111111")]),
        ("IBAN de89 3704 0044 0532 0130 00, please", &[("iban", "de89 3704 0044 0532 0130 00")]),
        ("my ssn is 536-90-4399", &[("us_ssn", "536-90-4399")]),
        (
            "AB123456C,131052-308T,131052-308T:4111111111111111:12/30",
            &[
                ("uk_nino", "AB123456C"),
                ("fi_hetu", "131052-308T"),
                ("fi_hetu", "131052-308T"),
                ("card", "4111111111111111"),
            ],
        ),
        ("ssn 536904399", &[("us_ssn", "536904399")]),
        ("NI AB 12 34 56 C", &[("uk_nino", "AB 12 34 56 C")]),
        ("born on 2/8/1935 in Rome", &[("birth_date", "2/8/1935")]),
        ("Dear Mr. John D. Smith, hello", &[("person", "John D. Smith")]),
        ("lives at 14 Crown Street, Suite 321", &[("address", "14 Crown Street, Suite 321")]),
        ("wohnt in der Brucker Hauptstraße 31", &[("address", "Hauptstraße 31")]),
        ("password=hunter2&x=1", &[("credential", "hunter2")]),
        (r#"{"api_key": "a1b2c3d4e5f6a7b8"}"#, &[("credential", "a1b2c3d4e5f6a7b8")]),
        ("Authorization: Bearer abc123def456ghi7", &[("credential", "abc123def456ghi7")]),
        ("Authorization: Basic YWRhOmxvdmVsYWNl", &[("credential", "YWRhOmxvdmVsYWNl")]),
        ("postgres://ada:s3cret@db.example/x", &[("credential", "ada:s3cret")]),
        ("Server=db;User Id=sa;Password=Pa$$w0rd;", &[("credential", "Pa$$w0rd")]),
        ("to 1BoatSLRHtKNngkdXEeobR76b53LETtpyT now", &[("wallet", "1BoatSLRHtKNngkdXEeobR76b53LETtpyT")]),
        (
            "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4",
            &[("wallet", "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4")],
        ),
    ] {
        assert_eq!(found(text), expected, "{text}");
    }
}

/// Put together here, so that no scanner for leaked keys takes this file for a leak.
#[test]
fn keys_by_their_beginning() {
    for key in [
        ["AKIA", "IOSFODNN7EXAMPLE"].concat(),
        ["ghp_", "16C7e42F292c6912E7710c838347Ae178B4a"].concat(),
        ["xoxb-", "123456789012-abcdefGHIJKL"].concat(),
        ["AIza", "SyDaGmWKa4JsXZ-HjGw7ISLn_3namBGewQe"].concat(),
        ["sk_live_", "4eC39HqLyjWDarjtT1zdp7dc"].concat(),
        ["eyJ", "hbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9P"].concat(),
    ] {
        let text = format!("key {key}, and more");
        assert_eq!(found(&text), [("credential", &*key)], "{text}");
        let short = &key[..10];
        assert_eq!(found(&format!("key {short} ")), [], "{short}");
    }
    let key =
        ["-----BEGIN RSA PRIVATE", " KEY-----\nMIIEow\nabc=\n-----END RSA PRIVATE", " KEY-----"].concat();
    assert_eq!(found(&format!("x {key}\ny")), [("credential", &*key)]);
    // A line that is cut off goes on with any character.
    assert_eq!(found(&["-----BEGIN PRIVATE", " KEY-ab\u{1f600}\u{1f600}"].concat()), []);
    assert_eq!(found("-----BEGIN CERTIFICATE-----\nMIIEow\n-----END CERTIFICATE-----"), []);
}

#[test]
fn logs_are_left_alone() {
    for text in [
        "2024-01-31T23:59:59.123456+05:30 host app[1234]: 17 ms, 99.9 %",
        "Jun 14 15:16:01 combo sshd(pam_unix)[19939]: authentication failure; logname= uid=0 euid=0 tty=NODEVssh",
        "Failed password for invalid user webmaster from 173.234.31.186 port 38926 ssh2",
        "password check failed; password: must have 8 characters",
        "081109 203615 148 INFO dfs.DataNode$PacketResponder: PacketResponder 1 for block blk_38865049064139660 terminating",
        "blk_-1608999687919862906 size 67108864 from /10.250.14.224:42420",
        "req-38101a0b-2096-447d-96ea-a692162415ae 113d3a99c3da401fbd62cc2caa5b96d2 \"GET /v2/54fadb412c4e HTTP/1.1\" len: 1893 time: 0.2477829",
        "f81d4fae-7dec-11d0-a765-00a0c91e6bf6 1591367999305984 1591367999305 1591367999",
        "0x7ffee4c3a8f0 00007FFEE4C3A8F0 de ad be ef 00 11 22 33 44 55 66 77",
        "v1.22.333-4444 build 20240131.1 rev 4f2a9c1",
        "10.0.0.1:443 -> 192.0.2.1:51234 tcp 6 1500 600 700 8000",
        "cron[123]: (root) CMD (run-parts /etc/cron.hourly) 200 512 4096 8192",
        "took 20 ms Timeout after 3 retries; Service Name: Windows Update",
        "SEC-2024-0012345 CVE-2021-44228 CVE-2019-1234567 KB4012212 S-1-5-21-3623811015-3361044348-30300820-1013",
        "00:1a:2b:3c:4d:5e 2001:db8::1 e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "token=null, secret: none, api_key=********, sessionid=",
        r#""signature": "ET SCAN Potential VNC Scan 5800-5820", "token": "see RFC 7519 section 3""#,
        "user@host: git@github: root@192.0.2.1",
    ] {
        assert_eq!(found(text), [], "{text}");
    }
}

#[test]
fn addresses_of_machines_on_request() {
    let text = "10.0.0.1 and 00:1a:2b:3c:4d:5e, ada@example.org";
    assert_eq!(found(text), [("email", "ada@example.org")]);
    let options = Options::parse(r#"{"ip": true, "mac": true}"#).unwrap();
    assert_eq!(scrub(text, &options), "[IP] and [MAC], [EMAIL]");
}

#[test]
fn options_choose() {
    let text = "ada@example.org 12345678 +4930901820";
    let scrubbed = |json: &str| scrub(text, &Options::parse(json).unwrap()).into_owned();
    assert_eq!(scrubbed("{}"), "[EMAIL] 12345678 [PHONE]");
    assert_eq!(scrubbed(r#"{"kinds": ["email"]}"#), "[EMAIL] 12345678 +4930901820");
    assert_eq!(scrubbed(r#"{"except": ["email"]}"#), "ada@example.org 12345678 [PHONE]");
    assert_eq!(scrubbed(r#"{"min_confidence": 1}"#), text);
}

#[test]
fn tokens_are_nothing() {
    for kind in Kind::ALL {
        let options =
            Options { kinds: Some(Kind::ALL.into()), min_confidence: Some(0.0), ..Options::default() };
        for text in [
            kind.token().to_owned(),
            format!("password={}", kind.token()),
            format!("Mr. {} https://{}@x Bearer {}", kind.token(), kind.token(), kind.token()),
        ] {
            assert_eq!(scrub(&text, &options), text);
        }
    }
}

/// What makes a reader go back and forth; eight times the text may take eight times the work, not sixty-four.
#[test]
fn hostile_texts_take_linear_time() {
    use cpu_time::ThreadTime;

    let work = |piece: &str, length: usize| {
        let text = piece.repeat(length / piece.len());
        let started = ThreadTime::now();
        let _ = scrub(&text, &Options::default());
        started.elapsed()
    };
    for piece in [
        "1",
        "@",
        "-",
        "a@",
        "a@b.",
        "1-",
        "1 ",
        "12 ",
        "(1",
        "+",
        "+1",
        "+49 30 1234 5678 ",
        "[",
        "[EMAIL",
        "[EMAIL]",
        "é",
        "é1",
        "\u{1f600}",
        "password=",
        "password=a",
        "password=\"",
        "://",
        "://a:",
        "://a:b@",
        "eyJ",
        "eyJa.",
        "AKIA",
        "-----BEGIN ",
        "-----BEGIN PRIVATE KEY-----",
        "-----BEGIN PRIVATE KEY-----\u{1}",
        "Mr. A",
        "Dr. Aa ",
        "1 A ",
        "1 St ",
        "DE89 ",
        "DE89370400440532013000",
        "phone 1 ",
        "4111 1111 1111 1111 ",
        "4111111111111111 ",
        "1BoatSLRHtKNngkdXEeobR76b53LETtpyT ",
        "a1",
        "1a",
        "ssn 1",
        "born on 1/1/",
        "Via 1 ",
        "bearer ",
        "tin sin ",
        "a",
        "hf_hf_",
        "x\\\"",
        "ada@example.org ",
        "999-99-9999 ",
        "0 0 0 ",
    ] {
        let linear = (0..3).any(|_| {
            work(piece, 64 << 10) < work(piece, 8 << 10) * 24 + std::time::Duration::from_millis(30)
        });
        assert!(linear, "{piece:?}: {:?} and {:?}", work(piece, 64 << 10), work(piece, 8 << 10));
    }
}

/// Pieces that detectors look for, so that a random text holds something.
fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        "[0-9]{1,5}",
        "[A-Za-z]{1,6}",
        "[-+ ./()@:=\\[\\]\"'_,]",
        "\\PC{0,3}",
        prop::sample::select(vec![
            "ada@example.org",
            "+49 30 901820",
            "password=",
            "Mr. ",
            "ssn ",
            "phone: ",
            "4111 1111 1111 1111",
            "DE89370400440532013000",
            "https://a:b1@",
            "[EMAIL]",
            "[CREDENTIAL]",
            "Bearer ",
            "12 Main Street",
            "born on ",
            "-----BEGIN PRIVATE KEY-----",
            "eyJ",
            "call me ",
            "token: ",
            "my name is ",
            "536-90-4399",
            "AB123456C",
        ])
        .prop_map(str::to_owned),
    ];
    prop::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn spans_are_in_order(text in text(), least in 0.0..1.0f64) {
        let options = Options { kinds: Some(Kind::ALL.into()), min_confidence: Some(least), ..Options::default() };
        let mut end = 0;
        for found in detect(&text, &options) {
            prop_assert!(found.start >= end && found.end > found.start);
            prop_assert!(text.get(found.start..found.end).is_some());
            prop_assert!((least..=1.0).contains(&found.confidence));
            end = found.end;
        }
    }

    #[test]
    fn scrubbing_twice_is_scrubbing_once(text in text(), least in 0.0..1.0f64) {
        let options = Options { kinds: Some(Kind::ALL.into()), min_confidence: Some(least), ..Options::default() };
        let once = scrub(&text, &options).into_owned();
        prop_assert_eq!(scrub(&once, &options), &*once);
    }

    #[test]
    fn nothing_is_left_of_what_was_found(text in text()) {
        let scrubbed = scrub(&text, &Options::default()).into_owned();
        prop_assert!(detect(&scrubbed, &Options::default()).is_empty());
    }
}
