//! Look-alikes of domains and URLs, before and after they are indexed.

use heimdall_tests::{Database, text_rows};

const SEEN: &str = r#"{
    "columns":   ["domain", "url", "user"],
    "entities":  {"domain": {"label": "Domain", "key": "domain"}, "url": {"label": "Url", "key": "url"},
                  "user": {"label": "User", "key": "user"}},
    "relations": [{"from": "domain", "type": "SERVES", "to": "url"}, {"from": "user", "type": "ASKED", "to": "domain"}],
    "derive": "none", "tlp": "green"}"#;

const ROWS: &str = "domain,url,user\n\
    paypal.com,https://paypal.com/signin,ada\n\
    www.google.com,https://www.google.com/search,ada\n\
    example.org,,grace\n\
    wikipedia.org,,\n\
    microsoft.com,https://login.microsoft.com/oauth,\n\
    mail.example.org,,\n";

fn graph() -> Database {
    let database = Database::new();
    database.source("seen", "csv", SEEN);
    database.ingest("seen", ROWS);
    database
}

/// The nearest look-alike.
fn nearest(database: &Database, arguments: &str) -> String {
    database.value(&format!("SELECT look_alike FROM heimdall.similar({arguments}) LIMIT 1"))
}

fn finds_look_alikes(database: &Database) {
    for (spelled, meant) in [
        ("paypa1.com", "paypal.com"),
        ("PAYPAI[.]com", "paypal.com"),
        ("раураl.com", "paypal.com"),
        ("paypla.com", "paypal.com"),
        ("pay-pal.com", "paypal.com"),
        ("secure-paypal.com", "paypal.com"),
        ("paypal.net", "paypal.com"),
        ("paypal.com.evil.example", "paypal.com"),
        ("g00gle.com", "www.google.com"),
        ("vvikipedia.org", "wikipedia.org"),
        ("rnicrosoft.com", "microsoft.com"),
    ] {
        assert_eq!(nearest(database, &format!("'{spelled}'")), meant, "{spelled}");
    }
    assert_eq!(nearest(database, "'hxxps://paypa1.com/signin'"), "https://paypal.com/signin");
    assert_eq!(nearest(database, "'paypa1.com', 1, 'url'"), "https://paypal.com/signin");
    assert_eq!(nearest(database, "'https://paypa1.com/signin', 1, 'domain'"), "paypal.com");
}

#[test]
fn look_alikes_are_found_before_they_are_indexed() {
    let database = graph();
    database.run("DELETE FROM heimdall.look_alike");
    finds_look_alikes(&database);
}

#[test]
fn look_alikes_are_found_when_they_are_indexed() {
    let database = graph();
    refresh(&database);
    assert_eq!(database.value("SELECT count(*) FROM heimdall._look_alikes_waiting('Domain', 100)"), "0");
    finds_look_alikes(&database);
}

/// Other tests hold transactions open, which the log waits for.
fn refresh(database: &Database) {
    heimdall_tests::eventually("everything is indexed", || {
        database.run("SELECT heimdall.refresh_similar()");
        database.value("SELECT count(*) FROM heimdall._look_alikes_waiting('Url', 1)") == "0"
    });
}

#[test]
fn a_look_alike_comes_with_what_is_known_of_it() {
    let database = graph();
    assert_eq!(
        database.rows("SELECT label, look_alike, similarity, tlp, sightings, gid::text = (SELECT gid::text FROM heimdall.lookup('domain', 'paypal.com')) FROM heimdall.similar('paypa1.com', 1)"),
        [["Domain", "paypal.com", "1", "green", "1", "t"]]
    );
}

#[test]
fn a_value_is_no_look_alike_of_itself() {
    let database = graph();
    assert_ne!(nearest(&database, "'paypal.com'"), "paypal.com");
    assert_eq!(database.value("SELECT count(*) FROM heimdall.similar('example.org', 100)"), "5");
    assert_eq!(database.value("SELECT count(*) FROM heimdall.similar(NULL)"), "0");
}

#[test]
fn similar_says_what_it_cannot_do() {
    let database = graph();
    for (arguments, code) in [
        ("'192.0.2.1'", "22P02"),
        ("'not a name'", "22P02"),
        ("'example.org', 0", "22023"),
        ("'example.org', 1001", "22023"),
        ("'example.org', NULL", "22023"),
        ("'example.org', 5, 'ip'", "22023"),
    ] {
        assert_eq!(
            database.failure(&format!("SELECT * FROM heimdall.similar({arguments})")).code,
            code,
            "{arguments}"
        );
    }
    assert_eq!(database.failure("SELECT heimdall.refresh_similar(0)").code, "22023");
}

#[test]
fn a_refresh_takes_up_where_the_last_one_ended() {
    let database = graph();
    database.run(
        "TRUNCATE heimdall.look_alike; UPDATE heimdall.look_alike_progress SET xid = '0', seq = 0, keys = 0",
    );
    let mut total = 0;
    heimdall_tests::eventually("everything is indexed", || {
        let rows = database.rows("SELECT looked_at, added FROM heimdall.refresh_similar(2)");
        let number = |column: usize| rows[0][column].parse::<i64>().expect("a number");
        assert!(number(0) <= 2 && number(1) <= number(0), "{rows:?}");
        total += number(1);
        total == 9
    });
    assert_eq!(database.value("SELECT count(*) FROM heimdall.look_alike"), "9");
    // Seen again, they are there already.
    database.ingest("seen", ROWS.replace("ada", "bob"));
    refresh(&database);
    assert_eq!(database.value("SELECT count(*) FROM heimdall.look_alike"), "9");
}

