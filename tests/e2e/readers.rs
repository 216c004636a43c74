//! Readers of the change log, and how long it is kept for them.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};

use heimdall_tests::{Database, Sql, eventually, ingest, text_rows};
use postgres::Client;

use crate::dumps::{LOGINS_CSV, with_logins};

const NOTHING: Vec<Vec<String>> = Vec::new();

/// Dumps of the first, second and third of January, each a year apart in the log.
fn three_years() -> Database {
    let database = with_logins();
    for (day, age) in [("01", 3), ("02", 2), ("03", 1)] {
        let batch =
            database.ingest("logins", LOGINS_CSV.replace("2026-01-01", &format!("2026-01-{day}"))).batch;
        database.run(&format!(
            "UPDATE heimdall.change_log SET at = now() - interval '{age} years' WHERE batch = {batch}"
        ));
    }
    // Transactions of other tests hold the readers back.
    eventually("all of it can be read", || {
        database.value("SELECT count(DISTINCT batch) FROM heimdall.changes()") == "3"
    });
    database
}

/// The cursor of the last change of a batch.
fn end_of(database: &Database, batch: i32) -> String {
    database.value(&format!(
        "SELECT xid || '-' || seq FROM heimdall.change_log WHERE batch = {batch} ORDER BY xid DESC, seq DESC LIMIT 1"
    ))
}

fn acknowledge(database: &Database, reader: &str, cursor: &str) {
    database.run(&format!("SELECT heimdall.acknowledge('{reader}', '{cursor}')"));
}

/// Prunes: whether segments went, who is in the way, who was left behind.
fn prune(database: &Database, arguments: &str) -> Vec<String> {
    let call = "SELECT segments > 0, held_by, left_behind FROM heimdall.prune_changes";
    database.rows(&format!("{call}({arguments})")).remove(0)
}

/// Batches of which the log still tells.
fn logged(database: &Database) -> String {
    database.value("SELECT array_agg(DISTINCT batch ORDER BY batch) FROM heimdall.change_log")
}

#[test]
fn what_is_old_goes_and_what_is_younger_stays() {
    let database = three_years();
    let last = end_of(&database, 2);
    let first = end_of(&database, 1);
    let after = format!("SELECT * FROM heimdall.changes('{first}', 1000)");
    let rest = database.rows(&after);
    assert_eq!(prune(&database, "'10 years'"), ["f", "{}", "{}"]);
    assert_eq!(prune(&database, "'30 months'"), ["t", "{}", "{}"]);
    assert_eq!(logged(&database), "{2,3}");
    assert_eq!(database.rows(&after), rest, "who was past it reads on");
    let report = "SELECT segments, bytes, horizon FROM heimdall.prune_changes('30 months')";
    assert_eq!(database.rows(report), [["0", "0", &first]]);
    assert_eq!(prune(&database, "'18 months'")[0], "t");
    assert_eq!(database.value("SELECT xid || '-' || seq FROM heimdall.change_horizon"), last);
    assert_eq!(database.strays(), "0");
}

#[test]
fn what_is_old_behind_something_younger_stays() {
    let database = three_years();
    database.run("UPDATE heimdall.change_log SET at = now() WHERE batch = 2");
    prune(&database, "'1 day'");
    assert_eq!(logged(&database), "{2,3}");
}

#[test]
fn a_gap_is_an_error_and_never_silent() {
    let database = three_years();
    let middle = database.value(
        "SELECT xid || '-' || seq FROM heimdall.change_log WHERE batch = 1 ORDER BY xid, seq LIMIT 1 OFFSET 1",
    );
    prune(&database, "'18 months'");
    for after in ["NULL", &format!("'{middle}'"), &format!("'{}'", "0-0")] {
        for call in [format!("changes({after})"), format!("create_reader('late', coalesce({after}, '0-0'))")]
        {
            let failure = database.failure(&format!("SELECT * FROM heimdall.{call}"));
            assert_eq!(failure.code, "55000", "{call}: {failure:?}");
            assert!(failure.hint.contains("create_reader"), "{failure:?}");
        }
    }
    let begin = database.value("SELECT heimdall.create_reader('next')");
    let batches = format!("SELECT DISTINCT batch FROM heimdall.changes('{begin}', 1000)");
    assert_eq!(database.rows(&batches), [["3"]]);
}

