//! Whoever tampers with the audit trail is refused; and where it is a superuser who switches that off, found out.

use heimdall_tests::{Database, text_rows};

/// Six entries in lane 1 and two in lane 2.
fn trail() -> Database {
    let database = Database::new();
    for (lane, count) in [(1, 6), (2, 2)] {
        let mut others = database.connect();
        let keep =
            format!("SELECT pg_advisory_lock(7226403, l) FROM generate_series(0, 31) AS l WHERE l <> {lane}");
        others.batch_execute(&keep).expect("all other lanes");
        let mut client = database.connect();
        for number in 1..=count {
            let object = format!("object {number}");
            client.execute("SELECT heimdall._audit('test', $1, '{\"a\": 1}')", &[&object]).expect("an entry");
        }
    }
    database
}

/// Lane, place and reason of what heimdall.verify_audit() finds once a superuser has done that; it is taken back.
fn found(database: &Database, tampering: &str, known_heads: &str) -> Vec<Vec<String>> {
    let mut client = database.connect();
    client.batch_execute("BEGIN; ALTER TABLE heimdall.audit DISABLE TRIGGER ALL").expect("a superuser");
    text_rows(&mut client, tampering).unwrap_or_else(|failure| panic!("{failure:?}\nin {tampering}"));
    let broken = format!(
        "SELECT lane, broken_at, reason FROM heimdall.verify_audit({known_heads}) WHERE reason IS NOT NULL"
    );
    let found = text_rows(&mut client, &broken).expect("verify_audit");
    client.batch_execute("ROLLBACK").expect("ROLLBACK");
    found
}

const ALTERED: &str = "the entry was altered";

#[test]
fn nobody_changes_or_removes_an_entry() {
    let database = trail();
    for statement in [
        "UPDATE heimdall.audit SET actor = 'nobody'",
        "DELETE FROM heimdall.audit WHERE lane = 1 AND position = 6",
        "DELETE FROM heimdall.audit WHERE false",
        "TRUNCATE heimdall.audit",
        "MERGE INTO heimdall.audit AS a USING (VALUES (1)) AS v (x) ON a.position = 1 WHEN MATCHED THEN DELETE",
        "SET session_replication_role = replica; DELETE FROM heimdall.audit",
    ] {
        let failure = database.failure(statement);
        assert_eq!(failure.code, "42501", "{statement}: {failure:?}");
        database.reconnect();
    }
    assert_eq!(database.value("SELECT count(*) FROM heimdall.audit"), "8");
    // The control: without the trigger they do it.
    assert!(!found(&database, "DELETE FROM heimdall.audit WHERE lane = 1 AND position = 3", "").is_empty());
}

#[test]
fn an_altered_member_is_found() {
    let database = trail();
    assert_eq!(found(&database, "SELECT 1", ""), Vec::<Vec<String>>::new());
    for change in [
        "at = at + '1 us'",
        "actor = 'nobody'",
        "session_user_name = 'nobody'",
        "request_id = 'another'",
        "action = 'tests'",
        "object = 'object'",
        "detail = '{\"a\": 2}'",
        "digest = sha256('x')",
    ] {
        let tampering = format!("UPDATE heimdall.audit SET {change} WHERE lane = 1 AND position = 3");
        assert_eq!(found(&database, &tampering, ""), [["1", "3", ALTERED]], "{change}");
    }
    let check = database.rows("SELECT invariant FROM heimdall.check() WHERE violations > 0");
    assert_eq!(check, Vec::<Vec<String>>::new());
}

