//! What follows from a value: a URL has a host, a host a registrable domain. And what a URL's key leaves out.

use heimdall_tests::Database;

const MAPPING: &str = r#"{"columns": ["ts", "src", "url"], "time": "ts", "tlp": "green",
    "entities": {"src": {"label": "Ip", "key": "src"}, "url": {"label": "Url", "key": "url"}},
    "relations": [{"from": "src", "type": "FETCHED", "to": "url"}]}"#;

const HEADER: &str = "ts,src,url\n";

fn proxy() -> Database {
    let database = Database::new();
    database.source("proxy", "csv", MAPPING);
    database
}

#[test]
fn a_url_leads_to_its_host_and_to_its_registrable_domain() {
    let database = proxy();
    let report = database.ingest(
        "proxy",
        format!(
            "{HEADER}2026-01-01T10:00:00Z,192.0.2.1,https://www.example.co.uk/a\n\
             2026-01-02T10:00:00Z,192.0.2.2,https://WWW.example.co.uk:443/a\n\
             2026-01-03T10:00:00Z,192.0.2.2,http://198.51.100.7:8080/b\n"
        ),
    );
    assert_eq!((report.vertices_created, report.edges_created), (7, 6));
    let near = "SELECT edge_type, label, neighbor FROM heimdall.neighbors('domain', 'example.co.uk', 2) ORDER BY distance";
    assert_eq!(
        database.rows(near),
        [["SUBDOMAIN_OF", "Domain", "www.example.co.uk"], ["HAS_HOST", "Url", "https://www.example.co.uk/a"],]
    );
    let host = "SELECT sightings, first_seen, last_seen FROM heimdall.lookup('domain', 'www.example.co.uk')";
    assert_eq!(database.rows(host), [["2", "2026-01-01 10:00:00+00", "2026-01-02 10:00:00+00"]]);
    assert_eq!(database.rows("SELECT sightings FROM heimdall.lookup('ip', '198.51.100.7')"), [["1"]]);
    assert_eq!(database.strays(), "0");

    // The same facts of another dump merge with them.
    let report = database.ingest("proxy", format!("{HEADER},192.0.2.9,https://www.example.co.uk/b\n"));
    assert_eq!((report.vertices_created, report.vertices_merged), (2, 2));
}

#[test]
fn user_and_password_of_a_url_are_kept_but_not_in_the_clear() {
    let database = proxy();
    let mark = format!("pw{}", database.name());
    let key = "Url:https://www.example.org/a";
    // The vertex is there before a URL with a password comes.
    database.ingest("proxy", format!("{HEADER},192.0.2.1,https://www.example.org/a\n"));
    assert_eq!(database.property(key, "sealed"), "∅");
    let spelled = format!("https://ada:{mark}@www.example.org/a");
    database.ingest("proxy", format!("{HEADER},192.0.2.1,{spelled}\n"));
    assert_eq!(database.unsealed(key, "value"), spelled);
    assert_eq!(database.value("SELECT count(*) FROM heimdall.node WHERE key LIKE 'Url:%'"), "1");
    // A spelling that says no more than the key does not replace one that does.
    database.ingest("proxy", format!("{HEADER},192.0.2.1,HTTPS://www.example.org/a\n"));
    assert_eq!(database.unsealed(key, "value"), spelled);
    database.run("CHECKPOINT");
    assert_eq!(database.server().search(&[&mark]), Vec::<String>::new());
}
