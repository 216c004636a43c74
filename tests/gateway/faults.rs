//! The way to the database breaks, is slow, or leads nowhere: never a wrong answer, and always one within bounded time.
//! Of uploads: what was acknowledged is there, what was not is not there in part, and sent again it is there once.

use std::time::{Duration, Instant};

use heimdall_tests::{Answer, Database, Fault, Gateway, Proxy, Settings, Towards, eventually};
use reqwest::Method;

const LIST: &str = r#"{"columns": ["ip"], "entities": {"ip": {"label": "Ip", "key": "ip"}}, "tlp": "amber"}"#;

const LOOKUP: &str = "/v1/observables/lookup?kind=ip&value=192.0.2.1";

/// Longer than any answer may take with these settings, on a machine that has much to do.
const LONG: Duration = Duration::from_secs(40);

fn with_list() -> Database {
    let database = Database::new();
    database.source("list", "csv", LIST);
    database.ingest("list", "ip\n192.0.2.1\n");
    database
}

fn start(database: &Database, proxy: &Proxy, more: impl FnOnce(&mut Settings)) -> Gateway {
    Gateway::start_with(database, |settings| {
        proxy.lead(settings);
        more(settings);
    })
}

fn lookup(gateway: &Gateway) -> Answer {
    let begun = Instant::now();
    let answer = gateway.get_as(&["analyst"], LOOKUP);
    assert!(begun.elapsed() < LONG, "{:?}: {answer:?}", begun.elapsed());
    answer
}

fn is_right(answer: &Answer, when: &str) {
    assert_eq!(answer.status, 200, "{when}: {answer:?}");
    assert_eq!(answer.json()["items"][0]["key"], "Ip:192.0.2.1", "{when}");
}

fn is_away(answer: &Answer, when: &str) {
    assert_eq!(answer.status, 503, "{when}: {answer:?}");
    assert!(answer.headers.contains_key("retry-after"), "{when}: {answer:?}");
    assert_eq!(answer.headers["content-type"], "application/problem+json");
}

/// Connections of the gateway to its database.
fn backends(database: &Database) -> String {
    format!(
        "SELECT pid FROM pg_stat_activity WHERE datname = '{}' AND application_name = 'heimdall_gateway'",
        database.name()
    )
}

#[test]
fn without_a_database_it_runs_and_says_so_and_goes_on_by_itself() {
    let database = with_list();
    let proxy = Proxy::start(&database);
    proxy.away();
    let gateway = start(&database, &proxy, |_| {});
    assert_eq!(gateway.answer(gateway.request(Method::GET, "/health")).status, 200);
    is_away(&lookup(&gateway), "away at the start");
    proxy.back();
    is_right(&lookup(&gateway), "there");
    proxy.away();
    is_away(&lookup(&gateway), "away again");
    assert_eq!(gateway.answer(gateway.request(Method::GET, "/health")).status, 200);
    proxy.back();
    is_right(&lookup(&gateway), "there again");
}

#[test]
fn the_first_request_after_a_restart_of_the_server_is_answered() {
    let database = with_list();
    let proxy = Proxy::start(&database);
    let gateway = start(&database, &proxy, |_| {});
    for end in ["terminated", "cut"] {
        // Several connections, all of which die.
        std::thread::scope(|scope| {
            let asking: Vec<_> = (0..4).map(|_| scope.spawn(|| lookup(&gateway))).collect();
            asking.into_iter().for_each(|answer| is_right(&answer.join().expect("an answer"), "before"));
        });
        if end == "cut" {
            proxy.cut();
        } else {
            database.run(&format!("SELECT pg_terminate_backend(pid) FROM ({}) AS b", backends(&database)));
        }
        is_right(&lookup(&gateway), end);
    }
}

