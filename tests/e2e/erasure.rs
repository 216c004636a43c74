//! Erasing a subject: whatever is asked afterwards, it is not there, and all else is.

use heimdall_tests::{Database, Failure, Sql, backend, eventually, ingest, text_rows};
use postgres::Client;

use crate::dumps::{ADDRESSES, LEAK, LOGINS, LOGINS_CSV};

const LEAK_CSV: &str = "email,password,full_name,note,site\n\
    Ada@Example.org,secret,Ada L,called back,www.example.org\n\
    ada@example.org,hunter2,Ada L,,mail.example.org\n\
    grace@example.org,other,Grace H,wrote,www.example.org\n";

const BAD_CSV: &str = "email,password,full_name,note,site\n\
    ADA@example.org,x,Ada L,,not a name!\n\
    joan@example.org,x,Joan,see ada@example.org,not a name!\n\
    joan@example.org,x,Joan,,not a name!\n";

const ERASE: &str = "SELECT vertices, edges, records, changes, rejects FROM heimdall.erase_subject('email', 'ada@Example.ORG', 'request 17')";

/// Two sources, rows put aside, and other people.
fn filled() -> Database {
    let database = Database::new();
    database.source("logins", "csv", LOGINS);
    database.run(&format!("SELECT heimdall.create_source('leak', 'csv', $mapping${LEAK}$mapping$, 1)"));
    database.ingest("logins", LOGINS_CSV);
    database.ingest("leak", LEAK_CSV);
    assert_eq!(database.ingest("leak", BAD_CSV).rejected, 3);
    database
}

fn is_sound(database: &Database) {
    let broken = "SELECT invariant, example FROM heimdall.check() WHERE violations > 0";
    assert_eq!(database.rows(broken), Vec::<Vec<String>>::new());
}

/// What of a subject may be found: its key, those of its rows, and what is sealed of both.
fn traces(database: &Database) -> Vec<String> {
    let found = database.rows(
        "WITH own AS (SELECT gid FROM heimdall.lookup('email', 'ada@example.org')), \
         all_of AS (SELECT gid FROM own UNION SELECT e.end_id FROM heimdall_graph.\"OBSERVED_IN\" AS e, own \
                    WHERE e.start_id OPERATOR(ag_catalog.=) own.gid), \
         vertex AS (SELECT n.key, v.properties::text::jsonb AS properties FROM all_of AS a \
                    JOIN heimdall.node AS n ON n.gid OPERATOR(ag_catalog.=) a.gid \
                    JOIN heimdall_graph._ag_label_vertex AS v ON v.id OPERATOR(ag_catalog.=) a.gid) \
         SELECT key FROM vertex UNION SELECT s.value FROM vertex, jsonb_each_text(properties -> 'sealed') AS s",
    );
    found.into_iter().map(|mut row| row.remove(0)).collect()
}

fn dumped(database: &Database) -> String {
    let dump = database.server().program("pg_dump", database.name()).output().expect("pg_dump");
    assert!(dump.status.success());
    String::from_utf8(dump.stdout).expect("a dump is text")
}

/// Everything that shows what is stored, as one text.
fn shown(database: &Database) -> String {
    let questions = [
        "SELECT * FROM heimdall.node",
        "SELECT * FROM heimdall.search('*')",
        "SELECT * FROM heimdall.search('*', 'email')",
        "SELECT * FROM heimdall.neighbors('domain', 'www.example.org', 3)",
        "SELECT * FROM heimdall.top('connected')",
        "SELECT * FROM heimdall.changes_between('2020-01-01')",
        "SELECT * FROM heimdall.changes()",
        "SELECT * FROM heimdall.change_log",
        "SELECT * FROM heimdall.rejects",
        "SELECT * FROM heimdall.export_csv(max_tlp => 'red')",
        "SELECT * FROM heimdall.export_stix(max_tlp => 'red')",
        "SELECT * FROM heimdall.cypher('MATCH (n) RETURN n')",
        "SELECT * FROM heimdall.cypher('MATCH (a)-[e]->(b) RETURN e')",
        "SELECT * FROM heimdall_graph._ag_label_vertex",
        "SELECT s.stavalues1::text FROM pg_statistic AS s JOIN pg_class AS c ON c.oid = s.starelid \
         WHERE c.relnamespace::regnamespace::text LIKE 'heimdall%'",
    ];
    let answer = |question: &&str| {
        let mut client = database.connect();
        match text_rows(&mut client, question) {
            Ok(rows) => format!("{rows:?}"),
            // A wildcard of nothing may be refused.
            Err(failure) => failure.message,
        }
    };
    questions.iter().map(answer).collect()
}

