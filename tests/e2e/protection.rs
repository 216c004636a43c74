//! Nothing that is protected is in the data directory or the log, whatever happens on the way.

use heimdall_tests::{Database, backend, copy, ingest, report};

use crate::dumps::LEAK;

const HEADER: &str = "email,password,full_name,note,site\n";
const COPY: &str = "COPY heimdall_in.leak FROM STDIN (FORMAT csv, HEADER)";

/// What the dumps of one test hold, with a mark of its own in every text.
struct Secrets {
    mark: String,
}

impl Secrets {
    fn new(database: &Database, test: &str) -> Secrets {
        Secrets { mark: format!("{test}{}", database.name()) }
    }

    /// A row of a dump; all but the site is protected.
    fn row(&self, number: usize) -> String {
        let mark = &self.mark;
        format!(
            "Login{number}.{mark}@Mail.example,pw{number}:{mark},Name{number} {mark},\
             note{number} of {mark},site{number}-{mark}.example\n"
        )
    }

    fn dump(&self, rows: std::ops::Range<usize>) -> String {
        HEADER.to_owned() + &rows.map(|row| self.row(row)).collect::<String>()
    }

    /// Where any of it is found: all spellings of the test's mark but the site's.
    fn found(&self, database: &Database) -> Vec<String> {
        database.run("CHECKPOINT");
        let mut texts = Vec::new();
        for number in 0..20 {
            let mark = &self.mark;
            for text in [
                format!("Login{number}.{mark}"),
                format!("pw{number}:{mark}"),
                format!("Name{number} {mark}"),
                format!("note{number} of {mark}"),
            ] {
                texts.push(text.to_lowercase());
                texts.push(text);
            }
        }
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        database.server().search(&texts)
    }
}

fn with_leak() -> Database {
    let database = Database::new();
    database.source("leak", "csv", LEAK);
    database
}

#[test]
fn what_is_stored_is_nowhere_in_plaintext() {
    let database = with_leak();
    let secrets = Secrets::new(&database, "stored");
    database.ingest("leak", secrets.dump(0..5));
    database.ingest("leak", secrets.dump(0..5)); // the duplicate
    database.copy(COPY, secrets.dump(3..9).as_bytes()).expect("by inbox");
    let file = database.server().file("leak.csv", secrets.dump(9..11).as_bytes(), 0o600);
    report(&mut database.connect(), "SELECT * FROM heimdall.ingest_file($1, $2)", &[&"leak", &file.name()])
        .expect("by file");
    assert_eq!(secrets.found(&database), Vec::<String>::new());
    // The control: what is not protected, the same search finds.
    let site = format!("site4-{}.example", secrets.mark);
    assert!(!database.server().search(&[&site]).is_empty());
}

#[test]
fn what_a_source_without_mapping_brought_is_nowhere_in_plaintext() {
    let database = Database::new();
    database.run("SELECT heimdall.create_source('leak', 'csv')");
    let secrets = Secrets::new(&database, "inferred");
    database.ingest("leak", secrets.dump(0..5));
    assert_eq!(secrets.found(&database), Vec::<String>::new());
}

#[test]
fn rejected_rows_are_nowhere_in_plaintext() {
    let database = with_leak();
    database.run("UPDATE heimdall.source SET reject_limit = 1");
    let secrets = Secrets::new(&database, "rejected");
    let bad_site = secrets.dump(0..3).replace(".example\n", "!!\n");
    let short = secrets.row(4).replace(",site", "-site");
    assert_eq!(database.ingest("leak", format!("{bad_site}{short}")).rejected, 4);
    database.copy(COPY, bad_site.replace("0", "7").as_bytes()).expect("by inbox");
    assert_eq!(secrets.found(&database), Vec::<String>::new());
}

#[test]
fn dumps_that_fail_leave_no_plaintext() {
    let database = with_leak();
    let secrets = Secrets::new(&database, "failed");
    let mut client = database.connect();
    // Past the reject limit, by function and by inbox.
    let bad = secrets.dump(0..3).replace(".example\n", "!!\n");
    assert_eq!(database.refused("leak", &bad).code, "22000");
    assert_eq!(copy(&mut client, COPY, bad.as_bytes()).expect_err("bad").code, "22000");
    // A line that COPY itself refuses, with a field too many, too few, and without an end.
    for (row, wrong) in [(3, ",more\n"), (4, "\n"), (5, ",\"open\n")] {
        let line = secrets.row(row);
        let cut = if row == 4 { line.rfind(',') } else { line.rfind('\n') };
        let line = line[..cut.expect("it is there")].to_owned() + wrong;
        let failure = copy(&mut client, COPY, format!("{HEADER}{line}").as_bytes());
        assert_eq!(failure.expect_err("a bad line").code, "22P04");
    }
    // A dump as text of the statement.
    let dump = secrets.dump(6..7).replace(".example\n", "!!\n");
    for statement in [
        format!("SELECT heimdall.ingest_csv('leak', '{dump}')"),
        format!("SELECT heimdall.infer_mapping('{}')", secrets.row(7)),
        format!("SELECT * FROM heimdall.lookup('email', '{}')", secrets.row(8)),
    ] {
        database.failure(&statement);
    }
    assert_eq!(secrets.found(&database), Vec::<String>::new());
}