#[test]
fn an_older_version_of_the_embeddings_is_made_anew() {
    let database = graph();
    refresh(&database);
    database.run("UPDATE heimdall.look_alike_progress SET version = 0; DELETE FROM heimdall.look_alike WHERE key LIKE 'Url:%'");
    refresh(&database);
    heimdall_tests::eventually("all are there", || {
        database.run("SELECT heimdall.refresh_similar()");
        database.value("SELECT count(*) FROM heimdall.look_alike") == "9"
    });
    assert_eq!(
        database.value("SELECT version = heimdall._embedding_version() FROM heimdall.look_alike_progress"),
        "t"
    );
}

#[test]
fn nothing_that_is_hashed_has_an_embedding() {
    let database = Database::new();
    database.source(
        "hashed",
        "csv",
        r#"{
        "columns": ["domain", "url"], "derive": "none",
        "entities": {"domain": {"label": "Domain", "key": "domain"}, "url": {"label": "Url", "key": "url"}},
        "relations": [{"from": "domain", "type": "SERVES", "to": "url"}],
        "fields": {"domain": {"rule": "hash"}, "url": {"rule": "hash"}}}"#,
    );
    database.ingest("hashed", "domain,url\nsecret.example,https://secret.example/\n");
    refresh(&database);
    assert_eq!(database.value("SELECT count(*) FROM heimdall.look_alike"), "0");
    assert_eq!(database.value("SELECT count(*) FROM heimdall.similar('secret.example')"), "0");
}

#[test]
fn the_nearest_are_read_from_the_index() {
    let database = graph();
    database.run(
        "INSERT INTO heimdall.look_alike (key, embedding, grams)
         SELECT k, heimdall._embedding(k)::halfvec, heimdall._grams(k) FROM (SELECT 'Domain:' || md5(i::text) || '.example' AS k FROM generate_series(1, 3000) AS i) AS m",
    );
    refresh(&database);
    let mut client = database.connect();
    let counters = "SELECT coalesce(sum(seq_scan), 0) FROM pg_stat_xact_user_tables WHERE relid = 'heimdall.look_alike'::regclass";
    let sql = format!(
        "BEGIN; {counters}; SELECT look_alike FROM heimdall.similar('paypa1.com', 1); {counters}; COMMIT"
    );
    let rows = text_rows(&mut client, &sql).expect("similar");
    assert_eq!(rows[1], ["paypal.com"]);
    assert_eq!(rows[0], rows[2], "scans of the whole table");
}

#[test]
fn an_embedding_is_that_of_the_name_however_it_is_spelled() {
    let database = Database::new();
    assert_eq!(
        database.value(
            "SELECT heimdall.embedding_domain('Example[.]org.') = heimdall.embedding_domain('example.org')"
        ),
        "t"
    );
    assert_eq!(
        database.value("SELECT round(l2_norm(heimdall.embedding_domain('example.org'))::numeric, 2)"),
        "1.00"
    );
    assert_eq!(database.failure("SELECT heimdall.embedding_domain('192.0.2.1')").code, "22P02");
}

#[test]
fn one_that_refreshes_waits_for_the_other_and_passes_nothing_over() {
    let database = graph();
    database.run(
        "TRUNCATE heimdall.look_alike; UPDATE heimdall.look_alike_progress SET xid = '0', seq = 0, keys = 0",
    );
    std::thread::scope(|threads| {
        for _ in 0..3 {
            threads.spawn(|| {
                let mut client = database.connect();
                for _ in 0..10 {
                    text_rows(&mut client, "SELECT heimdall.refresh_similar(1)").expect("refresh");
                }
            });
        }
        for batch in 0..5 {
            database.ingest("seen", format!("domain,url,user\nhost{batch}.example,,\n"));
        }
    });
    refresh(&database);
    heimdall_tests::eventually("all are there", || {
        database.run("SELECT heimdall.refresh_similar()");
        database.value("SELECT count(*) FROM heimdall.look_alike") == "14"
    });
}

#[test]
fn an_empty_change_log_is_no_error() {
    let database = Database::new();
    database.run("UPDATE heimdall.look_alike_progress SET version = 0");
    assert_eq!(database.rows("SELECT * FROM heimdall.refresh_similar()"), [["0", "0"]]);
}

/// More are hidden, and nearer, than the index looks at in one go: the answer is of those that are left all the same.
#[test]
fn what_is_hidden_takes_no_place_among_the_nearest() {
    let database = Database::new();
    let names = |count: u32, name: &str| {
        let rows: Vec<String> = (0..count).map(|n| format!("{name}{n}.example,,\n")).collect();
        format!("domain,url,user\n{}", rows.concat())
    };
    database.source("open", "csv", SEEN);
    database.source("closed", "csv", &SEEN.replace("green", "red"));
    database.ingest("closed", names(400, "paypal"));
    database.ingest("open", names(5, "pay-my-friends"));
    let ask = "SELECT look_alike FROM heimdall.similar('paypal.example', 5)";
    let green = database.role("green", &["heimdall_analyst", "heimdall_tlp_green"]);
    let mut client = database.connect_as(&green);
    let mut is_of_the_open = |when: &str| {
        let found = text_rows(&mut client, ask).expect("an answer");
        assert_eq!(found.len(), 5, "{when}: {found:?}");
        assert!(found.iter().all(|row| row[0].starts_with("pay-my-friends")), "{when}: {found:?}");
        assert!(database.rows(ask).iter().all(|row| row[0].starts_with("paypal")), "{when}, for the owner");
    };
    is_of_the_open("before it is indexed");
    heimdall_tests::eventually("all of it is indexed", || {
        database.run("SELECT heimdall.refresh_similar()");
        database.value("SELECT count(*) FROM heimdall.look_alike") == "405"
    });
    is_of_the_open("by the index");
}
