//! The change log: every change of a batch is in a segment of that batch.

use std::time::Duration;

use heimdall_tests::{Database, eventually, ingest};

use crate::dumps::{LEAK, LOGINS_CSV, with_logins};

/// What the segments say, by batch and record, beside what the provenance says; edges as `type from>to`.
const DIFFERENCE: &str = "
    WITH logged AS (
        SELECT c.batch, CASE WHEN c.to_keys IS NULL THEN k.key ELSE c.label || ' ' || k.key || '>' || c.to_keys[k.at] END
                   AS record,
               sum(c.sightings[k.at]) AS sightings, min(c.first_seen[k.at]) AS first, max(c.last_seen[k.at]) AS last
        FROM heimdall.change_log AS c, unnest(c.keys) WITH ORDINALITY AS k (key, at) GROUP BY 1, 2
    ), stored AS (
        SELECT p.batch, n.key AS record, sum(p.sightings), min(p.first_seen), max(p.last_seen)
        FROM heimdall.provenance AS p JOIN heimdall.node AS n ON n.gid OPERATOR(ag_catalog.=) p.gid GROUP BY 1, 2
        UNION ALL
        SELECT p.batch, l.name || ' ' || f.key || '>' || t.key, sum(p.sightings), min(p.first_seen), max(p.last_seen)
        FROM heimdall.provenance AS p
        JOIN heimdall_graph._ag_label_edge AS e ON e.id OPERATOR(ag_catalog.=) p.gid
        JOIN ag_catalog.ag_label AS l ON l.relation = e.tableoid
        JOIN heimdall.node AS f ON f.gid OPERATOR(ag_catalog.=) e.start_id
        JOIN heimdall.node AS t ON t.gid OPERATOR(ag_catalog.=) e.end_id
        GROUP BY 1, 2
    )
    (TABLE logged EXCEPT TABLE stored) UNION ALL (TABLE stored EXCEPT TABLE logged)";

#[test]
fn what_the_segments_say_is_what_the_provenance_says() {
    let database = with_logins();
    database.source("leak", "csv", LEAK);
    database.ingest("logins", LOGINS_CSV);
    database.ingest("logins", LOGINS_CSV.replace("2026-01-01", "2026-02-02").replace("grace", "joan"));
    database.ingest("leak", "email,password,full_name,note,site\na@example.org,x,A B,,www.example.org\n");
    assert_eq!(database.rows(DIFFERENCE), Vec::<Vec<String>>::new());
    assert_eq!(database.value("SELECT count(DISTINCT batch) FROM heimdall.change_log"), "3");
}

#[test]
fn a_dump_of_several_flushes_is_logged_whole() {
    let database = Database::new();
    database.source("large", "csv", crate::dumps::LARGE);
    database.ingest("large", crate::dumps::large());
    assert_eq!(database.rows(DIFFERENCE), Vec::<Vec<String>>::new());
}

#[test]
fn arrays_of_a_segment_are_of_one_length() {
    let database = with_logins();
    database.source("leak", "csv", LEAK);
    database.ingest("logins", LOGINS_CSV);
    database.ingest("leak", "email,password,full_name,note,site\na@example.org,x,A B,,www.example.org\n");
    assert_eq!(
        database.value(
            "SELECT bool_and(cardinality(keys) = ALL (ARRAY[cardinality(sightings), cardinality(first_seen), \
                cardinality(last_seen), coalesce(cardinality(to_keys), cardinality(keys)), \
                coalesce(cardinality(properties), cardinality(keys))])) FROM heimdall.change_log"
        ),
        "t"
    );
}

#[test]
fn properties_are_logged_as_they_are_stored() {
    let database = Database::new();
    database.source("leak", "csv", LEAK);
    database.ingest("leak", "email,password,full_name,note,site\na@example.org,x,A B,n,www.example.org\n");
    for label in ["Record", "Email", "Person"] {
        assert_eq!(
            database.value(&format!(
                "SELECT c.properties[1]::jsonb = v.properties::text::jsonb \
                 FROM heimdall.change_log AS c, heimdall_graph.\"{label}\" AS v WHERE c.label = '{label}'"
            )),
            "t",
            "{label}"
        );
    }
}

#[test]
fn a_segment_names_actor_transaction_and_mark() {
    let database = with_logins();
    let role = database.role("ingester", &["heimdall_ingest"]);
    let mut client = database.connect_as(&role);
    heimdall_tests::ingest(&mut client, "logins", LOGINS_CSV.as_bytes()).expect("ingest");
    assert_eq!(
        database.rows("SELECT actor, tlp, count(DISTINCT xid) FROM heimdall.change_log GROUP BY 1, 2"),
        [[role.as_str(), "2", "1"]]
    );
}

