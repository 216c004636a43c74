//! A streaming standby that answers reads: only while it is near enough to the primary, and without an error where it is not.

mod routes;
mod setup;

use heimdall_tests::{Answer, Database, Gateway, ServerCopy, eventually};
use reqwest::Method;
use serde_json::Value;

use crate::asking::{LOGINS, post};

/// Longer than any test: however busy the machine is, the standby is near enough.
const FAR: &str = "1h";

const OTHER_KEY: &[u8] = b"0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a69788796a5b4c3d2e1f0\n";

const LOOKUP: &str = "/v1/observables/lookup?kind=ip&value=192.0.2.1";

fn with_logins() -> Database {
    let database = Database::new();
    database.run(&format!("SELECT heimdall.create_source('logins', 'csv', $mapping${LOGINS}$mapping$, 1)"));
    database.ingest("logins", "src,who,note\n192.0.2.1,ada@example.org,x\nnowhere,bob@example.org,x\n");
    database
}

/// In front of both, and the replica in use.
fn start(database: &Database, standby: &ServerCopy, lag: &str) -> Gateway {
    let gateway = in_front_of(database, standby, lag);
    is_used(&gateway);
    gateway
}

fn in_front_of(database: &Database, standby: &ServerCopy, lag: &str) -> Gateway {
    Gateway::start_with(database, |settings| {
        let there = format!("@{}:", standby.host.replace('/', "%2F"));
        let here = format!("@{}:", database.server().host.replace('/', "%2F"));
        let address = settings["HMD_DATABASE_URL"].replace(&here, &there);
        settings.insert("HMD_DATABASE_REPLICA_URL".into(), address);
        settings.insert("HMD_DATABASE_REPLICA_LAG".into(), lag.into());
    })
}

/// What `/ready` says of the replica.
fn said(gateway: &Gateway) -> Value {
    let ready = gateway.answer(gateway.request(Method::GET, "/ready"));
    assert_eq!(ready.status, 200, "a replica is not needed: {ready:?}");
    let ready = ready.json();
    let all = ready["dependencies"].as_array().expect("a list");
    all.iter().find(|one| one["name"] == "replica").expect("the replica").clone()
}

fn is_used(gateway: &Gateway) {
    eventually("reads go to the replica", || said(gateway)["up"] == true);
}

fn is_not_used(gateway: &Gateway, why: &str) {
    eventually(&format!("reads go to the primary: {why}"), || {
        let said = said(gateway);
        said["up"] == false && said["detail"].as_str().is_some_and(|detail| detail.contains(why))
    });
}

fn number(gateway: &Gateway, name: &str) -> Option<f64> {
    let numbers = gateway.answer(gateway.request(Method::GET, "/metrics")).body;
    numbers.lines().find_map(|line| line.strip_prefix(name)?.trim().parse().ok())
}

/// Reads that the replica and the primary have answered.
fn reads(gateway: &Gateway) -> [f64; 2] {
    ["replica", "primary"].map(|server| {
        number(gateway, &format!("heimdall_database_reads_total{{server=\"{server}\"}}")).unwrap_or_default()
    })
}

/// Who answers, of a question that is one read.
fn server_of<T>(gateway: &Gateway, ask: impl FnOnce() -> T) -> (&'static str, T) {
    let [replica, primary] = reads(gateway);
    let answer = ask();
    match reads(gateway) {
        now if now == [replica + 1.0, primary] => ("replica", answer),
        now if now == [replica, primary + 1.0] => ("primary", answer),
        now => panic!("one read: {replica} and {primary} before, {now:?} now"),
    }
}

fn is_answered_by(gateway: &Gateway, server: &str) {
    let (by, answer) = server_of(gateway, || gateway.get_as(&["analyst"], LOOKUP));
    assert_eq!((by, answer.status), (server, 200), "{answer:?}");
    assert_eq!(answer.json()["items"][0]["key"], "Ip:192.0.2.1");
}

fn upload(gateway: &Gateway, number: usize) -> Value {
    let dump = format!("src,who,note\n198.51.100.{number},ada@example.org,x\n");
    let answer = post(gateway, "ingest", "/v1/sources/logins/ingest", dump);
    assert_eq!(answer.status, 201, "{answer:?}");
    answer.json()["batch"].clone()
}

