//! Whatever happens on the way, no protected value is in any file: heap, indexes, WAL, logs, statistics, temporary files,
//! backups, dumps.

use std::process::Command;

use heimdall_tests::{Database, Needles, backend, copy, eventually, ingest, report, send, text_rows};

use crate::alone;
use crate::corpus::{corpus, fields};
use crate::hostile::{Hostile, Libraries};
use crate::logs::{LEAK, with_leak};

const HEADER: &str = "email,password,full_name,note,site\n";
const COPY: &str = "COPY heimdall_in.leak FROM STDIN (FORMAT csv, HEADER)";

/// A person of that number in five fields, and what of them is protected: all but the last.
struct Person {
    protected: [String; 4],
    site: String,
}

impl Person {
    fn new(number: usize) -> Person {
        Person {
            protected: [
                format!("Quentin{number:05}.Wexlerby@mail.example"),
                format!("pw-{number:05}:Fjordquartz"),
                format!("Quentin{number:05} Wexlerby"),
                // What notes are full of, in one.
                format!(
                    "call +1 555 {number:07}, ssn 078-05-{number:05}x, card 4111-{number:05}-Vexq, 12{number:05} Zyx Str."
                ),
            ],
            site: format!("site{number:05}.example"),
        }
    }

    fn row(&self) -> String {
        let [email, password, name, note] = &self.protected;
        format!("{email},{password},{name},\"{note}\",{}\n", self.site)
    }
}

/// The people that a test has made up, to be looked for.
#[derive(Default)]
struct People(Vec<Person>);

impl People {
    fn rows(&mut self, count: usize) -> String {
        let first = self.0.len();
        self.0.extend((first..first + count).map(Person::new));
        self.0[first..].iter().map(Person::row).collect()
    }

    fn dump(&mut self, count: usize) -> String {
        HEADER.to_owned() + &self.rows(count)
    }

    fn needles(&self) -> Needles {
        let values: Vec<&str> =
            self.0.iter().flat_map(|person| &person.protected).map(String::as_str).collect();
        Needles::new(&values)
    }
}

/// Everything below the folder of the server, with what it holds in memory written down, and what pg_dump writes.
fn found(database: &Database, needles: &Needles) -> Vec<String> {
    database.run("CHECKPOINT");
    let mut found = in_files(database, needles);
    for format in [&["--format=plain"][..], &["--format=custom", "--compress=0"]] {
        let dump =
            database.server().program("pg_dump", database.name()).args(format).output().expect("pg_dump");
        assert!(dump.status.success(), "pg_dump");
        assert!(dump.stdout.len() > 10_000, "a dump of nothing");
        found.extend(
            needles.in_bytes(&dump.stdout).into_iter().map(|hit| format!("pg_dump {format:?}: {hit:?}")),
        );
    }
    let copy = database.server().base_backup();
    found.extend(needles.in_files(&copy.data));
    found
}

