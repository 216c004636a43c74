//! What a batch brought is taken back, and nothing else.

use fastrand::Rng;
use heimdall_tests::{Database, Report, ingest, text_rows};

/// Properties of every kind on vertices and edges, and rows with something left over.
const ASSETS: &str = r#"{
    "columns":   ["ts", "ip", "host", "os", "owner", "mail", "note"],
    "entities":  {"ip":   {"label": "Ip", "key": "ip", "properties": {"os": "os", "owner": "owner"}},
                  "host": {"label": "Host", "key": "host"},
                  "mail": {"label": "Email", "key": "mail"}},
    "relations": [{"from": "ip", "type": "NAMED", "to": "host", "properties": {"os": "os", "owner": "owner"}}],
    "time": "ts", "tlp": "TLP", "fields": {"os": {"rule": "keep"}}}"#;
const HEADER: &str = "ts,ip,host,os,owner,mail,note\n";

/// A database with two sources that say the same, under different marks.
fn assets() -> Database {
    let database = Database::new();
    database.source("assets", "csv", &ASSETS.replace("TLP", "green"));
    database.source("others", "csv", &ASSETS.replace("TLP", "amber"));
    database
}

/// A dump of few values, so that dumps have much in common; some rows are bad.
fn dump(random: &mut Rng) -> String {
    let row = |random: &mut Rng| {
        let mut one_of = |words: &[&str]| words[random.usize(..words.len())].to_owned();
        let day = one_of(&["2026-01-01", "2026-01-02", ""]);
        let ip = one_of(&["192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4", "no address"]);
        let host = one_of(&["web", "db", ""]);
        let os = one_of(&["Linux", "BSD", ""]);
        let owner = one_of(&["Ada", "Grace", ""]);
        let mail = one_of(&["ada@example.org", "grace@example.org", ""]);
        let note = one_of(&["a note", "another", "", ""]);
        format!("{day},{ip},{host},{os},{owner},{mail},{note}\n")
    };
    let rows: String = (0..random.usize(1..6)).map(|_| row(random)).collect();
    // Never the same dump twice.
    format!("{HEADER}{rows}2026-01-03,198.51.100.1,only-{},,,,\n", random.u64(..))
}

fn bring(database: &Database, source: &str, dump: &str) -> Report {
    ingest(&mut database.connect(), source, dump.as_bytes()).expect("it is ingested")
}

fn take_back(database: &Database, report: &Report) -> Vec<String> {
    database.rows(&format!("SELECT * FROM heimdall.rollback_batch({})", report.batch)).remove(0)
}

#[test]
fn the_graph_is_as_though_the_batch_had_never_come() {
    for seed in 0..12 {
        let mut random = Rng::with_seed(seed);
        let dumps: Vec<(&str, String)> =
            (0..4).map(|_| (if random.bool() { "assets" } else { "others" }, dump(&mut random))).collect();
        let taken_back = random.usize(..dumps.len());
        let (with, without) = (assets(), assets());
        with.run("UPDATE heimdall.source SET reject_limit = 1");
        without.run("UPDATE heimdall.source SET reject_limit = 1");
        let reports: Vec<Report> = dumps.iter().map(|(source, dump)| bring(&with, source, dump)).collect();
        take_back(&with, &reports[taken_back]);
        for (at, (source, dump)) in dumps.iter().enumerate() {
            if at != taken_back {
                bring(&without, source, dump);
            }
        }
        assert_eq!(with.content().differences(&without.content()), Vec::<String>::new(), "seed {seed}");
        assert_eq!(with.strays(), "0", "seed {seed}");
        // The dump may come again, and is no duplicate.
        let (source, dump) = &dumps[taken_back];
        assert!(!bring(&with, source, dump).duplicate);
        bring(&without, source, dump);
        assert_eq!(with.content().differences(&without.content()), Vec::<String>::new(), "seed {seed}");
    }
}

#[test]
fn it_says_what_went_and_what_was_restored() {
    let database = assets();
    bring(&database, "assets", &format!("{HEADER}2026-01-01,192.0.2.1,web,Linux,Ada,,\n"));
    let second = bring(
        &database,
        "others",
        &format!("{HEADER}2026-01-02,192.0.2.1,web,BSD,Grace,,\n2026-01-02,192.0.2.2,web,BSD,,,\n"),
    );
    assert_eq!(database.property("Ip:192.0.2.1", "os"), "BSD");
    assert_eq!(database.value("SELECT tlp FROM heimdall.node WHERE key = 'Ip:192.0.2.1'"), "2");
    assert_eq!(take_back(&database, &second), ["1", "1", "2", "0"]);
    assert_eq!(database.property("Ip:192.0.2.1", "os"), "Linux");
    assert_eq!(database.unsealed("Ip:192.0.2.1", "owner"), "Ada");
    assert_eq!(database.property("Ip:192.0.2.1", "tlp"), "1");
    assert_eq!(database.value("SELECT tlp FROM heimdall.node WHERE key = 'Ip:192.0.2.1'"), "1");
    let entry = "SELECT object, detail ->> 'source' FROM heimdall.audit WHERE action = 'batch.rollback'";
    assert_eq!(database.rows(entry), [[format!("batch {}", second.batch), "others".to_owned()]]);
    assert_eq!(database.strays(), "0");
}

#[test]
fn who_ingests_takes_back_what_he_brought_and_nothing_else() {
    let database = assets();
    let foreign = bring(&database, "assets", &format!("{HEADER}2026-01-01,192.0.2.1,web,,,,\n"));
    let role = database.role("feeder", &["heimdall_ingest"]);
    let mut client = database.connect_as(&role);
    let dump = format!("{HEADER}2026-01-01,192.0.2.2,db,,,,\n");
    let own = ingest(&mut client, "assets", dump.as_bytes()).expect("ingest");
    let sql = |batch: i64| format!("SELECT * FROM heimdall.rollback_batch({batch})");
    for batch in [foreign.batch, 4711] {
        let failure = text_rows(&mut client, &sql(batch)).expect_err("not his");
        assert_eq!((failure.code.as_str(), failure.hint.is_empty()), ("42704", false), "{failure:?}");
    }
    text_rows(&mut client, &sql(own.batch)).expect("his own");
    let admin = database.role("admin", &["heimdall_admin"]);
    text_rows(&mut database.connect_as(&admin), &sql(foreign.batch)).expect("any");
    assert_eq!(database.value("SELECT count(*) FROM heimdall.node"), "0");
}

#[test]
fn without_the_whole_change_log_nothing_is_taken_back() {
    let database = assets();
    let report = bring(&database, "assets", &format!("{HEADER}2026-01-01,192.0.2.1,web,,,,\n"));
    // As pruning leaves it; pruning itself waits for every transaction that is open in the cluster.
    database.run("INSERT INTO heimdall.change_horizon (xid, seq, at, batches) VALUES ('3', 0, now(), '{}')");
    let failure = database.failure(&format!("SELECT heimdall.rollback_batch({})", report.batch));
    assert_eq!(failure.code, "55000");
}
