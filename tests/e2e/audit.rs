//! The audit trail: what has an entry, and that chains hold whoever writes at the same time.

use heimdall_tests::{Database, Sql, backend, eventually, ingest};
use postgres::Client;

use crate::dumps::{LOGINS_CSV, with_logins};

const LANES: i32 = 32;

/// Entries in the order in which they were written: action and object.
fn entries(database: &Database) -> Vec<String> {
    let written = "SELECT action || ' ' || object FROM heimdall.audit ORDER BY at, lane, position";
    database.rows(written).into_iter().map(|mut row| row.remove(0)).collect()
}

/// How many entries hold; none where a chain is broken.
fn holding(database: &Database) -> String {
    let verified =
        "SELECT CASE WHEN count(v.reason) = 0 THEN sum(v.entries) END FROM heimdall.verify_audit() AS v";
    let holding = database.value(verified);
    assert_eq!(holding, database.value("SELECT count(*) FROM heimdall.audit"));
    holding
}

/// Keeps every lane but those of these numbers, for as long as the connection lives.
fn all_lanes_but(database: &Database, free: &[i32]) -> Client {
    let mut client = database.connect();
    for lane in (0..LANES).filter(|lane| !free.contains(lane)) {
        client.execute("SELECT pg_advisory_lock(7226403, $1)", &[&lane]).expect("a lane");
    }
    client
}

fn entry(client: &mut Client, object: &str) {
    client.execute("SELECT heimdall._audit('test', $1)", &[&object]).expect("an entry");
}

#[test]
fn what_changes_something_has_an_entry() {
    let database = with_logins();
    let batch = database.ingest("logins", LOGINS_CSV).batch;
    assert!(database.ingest("logins", LOGINS_CSV).duplicate);
    database.refused("logins", "no,such,columns\n");
    database.run("SELECT heimdall.set_mapping('logins', (SELECT mapping FROM heimdall.source))");
    database.run("SELECT heimdall.create_reader('siem')");
    database.run("SELECT heimdall.acknowledge('siem', '0-0')");
    database.run("SELECT heimdall.drop_reader('siem')");
    // Transactions of other tests hold the log; where nothing goes, there is no entry.
    eventually("the log is pruned", || {
        database.value("SELECT segments > 0 FROM heimdall.prune_changes('0')") == "t"
    });
    database.run("SELECT heimdall.check()");
    database.run("SELECT heimdall.check(repair => true)");
    database.run("UPDATE heimdall.node SET tlp = 4 WHERE key = 'Ip:192.0.2.1'");
    database.run("SELECT heimdall.check(repair => true)");
    database.run("SELECT heimdall.after_restore()");
    database.run("SELECT heimdall.after_restore()");
    assert_eq!(
        entries(&database),
        [
            "source.create logins",
            "source.mapping logins",
            "key.create data key 1",
            &format!("ingest batch {batch}"),
            "source.mapping logins",
            "reader.create siem",
            "reader.drop siem",
            "changes.prune change_log",
            // The second one: the first had nothing to repair.
            "repair heimdall_graph",
            // The database of a test is a copy of another one.
            "restore heimdall_graph",
        ]
    );
    assert_eq!(holding(&database), "10");
    let ingested = "SELECT a.detail ->> 'source', a.detail ->> 'rows_read', a.detail ->> 'digest' = encode(b.digest, 'hex') \
                    FROM heimdall.audit AS a, heimdall.batch AS b WHERE a.action = 'ingest'";
    assert_eq!(database.rows(ingested), [["logins", "3", "t"]]);
}

#[test]
fn an_inferred_mapping_has_an_entry() {
    let database = Database::new();
    database.run("SELECT heimdall.create_source('new', 'csv')");
    database.ingest("new", "ip\n192.0.2.1\n");
    let origin = "SELECT detail ->> 'origin' FROM heimdall.audit WHERE action = 'source.mapping'";
    assert_eq!(database.rows(origin), [["inferred"]]);
    assert_eq!(holding(&database), "4");
}

#[test]
fn what_is_taken_back_leaves_a_chain_that_holds() {
    let database = with_logins();
    let mut client = database.connect();
    let dump = |number: u32| LOGINS_CSV.replace(",300", &format!(",{number}"));
    client.batch_execute("BEGIN").expect("BEGIN");
    ingest(&mut client, "logins", dump(1).as_bytes()).expect("the first");
    client.batch_execute("SAVEPOINT here").expect("a savepoint");
    ingest(&mut client, "logins", dump(2).replace("ada", "eve").as_bytes()).expect("the second");
    client.batch_execute("ROLLBACK TO here").expect("back");
    ingest(&mut client, "logins", dump(3).replace("ada", "bob").as_bytes()).expect("the third");
    client.batch_execute("COMMIT; BEGIN").expect("COMMIT");
    entry(&mut client, "nothing of it");
    client.batch_execute("ROLLBACK").expect("ROLLBACK");
    entry(&mut client, "the last");
    assert_eq!(holding(&database), "6");
    assert_eq!(database.strays(), "0");
}