#[test]
fn what_is_missing_added_or_elsewhere_is_found() {
    let database = trail();
    let missing = "entries are missing";
    let delete = "DELETE FROM heimdall.audit WHERE lane = 1 AND position = ";
    assert_eq!(found(&database, &format!("{delete} 3"), ""), [["1", "3", missing]]);
    assert_eq!(found(&database, &format!("{delete} 1"), ""), [["1", "1", missing]]);
    let close_gap = format!(
        "{delete} 3; UPDATE heimdall.audit SET position = position - 1 WHERE lane = 1 AND position > 3"
    );
    assert_eq!(found(&database, &close_gap, ""), [["1", "3", ALTERED]]);
    let reordered = "UPDATE heimdall.audit SET position = 99 WHERE lane = 1 AND position = 2; \
                     UPDATE heimdall.audit SET position = 2 WHERE lane = 1 AND position = 3; \
                     UPDATE heimdall.audit SET position = 3 WHERE lane = 1 AND position = 99";
    assert_eq!(found(&database, reordered, ""), [["1", "2", ALTERED]]);
    let swapped = "UPDATE heimdall.audit SET lane = 99 WHERE lane = 1 AND position = 2; \
                   UPDATE heimdall.audit SET lane = 1 WHERE lane = 2 AND position = 2; \
                   UPDATE heimdall.audit SET lane = 2 WHERE lane = 99";
    assert_eq!(found(&database, swapped, ""), [["1", "2", ALTERED], ["2", "2", ALTERED]]);
    let lane_renamed = "UPDATE heimdall.audit SET lane = 3 WHERE lane = 2";
    assert_eq!(found(&database, lane_renamed, ""), [["3", "1", ALTERED]]);
}

/// A forger who knows how digests are made, but does not have the hash key.
#[test]
fn an_entry_with_a_digest_that_is_right_but_no_mac_is_found() {
    let database = trail();
    let forged = "
        INSERT INTO heimdall.audit
        SELECT lane, position, e.at, actor, session_user_name, request_id, action, object, detail, previous,
               sha256(convert_to(string_agg(octet_length(m.member) || ':' || m.member || ',', '' ORDER BY m.at), 'UTF8')), mac
        FROM (SELECT lane, position + 1 AS position, a.at, actor, session_user_name, request_id, 'forged' AS action,
                     object, detail, digest AS previous, mac
              FROM heimdall.audit AS a WHERE lane = 1 AND position = 6) AS e,
             unnest(ARRAY[lane::text, position::text, to_char(e.at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"'),
                          actor, session_user_name, request_id, action, object, detail::text, encode(previous, 'hex')])
                 WITH ORDINALITY AS m (member, at)
        GROUP BY lane, position, e.at, actor, session_user_name, request_id, action, object, detail, previous, mac";
    assert_eq!(found(&database, forged, ""), [["1", "7", "the entry was not written with this hash key"]]);
}

#[test]
fn an_end_that_is_cut_off_is_found_by_heads_that_were_noted() {
    let database = trail();
    let heads = format!("'{}'", database.value("SELECT heimdall.audit_heads()"));
    assert_eq!(found(&database, "SELECT 1", &heads), Vec::<Vec<String>>::new());
    database.run("SELECT heimdall._audit('test', 'later')");
    assert_eq!(found(&database, "SELECT 1", &heads), Vec::<Vec<String>>::new());
    let cut = "DELETE FROM heimdall.audit WHERE lane = 1 AND position > 4";
    let gone = "entries that were there are missing at the end";
    assert_eq!(found(&database, cut, ""), Vec::<Vec<String>>::new(), "a chain alone does not show it");
    assert_eq!(found(&database, cut, &heads), [["1", "5", gone]]);
    assert_eq!(found(&database, "TRUNCATE heimdall.audit", &heads), [["1", "1", gone], ["2", "1", gone]]);
    let failure = database.failure("SELECT heimdall.verify_audit('{\"1\": {\"position\": 0}}')");
    assert_eq!(failure.code, "22023");
}

#[test]
fn check_names_a_broken_trail_and_a_batch_without_entry() {
    let database = crate::dumps::with_logins();
    let batch = database.ingest("logins", crate::dumps::LOGINS_CSV).batch;
    assert_eq!(database.strays(), "0");
    let mut client = database.connect();
    client
        .batch_execute(
            "BEGIN; ALTER TABLE heimdall.audit DISABLE TRIGGER ALL; DELETE FROM heimdall.audit WHERE action = 'ingest'; \
             UPDATE heimdall.audit SET actor = 'nobody'",
        )
        .expect("a superuser");
    let broken = "SELECT invariant, violations, example FROM heimdall.check() WHERE violations > 0";
    let broken = text_rows(&mut client, broken).expect("check");
    assert_eq!(broken.len(), 2, "{broken:?}");
    assert_eq!(broken[0][0], "the audit trail holds");
    assert_eq!(broken[1], ["a batch is in the audit trail", "1", &format!("batch {batch}")]);
}