#[test]
fn nothing_that_is_asked_shows_an_erased_subject() {
    let database = filled();
    database.run("ANALYZE");
    let traces = traces(&database);
    assert!(traces.len() > 6, "{}", traces.len());
    // The control: all of it is found before.
    let before = (shown(&database), dumped(&database));
    assert!(traces.iter().all(|trace| before.0.contains(trace) && before.1.contains(trace)));

    let counts = database.rows(ERASE).remove(0);
    assert_eq!((counts[0].as_str(), counts[2].as_str(), counts[4].as_str()), ("1", "2", "2"), "{counts:?}");
    let (shown, dumped) = (shown(&database), dumped(&database));
    for trace in &traces {
        assert!(!shown.contains(trace) && !dumped.contains(trace), "a trace is left");
    }
    assert_eq!(database.rows("SELECT * FROM heimdall.lookup('email', 'ada@example.org')").len(), 0);
    assert_eq!(database.rows("SELECT * FROM heimdall.provenance('email', 'ada@example.org')").len(), 0);
    assert_eq!(database.rows("SELECT * FROM heimdall.neighbors('email', 'ada@example.org')").len(), 0);
    assert_eq!(
        database.rows("SELECT * FROM heimdall.as_of('infinity', 'email', 'ada@example.org')").len(),
        0
    );
    is_sound(&database);
}

#[test]
fn all_else_stays_and_is_sound() {
    let database = filled();
    let provenance =
        "SELECT batch, sightings, first_row FROM heimdall.provenance('email', 'grace@example.org')";
    let before = database.rows(provenance);
    let counts = database.rows(ERASE).remove(0);
    // Three edges of each row: e-mail, person, site.
    assert_eq!(counts, ["1", "6", "2", "9", "2"]);
    assert_eq!(database.rows(provenance), before);
    let grace = database.value("SELECT key FROM heimdall.lookup('email', 'grace@example.org')");
    assert_eq!(database.unsealed(&grace, "value"), "grace@example.org");
    // Her name and the sites she was seen with are subjects of their own.
    assert_eq!(database.rows("SELECT * FROM heimdall.lookup('person', 'Ada L')").len(), 1);
    assert_eq!(database.rows("SELECT * FROM heimdall.lookup('domain', 'mail.example.org')").len(), 1);
    assert_eq!(database.rows("SELECT * FROM heimdall.lookup('user', 'ada')").len(), 1);
    let rejects = database.rows("SELECT row_number FROM heimdall.rejects");
    assert_eq!(rejects, [["3"]]);
    // History is not rewritten.
    assert_eq!(database.value("SELECT sum(rows_rejected) FROM heimdall.batch"), "3");
    is_sound(&database);
    let again = "email,password,full_name,note,site\nx@example.org,y,Z,,www.example.org\n";
    assert_eq!(database.ingest("leak", again).accepted, 1);
    is_sound(&database);
}

#[test]
fn the_bytes_are_gone_from_the_tables_files_once_they_are_written_anew() {
    let database = filled();
    let traces = traces(&database);
    let texts: Vec<&str> = traces.iter().map(String::as_str).collect();
    let vacuum =
        database.value("SELECT vacuum FROM heimdall.erase_subject('email', 'ada@example.org', 'request 17')");
    let oid = database.value("SELECT oid FROM pg_database WHERE datname = current_database()");
    let files = database.server().data.join("base").join(oid);
    let found = || {
        database.run("CHECKPOINT");
        database.server().search_in(&[&files], &texts)
    };
    assert!(!found().is_empty(), "the control: deleted rows are still in the files");
    let full = vacuum.replace("VACUUM ", "VACUUM FULL ");
    database.run(&full);
    assert_eq!(found(), Vec::<String>::new());
}