#[test]
fn a_read_that_is_cut_off_anywhere_is_tried_again() {
    let database = with_list();
    let proxy = Proxy::start(&database);
    let gateway = start(&database, &proxy, |_| {});
    is_right(&lookup(&gateway), "before");
    for towards in [Towards::Database, Towards::Gateway] {
        for bytes in [0, 1, 5, 20, 60, 120, 200, 300, 450, 700] {
            proxy.once(towards, bytes, Fault::Cut);
            is_right(&lookup(&gateway), &format!("{bytes} bytes towards {towards:?}"));
            proxy.back();
        }
    }
}

#[test]
fn where_every_connection_is_cut_off_it_says_so() {
    let database = with_list();
    let proxy = Proxy::start(&database);
    let gateway = start(&database, &proxy, |_| {});
    for towards in [Towards::Database, Towards::Gateway] {
        // From the greeting to the answer, which has some 600 bytes in either direction.
        for bytes in [0, 1, 8, 60, 120, 300, 400] {
            proxy.each(towards, bytes, Fault::Cut);
            is_away(&lookup(&gateway), &format!("{bytes} bytes towards {towards:?}"));
        }
        proxy.back();
        is_right(&lookup(&gateway), "afterwards");
    }
}

#[test]
fn a_database_that_says_nothing_is_not_waited_for_without_end() {
    let database = with_list();
    let proxy = Proxy::start(&database);
    let gateway = start(&database, &proxy, |settings| {
        settings.insert("HMD_DATABASE_WAIT".into(), "1".into());
        settings.insert("HMD_STATEMENT_TIMEOUT".into(), "2".into());
    });
    is_right(&lookup(&gateway), "before");
    for towards in [Towards::Database, Towards::Gateway] {
        for bytes in [0, 100] {
            proxy.once(towards, bytes, Fault::Hole);
            is_away(&lookup(&gateway), &format!("{bytes} bytes towards {towards:?}"));
            proxy.cut();
            is_right(&lookup(&gateway), "on another connection");
        }
        // New connections come to nothing as well.
        proxy.each(towards, 0, Fault::Hole);
        is_away(&lookup(&gateway), "nothing comes through");
        proxy.cut();
        proxy.back();
        is_right(&lookup(&gateway), "afterwards");
    }
}

#[test]
fn a_slow_way_makes_late_answers_and_no_others() {
    let database = with_list();
    let proxy = Proxy::start(&database);
    let gateway = start(&database, &proxy, |settings| {
        settings.insert("HMD_DATABASE_WAIT".into(), "20".into());
    });
    proxy.delay(Duration::from_millis(200));
    is_right(&lookup(&gateway), "late");
}

#[test]
fn a_question_takes_as_long_as_it_may() {
    let database = with_list();
    let mut blocker = database.connect();
    blocker.batch_execute("BEGIN; LOCK TABLE heimdall.node IN ACCESS EXCLUSIVE MODE").expect("the lock");
    let gateway = Gateway::start_with(&database, |settings| {
        settings.insert("HMD_STATEMENT_TIMEOUT".into(), "1".into());
    });
    let answer = lookup(&gateway);
    assert_eq!((answer.status, answer.json()["code"].as_str()), (504, Some("57014")), "{answer:?}");
    blocker.batch_execute("ROLLBACK").expect("the end");
    is_right(&lookup(&gateway), "afterwards");
}

#[test]
fn what_nobody_waits_for_any_more_ends_in_the_database_too() {
    let database = with_list();
    let mut blocker = database.connect();
    blocker.batch_execute("BEGIN; LOCK TABLE heimdall.node IN ACCESS EXCLUSIVE MODE").expect("the lock");
    let gateway = Gateway::start_with(&database, |settings| {
        settings.insert("HMD_STATEMENT_TIMEOUT".into(), "3600".into());
    });
    let waiting = format!("{} AND wait_event_type = 'Lock'", backends(&database));
    std::thread::scope(|scope| {
        let request = gateway.request_as(&["analyst"], Method::GET, LOOKUP).timeout(Duration::from_secs(5));
        let asking = scope.spawn(move || request.send().map(drop));
        eventually("it runs", || !database.rows(&waiting).is_empty());
        assert!(asking.join().expect("no panic").expect_err("given up").is_timeout());
    });
    eventually("it has ended", || database.rows(&waiting).is_empty());
}

