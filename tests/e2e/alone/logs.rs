//! No statement leaves values of a dump in the log, in pg_stat_statements or in the list of what runs.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

use heimdall_tests::{Database, Needles, backend, copy, eventually, text_rows};
use postgres::types::ToSql;

use crate::alone;
use crate::hostile::{Hostile, Libraries};

pub const LEAK: &str = r#"{
    "columns":  ["email", "password", "full_name", "note", "site"],
    "entities": {"account": {"label": "Email", "key": "email"},
                 "person":  {"label": "Person", "key": "full_name"},
                 "site":    {"label": "Domain", "key": "site"}}}"#;

const HEADER: &str = "email,password,full_name,note,site";

/// A database with the source `leak`.
pub fn with_leak() -> Database {
    let database = Database::new();
    database.source("leak", "csv", LEAK);
    database
}

/// Statements with a value in them, `{v}`, each sent by itself, in a session of its own. Many fail.
const STATEMENTS: &[(&str, &[&str])] = &[
    ("inline", &["SELECT heimdall.ingest_csv('leak', E'{h}\\n{v}@mail.example,pw,,,\\n')"]),
    ("rejected", &["SELECT heimdall.ingest_csv('leak', E'{h}\\n,{v},,,!!\\n')"]),
    ("no such source", &["SELECT heimdall.ingest_csv('nobody', '{v}')"]),
    ("the arguments swapped", &["SELECT heimdall.ingest_csv('{v}', 'leak')"]),
    ("a value for a kind", &["SELECT * FROM heimdall.lookup('{v}', 'email')"]),
    ("a value for a file", &["SELECT heimdall.ingest_file('leak', '/{v}')"]),
    ("a value for a format", &["SELECT heimdall.create_source('other', '{v}')"]),
    ("several statements", &["SELECT 1; SELECT heimdall.ingest_csv('leak', '{v}'); SELECT 2"]),
    ("quoted names", &["SELECT \"heimdall\".\"ingest_csv\"('leak', '{v}')"]),
    ("names in numbers", &["SELECT U&\"\\0068eimdall\".U&\"!0069ngest_csv\" UESCAPE '!'('leak', '{v}')"]),
    ("comments", &["SELECT /* {v} */ heimdall/**/./**/lookup('email', '{v}') -- {v}"]),
    ("the schema on the path", &["SET search_path = public, heimdall", "SELECT lookup('email', '{v}')"]),
    ("no schema", &["SELECT ingest_csv('leak', '{v}')"]),
    (
        "no schema in a session that knows ours",
        &["SELECT heimdall.formats()", "SELECT lookup('email', '{v}')"],
    ),
    ("prepared", &["PREPARE p AS SELECT heimdall.ingest_csv($1, $2)", "EXECUTE p('leak', '{v}')"]),
    (
        "prepared, a parameter too many",
        &["PREPARE p AS SELECT heimdall.lookup($1, $2)", "EXECUTE p('email', '{v}', '{v}')"],
    ),
    (
        "prepared, of another type",
        &["PREPARE p AS SELECT * FROM heimdall.search($1, max_rows => $2)", "EXECUTE p('{v}', '{v}')"],
    ),
    (
        "prepared with the value",
        &["PREPARE p AS SELECT heimdall.lookup('email', '{v}')", "EXECUTE p", "EXECUTE p"],
    ),
    ("a block", &["DO $$BEGIN PERFORM heimdall.ingest_csv('leak', '{v}'); END$$"]),
    ("a block that fails", &["DO $$BEGIN PERFORM heimdall.ingest_csv('leak', '{v}', '{v}'); END$$"]),
    (
        "a block that catches",
        &["DO $$BEGIN PERFORM heimdall.ingest_csv('leak', '{v}'); EXCEPTION WHEN OTHERS THEN NULL; END$$"],
    ),
    (
        "a dynamic statement",
        &["DO $$BEGIN EXECUTE format('SELECT heimdall.ingest_csv(%L, %L)', 'leak', '{v}'); END$$"],
    ),
    (
        "a dynamic statement that does not parse",
        &["DO $$BEGIN EXECUTE 'SELECT heimdall.lookup(''{v}'; END$$"],
    ),
    (
        "a cursor",
        &["BEGIN", "DECLARE c CURSOR FOR SELECT * FROM heimdall.lookup('email', '{v}')", "FETCH c", "COMMIT"],
    ),
    (
        "a holdable cursor",
        &[
            "DECLARE c CURSOR WITH HOLD FOR SELECT * FROM heimdall.lookup('email', '{v}')",
            "FETCH c",
            "CLOSE c",
        ],
    ),
    ("explained", &["EXPLAIN (ANALYZE, VERBOSE) SELECT * FROM heimdall.lookup('email', '{v}')"]),
    ("a table of it", &["CREATE TEMPORARY TABLE t AS SELECT * FROM heimdall.lookup('email', '{v}')"]),
    ("in a condition", &["SELECT * FROM heimdall.batch WHERE source = '{v}'"]),
    ("the registry", &["SELECT * FROM heimdall.node WHERE key = '{v}'"]),
    (
        "the inbox",
        &["INSERT INTO heimdall_in.leak VALUES ('{v}@mail.example', '{v}', '{v}', '{v}', 'a.example')"],
    ),
    (
        "the inbox, selected",
        &["INSERT INTO heimdall_in.leak SELECT '{v}@mail.example', '{v}' FROM generate_series(1, 3)"],
    ),
    ("the inbox, a column that is not there", &["INSERT INTO heimdall_in.leak (emial) VALUES ('{v}')"]),
    ("the inbox, too many", &["INSERT INTO heimdall_in.leak VALUES ('{v}', '', '', '', '', '{v}')"]),
    ("the inbox, double quotes", &["INSERT INTO heimdall_in.leak VALUES (\"{v}\")"]),
    ("the inbox, no quotes", &["INSERT INTO heimdall_in.leak VALUES ({v})"]),
    ("a quote too many", &["SELECT heimdall.ingest_csv('leak', 'it's {v}')"]),
    ("a quote too few", &["SELECT heimdall.ingest_csv('leak', '{v})"]),
    ("double quotes", &["SELECT heimdall.ingest_csv(\"leak\", \"{v}\")"]),
    ("no JSON", &["SELECT heimdall.create_source('other', 'csv', '{\"{v}\": {v}}')"]),
    ("no mapping", &["SELECT heimdall.create_source('other', 'csv', '{\"{v}\": 1}')"]),
    ("no time", &["SELECT heimdall.export_csv(since => '{v}')"]),
    ("no number", &["SELECT heimdall.neighbors('email', 'a', '{v}')"]),
    ("no bytes", &["SELECT heimdall.ingest('leak', '\\x{v}')"]),
    ("no regular expression", &["SELECT key FROM heimdall.node WHERE key ~ '{v}['"]),
    ("no array", &["SELECT * FROM heimdall.correlate('{v}'::text[])"]),
    ("no element of it", &["SELECT * FROM heimdall.correlate('{{v}, \"{v}'::text[])"]),
    ("a sample", &["SELECT heimdall.infer_mapping('{v}')"]),
    ("a form", &["SELECT heimdall.canonical('ip', '{v}')", "SELECT heimdall.canonical_ip('{v}')"]),
    (
        "a search",
        &["SELECT * FROM heimdall.search('*{v}*')", "SELECT * FROM heimdall.similar('{v}.example')"],
    ),
    (
        "a question",
        &[
            "SELECT * FROM heimdall.neighbors('email', '{v}')",
            "SELECT * FROM heimdall.correlate('{v}', '{v}')",
        ],
    ),
    ("Cypher", &["SELECT * FROM heimdall.cypher('MATCH (n:Email) WHERE n.value = \"{v}\" RETURN n')"]),
    (
        "Cypher with parameters",
        &["SELECT * FROM heimdall.cypher('MATCH (n) WHERE n.value = $v RETURN n', '{\"v\": \"{v}\"}')"],
    ),
    ("Cypher that does not parse", &["SELECT * FROM heimdall.cypher('MATCH (n {v} \"{v}')"]),
    (
        "cypher()",
        &[
            "SELECT * FROM ag_catalog.cypher('heimdall_graph', $$ MATCH (n {value: '{v}'}) RETURN n $$) AS (n ag_catalog.agtype)",
        ],
    ),
    (
        "a time limit",
        &["SET statement_timeout = '20ms'", "SELECT heimdall.lookup('email', '{v}'), pg_sleep(20)"],
    ),
    (
        "a savepoint",
        &[
            "BEGIN; SAVEPOINT s",
            "SELECT heimdall.ingest_csv('leak', E'{h}\\n{v}@mail.example,,,,\\n')",
            "ROLLBACK TO s",
            "COMMIT",
        ],
    ),
    ("a division by zero", &["SELECT heimdall.lookup('email', '{v}'), 1 / (random() * 0)::integer"]),
    ("a conversion", &["SELECT ('{v}' || heimdall.tlp_name(1::smallint))::integer"]),
];