#[test]
fn a_tombstone_says_when_and_why_and_not_who() {
    let database = filled();
    let (key, digest) = {
        let key = database.value("SELECT key FROM heimdall.lookup('email', 'ada@example.org')");
        let digest = key.split_once(':').expect("a key").1.to_owned();
        (key, digest)
    };
    let id = database
        .value("SELECT tombstone FROM heimdall.erase_subject('email', 'ada@example.org', 'request 17')");
    let erased = "SELECT tombstone, erased_at IS NOT NULL, reason, vertices, records, rejects, is_known_again \
                  FROM heimdall.erased('email', 'ADA@example.org')";
    assert_eq!(database.rows(erased), [[id.as_str(), "t", "request 17", "1", "2", "2", "f"]]);
    // By the digest as well, which is what a peer has.
    let by_digest = format!("SELECT tombstone FROM heimdall.erased('email', '{digest}')");
    assert_eq!(database.value(&by_digest), id);
    assert!(database.rows("SELECT * FROM heimdall.erased('email', 'grace@example.org')").is_empty());
    let written = format!("{:?}", database.rows("SELECT * FROM heimdall.tombstone, heimdall.audit"));
    assert!(!written.contains(&digest) && !written.contains(&key) && !written.contains("ada@"));
    let audited = "SELECT object, detail ->> 'label', detail ->> 'reason' FROM heimdall.audit WHERE action = 'data.erase'";
    assert_eq!(database.rows(audited), [[format!("tombstone {id}").as_str(), "Email", "request 17"]]);
}

#[test]
fn what_is_not_known_leaves_no_tombstone() {
    let database = filled();
    // The question itself leaves a trace.
    let snapshot = || database.snapshot().without("heimdall.audit");
    let before = snapshot();
    let unknown = "SELECT * FROM heimdall.erase_subject('email', 'nobody@example.org', 'request 18')";
    assert_eq!(database.rows(unknown), [["∅", "0", "0", "0", "0", "0", "∅"]]);
    assert_eq!(snapshot(), before);
    assert_eq!(database.notices(unknown), ["nothing is known of this subject"]);
    database.run(ERASE);
    assert_eq!(database.rows(ERASE), [["0", "0", "0", "0", "0"]]);
    assert_eq!(database.value("SELECT count(*) FROM heimdall.tombstone"), "1");
}

#[test]
fn the_same_dump_brings_nothing_back_and_another_one_does() {
    let database = filled();
    database.run(ERASE);
    assert!(database.ingest("leak", LEAK_CSV).duplicate);
    let known = "SELECT is_known_again FROM heimdall.erased('email', 'ada@example.org')";
    assert_eq!(database.rows(known), [["f"]]);
    database
        .ingest("leak", "email,password,full_name,note,site\nada@example.org,new,Ada L,,www.example.org\n");
    assert_eq!(database.rows(known), [["t"]]);
    database.run(ERASE);
    assert_eq!(database.rows(known), [["f"], ["f"]]);
    is_sound(&database);
}

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

#[test]
fn an_erasure_waits_for_who_is_ingesting_the_same_and_takes_it_as_well() {
    let database = filled();
    let mut writer = database.connect();
    writer.batch_execute("BEGIN").expect("a transaction");
    let more = "email,password,full_name,note,site\nada@example.org,new,Ada L,,new.example.org\n";
    ingest(&mut writer, "leak", more.as_bytes()).expect("a dump");
    let mut eraser = database.connect();
    let pid = backend(&mut eraser);
    std::thread::scope(|scope| {
        let erasing = scope.spawn(move || text_rows(&mut eraser, ERASE).expect("erased"));
        database.wait_until_blocked(pid);
        writer.batch_execute("COMMIT").expect("the end");
        assert_eq!(erasing.join().expect("no panic")[0][2], "3");
    });
    assert!(database.rows("SELECT * FROM heimdall.lookup('email', 'ada@example.org')").is_empty());
    is_sound(&database);
}

#[test]
fn who_ingests_the_same_during_an_erasure_makes_it_anew() {
    let database = filled();
    let mut eraser = database.connect();
    eraser.batch_execute(&format!("BEGIN; {ERASE}")).expect("erased");
    let mut writer = database.connect();
    let pid = backend(&mut writer);
    let more = "email,password,full_name,note,site\nada@example.org,new,Ada L,,www.example.org\n";
    std::thread::scope(|scope| {
        let writing = scope.spawn(move || ingest(&mut writer, "leak", more.as_bytes()).expect("a dump"));
        database.wait_until_blocked(pid);
        eraser.batch_execute("COMMIT").expect("the end");
        writing.join().expect("no panic");
    });
    let seen = "SELECT sightings FROM heimdall.lookup('email', 'ada@example.org')";
    assert_eq!(database.rows(seen), [["1"]]);
    is_sound(&database);
}