#[test]
fn a_lane_goes_on_from_what_others_have_committed_meanwhile() {
    for level in ["READ COMMITTED", "REPEATABLE READ", "SERIALIZABLE"] {
        let database = Database::new();
        let _rest = all_lanes_but(&database, &[7]);
        let (mut first, mut second) = (database.connect(), database.connect());
        for client in [&mut first, &mut second] {
            let begin = format!("BEGIN ISOLATION LEVEL {level}; SELECT FROM heimdall.source");
            client.batch_execute(&begin).expect("a snapshot");
        }
        entry(&mut second, "second");
        second.batch_execute("COMMIT").expect("COMMIT");
        entry(&mut first, "first");
        entry(&mut first, "first again");
        first.batch_execute("COMMIT").expect("nothing to try again");
        let lanes = "SELECT count(DISTINCT lane), min(lane) FROM heimdall.audit";
        assert_eq!(database.rows(lanes), [["1", "7"]], "{level}");
        assert_eq!(holding(&database), "3", "{level}");
    }
}

#[test]
fn serialisable_writers_do_not_depend_on_each_other() {
    let database = Database::new();
    entry(&mut database.connect(), "a page of the index that all share");
    let mut clients: Vec<Client> = (0..8).map(|_| database.connect()).collect();
    for (round, client) in clients.iter_mut().enumerate() {
        client.batch_execute("BEGIN ISOLATION LEVEL SERIALIZABLE").expect("BEGIN");
        entry(client, &format!("round {round}"));
    }
    for client in &mut clients {
        client.batch_execute("COMMIT").expect("nothing to try again");
    }
    assert_eq!(holding(&database), "9");
}

#[test]
fn a_writer_does_not_wait_for_another_that_has_not_ended() {
    let database = Database::new();
    let mut open: Vec<Client> = (0..LANES).map(|_| database.connect()).collect();
    for client in &mut open {
        client.batch_execute("SET statement_timeout = '60s'; BEGIN").expect("BEGIN");
        entry(client, "not ended");
        entry(client, "the same lane");
    }
    // All lanes are taken: now one does.
    let mut late = database.connect();
    let pid = backend(&mut late);
    let waiting = std::thread::spawn(move || entry(&mut late, "late"));
    database.wait_until_blocked(pid);
    open.iter_mut().for_each(|client| client.batch_execute("COMMIT").expect("COMMIT"));
    waiting.join().expect("it is written");
    assert_eq!(holding(&database), (2 * LANES + 1).to_string());
    assert_eq!(database.value("SELECT count(DISTINCT lane) FROM heimdall.audit"), LANES.to_string());
}

#[test]
fn a_lane_that_somebody_keeps_is_not_waited_for_forever() {
    let database = Database::new();
    let mut kept = all_lanes_but(&database, &[]);
    let mut late = database.connect();
    let pid = backend(&mut late);
    let waiting = std::thread::spawn(move || entry(&mut late, "late"));
    database.wait_until_blocked(pid);
    let lane =
        format!("SELECT objid FROM pg_locks WHERE pid = {pid} AND locktype = 'advisory' AND NOT granted");
    let lane = (database.value(&lane).parse::<i32>().expect("a lane") + 5) % LANES;
    kept.execute("SELECT pg_advisory_unlock(7226403, $1)", &[&lane]).expect("another one");
    waiting.join().expect("it is written");
    assert_eq!(database.value("SELECT lane FROM heimdall.audit"), lane.to_string());
}

#[test]
fn a_restored_trail_holds_and_goes_on() {
    let from = with_logins();
    from.ingest("logins", LOGINS_CSV);
    let heads = from.value("SELECT heimdall.audit_heads()");
    let to = Database::bare();
    from.restore_sql(&to, Sql::Whole);
    to.run("SELECT heimdall.after_restore()");
    to.reconnect();
    let known = format!("SELECT count(*) FROM heimdall.verify_audit('{heads}') WHERE reason IS NOT NULL");
    assert_eq!(to.value(&known), "0");
    assert_eq!(holding(&to), "5");
    to.ingest("logins", LOGINS_CSV.replace("grace", "joan"));
    assert_eq!(holding(&to), "6");
    assert_eq!(to.failure("DELETE FROM heimdall.audit").code, "42501");
}

#[test]
fn an_export_has_all_that_enters_the_digests() {
    let database = with_logins();
    database.ingest("logins", LOGINS_CSV);
    // What an outside party computes: netstrings of the members, in their order.
    let recomputed = "
        SELECT count(*), count(*) FILTER (WHERE encode(sha256(convert_to(l.netstrings, 'UTF8')), 'hex') = l.digest)
        FROM (
            SELECT string_agg(octet_length(e.line ->> m.name) || ':' || (e.line ->> m.name) || ',', '' ORDER BY m.at) AS netstrings,
                   e.line ->> 'digest' AS digest
            FROM (SELECT line::jsonb FROM heimdall.export_audit() AS line) AS e,
                 unnest(ARRAY['lane', 'position', 'at', 'actor', 'session_user', 'request_id', 'action', 'object', 'detail',
                              'previous']) WITH ORDINALITY AS m (name, at)
            GROUP BY e.line) AS l";
    assert_eq!(database.rows(recomputed), [["4", "4"]]);
    let between = "SELECT count(*) FROM heimdall.export_audit(since => now() + interval '1 hour') \
                   UNION ALL SELECT count(*) FROM heimdall.export_audit(until => now() - interval '1 hour') \
                   UNION ALL SELECT count(*) FROM heimdall.export_audit(now() - interval '1 hour', now() + interval '1 hour')";
    assert_eq!(database.rows(between), [["0"], ["0"], ["4"]]);
}
