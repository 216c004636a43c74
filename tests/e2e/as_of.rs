//! What was known at a time, and what has come since.

use heimdall_tests::Database;

use crate::dumps::{LOGINS, with_logins};

/// Two sources, three batches; the times between them.
fn batches() -> (Database, [String; 4]) {
    let database = with_logins();
    database.source("others", "csv", LOGINS);
    let now = || database.value("SELECT clock_timestamp()");
    let start = now();
    database.ingest(
        "logins",
        "time,user,src,host,bytes\n2026-01-02,ada,192.0.2.1,www.example.org,\n2026-01-03,,192.0.2.1,a.example,\n",
    );
    let first = now();
    database.ingest("others", "time,user,src,host,bytes\n2025-06-01,,192.0.2.1,b.example,\n");
    let second = now();
    database.ingest(
        "logins",
        "time,user,src,host,bytes\n2026-02-01,,192.0.2.1,c.example,\n2026-02-01,,192.0.2.9,a.example,\n",
    );
    (database, [start, first, second, String::from("infinity")])
}

#[test]
fn as_of_says_what_was_known_of_a_value_then() {
    let (database, [start, first, second, end]) = batches();
    let known = |at: &str| {
        database.rows(&format!(
            "SELECT sightings, first_seen, last_seen, sources, edges, known_since < '{first}' \
             FROM heimdall.as_of('{at}', 'ip', '192[.]0.2.1')"
        ))
    };
    assert!(known(&start).is_empty());
    let (june, third, february) =
        ("2025-06-01 00:00:00+00", "2026-01-03 00:00:00+00", "2026-02-01 00:00:00+00");
    assert_eq!(
        known(&first),
        [["2", "2026-01-02 00:00:00+00", third, "{logins}", r#"{"REACHED": 2, "LOGIN_FROM": 1}"#, "t"]]
    );
    assert_eq!(
        known(&second),
        [["3", june, third, "{logins,others}", r#"{"REACHED": 3, "LOGIN_FROM": 1}"#, "t"]]
    );
    assert_eq!(
        known(&end),
        [["4", june, february, "{logins,others}", r#"{"REACHED": 4, "LOGIN_FROM": 1}"#, "t"]]
    );
}

#[test]
fn as_of_takes_a_personal_value_and_counts_no_further_than_said() {
    let (database, [_, first, ..]) = batches();
    let user = format!("SELECT label, edges FROM heimdall.as_of('{first}', 'user', 'ADA')");
    assert_eq!(database.rows(&user), [["User", r#"{"LOGIN_FROM": 1}"#]]);
    let few = "SELECT edges ->> 'REACHED' FROM heimdall.as_of('infinity', 'ip', '192.0.2.1', 3)";
    assert_eq!(database.value(few), "3");
    for (wrong, code) in [("NULL, 'ip', '192.0.2.1'", "22004"), ("now(), 'ip', '192.0.2.1', 0", "22023")] {
        let question = format!("SELECT * FROM heimdall.as_of({wrong})");
        assert_eq!(database.failure(&question).code, code, "{wrong}");
    }
}

#[test]
fn changes_between_tells_what_is_new_from_what_is_seen_again() {
    let (database, [start, first, second, end]) = batches();
    let changes = |arguments: &str| {
        let mut rows = database.rows(&format!(
            "SELECT what, CASE label WHEN 'User' THEN 'a user' ELSE value END, sightings, sources \
             FROM heimdall.changes_between({arguments})"
        ));
        rows.sort();
        rows
    };
    assert_eq!(
        changes(&format!("'{first}', '{second}'")),
        [["new", "b.example", "1", "{others}"], ["seen again", "192.0.2.1", "1", "{others}"]]
    );
    assert_eq!(
        changes(&format!("'{second}'")),
        [
            ["new", "192.0.2.9", "1", "{logins}"],
            ["new", "c.example", "1", "{logins}"],
            ["seen again", "192.0.2.1", "1", "{logins}"],
            ["seen again", "a.example", "1", "{logins}"],
        ]
    );
    // In all that time nothing was there before, and each comes once.
    let all = changes(&format!("'{start}', '{end}'"));
    assert_eq!(all.len(), 7, "{all:?}");
    assert!(all.iter().all(|row| row[0] == "new"), "{all:?}");
    assert!(
        all.contains(&["new", "192.0.2.1", "4", "{logins,others}"].map(str::to_owned).to_vec()),
        "{all:?}"
    );
    assert!(changes(&format!("'{end}'")).is_empty());
}

#[test]
fn changes_between_can_be_narrowed() {
    let (database, [start, first, second, _]) = batches();
    let values = |arguments: &str| {
        let question = format!("SELECT value FROM heimdall.changes_between({arguments}) ORDER BY value");
        database.rows(&question).concat()
    };
    assert_eq!(values(&format!("'{second}', kind => 'ip'")), ["192.0.2.1", "192.0.2.9"]);
    assert_eq!(values(&format!("'{second}', kind => 'ip', change => 'new'")), ["192.0.2.9"]);
    assert_eq!(values(&format!("'{second}', kind => 'ip', change => 'seen again'")), ["192.0.2.1"]);
    assert_eq!(values(&format!("'{start}', source => 'others'")), ["192.0.2.1", "b.example"]);
    // That another source had it before counts as well.
    assert_eq!(values(&format!("'{first}', source => 'others', change => 'new'")), ["b.example"]);
    // Of the latest batch first.
    let few = values(&format!("'{start}', max_rows => 2"));
    assert_eq!(few.len(), 2);
    assert!(
        few.iter()
            .all(|value| ["192.0.2.1", "192.0.2.9", "a.example", "c.example"].contains(&value.as_str()))
    );
    for (wrong, code) in
        [("NULL", "22004"), ("now(), max_rows => 0", "22023"), ("now(), change => 'gone'", "22023")]
    {
        let question = format!("SELECT * FROM heimdall.changes_between({wrong})");
        assert_eq!(database.failure(&question).code, code, "{wrong}");
    }
}
