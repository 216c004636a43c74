//! Canonicalisers as SQL has them: the twin gives NULL where the first raises, and no value is in an error.

use heimdall_tests::Database;

/// Kind, a value, its canonical form, and a value that is none.
const KINDS: [(&str, &str, &str, &str); 23] = [
    ("ip", "::FFFF:192.0.2.1", "192.0.2.1", "192.0.2.256"),
    ("cidr", "2001:DB8::/32", "2001:db8::/32", "192.0.2.1/24"),
    ("asn", "as1.10", "AS65546", "AS99999999999"),
    ("domain", "Www.EXAMPLE.org.", "www.example.org", "exa mple.org"),
    ("url", "HTTP://Example.ORG:80/a/../b", "http://example.org/b", "http://"),
    ("email", "Ada.L@EXAMPLE.org", "ada.l@example.org", "ada.l"),
    ("hash", "D41D8CD98F00B204E9800998ECF8427E", "d41d8cd98f00b204e9800998ecf8427e", "d41d8cd9"),
    ("mac", "00-00-5E-00-53-AF", "00:00:5e:00:53:af", "00-00-5E"),
    ("cve", "cve-2021-44228", "CVE-2021-44228", "CVE-21-1"),
    ("uuid", "{F81D4FAE-7DEC-11D0-A765-00A0C91E6BF6}", "f81d4fae-7dec-11d0-a765-00a0c91e6bf6", "f81d4fae"),
    ("iban", "gb82 west 1234 5698 7654 32", "GB82WEST12345698765432", "GB82WEST12345698765431"),
    ("card", "4111-1111-1111-1111", "4111111111111111", "4111-1111-1111-1112"),
    ("port", "443", "443", "65536"),
    ("protocol", "TCP", "tcp", "nonesuch"),
    ("user", "CORP\\Ada", "corp\\ada", "ada\u{7}"),
    ("person", " Ada   LOVELACE", "ada lovelace", "ada\u{7}"),
    ("host", "WEB-01", "web-01", "web 01"),
    ("phone", "+1 (415) 555-0123", "+14155550123", "(415) 555-0123"),
    ("file", "C:/Windows/../Temp/A.exe", "c:\\temp\\a.exe", "a\u{7}"),
    ("user_agent", "curl/8.5.0  (x)", "curl/8.5.0 (x)", "curl\u{7}"),
    ("country", "Germany", "DE", "Atlantis"),
    ("coordinates", "48°51'30\"N 2°17'40\"E", "48.8583333,2.2944444", "91,0"),
    ("text", " as it is ", "as it is", ""),
];

#[test]
fn every_kind_has_its_function_and_its_twin() {
    let database = Database::new();
    for (kind, value, canonical, wrong) in KINDS {
        let call =
            |prefix: &str, value: &str| format!("SELECT heimdall.{prefix}canonical_{kind}($v${value}$v$)");
        assert_eq!(database.value(&call("", value)), canonical, "{kind}");
        assert_eq!(database.value(&call("try_", value)), canonical, "{kind}");
        assert_eq!(
            database.value(&format!("SELECT heimdall.canonical('{kind}', $v${value}$v$)")),
            canonical,
            "{kind}"
        );
        if wrong.is_empty() {
            continue;
        }
        assert_eq!(database.value(&call("try_", wrong)), "∅", "{kind}");
        assert_eq!(
            database.value(&format!("SELECT heimdall.try_canonical('{kind}', $v${wrong}$v$)")),
            "∅",
            "{kind}"
        );
        let failure = database.failure(&call("", wrong));
        assert_eq!(failure.code, "22P02", "{kind}: {failure:?}");
        assert!(failure.message.contains(kind) && !failure.message.contains(wrong), "{kind}: {failure:?}");
    }
}

#[test]
fn results_are_of_use_to_postgres_own_types() {
    let database = Database::new();
    assert_eq!(
        database.value("SELECT heimdall.canonical_ip('::ffff:192.0.2.1')::inet << '192.0.2.0/24'"),
        "t"
    );
    assert_eq!(
        database.value("SELECT heimdall.canonical_cidr('192.0.2.0/24')::cidr >> '192.0.2.9'::inet"),
        "t"
    );
    let time =
        "SELECT heimdall.canonical_timestamp('2026-01-31T12:00:00.25+02:00') = '2026-01-31 10:00:00.25+00'";
    assert_eq!(database.value(time), "t");
    assert_eq!(database.value("SELECT heimdall.try_canonical_timestamp('yesterday')"), "∅");
}

#[test]
fn every_kind_there_is_was_asked_about() {
    let database = Database::new();
    let hint = database.failure("SELECT heimdall.canonical('nonesuch', 'x')").hint;
    let names = hint.trim_start_matches("The kinds are: ").trim_end_matches('.');
    let mut known: Vec<&str> = names.split(", ").filter(|name| *name != "timestamp").collect();
    let mut asked: Vec<&str> = KINDS.iter().map(|(kind, ..)| *kind).collect();
    known.sort_unstable();
    asked.sort_unstable();
    assert_eq!(known, asked);
}