/// What the standby itself says.
fn psql(standby: &ServerCopy, database: &str, sql: &str) -> String {
    let output =
        standby.program("psql", database).args(["-X", "-A", "-t", "-c", sql]).output().expect("psql");
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).expect("UTF-8").trim().to_owned()
}

#[test]
fn reads_go_to_the_replica_and_what_is_written_to_the_primary() {
    let database = with_logins();
    let standby = database.server().standby();
    let gateway = start(&database, &standby, FAR);
    for _ in 0..5 {
        is_answered_by(&gateway, "replica");
    }
    let backends = "SELECT count(*) > 0 FROM pg_stat_activity WHERE application_name = 'heimdall_gateway' \
        AND datname = current_database()";
    assert_eq!(psql(&standby, database.name(), backends), "t");
    let batch = upload(&gateway, 1);
    assert_eq!(database.value(&format!("SELECT source FROM heimdall.batch WHERE id = {batch}")), "logins");
    let of = format!("{{database=\"{}\"}}", database.name());
    assert_eq!(number(&gateway, &format!("heimdall_replica_up{of}")), Some(1.0));
    let lag = number(&gateway, &format!("heimdall_replica_lag_seconds{of}"));
    assert!(lag.is_some_and(|lag| (0.0..600.0).contains(&lag)), "{lag:?}");
}

#[test]
fn a_replica_that_is_too_far_behind_is_not_asked() {
    let database = with_logins();
    let standby = database.server().standby();
    let gateway = start(&database, &standby, "4s");
    psql(&standby, "postgres", "SELECT pg_wal_replay_pause()");
    // Something to be behind by.
    database.ingest("logins", "src,who,note\n192.0.2.7,ada@example.org,x\n");
    is_not_used(&gateway, "behind");
    is_answered_by(&gateway, "primary");
    assert!(gateway.log().iter().any(|line| line.contains("reads go to the primary")));
    psql(&standby, "postgres", "SELECT pg_wal_replay_resume()");
    is_used(&gateway);
    eventually("the replica answers", || {
        server_of(&gateway, || gateway.get_as(&["analyst"], LOOKUP)).0 == "replica"
    });
}

#[test]
fn a_primary_that_does_nothing_has_a_replica_that_is_not_behind() {
    let database = with_logins();
    let standby = database.server().standby();
    let gateway = start(&database, &standby, "1m");
    let of = format!("heimdall_replica_lag_seconds{{database=\"{}\"}}", database.name());
    eventually("it is as of a moment ago", || number(&gateway, &of).is_some_and(|lag| lag < 2.0));
}

#[test]
fn who_has_written_reads_it_at_once() {
    let database = with_logins();
    let standby = database.server().standby();
    let gateway = start(&database, &standby, FAR);
    let read = |who: &str, batch: &Value| -> (&'static str, Answer) {
        let token = gateway.issuer.token(who, &["ingest"]);
        let request = gateway.request(Method::GET, &format!("/v1/batches/{batch}")).bearer_auth(token);
        server_of(&gateway, || gateway.answer(request))
    };
    psql(&standby, "postgres", "SELECT pg_wal_replay_pause()");
    let batch = upload(&gateway, 1);
    let (by, answer) = read("ada", &batch);
    assert_eq!((by, answer.status), ("primary", 200), "{answer:?}");
    let (by, answer) = read("grace", &batch);
    assert_eq!((by, answer.status), ("replica", 404), "who has not, may wait: {answer:?}");
    psql(&standby, "postgres", "SELECT pg_wal_replay_resume()");
    eventually("the replica has it", || read("ada", &batch).0 == "replica");
    assert_eq!(read("ada", &batch).1.status, 200);
}

#[test]
fn a_source_that_was_just_changed_is_read_as_it_is() {
    let database = with_logins();
    let standby = database.server().standby();
    let gateway = start(&database, &standby, FAR);
    psql(&standby, "postgres", "SELECT pg_wal_replay_pause()");
    let path = "/v1/sources/logins/mapping";
    let green = LOGINS.replace("amber", "green");
    let request = gateway.request_as(&["ingest"], Method::PUT, path).header("if-match", "*");
    let put = gateway.answer(request.header("content-type", "application/json").body(green));
    assert_eq!(put.status, 200, "{put:?}");
    assert_eq!(gateway.get_as(&["ingest"], path).json()["tlp"], "green");
    psql(&standby, "postgres", "SELECT pg_wal_replay_resume()");
}

