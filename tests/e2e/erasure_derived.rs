//! What hangs on a subject goes with it or stays as it is: names that follow from it, indexes, runs of provenance, cursors.

use heimdall_tests::{Database, eventually};

use crate::dumps::{ADDRESSES, LEAK};
use crate::erasure::{ERASE, is_sound};

#[test]
fn a_value_in_clear_goes_with_what_follows_from_it_alone() {
    let database = Database::new();
    database.source(
        "proxy",
        "csv",
        r#"{"columns": ["src", "url"], "tlp": "green",
            "entities": {"src": {"label": "Ip", "key": "src"}, "url": {"label": "Url", "key": "url"}},
            "relations": [{"from": "src", "type": "FETCHED", "to": "url"}]}"#,
    );
    database.source(
        "names",
        "csv",
        r#"{"columns": ["name"], "entities": {"name": {"label": "Domain", "key": "name"}}, "relations": []}"#,
    );
    database.ingest(
        "proxy",
        "src,url\n192.0.2.1,https://ada.people.example/a\n192.0.2.1,https://www.shared.example/a\n192.0.2.1,https://www.shared.example/b\n",
    );
    database.ingest("names", "name\nalone.example\n");
    let indexed = "SELECT count(*) FROM heimdall.look_alike WHERE key LIKE '%people%'";
    // A transaction that is open anywhere holds it back.
    eventually("look-alikes are indexed", || {
        database.run("SELECT heimdall.refresh_similar()");
        database.value(indexed) == "3"
    });
    let known = |kind: &str, value: &str| {
        database.rows(&format!("SELECT * FROM heimdall.lookup('{kind}', '{value}')")).len()
    };
    let erase = |kind: &str, value: &str| {
        database.run(&format!("SELECT * FROM heimdall.erase_subject('{kind}', '{value}', 'request 19')"));
        is_sound(&database);
    };
    erase("url", "HTTPS://ada.people.example/a");
    assert_eq!(known("url", "https://ada.people.example/a"), 0);
    assert_eq!((known("domain", "ada.people.example"), known("domain", "people.example")), (0, 0));
    assert_eq!(known("ip", "192.0.2.1"), 1);
    assert_eq!(database.value(indexed), "0");
    assert!(database.rows("SELECT * FROM heimdall.search('*people*')").is_empty());

    erase("url", "https://www.shared.example/a");
    assert_eq!((known("domain", "www.shared.example"), known("domain", "shared.example")), (1, 1));
    erase("domain", "alone.example");
    assert_eq!(known("domain", "alone.example"), 0);
    database.run("SELECT heimdall.refresh_similar()");
    assert_eq!(database.value(indexed), "0");
}

#[test]
fn what_has_waited_to_be_indexed_is_not_indexed_afterwards() {
    let database = Database::new();
    database.source(
        "names",
        "csv",
        r#"{"columns": ["name"], "entities": {"name": {"label": "Domain", "key": "name"}}}"#,
    );
    database.ingest("names", "name\na.example\nb.example\nc.example\nd.example\n");
    eventually("some are indexed", || {
        database.value("SELECT looked_at FROM heimdall.refresh_similar(2)") == "2"
    });
    database.run("SELECT * FROM heimdall.erase_subject('domain', 'a.example', 'request 20')");
    let indexed = "SELECT key FROM heimdall.look_alike WHERE key LIKE 'Domain:_.example' ORDER BY 1";
    eventually("all are indexed", || {
        database.run("SELECT heimdall.refresh_similar()");
        database.rows(indexed).len() >= 3
    });
    assert_eq!(database.rows(indexed), [["Domain:b.example"], ["Domain:c.example"], ["Domain:d.example"]]);
}

#[test]
fn one_record_of_a_run_goes_and_the_others_keep_their_provenance() {
    let database = Database::new();
    database.source("hosts", "csv", ADDRESSES);
    let rows: String = (0..100).map(|n| format!("192.0.2.{n}\n")).collect();
    database.ingest("hosts", format!("ip\n{rows}"));
    let before = database.vertices();
    for n in [0, 31, 32, 50, 99] {
        database.run(&format!("SELECT * FROM heimdall.erase_subject('ip', '192.0.2.{n}', 'request 21')"));
    }
    let gone = |key: &str| [0, 31, 32, 50, 99].iter().any(|n| key == format!("Ip:192.0.2.{n}"));
    let left: Vec<_> =
        before.into_iter().filter(|vertex| vertex[0].starts_with("Ip:") && !gone(&vertex[0])).collect();
    let after: Vec<_> =
        database.vertices().into_iter().filter(|vertex| vertex[0].starts_with("Ip:")).collect();
    assert_eq!(after, left);
    is_sound(&database);
}

#[test]
fn cursors_of_readers_go_on() {
    let database = Database::new();
    database.source("leak", "csv", LEAK);
    database.run("SELECT heimdall.create_reader('siem')");
    database.ingest("leak", "email,password,full_name,note,site\nada@example.org,x,Ada L,,www.example.org\n");
    let mut cursor = String::new();
    eventually("the changes are there for readers", || {
        cursor = database.value("SELECT max(cursor) FROM heimdall.changes()");
        cursor != "∅"
    });
    database.run(&format!("SELECT heimdall.acknowledge('siem', '{cursor}')"));
    database.run(ERASE);
    assert!(database.rows(&format!("SELECT * FROM heimdall.changes('{cursor}')")).is_empty());
    database.ingest("leak", "email,password,full_name,note,site\nbob@example.org,x,Bob,,www.example.org\n");
    eventually("the next changes are there", || {
        !database.rows(&format!("SELECT * FROM heimdall.changes('{cursor}')")).is_empty()
    });
    assert!(!database.rows("SELECT * FROM heimdall.changes()").is_empty());
}