#[test]
fn every_reader_has_to_be_past_it() {
    let database = three_years();
    for reader in ["fast", "slow"] {
        assert_eq!(database.value(&format!("SELECT heimdall.create_reader('{reader}')")), "0-0");
    }
    acknowledge(&database, "fast", &end_of(&database, 3));
    assert_eq!(prune(&database, "'0'"), ["f", "{slow}", "{}"]);
    assert_eq!(logged(&database), "{1,2,3}");
    acknowledge(&database, "slow", &end_of(&database, 2));
    assert_eq!(prune(&database, "'0'"), ["t", "{slow}", "{}"]);
    assert_eq!(logged(&database), "{3}");
    database.run("SELECT heimdall.drop_reader('slow')");
    assert_eq!(prune(&database, "'0'"), ["t", "{}", "{}"]);
    assert_eq!(logged(&database), "∅");
    assert_eq!(database.strays(), "0");
}

#[test]
fn a_reader_that_is_too_far_behind_can_be_left_and_is_told() {
    let database = three_years();
    database.run("SELECT heimdall.create_reader('dead'), heimdall.create_reader('late')");
    acknowledge(&database, "late", &end_of(&database, 1));
    assert_eq!(prune(&database, "'1 day', '30 months'"), ["t", "{late}", "{dead}"]);
    assert_eq!(logged(&database), "{2,3}");
    let reason = "SELECT name, invalidation_reason FROM heimdall.readers ORDER BY 1";
    assert_eq!(database.rows(reason), [["dead", "left behind"], ["late", "∅"]]);

    let failure =
        database.failure(&format!("SELECT heimdall.acknowledge('dead', '{}')", end_of(&database, 3)));
    assert_eq!(failure.code, "55000", "{failure:?}");
    assert!(failure.hint.contains("drop_reader"), "{failure:?}");
    database.run("SELECT heimdall.drop_reader('dead')");
    let start = database.value("SELECT heimdall.create_reader('dead', 'latest')");
    assert_eq!(database.rows(&format!("SELECT * FROM heimdall.changes('{start}')")), NOTHING);
    acknowledge(&database, "dead", &start);
}

#[test]
fn how_far_a_reader_is_behind() {
    let database = three_years();
    database.run(
        "SELECT heimdall.create_reader('all'), heimdall.create_reader('one'), heimdall.create_reader('none')",
    );
    acknowledge(&database, "one", &end_of(&database, 2));
    acknowledge(&database, "none", &end_of(&database, 3));
    let lag = "SELECT name, lag_segments = (SELECT count(*) FROM heimdall.change_log WHERE batch >= first), lag_bytes > 0, \
                      extract(days FROM lag_age)::integer / 365, acknowledged_at IS NOT NULL \
               FROM heimdall.readers, (VALUES ('all', 1), ('none', 4), ('one', 3)) AS v (reader, first) \
               WHERE name = reader ORDER BY name";
    assert_eq!(
        database.rows(lag),
        [["all", "t", "t", "3", "f"], ["none", "t", "f", "∅", "t"], ["one", "t", "t", "1", "t"]]
    );
}