/// What one test has sent: the name of each value, by its number. Files keep what is written into them, the WAL above all,
/// so that no two tests have a value in common.
struct Sent {
    test: &'static str,
    names: Vec<String>,
}

impl Sent {
    fn nothing(test: &'static str) -> Sent {
        Sent { test, names: Vec::new() }
    }

    /// A value by number: no two share a beginning.
    fn value(&self, number: usize) -> String {
        format!("q{number:03}{}{number:03}x", self.test)
    }

    /// A value that has not been sent yet.
    fn next(&mut self, name: &str) -> String {
        self.names.push(name.to_owned());
        self.value(self.names.len() - 1)
    }

    /// Where values are found, by the name of what has sent them.
    fn found(&self, database: &Database) -> BTreeMap<String, Vec<String>> {
        database.run("CHECKPOINT");
        let values: Vec<String> = (0..self.names.len()).map(|number| self.value(number)).collect();
        let needles = Needles::new(&values);
        let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for path in [&database.server().data, &database.server().log] {
            for line in needles.in_files(path) {
                let number: usize = line
                    .rsplit("value ")
                    .next()
                    .and_then(|rest| rest.split(' ').next())
                    .and_then(|number| number.parse().ok())
                    .expect("its number");
                found.entry(self.names[number].clone()).or_default().push(line);
            }
        }
        found
    }
}