#[test]
fn a_replica_that_goes_away_is_no_error_and_is_used_again_when_it_is_back() {
    let database = with_logins();
    let standby = database.server().standby();
    let gateway = start(&database, &standby, FAR);
    for end in ["kill", "stop"] {
        is_answered_by(&gateway, "replica");
        standby.control(&[end]);
        for _ in 0..5 {
            is_answered_by(&gateway, "primary");
        }
        is_not_used(&gateway, "does not answer");
        standby.control(&["start"]);
        is_used(&gateway);
    }
    is_answered_by(&gateway, "replica");
}

#[test]
fn a_replica_that_was_promoted_is_not_asked() {
    let database = with_logins();
    let standby = database.server().standby();
    let gateway = start(&database, &standby, FAR);
    assert_eq!(psql(&standby, "postgres", "SELECT pg_promote()"), "t");
    is_not_used(&gateway, "no longer");
    is_answered_by(&gateway, "primary");
}

/// Its answers would be up to date; but what is called a replica by mistake may be anything.
#[test]
fn a_server_that_is_no_standby_is_not_asked() {
    let database = with_logins();
    let gateway = Gateway::start_with(&database, |settings| {
        let address = settings["HMD_DATABASE_URL"].clone();
        settings.insert("HMD_DATABASE_REPLICA_URL".into(), address);
    });
    is_not_used(&gateway, "no standby");
    is_answered_by(&gateway, "primary");
}

/// It would not find what is stored under a hash, and would not say so.
#[test]
fn a_replica_with_another_hash_key_is_not_asked() {
    let database = with_logins();
    let key = database.server().file("replica.key", OTHER_KEY, 0o600);
    let standby = database.server().standby_with(&format!("heimdall.hash_key_file = '{}'\n", key.name()));
    let gateway = in_front_of(&database, &standby, FAR);
    is_not_used(&gateway, "another hash key");
    let known = gateway.get_as(&["analyst"], "/v1/observables/lookup?kind=email&value=ada@example.org");
    assert_eq!(known.json()["items"].as_array().map(Vec::len), Some(1), "{known:?}");
}

/// The standby has to replay a lock that the question is in the way of, and cancels it. The primary answers instead.
#[test]
fn a_question_that_the_replica_cannot_finish_is_asked_of_the_primary() {
    let database = with_logins();
    let standby = database.server().standby_with("max_standby_streaming_delay = 0\n");
    let gateway = start(&database, &standby, FAR);
    let batch = database.value("SELECT max(id) FROM heimdall.batch");
    let waiting = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'heimdall_gateway' \
        AND datname = current_database() AND wait_event_type = 'Lock'";
    for media in ["application/json", "application/x-ndjson"] {
        let mut blocker = database.connect();
        // It has come to the first table, and waits for the second.
        blocker.batch_execute("BEGIN; LOCK TABLE heimdall.rejects IN ACCESS EXCLUSIVE MODE").expect("a lock");
        eventually("the standby has the lock", || {
            let locks = "SELECT count(*) FROM pg_locks WHERE relation = 'heimdall.rejects'::regclass \
                AND mode = 'AccessExclusiveLock'";
            psql(&standby, database.name(), locks) == "1"
        });
        let (by, answer) = server_of(&gateway, || {
            std::thread::scope(|scope| {
                let path = format!("/v1/batches/{batch}/rejects");
                let request = gateway.request_as(&["ingest"], Method::GET, &path).header("accept", media);
                let asking = scope.spawn(|| gateway.answer(request));
                eventually("it waits at the standby", || psql(&standby, database.name(), waiting) == "1");
                blocker.batch_execute("LOCK TABLE heimdall.batch IN ACCESS EXCLUSIVE MODE").expect("a lock");
                eventually("it waits at the primary", || database.value(waiting) == "1");
                blocker.batch_execute("ROLLBACK").expect("the end");
                asking.join().expect("an answer")
            })
        });
        assert_eq!((by, answer.status), ("primary", 200), "{media}: {answer:?}");
        assert!(answer.body.contains("\"row_number\":2"), "{media}: {answer:?}");
        is_answered_by(&gateway, "replica");
    }
}
