//! TLP 2.0: marks go with the source, and the highest wins.

use heimdall_tests::Database;

use crate::dumps::{LOGINS, LOGINS_CSV};

fn marked(database: &Database, source: &str, mark: Option<&str>) {
    let tlp = mark.map_or(String::new(), |mark| format!(r#""tlp": "{mark}", "#));
    database.source(source, "csv", &LOGINS.replace(r#""tlp": "amber", "#, &tlp));
}

fn mark(database: &Database) -> Vec<String> {
    let registry = database.value("SELECT tlp FROM heimdall.node WHERE key = 'Ip:192.0.2.1'");
    let vertex = database.property("Ip:192.0.2.1", "tlp");
    let edge = database.value(
        "SELECT min(properties::text::jsonb ->> 'tlp') || '-' || max(properties::text::jsonb ->> 'tlp') \
         FROM heimdall_graph.\"LOGIN_FROM\"",
    );
    vec![registry, vertex, edge]
}

#[test]
fn without_a_mark_it_is_red() {
    let database = Database::new();
    marked(&database, "logins", None);
    database.ingest("logins", LOGINS_CSV);
    assert_eq!(mark(&database), ["4", "4", "4-4"]);
    assert_eq!(database.value("SELECT DISTINCT tlp FROM heimdall.lookup('ip', '192.0.2.1')"), "red");
}

#[test]
fn every_mark_has_its_level() {
    for (mark_name, level) in [("clear", 0), ("green", 1), ("amber", 2), ("amber+strict", 3), ("red", 4)] {
        let database = Database::new();
        marked(&database, "logins", Some(mark_name));
        database.ingest("logins", LOGINS_CSV);
        assert_eq!(mark(&database), [level.to_string(), level.to_string(), format!("{level}-{level}")]);
        assert_eq!(database.value(&format!("SELECT heimdall.tlp_name({level})")), mark_name);
    }
}

#[test]
fn a_higher_mark_that_comes_later_wins() {
    let database = Database::new();
    marked(&database, "low", Some("green"));
    marked(&database, "high", Some("amber+strict"));
    database.ingest("low", LOGINS_CSV);
    assert_eq!(mark(&database), ["1", "1", "1-1"]);
    database.ingest("high", LOGINS_CSV);
    assert_eq!(mark(&database), ["3", "3", "3-3"]);
}

#[test]
fn a_lower_mark_that_comes_later_changes_nothing() {
    let database = Database::new();
    marked(&database, "low", Some("clear"));
    marked(&database, "high", Some("amber"));
    database.ingest("high", LOGINS_CSV);
    database.ingest("low", LOGINS_CSV);
    assert_eq!(mark(&database), ["2", "2", "2-2"]);
}

#[test]
fn a_mark_is_raised_only_on_what_was_seen() {
    let database = Database::new();
    marked(&database, "low", Some("green"));
    marked(&database, "high", Some("red"));
    database.ingest("low", LOGINS_CSV);
    database.ingest("high", "time,user,src,host,bytes\n2026-01-02,ada,192.0.2.1,other.example.org,1\n");
    assert_eq!(mark(&database), ["4", "4", "1-4"]);
    assert_eq!(
        database.rows("SELECT key, tlp FROM heimdall.node WHERE key LIKE 'Ip:%' ORDER BY 1"),
        [["Ip:192.0.2.1", "4"], ["Ip:192.0.2.2", "1"]]
    );
}

#[test]
fn no_such_mark() {
    let mapping = LOGINS.replace("amber", "purple");
    let failure = Database::new()
        .failure(&format!("SELECT heimdall.create_source('logins', 'csv', $mapping${mapping}$mapping$)"));
    assert_eq!(failure.code, "22023");
}
