//! No statement leaves values of a dump in the log, in pg_stat_statements or in the list of what runs.

use std::collections::BTreeMap;

use heimdall_tests::{Database, backend, copy, eventually, text_rows};

use crate::alone;
use crate::hostile::{Hostile, Libraries};
use crate::statements::{HEADER, Sent, send_all};

pub const LEAK: &str = r#"{
    "columns":  ["email", "password", "full_name", "note", "site"],
    "entities": {"account": {"label": "Email", "key": "email"},
                 "person":  {"label": "Person", "key": "full_name"},
                 "site":    {"label": "Domain", "key": "site"}}}"#;

/// A database with the source `leak`.
pub fn with_leak() -> Database {
    let database = Database::new();
    database.source("leak", "csv", LEAK);
    database
}

fn leave_nothing(libraries: Libraries, test: &'static str) {
    let _alone = alone();
    let database = with_leak();
    let hostile = Hostile::new(&database, libraries);
    let sent = send_all(&database, test);
    // Texts of pg_stat_statements are in a file of their own until the server stops, and in its statistics then.
    assert_eq!(sent.found(&database), BTreeMap::new());
    hostile.restart();
    assert_eq!(sent.found(&database), BTreeMap::new());

    let log = hostile.log_until_now();
    for said in [
        "statement: (hidden by heimdall: ingest_csv)",
        "plan: (hidden by heimdall: lookup)",
        "DETAIL:  (hidden by heimdall: ingest_csv)",
        "COPY leak, line 1",
    ] {
        assert!(log.contains(said), "the log does not say {said}");
    }
    // What holds no value is there as it was sent.
    assert!(log.contains("INSERT INTO heimdall_in.leak VALUES ($1)"), "a statement without values is hidden");
}

#[test]
fn statements_leave_no_values_in_logs_and_statistics() {
    leave_nothing(Libraries::First, "Zebrafish");
}

#[test]
fn statements_leave_no_values_whichever_library_is_first() {
    leave_nothing(Libraries::Last, "Swordfish");
}

#[test]
fn without_the_hook_they_do() {
    let _alone = alone();
    let database = with_leak();
    let _hostile = Hostile::new(&database, Libraries::Later);
    let found = send_all(&database, "Lumpsucker").found(&database);
    let is_found = |name: &str, file: &str| {
        found.get(name).is_some_and(|lines| lines.iter().any(|line| line.contains(file)))
    };
    for file in [".log", ".csv", ".json"] {
        assert!(is_found("inline", file), "{found:?}");
        assert!(is_found("a block", file), "{found:?}");
    }
    // What fails is not counted.
    assert!(is_found("a block that catches", "pgss_query_texts"), "{found:?}");
}

#[test]
fn what_has_nothing_to_do_with_heimdall_is_logged_as_ever() {
    let _alone = alone();
    let database = with_leak();
    let hostile = Hostile::new(&database, Libraries::First);
    database.run("CREATE SCHEMA own; CREATE TABLE own.orders (customer text PRIMARY KEY)");
    let mut client = database.connect();
    let customers: Vec<String> = (0..6).map(|number| format!("Customer{number:05}Shown")).collect();
    // In a session that has used Heimdall, too.
    text_rows(&mut client, "SELECT heimdall.lookup('email', 'a@example.org')").expect("lookup");
    text_rows(&mut client, &format!("INSERT INTO own.orders VALUES ('{}')", customers[0])).expect("insert");
    client.execute("INSERT INTO own.orders VALUES ($1)", &[&customers[1]]).expect("insert");
    text_rows(&mut client, &format!("INSERT INTO own.orders VALUES ('{}')", customers[0]))
        .expect_err("twice");
    text_rows(&mut client, &format!("SELECT '{}'::integer", customers[2])).expect_err("no number");
    text_rows(&mut client, &format!("SELECT FROM own.orders WHERE customer = '{}' x", customers[3]))
        .expect_err("no syntax");
    text_rows(&mut client, &format!("DO $$BEGIN RAISE LOG '{}'; END$$", customers[4])).expect("do");
    let copied = format!("{},more\n", customers[5]);
    copy(&mut client, "COPY own.orders FROM STDIN (FORMAT csv)", copied.as_bytes()).expect_err("too many");
    drop(client);

    let log = hostile.log_until_now();
    for said in [
        format!("statement: INSERT INTO own.orders VALUES ('{}')", customers[0]),
        format!("Key (customer)=({}) already exists.", customers[0]),
        format!("$1 = '{}'", customers[1]),
        format!("invalid input syntax for type integer: \"{}\"", customers[2]),
        format!("STATEMENT:  SELECT FROM own.orders WHERE customer = '{}' x", customers[3]),
        format!("LOG:  00000: {}", customers[4]),
        format!("COPY orders, line 1: \"{},more\"", customers[5]),
    ] {
        assert!(log.contains(&said), "the log does not say {said}");
    }
}