fn in_files(database: &Database, needles: &Needles) -> Vec<String> {
    let server = database.server();
    [&server.data, &server.log].into_iter().flat_map(|path| needles.in_files(path)).collect()
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// Every way in, and what may go wrong on it.
fn by_every_way(database: &Database, people: &mut People) {
    let mut client = database.connect();
    let mut run = |sql: String| text_rows(&mut client, &sql);
    // Functions, with the dump in the statement and beside it.
    run(format!("SELECT heimdall.ingest_csv('leak', {})", quoted(&people.dump(3)))).expect("ingest_csv");
    let again = people.dump(3);
    assert!(!database.ingest("leak", &again).duplicate);
    assert!(database.ingest("leak", &again).duplicate);
    let file = database.server().file("people.csv", people.dump(3).as_bytes(), 0o600);
    report(&mut database.connect(), "SELECT * FROM heimdall.ingest_file($1, $2)", &[&"leak", &file.name()])
        .expect("ingest_file");
    people.rows(3);
    let objects: String = people.0[people.0.len() - 3..]
        .iter()
        .map(|person| {
            let [email, password, name, note] = &person.protected;
            format!(r#"{{"email":"{email}","password":"{password}","full_name":"{name}","note":"{note}","site":"{}"}}"#, person.site)
                + "\n"
        })
        .collect();
    run(format!("SELECT heimdall.ingest_ndjson('leak_json', {})", quoted(&objects))).expect("ingest_ndjson");
    // Without a mapping.
    database.ingest("guessed", people.dump(5));
    run(format!("SELECT heimdall.infer_mapping({})", quoted(&people.dump(3)))).expect("infer_mapping");
    // The inbox.
    database.copy(COPY, people.dump(3).as_bytes()).expect("the inbox");
    people.rows(1);
    let last = people.0.last().expect("a person");
    let values = last.protected.each_ref().map(|value| quoted(value)).join(", ");
    run(format!("INSERT INTO heimdall_in.leak VALUES ({values})")).expect("VALUES");
    run(format!("INSERT INTO heimdall_in.leak SELECT v.* FROM (VALUES ({values}, 'a.example'), ('b@c.example', 'c', 'd', 'e', 'f.example')) AS v"))
        .expect("SELECT");
    // The stream, its chunks cut anywhere.
    let dump = people.dump(3);
    let (head, rest) = dump.as_bytes().split_at(dump.len() / 2);
    let statement = "INSERT INTO heimdall_in.stream VALUES ('leak', $1), ('leak', $2)";
    database.connect().execute(statement, &[&head, &rest]).expect("parameters");
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let chunks = format!("leak\t\\\\x{}\n", hex(people.dump(3).as_bytes()));
    database
        .copy("COPY heimdall_in.stream (source, chunk) FROM STDIN", chunks.as_bytes())
        .expect("the stream");
    // What is taken back, refused, and tried again.
    run("BEGIN".to_owned()).expect("BEGIN");
    run(format!("SELECT heimdall.ingest_csv('leak', {})", quoted(&people.dump(3)))).expect("ingest_csv");
    run("SAVEPOINT s".to_owned()).expect("SAVEPOINT");
    run(format!("SELECT heimdall.ingest_csv('leak', {})", quoted(&people.dump(3)))).expect("ingest_csv");
    run("ROLLBACK TO s".to_owned()).expect("ROLLBACK");
    run("ROLLBACK".to_owned()).expect("ROLLBACK");
    let bad = people.dump(4).replace(".example\n", "!!\n");
    assert_eq!(database.ingest("lenient", &bad).rejected, 4);
    database.refused("leak", &bad);
    assert!(database.ingest("lenient", &bad).duplicate);
    run("SELECT heimdall.retry_rejects(r.batch) FROM heimdall.reject_summary() AS r".to_owned())
        .expect("a retry");
    run("SELECT heimdall.reveal_reject(r.batch, r.first_row, 'case 4711') FROM heimdall.reject_summary() AS r".to_owned())
        .expect("a row that was put aside");
    for wrong in [",more\n", "\",\"\"open\n"] {
        let row = people.rows(1);
        let _ = database.copy(COPY, format!("{HEADER}{}{wrong}", row.trim_end()).as_bytes());
        database.reconnect();
    }
    // Questions by the value itself.
    for person in &people.0[..2] {
        let [email, _, name, note] = &person.protected;
        for question in [
            format!("SELECT * FROM heimdall.lookup('email', '{email}')"),
            format!("SELECT * FROM heimdall.search('{name}')"),
            format!("SELECT * FROM heimdall.search('*{note}*')"),
            format!("SELECT * FROM heimdall.neighbors('email', '{email}', 2)"),
            format!("SELECT * FROM heimdall.correlate('{email}', '{name}')"),
            format!("SELECT * FROM heimdall.nothing('{email}')"),
        ] {
            let _ = run(question);
        }
    }
    // An upload that is cancelled while it waits, with its rows written.
    let (blocker, mut ingesting, dump) =
        (block(database), database.connect(), people.dump(50) + "a,b,c,d,!!\n");
    let (pid, cancel) = (backend(&mut ingesting), ingesting.cancel_token());
    let waiting =
        std::thread::spawn(move || copy(&mut ingesting, COPY, dump.as_bytes()).expect_err("cancelled"));
    database.wait_until_blocked(pid);
    cancel.cancel_query(postgres::NoTls).expect("the cancel");
    assert_eq!(waiting.join().expect("no panic").code, "57014");
    drop(blocker);
}

/// Lets uploads wait after they have written vertices and edges, where they have a row to reject.
fn block(database: &Database) -> postgres::Client {
    let mut blocker = database.connect();
    blocker.batch_execute("BEGIN; LOCK TABLE heimdall.rejects IN ACCESS EXCLUSIVE MODE").expect("the lock");
    blocker
}

/// A database with a source for each way in.
fn with_sources() -> Database {
    let database = with_leak();
    for (name, format) in [("leak_json", "ndjson"), ("lenient", "csv")] {
        database.source(name, format, LEAK);
    }
    database.run("UPDATE heimdall.source SET reject_limit = 1 WHERE name = 'lenient'");
    database.run("SELECT heimdall.create_source('guessed', 'csv')");
    database
}

#[test]
fn no_protected_value_is_in_any_file() {
    let _alone = alone();
    let database = with_sources();
    let _hostile = Hostile::new(&database, Libraries::First);
    // What is sorted or kept is written into temporary files.
    database.run("ALTER SYSTEM SET work_mem = '64kB'");
    database.run("SELECT pg_reload_conf()");
    let mut people = People::default();
    by_every_way(&database, &mut people);
    assert_eq!(found(&database, &people.needles()), Vec::<String>::new());
    // The control: what is not protected, the same search finds, in the dump, the WAL and the backup as well.
    let site = Needles::new(&["site00004.example"]);
    let hits = found(&database, &site);
    for place in ["pg_dump", "/pg_wal/", "/base/", "/copy"] {
        assert!(hits.iter().any(|hit| hit.contains(place)), "not found in {place}: {hits:?}");
    }
}

#[test]
fn no_protected_value_is_in_any_file_after_a_crash() {
    let _alone = alone();
    let database = with_sources();
    let hostile = Hostile::new(&database, Libraries::First);
    let mut people = People::default();

    // Of a backend: the server writes down what that was doing.
    let (blocker, mut client) = (block(&database), database.connect());
    let pid = backend(&mut client);
    let statement =
        format!("SELECT heimdall.ingest_csv('lenient', {})", quoted(&(people.dump(50) + "a,b,c,d,!!\n")));
    let dying = std::thread::spawn(move || text_rows_or_nothing(&mut client, &statement));
    database.wait_until_blocked(pid);
    database.run("CHECKPOINT");
    let killed = Command::new("kill").args(["-KILL", &pid.to_string()]).status().expect("kill");
    assert!(killed.success(), "the backend is killed");
    dying.join().expect("no panic");
    eventually("the crash is logged", || hostile.log().contains("Failed process was running"));
    drop(blocker);
    eventually("the server is there again", || {
        let ready = database.server().program("pg_isready", "postgres").output().expect("pg_isready");
        ready.status.success() && hostile.log().contains("reinitializing")
    });
    database.reconnect();
    assert!(hostile.log().contains("Failed process was running: (hidden by heimdall: ingest_csv)"));

    // Of the whole server, with vertices and edges written.
    let (blocker, mut client) = (block(&database), database.connect());
    let pid = backend(&mut client);
    let dump = people.dump(500) + "a,b,c,d,!!\n";
    let dying = std::thread::spawn(move || {
        let copy = "COPY heimdall_in.lenient FROM STDIN (FORMAT csv, HEADER)";
        assert!(send(&mut client, copy, dump.as_bytes()).is_err(), "the server was killed");
    });
    database.wait_until_blocked(pid);
    database.run("CHECKPOINT");
    database.server().control(&["kill"]);
    dying.join().expect("no panic");
    drop(blocker);
    let needles = people.needles();
    assert_eq!(in_files(&database, &needles), Vec::<String>::new());
    database.server().control(&["start"]);
    database.reconnect();
    assert_eq!(database.value("SELECT count(*) FROM heimdall.batch"), "0");
    ingest(&mut database.connect(), "leak", people.0[0].row().replacen("", HEADER, 1).as_bytes())
        .expect("afterwards");
    assert_eq!(found(&database, &needles), Vec::<String>::new());
}

fn text_rows_or_nothing(client: &mut postgres::Client, statement: &str) {
    assert!(client.simple_query(statement).is_err(), "the backend was killed");
}

#[test]
fn the_search_finds_what_is_kept_and_what_is_written_elsewhere() {
    let _alone = alone();
    let database = with_leak();
    let kept = LEAK.replacen('{', r#"{"fields": {"note": {"rule": "keep"}}, "#, 1);
    database.source("kept", "csv", &kept);
    // Whom no other test looks for: the WAL keeps what is written here.
    let person = Person::new(90_000);
    database.ingest("kept", HEADER.to_owned() + &person.row());
    let note = Needles::new(&[&person.protected[3]]);
    assert!(!found(&database, &note).is_empty(), "a field with the rule keep");
    database.run("CREATE TABLE public.plain (value text)");
    let elsewhere = "Written00001 Elsewhere";
    database.connect().execute("INSERT INTO public.plain VALUES ($1)", &[&elsewhere]).expect("insert");
    let hits = found(&database, &Needles::new(&[elsewhere]));
    for place in ["pg_dump", "/pg_wal/", "/base/"] {
        assert!(hits.iter().any(|hit| hit.contains(place)), "not found in {place}: {hits:?}");
    }
}

#[test]
fn the_fake_people_of_the_corpus_are_in_no_file() {
    let Some(csv) = corpus() else {
        eprintln!("SKIPPED: the corpus c27 is not on this machine");
        return;
    };
    let _alone = alone();
    let database = Database::new();
    let _hostile = Hostile::new(&database, Libraries::First);
    let rows = fields(&csv);
    let values: Vec<&str> = rows[1..]
        .iter()
        .flat_map(|row| {
            let of = |name: &str| rows[0].iter().position(|column| column == name).map_or("", |at| &row[at]);
            ["EmailAddress", "StreetAddress", "CCNumber", "GUID", "UPS", "Password", "Occupation"].map(of)
        })
        // Shorter ones would be there by chance.
        .filter(|value| value.len() >= 10 && !value.ends_with("manager"))
        .collect();
    assert!(values.len() > 200, "only {} values", values.len());
    database.run("SELECT heimdall.create_source('people', 'csv')");
    let mut client = database.connect();
    text_rows(&mut client, &format!("SELECT heimdall.ingest_csv('people', {})", quoted(&csv)))
        .expect("ingest_csv");
    assert!(database.ingest("people", &csv).duplicate);
    database
        .copy("COPY heimdall_in.people FROM STDIN (FORMAT csv, HEADER)", csv.as_bytes())
        .expect("the inbox");
    assert_eq!(found(&database, &Needles::new(&values)), Vec::<String>::new());
}