#[test]
fn a_position_only_goes_forward_and_not_ahead() {
    let database = three_years();
    database.run("SELECT heimdall.create_reader('r')");
    let (first, second) = (end_of(&database, 1), end_of(&database, 2));
    acknowledge(&database, "r", &second);
    acknowledge(&database, "r", &first);
    assert_eq!(database.value("SELECT cursor FROM heimdall.readers"), second);
    for (call, code) in [
        ("acknowledge('r', '18446744073709551615-1')", "22023"),
        ("acknowledge('r', 'x')", "22023"),
        ("acknowledge('r', NULL)", "22004"),
        ("acknowledge('nobody', '0-0')", "42704"),
        ("drop_reader('nobody')", "42704"),
        ("create_reader('r')", "42710"),
        ("create_reader('R r')", "42602"),
        ("create_reader(NULL)", "42602"),
        ("create_reader('s', 'x')", "22023"),
        ("create_reader('s', NULL)", "22004"),
        ("changes('18446744073709551615-1')", "22023"),
        ("prune_changes('-1 day')", "22023"),
        ("prune_changes(NULL)", "22023"),
    ] {
        let failure = database.failure(&format!("SELECT * FROM heimdall.{call}"));
        assert_eq!(failure.code, code, "{call}: {failure:?}");
    }
}

#[test]
fn check_knows_what_was_pruned_from_what_was_lost() {
    let database = three_years();
    prune(&database, "'30 months'");
    assert_eq!(database.strays(), "0");
    database.run("DELETE FROM heimdall.change_log WHERE batch = 2");
    assert_ne!(database.strays(), "0");
}

#[test]
fn a_transaction_that_is_open_keeps_what_may_come_before_it() {
    let database = with_logins();
    let mut open = database.connect();
    open.batch_execute("BEGIN; SELECT pg_current_xact_id()").expect("a transaction");
    database.ingest("logins", LOGINS_CSV);
    assert_eq!(prune(&database, "'0'")[0], "f");
    ingest(&mut open, "logins", LOGINS_CSV.replace("ada", "joan").as_bytes()).expect("a dump");
    open.batch_execute("COMMIT").expect("COMMIT");
    eventually("both can be read", || {
        database.value("SELECT array_agg(DISTINCT batch) FROM heimdall.changes()") == "{1,2}"
    });
}

/// What a reader has dealt with, and where it is. It acknowledges after that, and may die in between.
fn follow(client: &mut Client, cursor: &str, seen: &mut Vec<String>) -> Option<String> {
    let rows = client
        .query("SELECT cursor, label || ' ' || concat_ws('>', key, to_key) || ' ' || batch FROM heimdall.changes($1, 3)", &[&cursor])
        .expect("changes");
    seen.extend(rows.iter().map(|row| row.get::<_, String>(1)));
    rows.last().map(|row| row.get(0))
}

/// Four writers, a reader that goes on, one that dies after every third step, and a pruning as fast as it goes.
#[test]
fn readers_miss_nothing_while_the_log_is_written_and_pruned() {
    const WRITERS: usize = 4;
    const ROUNDS: usize = 12;
    let database = with_logins();
    database.run("SELECT heimdall.create_reader('steady'), heimdall.create_reader('dying')");
    let written = AtomicBool::new(false);
    let total = |database: &Database| -> usize {
        database.value("SELECT count(*) FROM heimdall.provenance").parse().expect("a number")
    };
    let distinct = |seen: &[String]| seen.iter().collect::<BTreeSet<_>>().len();
    let (steady, dying) = std::thread::scope(|scope| {
        let writers: Vec<_> = (0..WRITERS)
            .map(|writer| {
                let mut client = database.connect();
                scope.spawn(move || {
                    for round in 0..ROUNDS {
                        let dump = LOGINS_CSV.replace("10:00:00Z", &format!("1{writer}:00:{:02}Z", round));
                        ingest(&mut client, "logins", dump.as_bytes()).expect("a dump");
                    }
                })
            })
            .collect();
        let pruning = scope.spawn(|| {
            let mut client = database.connect();
            while !written.load(Ordering::Relaxed) {
                client.execute("SELECT heimdall.prune_changes('0')", &[]).expect("pruning");
            }
        });
        let read = |name: &'static str, dies: bool| {
            let (database, written) = (&database, &written);
            move || {
                let mut seen = Vec::new();
                for step in 0.. {
                    // Whoever begins, begins where it has acknowledged.
                    let mut client = database.connect();
                    let position = "SELECT cursor FROM heimdall.readers WHERE name = $1";
                    let mut cursor: String =
                        client.query_one(position, &[&name]).expect("its position").get(0);
                    loop {
                        let is_last = written.load(Ordering::Relaxed);
                        match follow(&mut client, &cursor, &mut seen) {
                            Some(_) if dies && step % 3 == 2 => break,
                            Some(next) => {
                                client
                                    .execute("SELECT heimdall.acknowledge($1, $2)", &[&name, &next])
                                    .expect("acknowledge");
                                cursor = next;
                                if dies {
                                    break;
                                }
                            }
                            // Transactions of other tests hold back the last of it.
                            None if is_last && distinct(&seen) >= total(database) => return seen,
                            None => {}
                        }
                    }
                }
                seen
            }
        };
        let (steady, dying) = (scope.spawn(read("steady", false)), scope.spawn(read("dying", true)));
        for writer in writers {
            writer.join().expect("no panic");
        }
        written.store(true, Ordering::Relaxed);
        let read = (steady.join().expect("no panic"), dying.join().expect("no panic"));
        pruning.join().expect("no panic");
        read
    });
    assert_eq!(steady.len(), total(&database), "each once");
    assert_eq!(distinct(&steady), steady.len());
    assert_eq!(distinct(&dying), steady.len(), "each at least once");
    eventually("what both have dealt with is gone", || {
        prune(&database, "'0'");
        logged(&database) == "∅"
    });
    assert_eq!(database.strays(), "0");
}