#[test]
fn what_is_declared_settles_what_a_text_leaves_open() {
    let database = Database::new();
    for (kind, value, options, canonical) in [
        ("phone", "030 901820", r#"{"region": "DE"}"#, "+4930901820"),
        ("cidr", "10.0.0.1/8", r#"{"host_bits": "clear"}"#, "10.0.0.0/8"),
        (
            "timestamp",
            "01/02/2024 12:00",
            r#"{"date_order": "dmy", "zone": "Europe/Berlin"}"#,
            "2024-02-01T11:00:00Z",
        ),
    ] {
        let with = format!("SELECT heimdall.canonical('{kind}', '{value}', '{options}')");
        assert_eq!(database.value(&with), canonical);
        assert_eq!(database.value(&format!("SELECT heimdall.try_canonical('{kind}', '{value}')")), "∅");
    }
    let failure = database.failure(r#"SELECT heimdall.canonical('phone', '1', '{"regoin": "DE"}')"#);
    assert_eq!(failure.code, "22023", "{failure:?}");
    assert!(failure.message.contains("regoin") && failure.hint.contains("region"), "{failure:?}");
}

#[test]
fn a_time_is_read_with_all_that_it_says() {
    let database = Database::new();
    let parse = |value: &str, options: &str| {
        database.rows(&format!("SELECT * FROM heimdall.parse_timestamp('{value}', '{options}')")).remove(0)
    };
    let expected =
        ["2026-01-31 10:00:00.123456+00", "789", "9", "02:00:00", "2026-01-31T12:00:00.123456789+02:00"];
    assert_eq!(parse("2026-01-31T12:00:00.123456789+02:00", "{}"), expected);
    let expected = ["2026-01-31 00:00:00+00", "0", "day", "∅", "2026-01-31"];
    assert_eq!(parse("2026-01-31", "{}"), expected);
    // A number says no offset.
    let expected = ["2023-10-16 10:52:45.5+00", "0", "7", "∅", "2023-10-16T10:52:45.5000000-00:00"];
    assert_eq!(parse("133419271655000000", r#"{"digits": "filetime"}"#), expected);
}

#[test]
fn values_are_taken_apart() {
    let database = Database::new();
    for (call, expected) in [
        ("public_suffix('www.Example.CO.UK')", "co.uk"),
        ("public_suffix('192.0.2.1')", "∅"),
        ("url_host('HTTPS://User@WWW.Example.org:8443/a')", "www.example.org"),
        ("url_host('http://[::ffff:192.0.2.1]/')", "192.0.2.1"),
        ("url_host('mailto:ada@example.org')", "∅"),
        ("hash_kind('MD5:D41D8CD98F00B204E9800998ECF8427E')", "md5"),
        ("hash_kind('imphash:d41d8cd98f00b204e9800998ecf8427e')", "imphash"),
    ] {
        assert_eq!(database.value(&format!("SELECT heimdall.{call}")), expected, "{call}");
    }
    let mailbox = r#"SELECT * FROM heimdall.email_parts('"Lovelace, Ada" (work) <Ada@Example.org>')"#;
    assert_eq!(database.rows(mailbox), [["ada@example.org", "Lovelace, Ada", "{work}"]]);
    let failure = database.failure("SELECT heimdall.url_host('no url')");
    assert_eq!((failure.code.as_str(), failure.message.contains("no url")), ("22P02", false));
}

#[test]
fn the_registrable_domain_is_null_for_a_bare_suffix() {
    let database = Database::new();
    assert_eq!(database.value("SELECT heimdall.registrable_domain('a.b.example.co.uk')"), "example.co.uk");
    assert_eq!(database.value("SELECT heimdall.registrable_domain('co.uk')"), "∅");
}

#[test]
fn the_kind_of_a_value_comes_with_how_likely_it_is() {
    let database = Database::new();
    let rows = database.rows(
        "SELECT v, g.kind, g.confidence > 0.8 FROM unnest(ARRAY['192[.]0[.]2[.]1', 'archive.zip', 'no kind at all']) AS v, \
         heimdall.kind_of(v) AS g",
    );
    let expected =
        [["192[.]0[.]2[.]1", "ip", "t"], ["archive.zip", "domain", "f"], ["no kind at all", "∅", "∅"]];
    assert_eq!(rows, expected.map(|row| row.map(str::to_owned).to_vec()));
}

#[test]
fn observables_of_a_text_are_found_where_it_says() {
    let database = Database::new();
    let text = "Größe: hxxps://evil[.]example[.]com/a, dann 192[.]0[.]2[.]7 und CVE-2021-44228.";
    let rows = database.rows(&format!(
        "SELECT kind, canonical, value = substr(t, start, \"end\" - start) \
         FROM (VALUES ($t${text}$t$)) AS v (t), heimdall.extract_observables(t) ORDER BY start"
    ));
    let expected = [
        ["url", "https://evil.example.com/a", "t"],
        ["ip", "192.0.2.7", "t"],
        ["cve", "CVE-2021-44228", "t"],
    ];
    assert_eq!(rows, expected.map(|row| row.map(str::to_owned).to_vec()));
    assert_eq!(
        database.rows("SELECT * FROM heimdall.extract_observables('nothing of note in readme.md')").len(),
        0
    );
}

#[test]
fn both_roles_may_canonicalise_and_nobody_else() {
    let database = Database::new();
    for member_of in ["heimdall_ingest", "heimdall_analyst"] {
        let role = database.role(member_of, &[member_of]);
        let mut client = database.connect_as(&role);
        let rows = heimdall_tests::text_rows(
            &mut client,
            "SELECT heimdall.canonical_asn('AS1'), heimdall.defang('a.b')",
        );
        assert_eq!(
            rows.map(|rows| rows[0].clone()),
            Ok(vec!["AS1".to_owned(), "a[.]b".to_owned()]),
            "{member_of}"
        );
    }
    let role = database.role("stranger", &[]);
    let refused =
        heimdall_tests::text_rows(&mut database.connect_as(&role), "SELECT heimdall.canonical_asn('AS1')");
    assert_eq!(refused.map_err(|failure| failure.code), Err("42501".to_owned()));
}