/// Everything that a reader gets, in pieces of so many segments: cursor, label and keys of each change.
fn read_all(database: &Database, pieces: usize) -> Vec<[String; 3]> {
    let mut all: Vec<[String; 3]> = Vec::new();
    loop {
        let after = all.last().map_or("NULL".to_owned(), |[cursor, ..]| format!("'{cursor}'"));
        let rows = database.rows(&format!(
            "SELECT cursor, label, concat_ws('>', key, to_key) FROM heimdall.changes({after}, {pieces})"
        ));
        if rows.is_empty() {
            return all;
        }
        all.extend(rows.into_iter().map(|row| [row[0].clone(), row[1].clone(), row[2].clone()]));
    }
}

/// How many changes the segments hold.
fn logged(database: &Database) -> usize {
    database.value("SELECT sum(cardinality(keys)) FROM heimdall.change_log").parse().expect("a number")
}

/// What a reader gets once it gets all: a transaction of another test, in another database, holds it back as well.
fn all_there_is(database: &Database) -> Vec<[String; 3]> {
    let mut all = Vec::new();
    eventually("a reader gets all changes", || {
        all = read_all(database, 1000);
        all.len() == logged(database)
    });
    all
}

#[test]
fn a_reader_gets_every_change_once_whatever_the_size_of_its_steps() {
    let database = with_logins();
    database.ingest("logins", LOGINS_CSV);
    database.ingest("logins", LOGINS_CSV.replace("2026-01-01", "2026-02-02").replace("grace", "joan"));
    let whole = all_there_is(&database);
    assert_eq!(read_all(&database, 1), whole);
    assert_eq!(read_all(&database, 2), whole);
    let last = &whole.last().expect("changes")[0];
    let nothing: Vec<Vec<String>> = Vec::new();
    assert_eq!(database.rows(&format!("SELECT * FROM heimdall.changes('{last}')")), nothing);
    let properties = "SELECT count(*) FROM heimdall.changes() WHERE properties IS NOT NULL";
    assert_ne!(database.value(properties), "0", "properties come along");
}

#[test]
fn a_cursor_that_is_none_is_refused() {
    let database = with_logins();
    for call in ["changes('1')", "changes('1-2; DROP')", "changes(NULL, 0)", "changes(NULL, NULL)"] {
        let failure = database.failure(&format!("SELECT * FROM heimdall.{call}"));
        assert_eq!(failure.code, "22023", "{call}: {failure:?}");
    }
}

/// Writers that commit late and in another order than they began, and a reader beside them.
#[test]
fn nothing_is_committed_behind_a_reader() {
    const WRITERS: usize = 8;
    const ROUNDS: usize = 6;
    let database = with_logins();
    let read = std::thread::scope(|scope| {
        let writing = |writer: usize| {
            let mut client = database.connect();
            scope.spawn(move || {
                for round in 0..ROUNDS {
                    // Things of its own, so that no writer waits for another: they overlap for as long as they like.
                    let dump = format!(
                        "time,user,src,host,bytes\n,user{writer}x{round},10.{writer}.{round}.1,h{writer}x{round}.example,1\n"
                    );
                    let mut transaction = client.transaction().expect("a transaction");
                    ingest(&mut transaction, "logins", dump.as_bytes()).expect("an ingest");
                    std::thread::sleep(Duration::from_millis((writer * 7 + round * 13) as u64 % 40));
                    if (writer + round) % 5 == 4 {
                        transaction.rollback().expect("a rollback");
                    } else {
                        transaction.commit().expect("a commit");
                    }
                }
            })
        };
        let writers: Vec<_> = (0..WRITERS).map(writing).collect();
        let mut read: Vec<[String; 3]> = Vec::new();
        loop {
            let done = writers.iter().all(|writer| writer.is_finished());
            let after = read.last().map_or("NULL".to_owned(), |[cursor, ..]| format!("'{cursor}'"));
            let rows = database.rows(&format!(
                "SELECT cursor, label, concat_ws('>', key, to_key) FROM heimdall.changes({after}, 3)"
            ));
            read.extend(rows.into_iter().map(|row| [row[0].clone(), row[1].clone(), row[2].clone()]));
            // A transaction of another test may hold back the last of them.
            if done && read.len() >= logged(&database) {
                return read;
            }
        }
    });
    assert_eq!(read, all_there_is(&database), "what was read meanwhile is all there is, in order");
}
