//! Erasing a subject: whatever is asked afterwards, it is not there, and all else is.

use heimdall_tests::{Database, Failure, Sql, eventually, text_rows};
use postgres::Client;

use crate::dumps::{LEAK, LOGINS, LOGINS_CSV};

const LEAK_CSV: &str = "email,password,full_name,note,site\n\
    Ada@Example.org,secret,Ada L,called back,www.example.org\n\
    ada@example.org,hunter2,Ada L,,mail.example.org\n\
    grace@example.org,other,Grace H,wrote,www.example.org\n";

const BAD_CSV: &str = "email,password,full_name,note,site\n\
    ADA@example.org,x,Ada L,,not a name!\n\
    joan@example.org,x,Joan,see ada@example.org,not a name!\n\
    joan@example.org,x,Joan,,not a name!\n";

pub const ERASE: &str = "SELECT vertices, edges, records, changes, rejects FROM heimdall.erase_subject('email', 'ada@Example.ORG', 'request 17')";

/// Two sources, rows put aside, and other people.
pub fn filled() -> Database {
    let database = Database::new();
    database.source("logins", "csv", LOGINS);
    database.run(&format!("SELECT heimdall.create_source('leak', 'csv', $mapping${LEAK}$mapping$, 1)"));
    database.ingest("logins", LOGINS_CSV);
    database.ingest("leak", LEAK_CSV);
    assert_eq!(database.ingest("leak", BAD_CSV).rejected, 3);
    database
}

pub fn is_sound(database: &Database) {
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
    // A transaction that is open in any database keeps what was deleted after it has begun.
    eventually("the bytes are gone", || {
        database.run(&full);
        found().is_empty()
    });
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
        "SELECT heimdall._reject_names_subject('email', 'ada@example.org', 1, 1, 'raw', 'x')",
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