const HOSTS: &str = "/v1/sources/list/ingest";

/// A dump that nobody else brings.
fn dump(number: usize) -> String {
    let rows = (0..200).map(|row| format!("10.{}.{}.{row}\n", number / 250, number % 250));
    "ip\n".to_owned() + &rows.collect::<String>()
}

fn upload(gateway: &Gateway, number: usize) -> Answer {
    let begun = Instant::now();
    let request = gateway.request_as(&["ingest"], Method::POST, HOSTS).body(dump(number));
    let answer = gateway.answer(request);
    assert!(begun.elapsed() < LONG, "{:?}: {answer:?}", begun.elapsed());
    answer
}

/// Batches, and what they hold.
fn stored(database: &Database) -> (usize, usize) {
    let counts = database.rows(
        "SELECT (SELECT count(*) FROM heimdall.batch), (SELECT count(*) FROM heimdall.node WHERE key LIKE 'Ip:10.%')",
    );
    (counts[0][0].parse().expect("a number"), counts[0][1].parse().expect("a number"))
}

#[test]
fn an_upload_that_is_cut_off_anywhere_is_there_once_or_not_at_all() {
    let database = Database::new();
    database.source("list", "csv", LIST);
    let proxy = Proxy::start(&database);
    let gateway = start(&database, &proxy, |_| {});
    assert_eq!(upload(&gateway, 0).status, 201, "before");
    let (mut acknowledged, mut unknown, mut absent) = (0, 0, 0);
    let mut number = 0;
    for towards in [Towards::Database, Towards::Gateway] {
        // How many bytes an upload is, from its BEGIN to the answer to COMMIT.
        let before = proxy.seen(towards);
        number += 1;
        assert_eq!(upload(&gateway, number).status, 201, "undisturbed");
        let whole = proxy.seen(towards) - before;
        let ends = (0..16).map(|end| whole.saturating_sub(8 * end));
        for bytes in (0..12).map(|part| whole * part / 12).chain(ends) {
            number += 1;
            let (batches, rows) = stored(&database);
            proxy.once(towards, bytes, Fault::Cut);
            let answer = upload(&gateway, number);
            proxy.back();
            let when = format!("{bytes} of {whole} bytes towards {towards:?}: {answer:?}");
            eventually("the server has ended it", || {
                let open = format!("{} AND state <> 'idle'", backends(&database));
                database.rows(&open).is_empty()
            });
            let (batches_now, rows_now) = stored(&database);
            let is_there = batches_now > batches;
            assert_eq!(rows_now - rows, if is_there { 200 } else { 0 }, "all or nothing: {when}");
            match (answer.status, answer.json()["type"].as_str().unwrap_or_default()) {
                (201, _) => {
                    assert!(is_there, "an acknowledged upload is lost: {when}");
                    acknowledged += 1;
                }
                (503, "urn:heimdall:problem:outcome-unknown") => unknown += 1,
                (503, "urn:heimdall:problem:unavailable") => {
                    assert!(!is_there, "what was said to have failed is there: {when}");
                    absent += 1;
                }
                other => panic!("{other:?}: {when}"),
            }
            let again = upload(&gateway, number);
            assert_eq!(again.status, if is_there { 200 } else { 201 }, "again, {when}: {again:?}");
            assert_eq!(stored(&database), (batches + 1, rows + 200), "{when}");
        }
    }
    assert!(
        acknowledged > 0 && unknown > 0 && absent > 0,
        "{acknowledged} acknowledged, {unknown} unknown, {absent} absent"
    );
}