#[test]
fn statements_of_a_function_of_ones_own_are_hidden_where_all_are() {
    let _alone = alone();
    let database = with_leak();
    let _hostile = Hostile::new(&database, Libraries::First);
    database.run(
        "CREATE FUNCTION public.load(data text) RETURNS void LANGUAGE plpgsql AS \
         $$BEGIN PERFORM heimdall.ingest_csv('leak', data); END$$",
    );
    let mut sent = Sent::nothing("Barracuda");
    let load = |value: &str| format!("SELECT public.load(E'{HEADER}\\n{value}@mail.example,,,,\\n')");
    let shown = load(&sent.next("of a function"));
    let hidden = load(&sent.next("of a function, hidden"));
    let mut client = database.connect();
    text_rows(&mut client, &shown).expect("load");
    client.batch_execute("SET heimdall.hide_all_statements = on").expect("the setting");
    text_rows(&mut client, &hidden).expect("load");
    let _ = text_rows(&mut client, &hidden.replace("SELECT", "SELECT '' ''"));
    drop(client);
    assert_eq!(sent.found(&database).keys().collect::<Vec<_>>(), ["of a function"]);
}

#[test]
fn a_deadlock_does_not_show_what_the_other_was_doing() {
    let _alone = alone();
    let database = with_leak();
    let hostile = Hostile::new(&database, Libraries::First);
    database.run("CREATE TABLE public.own (id integer)");
    // Ours waits for the table of the user's, who waits for one of ours.
    let mut ours = database.connect();
    let mut users = database.connect();
    ours.batch_execute("BEGIN; LOCK TABLE heimdall.rejects IN ACCESS EXCLUSIVE MODE").expect("the lock");
    users.batch_execute("BEGIN; LOCK TABLE public.own IN ACCESS EXCLUSIVE MODE").expect("the lock");
    let pid = backend(&mut ours);
    let mut sent = Sent::nothing("Stickleback");
    let value = sent.next("a deadlock");
    let waiting = std::thread::spawn(move || {
        let sql = format!("SELECT heimdall.lookup('email', '{value}'), (SELECT count(*) FROM public.own)");
        text_rows(&mut ours, &sql)
    });
    // Its own look for a deadlock comes first, and finds none.
    database.wait_until_blocked(pid);
    eventually("the wait is logged", || hostile.log().contains(&format!("process {pid} still waiting")));
    let failure = text_rows(&mut users, "SELECT count(*) FROM heimdall.rejects WHERE batch = 7");
    let other = waiting.join().expect("no panic");
    assert!(failure.is_err() || other.is_err(), "no deadlock");
    drop(users);
    assert_eq!(sent.found(&database), BTreeMap::new());
    let log = hostile.log_until_now();
    assert!(log.contains("deadlock detected") && log.contains("blocked by process"), "no report");
}

#[test]
fn the_list_of_what_runs_shows_names_alone() {
    let _alone = alone();
    let database = with_leak();
    let _hostile = Hostile::new(&database, Libraries::First);
    let shown = |pid: i32| database.value(&format!("SELECT query FROM pg_stat_activity WHERE pid = {pid}"));
    let mut client = database.connect();
    let pid = backend(&mut client);
    for (statement, expected) in [
        ("SELECT * FROM heimdall.lookup('email', 'ada@example.org')", "(hidden by heimdall: lookup)"),
        (
            "DO $$BEGIN PERFORM heimdall.lookup('email', 'ada@example.org'); END$$",
            "(hidden by heimdall: lookup)",
        ),
        ("SELECT count(*) FROM heimdall.batch", "SELECT count(*) FROM heimdall.batch"),
        ("SELECT 'mine'", "SELECT 'mine'"),
    ] {
        text_rows(&mut client, statement).expect(statement);
        assert_eq!(shown(pid), expected);
    }
}

#[test]
fn every_function_is_known_by_its_name() {
    let _alone = alone();
    let database = Database::new();
    let functions = database.rows(
        "SELECT DISTINCT proname FROM pg_proc WHERE pronamespace = 'heimdall'::regnamespace AND proname !~ '^_' ORDER BY 1",
    );
    let mut client = database.connect();
    client.batch_execute("SET search_path = heimdall, public").expect("the path");
    let pid = backend(&mut client);
    for row in functions {
        // What has no such argument does not run, but was seen before.
        let _ = text_rows(&mut client, &format!("PREPARE p AS SELECT {}('a value')", row[0]));
        let _ = text_rows(&mut client, "DEALLOCATE p");
        let _ = text_rows(&mut client, &format!("DO $$BEGIN PERFORM {}('a value'); END$$", row[0]));
        let shown = database.value(&format!("SELECT query FROM pg_stat_activity WHERE pid = {pid}"));
        assert!(
            shown.starts_with("(hidden by heimdall: "),
            "{} is missing in core/src/redact/mention.rs",
            row[0]
        );
    }
}