#[test]
fn a_snapshot_of_before_brings_nothing_back() {
    let database = filled();
    let mut writer = database.connect();
    writer
        .batch_execute("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM heimdall.node")
        .expect("a snapshot");
    database.run(ERASE);
    let more = "email,password,full_name,note,site\nada@example.org,new,Ada L,,www.example.org\n";
    assert_eq!(ingest(&mut writer, "leak", more.as_bytes()).expect_err("too old").code, "40001");
    writer.batch_execute("ROLLBACK").expect("the end");
    is_sound(&database);
    writer.batch_execute("BEGIN ISOLATION LEVEL REPEATABLE READ").expect("a transaction");
    ingest(&mut writer, "leak", more.as_bytes()).expect("a snapshot of afterwards");
    writer.batch_execute("COMMIT").expect("the end");
    is_sound(&database);
}

#[test]
fn a_restored_database_knows_who_was_erased() {
    let database = filled();
    database.run(ERASE);
    let to = Database::bare();
    database.restore_sql(&to, Sql::Whole);
    to.run("SELECT * FROM heimdall.after_restore()");
    let erased = "SELECT tombstone, reason, is_known_again FROM heimdall.erased('email', 'ada@example.org')";
    assert_eq!(to.rows(erased), database.rows(erased));
    assert_eq!(to.rows(erased).len(), 1);
    to.reconnect();
    is_sound(&to);
}

#[test]
fn an_erasure_that_fails_has_erased_nothing() {
    let database = filled();
    let before = (database.vertices(), database.edges());
    let mut client = database.connect();
    client.batch_execute(&format!("BEGIN; {ERASE}; ROLLBACK")).expect("taken back");
    assert_eq!((database.vertices(), database.edges()), before);
    is_sound(&database);
    for (statement, code) in [
        ("SELECT heimdall.erase_subject('email', 'ada@example.org', NULL)", "22023"),
        ("SELECT heimdall.erase_subject('email', 'ada@example.org', ' ')", "22023"),
        ("SELECT heimdall.erase_subject('email', NULL, 'x')", "22004"),
        ("SELECT heimdall.erase_subject('email', 'no address', 'x')", "22P02"),
        ("SELECT heimdall.erase_subject('email', 'ada@example.org', 'Ada@example.org has asked')", "22023"),
        (
            "BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT heimdall.erase_subject('email', 'ada@example.org', 'x')",
            "25000",
        ),
    ] {
        let failure: Failure = text_rows(&mut client, statement).expect_err(statement);
        assert_eq!(failure.code, code, "{statement}");
        assert!(!format!("{failure:?}").contains("ada@example.org"));
        client.batch_execute("ROLLBACK").expect("rolled back");
    }
    assert_eq!((database.vertices(), database.edges()), before);
}

#[test]
fn erasing_is_for_administrators() {
    let database = filled();
    let others =
        ["heimdall_ingest", "heimdall_analyst", "heimdall_sync", "heimdall_auditor", "heimdall_tlp_red"];
    let denied = |client: &mut Client, statement: &str| {
        assert_eq!(text_rows(client, statement).expect_err(statement).code, "42501");
    };
    let mut client = database.connect_as(&database.role("other", &others));
    for statement in [
        ERASE,
        "SELECT heimdall._belongings('{}')",
        "SELECT heimdall._forget_vertices('{}')",
        "SELECT heimdall._forget_changes('{}')",
        "SELECT heimdall._forget_sightings('{}')",
        "SELECT heimdall._forget_statistics('heimdall.node')",
        "SELECT heimdall._tombstone_digest('email', 'ada@example.org')",
        "SELECT heimdall._names_subject('email', 'ada@example.org', 'x')",
        "SELECT heimdall._reject_names_subject('email', 'ada@example.org', 1, 1, 'x')",
        "SELECT * FROM heimdall.tombstone",
    ] {
        denied(&mut client, statement);
    }
    // An auditor may ask.
    text_rows(&mut client, "SELECT * FROM heimdall.erased('email', 'ada@example.org')").expect("asked");
    let mut analyst =
        database.connect_as(&database.role("analyst", &["heimdall_analyst", "heimdall_tlp_red"]));
    denied(&mut analyst, "SELECT * FROM heimdall.erased('email', 'ada@example.org')");
    let mut admin = database.connect_as(&database.role("admin", &["heimdall_admin"]));
    assert_eq!(text_rows(&mut admin, ERASE).expect("erased")[0][0], "1");
    let actor = "SELECT actor FROM heimdall.tombstone";
    assert_eq!(database.value(actor), format!("{}_admin", database.name()));
}
