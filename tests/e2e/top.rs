//! The vertices that stand out.

use heimdall_tests::Database;

use crate::dumps::{LOGINS, with_logins};

fn graph() -> Database {
    let database = with_logins();
    database.source("others", "csv", LOGINS);
    database.ingest(
        "logins",
        "time,user,src,host,bytes\n\
         2026-01-01T01:00:00Z,-,192.0.2.1,www.example.org,\n\
         2026-01-01T02:00:00Z,-,192.0.2.2,www.example.org,\n\
         2026-01-01T03:00:00Z,-,192.0.2.3,www.example.org,\n\
         2026-01-01T04:00:00Z,-,192.0.2.3,mail.example.org,\n",
    );
    database.ingest(
        "others",
        "time,user,src,host,bytes\n\
         2026-01-02,-,192.0.2.9,mail.example.org,\n\
         2026-01-03,-,192.0.2.9,mail.example.org,\n\
         2026-01-04,-,192.0.2.9,mail.example.org,\n\
         ,-,192.0.2.8,www.example.org,\n\
         ,-,192.0.2.8,www.example.org,\n",
    );
    database
}

fn top(database: &Database, arguments: &str, column: &str) -> Vec<[String; 2]> {
    let rows = database.rows(&format!("SELECT value, {column} FROM heimdall.top({arguments})"));
    rows.into_iter().map(|row| [row[0].clone(), row[1].clone()]).collect()
}

#[test]
fn top_gives_those_with_the_most_edges() {
    let database = graph();
    assert_eq!(top(&database, "'connected', max_rows => 1", "degree"), [["www.example.org", "4"]]);
    assert_eq!(
        top(&database, "'connected', 'domain'", "degree"),
        [["www.example.org", "4"], ["mail.example.org", "2"]]
    );
    assert_eq!(top(&database, "'connected', source => 'others', kind => 'domain'", "degree").len(), 2);
    assert_eq!(top(&database, "'connected', 'IP', 1", "degree"), [["192.0.2.3", "2"]]);
}

#[test]
fn top_gives_those_seen_most_often() {
    let database = graph();
    assert_eq!(
        top(&database, "'seen', 'domain'", "sightings"),
        [["www.example.org", "5"], ["mail.example.org", "4"]]
    );
    assert_eq!(top(&database, "'seen', 'ip', 1", "sightings"), [["192.0.2.9", "3"]]);
    assert_eq!(top(&database, "'seen', 'ip', 1, 'logins'", "sightings"), [["192.0.2.3", "2"]]);
    assert_eq!(top(&database, "'seen', 'domain', 1, 'others'", "sightings"), [["mail.example.org", "3"]]);
}

#[test]
fn top_gives_the_newest() {
    let database = graph();
    assert_eq!(
        top(&database, "'newest', 'ip'", "first_seen"),
        [
            ["192.0.2.9", "2026-01-02 00:00:00+00"],
            ["192.0.2.3", "2026-01-01 03:00:00+00"],
            ["192.0.2.2", "2026-01-01 02:00:00+00"],
            ["192.0.2.1", "2026-01-01 01:00:00+00"],
        ],
        "what has no time is not new"
    );
    assert_eq!(
        top(&database, "'newest', 'domain', 1, 'others'", "first_seen"),
        [["mail.example.org", "2026-01-02 00:00:00+00"]],
        "what the source saw alone counts"
    );
}

#[test]
fn top_shows_the_label_and_the_mark() {
    let database = graph();
    assert_eq!(
        database.rows("SELECT label, tlp, last_seen FROM heimdall.top('connected', max_rows => 1)"),
        [["Domain", "amber", "2026-01-01 03:00:00+00"]]
    );
}

#[test]
fn top_says_which_questions_there_are() {
    let database = graph();
    for wrong in ["'fattest'", "NULL"] {
        let failure = database.failure(&format!("SELECT * FROM heimdall.top({wrong})"));
        assert_eq!(failure.code, "22023", "{wrong}");
        assert_eq!(failure.hint, "The questions are: connected, newest, seen.");
    }
    assert_eq!(database.failure("SELECT * FROM heimdall.top('seen', max_rows => 0)").code, "22023");
    for none in ["'seen', 'Unheard'", "'seen', source => 'nobody'"] {
        assert!(top(&database, none, "degree").is_empty(), "{none}");
    }
}