#[test]
fn a_header_that_does_not_match_leaves_no_plaintext() {
    let database = with_leak();
    let secrets = Secrets::new(&database, "headless");
    let rows: String = (0..3).map(|row| secrets.row(row)).collect();
    let failure = database
        .copy("COPY heimdall_in.leak FROM STDIN (FORMAT csv, HEADER match)", rows.as_bytes())
        .expect_err("no header");
    assert_eq!(failure.code, "22P04");
    assert!(!failure.message.contains(&secrets.mark), "{failure:?}");
    assert_eq!(secrets.found(&database), Vec::<String>::new());
}

#[test]
fn what_was_rolled_back_or_cancelled_leaves_no_plaintext() {
    let database = with_leak();
    let secrets = Secrets::new(&database, "undone");
    let mut client = database.connect();
    client.batch_execute("BEGIN").expect("BEGIN");
    ingest(&mut client, "leak", secrets.dump(0..3).as_bytes()).expect("by function");
    copy(&mut client, COPY, secrets.dump(3..6).as_bytes()).expect("by inbox");
    client.batch_execute("ROLLBACK").expect("ROLLBACK");

    let mut blocker = database.connect();
    blocker.batch_execute("BEGIN; LOCK TABLE heimdall.node IN ACCESS EXCLUSIVE MODE").expect("the lock");
    let pid = backend(&mut client);
    let cancel = client.cancel_token();
    let ingesting = std::thread::spawn({
        let dump = secrets.dump(6..9);
        move || copy(&mut client, COPY, dump.as_bytes())
    });
    database.wait_until_blocked(pid);
    cancel.cancel_query(postgres::NoTls).expect("the cancel");
    let failure = ingesting.join().expect("no panic").expect_err("cancelled");
    assert_eq!(failure.code, "57014");
    drop(blocker);
    assert_eq!(secrets.found(&database), Vec::<String>::new());
}

#[test]
fn sealed_values_open_for_their_record_and_field_alone() {
    let database = with_leak();
    database.ingest("leak", format!("{HEADER}ada@example.org,hunter2,Ada L,a note,www.example.org\n"));
    let record = database.value("SELECT key FROM heimdall.node WHERE key LIKE 'Record:%'");
    assert_eq!(database.unsealed(&record, "password"), "hunter2");
    assert_eq!(database.unsealed(&record, "note"), "a note");
    let email = database.value("SELECT key FROM heimdall.lookup('email', 'ada@example.org')");
    assert_eq!(database.unsealed(&email, "value"), "ada@example.org");

    let sealed = database.property(&record, "sealed");
    let sealed = sealed
        .split("\"password\": \"")
        .nth(1)
        .and_then(|rest| rest.split('"').next())
        .expect("a sealed password");
    for (key, field) in [(&*record, "note"), (&*email, "password"), ("", "password")] {
        let failure = database.failure(&format!("SELECT heimdall._unseal('{key}', '{field}', '{sealed}')"));
        assert_eq!(failure.code, "XX001", "{key} {field}");
        assert!(!failure.message.contains("hunter2"));
    }
}

#[test]
fn equal_secrets_do_not_show_as_equal() {
    let database = with_leak();
    database.ingest("leak", format!("{HEADER}a@example.org,same,,,\nb@example.org,same,,,\n"));
    assert_eq!(
        database.value(
            "SELECT count(DISTINCT properties::text::jsonb #>> '{sealed,password}') \
             FROM heimdall_graph.\"Record\""
        ),
        "2"
    );
}

#[test]
fn a_hashed_address_is_found_however_it_is_spelled() {
    let database = with_leak();
    database.ingest("leak", format!("{HEADER}Ada.L@Example.org,x,,,\n"));
    for spelled in ["ada.l@example.org", "ADA.L@EXAMPLE.ORG", " Ada.L@example.org", "ada.l[at]example[.]org"]
    {
        let found = format!("SELECT label, sightings FROM heimdall.lookup('email', '{spelled}')");
        assert_eq!(database.rows(&found), [["Email", "1"]], "{spelled}");
    }
    assert!(database.rows("SELECT * FROM heimdall.lookup('email', 'ada@example.org')").is_empty());
    assert_eq!(database.value("SELECT count(*) FROM heimdall.node WHERE key ~ '^Email:[0-9a-f]{64}$'"), "1");
}