#[test]
fn a_copy_begins_with_readers_that_start_anew() {
    let from = three_years();
    from.run("SELECT heimdall.create_reader('peer')");
    acknowledge(&from, "peer", &end_of(&from, 2));
    prune(&from, "'30 months'");
    let to = Database::bare();
    from.restore_sql(&to, Sql::Whole);
    to.run("SELECT heimdall.after_restore()");
    to.reconnect();
    assert_eq!(to.strays(), "0");
    assert_eq!(to.value("SELECT invalidation_reason FROM heimdall.readers"), "restored");
    let failure = to.failure("SELECT * FROM heimdall.changes()");
    assert_eq!(failure.code, "55000", "{failure:?}");
    to.run("SELECT heimdall.drop_reader('peer')");
    let begin = to.value("SELECT heimdall.create_reader('peer')");
    eventually("what is left can be read", || {
        to.value(&format!("SELECT array_agg(DISTINCT batch) FROM heimdall.changes('{begin}', 1000)"))
            == "{2,3}"
    });
}

/// As on another server, whose transactions have lower numbers than those of the log.
#[test]
fn the_horizon_of_a_log_from_another_server_is_one_of_this_server() {
    let ahead = "(pg_current_xact_id()::text::numeric + 1000000)::text::xid8";
    for keep in ["'30 months'", "'0'"] {
        let database = three_years();
        prune(&database, keep);
        database.run(&format!("UPDATE heimdall.change_log SET xid = {ahead}"));
        database.run(&format!("UPDATE heimdall.change_horizon SET xid = {ahead}"));
        database.run("SELECT heimdall.after_restore()");
        let begin = database.value("SELECT heimdall.create_reader('new')");
        let batch = database.ingest("logins", LOGINS_CSV.replace("ada", "joan")).batch.to_string();
        let expected = if keep == "'0'" { format!("{{{batch}}}") } else { format!("{{2,3,{batch}}}") };
        eventually("what is left and what is new can be read", || {
            let batches = "SELECT array_agg(DISTINCT batch ORDER BY batch) FROM heimdall.changes";
            database.value(&format!("{batches}('{begin}', 1000)")) == expected
        });
        assert_eq!(database.strays(), "0");
    }
}

#[test]
fn only_an_operator_prunes() {
    let database = three_years();
    let role = database.role("analyst", &["heimdall_analyst", "heimdall_ingest"]);
    let mut client = database.connect_as(&role);
    let refused = text_rows(&mut client, "SELECT * FROM heimdall.prune_changes()");
    assert_eq!(refused.map_err(|failure| failure.code), Err("42501".to_owned()));
    assert_eq!(logged(&database), "{1,2,3}");
}
