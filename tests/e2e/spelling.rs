//! Different spellings of one thing are one vertex, in one dump and in several.

use heimdall_tests::Database;

/// Label, canonical value (the registry's, unless it is hashed), spellings.
const SPELLINGS: [(&str, &str, &[&str]); 9] = [
    (
        "Ip",
        "192.0.2.1",
        &["192.0.2.1", "::ffff:192.0.2.1", "::FFFF:c000:201", " 192.0.2.1", "192[.]0[.]2[.]1"],
    ),
    ("Ip", "2001:db8::1", &["2001:db8::1", "2001:0DB8:0:0:0:0:0:1", "[2001:db8::1]", "2001:db8:0:0::1"]),
    (
        "Domain",
        "www.example.org",
        &["www.example.org", "WWW.Example.ORG", "www.example.org.", "www[.]example[.]org"],
    ),
    (
        "Domain",
        "xn--bcher-kva.example",
        &["bücher.example", "BÜCHER.example", "xn--bcher-kva.example", "XN--BCHER-KVA.EXAMPLE."],
    ),
    (
        "Url",
        "https://example.org/a",
        &["https://example.org/a", "HTTPS://EXAMPLE.org:443/a", "hxxps://example[.]org/b/../a"],
    ),
    (
        "Hash",
        "d41d8cd98f00b204e9800998ecf8427e",
        &["d41d8cd98f00b204e9800998ecf8427e", "D41D8CD98F00B204E9800998ECF8427E"],
    ),
    (
        "Mac",
        "00:1a:2b:3c:4d:5e",
        &["00:1a:2b:3c:4d:5e", "00-1A-2B-3C-4D-5E", "001a.2b3c.4d5e", "001A2B3C4D5E"],
    ),
    ("Cve", "CVE-2021-44228", &["CVE-2021-44228", "cve-2021-44228", " CVE-2021-44228 "]),
    ("Email", "", &["ada@example.org", "Ada@Example.ORG", "ADA@EXAMPLE.ORG", "ada[at]example[.]org"]),
];

fn source(database: &Database, name: &str, label: &str) {
    let mapping = r#"{"columns": ["ts", "value"], "time": "ts", "tlp": "green",
                      "entities": {"it": {"label": "LABEL", "key": "value"}}}"#;
    database.source(name, "csv", &mapping.replace("LABEL", label));
}

fn dump(day: usize, spellings: &[&str]) -> String {
    let rows = spellings.iter().enumerate();
    let rows = rows.map(|(hour, spelled)| format!("2026-01-{day:02}T{hour:02}:00:00Z,\"{spelled}\"\n"));
    "ts,value\n".to_owned() + &rows.collect::<String>()
}

#[test]
fn spellings_in_one_dump_are_one_vertex() {
    let database = Database::new();
    for (at, (label, canonical, spellings)) in SPELLINGS.iter().enumerate() {
        let source_name = format!("one_{at}");
        source(&database, &source_name, label);
        let report = database.ingest(&source_name, dump(1, spellings));
        assert_eq!((report.rejected, report.accepted), (0, spellings.len() as i64), "{label}");
        let last = format!("2026-01-01 {:02}:00:00+00", spellings.len() - 1);
        for spelled in *spellings {
            let found = database.rows(&format!(
                "SELECT sightings, first_seen, last_seen FROM heimdall.lookup('{label}', '{spelled}')"
            ));
            let count = spellings.len().to_string();
            assert_eq!(found, [[&*count, "2026-01-01 00:00:00+00", &*last]], "{spelled}");
        }
        if !canonical.is_empty() {
            let key = format!("SELECT count(*) FROM heimdall.node WHERE key = '{label}:{canonical}'");
            assert_eq!(database.value(&key), "1", "{label}:{canonical}");
        }
    }
}

#[test]
fn spellings_in_several_dumps_are_one_vertex() {
    let database = Database::new();
    for (at, (label, _, spellings)) in SPELLINGS.iter().enumerate() {
        let first = spellings[0];
        // The days go backwards, so that neither the first nor the last dump has the extremes by chance.
        for (day, spelled) in [15, 20, 10, 12].into_iter().zip(spellings.iter().cycle()) {
            let source_name = format!("several_{at}_{day}");
            source(&database, &source_name, label);
            database.ingest(&source_name, dump(day, &[spelled, spelled]));
        }
        let found = database.rows(&format!(
            "SELECT sightings, first_seen, last_seen, cardinality(sources) FROM heimdall.lookup('{label}', '{first}')"
        ));
        assert_eq!(
            found,
            [["8", "2026-01-10 00:00:00+00", "2026-01-20 01:00:00+00", "4"]],
            "{label} {first}"
        );
    }
}

#[test]
fn different_things_stay_apart() {
    let database = Database::new();
    for (label, one, other) in [
        ("Ip", "192.0.2.1", "192.0.2.10"),
        ("Domain", "example.org", "www.example.org"),
        ("Url", "https://example.org/a", "https://example.org/A"),
        ("Email", "ada@example.org", "ada@example.com"),
        ("Text", "Word", "word"),
    ] {
        source(&database, &label.to_lowercase(), label);
        let report = database.ingest(&label.to_lowercase(), dump(1, &[one, other]));
        let records = 2;
        assert_eq!(report.vertices_created, 2 + records, "{label}");
    }
}