fn filled(statement: &str, value: &str) -> String {
    statement.replace("{h}", HEADER).replace("{v}", value)
}

/// Sends all of [`STATEMENTS`], and what only other ways can send.
fn send_all(database: &Database, test: &'static str) -> Sent {
    let mut sent = Sent::nothing(test);
    for (name, statements) in STATEMENTS {
        let value = sent.next(name);
        let mut client = database.connect();
        for statement in *statements {
            let _ = text_rows(&mut client, &filled(statement, &value));
        }
    }
    let with_parameter = [
        ("a parameter", "SELECT * FROM heimdall.lookup('email', $1)"),
        ("a parameter that is no source", "SELECT * FROM heimdall.ingest_csv($1, 'a')"),
        ("a parameter that is no JSON", "SELECT heimdall.create_source('other', 'csv', $1::text::jsonb)"),
        ("a parameter of an inbox", "INSERT INTO heimdall_in.leak VALUES ($1)"),
        (
            "a parameter in a division by zero",
            "SELECT heimdall.lookup('email', $1), 1 / (random() * 0)::integer",
        ),
    ];
    for (name, statement) in with_parameter {
        let value = sent.next(name);
        let parameter: &(dyn ToSql + Sync) = &value;
        let _ = database.connect().query(statement, &[parameter]);
    }
    let value = sent.next("a literal, prepared by the client");
    let _ = database.connect().query(&format!("SELECT * FROM heimdall.lookup('email', '{value}')"), &[]);
    let copies = [
        ("a field too many", "COPY heimdall_in.leak FROM STDIN (FORMAT csv)", "{v},{v},{v},{v},{v},{v}\n"),
        ("a field too few", "COPY heimdall_in.leak FROM STDIN (FORMAT csv)", "{v},{v}\n"),
        ("an open quote", "COPY heimdall_in.leak FROM STDIN (FORMAT csv)", "\"{v},{v},,,\n"),
        ("a wrong header", "COPY heimdall_in.leak FROM STDIN (FORMAT csv, HEADER match)", "{v},{v},,,\n"),
        ("no UTF-8", "COPY heimdall_in.leak FROM STDIN (FORMAT csv)", "{v},{v},\u{1},,\n"),
        (
            "errors ignored",
            "COPY heimdall_in.leak FROM STDIN (FORMAT csv, ON_ERROR ignore, LOG_VERBOSITY verbose)",
            "{v},,,,\n",
        ),
        ("text format", "COPY heimdall_in.leak FROM STDIN", "{v}\t{v}\t\\\n"),
        ("a condition", "COPY heimdall_in.leak FROM STDIN (FORMAT csv)", "{v}@mail.example,{v},{v},{v},!!\n"),
    ];
    for (name, statement, row) in copies {
        // \x01 stands for a byte that is no character.
        let row: Vec<u8> =
            filled(row, &sent.next(name)).bytes().map(|byte| if byte == 1 { 0xff } else { byte }).collect();
        let mut client = database.connect();
        // The client library loses its place where COPY fails at once.
        let _ = catch_unwind(AssertUnwindSafe(|| copy(&mut client, statement, &row)));
    }
    sent
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

    let log = hostile.log();
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

    let log = hostile.log();
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
    let log = hostile.log();
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
