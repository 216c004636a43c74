//! Where one protection meets another: rules and seals, rules and uploads on their way, erasure and other keys, traces and
//! transactions that are taken back.

use std::sync::Barrier;

use heimdall_tests::{Database, backend, eventually, ingest, text_rows};

use crate::dumps::{LOGINS_CSV, with_logins};
use crate::reveal::{analyst, leaked};

fn is_sound(database: &Database) {
    let broken = "SELECT invariant, example FROM heimdall.check() WHERE violations > 0";
    assert_eq!(database.rows(broken), Vec::<Vec<String>>::new());
}

fn traces(database: &Database, action: &str) -> String {
    database.value(&format!("SELECT count(*) FROM heimdall.audit WHERE action = '{action}'"))
}

/// Who sets rules and may also read could open everything, look at it, and take it all back.
#[test]
fn what_a_rule_opens_leaves_a_trace_that_cannot_be_taken_back() {
    let database = leaked();
    let mut custodian = analyst(&database, "custodian", &["heimdall_admin", "heimdall_tlp_red"]);
    let look = "SELECT * FROM heimdall.cypher('MATCH (n:Email) RETURN n.note')";
    let mut shown = |sql: &str| format!("{:?}", text_rows(&mut custodian, sql).expect(sql));
    assert!(!shown(look).contains("called back"));
    shown("BEGIN; SELECT heimdall.set_rule('leak', 'note', 'keep'); SELECT heimdall.reapply_policy('leak')");
    assert!(shown(look).contains("called back"), "the control: it is open within the transaction");
    shown("ROLLBACK");
    let who = format!("{}_custodian", database.name());
    let trace = "SELECT actor, object, detail #>> '{rules,note,rule}' FROM heimdall.audit \
                 WHERE action = 'policy.reapply_begun'";
    assert_eq!(database.rows(trace), [[who.as_str(), "leak", "keep"]]);
    assert_eq!(traces(&database, "policy.set"), "0", "that was taken back");
}

/// Both say that somebody is known.
#[test]
fn questions_about_a_person_leave_a_trace_that_cannot_be_taken_back() {
    let database = leaked();
    let admin = database.role("admin", &["heimdall_admin"]);
    let mut client = database.connect_as(&admin);
    for (ask, action) in [
        (
            "SELECT * FROM heimdall.explain_access('heimdall_analyst', 'email', 'ada@example.org')",
            "access.explain",
        ),
        (
            "SELECT * FROM heimdall.erase_subject('email', 'ada@example.org', 'request 17')",
            "data.erase_begun",
        ),
        ("SELECT * FROM heimdall.erased('email', 'ada@example.org')", "data.erased_asked"),
    ] {
        text_rows(&mut client, &format!("BEGIN; {ask}; ROLLBACK")).expect(ask);
        assert_eq!(traces(&database, action), "1", "{ask}");
    }
    let named = "SELECT count(*) FROM heimdall.audit AS a WHERE strpos(a::text, 'ada@') > 0";
    assert_eq!(database.value(named), "0");
}

/// Two sources that say something of the same vertex.
fn two_of_a_kind() -> Database {
    let database = Database::new();
    for source in ["ours", "theirs"] {
        let mapping = r#"{"columns": ["host", "note"], "tlp": "green",
            "entities": {"host": {"label": "Domain", "key": "host", "properties": {"note": "note"}}}, "derive": "none",
            "relations": [{"from": "host", "type": "SAME", "to": "host"}],
            "fields": {"note": {"rule": "encrypt", "tlp": "red"}}}"#;
        database.source(source, "csv", mapping);
    }
    database.ingest("ours", "host,note\nwww.example.org,of ours\nmail.example.org,also ours\n");
    database.ingest("theirs", "host,note\nwww.example.org,of theirs\n");
    database
}

/// The last one's note stands on the vertex.
#[test]
fn a_rule_of_one_source_opens_nothing_that_another_has_sealed() {
    let database = two_of_a_kind();
    let clear = "SELECT count(*) FROM heimdall_graph.\"Domain\" WHERE strpos(properties::text, 'theirs') > 0";
    for rule in ["'keep'", "'encrypt', 'green'"] {
        database.run(&format!("SELECT heimdall.set_rule('ours', 'note', {rule})"));
        database.run("SELECT heimdall.reapply_policy('ours')");
        assert_eq!(database.value(clear), "0", "{rule}");
        let mut green = database.connect_as(
            &database.role(&format!("green{}", rule.len()), &["heimdall_analyst", "heimdall_tlp_green"]),
        );
        let reveal = "SELECT heimdall.reveal('domain', 'www.example.org', 'note', 'case 4711')";
        assert_eq!(text_rows(&mut green, reveal).expect_err("red").code, "42501", "{rule}");
    }
    // The control: the source itself opens it.
    database
        .run("SELECT heimdall.set_rule('theirs', 'note', 'keep'); SELECT heimdall.reapply_policy('theirs')");
    assert_eq!(database.value(clear), "1");
    assert_eq!(database.property("Domain:mail.example.org", "note"), "∅", "not of theirs");
    is_sound(&database);
}

/// Keys of vertices become others; what another source has sealed stays where it is.
#[test]
fn a_vertex_that_gets_another_key_takes_nothing_along_that_another_source_has_sealed() {
    let database = two_of_a_kind();
    database.run("SELECT heimdall.set_rule('ours', 'host', 'hash'); SELECT heimdall.reapply_policy('ours')");
    let key = database.value("SELECT key FROM heimdall.lookup('domain', 'mail.example.org')");
    assert_ne!(key, "Domain:mail.example.org");
    assert_eq!(database.unsealed(&key, "note"), "also ours");
    let moved =
        "SELECT key FROM heimdall.lookup('domain', 'www.example.org') WHERE key <> 'Domain:www.example.org'";
    let moved = database.value(moved);
    let sealed = |key: &str| {
        database.value(&format!(
            "SELECT array_agg(s ORDER BY s) FROM heimdall.node AS n \
             JOIN heimdall_graph.\"Domain\" AS v ON v.id OPERATOR(ag_catalog.=) n.gid, \
             jsonb_object_keys(v.properties::text::jsonb -> 'sealed') AS s WHERE n.key = '{key}'"
        ))
    };
    assert_eq!(sealed(&moved), "{value}");
    assert_eq!(database.unsealed("Domain:www.example.org", "note"), "of theirs");
    is_sound(&database);
}

#[test]
fn a_key_that_was_destroyed_keeps_nobody_from_other_rules() {
    let database = two_of_a_kind();
    database.run("SELECT heimdall.destroy_data_key(min(id), 'request 17') FROM heimdall.data_key WHERE source = 'ours'");
    database.ingest("ours", "host,note\nnew.example.org,after that\n");
    database.run("SELECT heimdall.set_rule('ours', 'note', 'keep'); SELECT heimdall.reapply_policy('ours')");
    assert_eq!(database.property("Domain:new.example.org", "note"), "after that");
    assert_eq!(database.property("Domain:mail.example.org", "note"), "∅");
    database.run("SELECT heimdall.set_rule('ours', 'host', 'hash'); SELECT heimdall.reapply_policy('ours')");
    assert_eq!(
        database.value("SELECT count(*) FROM heimdall.node WHERE key = 'Domain:mail.example.org'"),
        "0"
    );
    is_sound(&database);
}

/// A transaction that began before a rule was set sees the table of rules as it was.
#[test]
fn an_old_snapshot_does_not_bring_back_an_old_rule() {
    let database = with_logins();
    for isolation in ["REPEATABLE READ", "SERIALIZABLE"] {
        for change in ["set_rule('logins', 'src', 'hash')", "drop_rule('logins', 'src')"] {
            let mut late = database.connect();
            late.batch_execute(&format!("BEGIN ISOLATION LEVEL {isolation}; SELECT FROM heimdall.source"))
                .expect("BEGIN");
            database.run(&format!("SELECT heimdall.{change}"));
            let failure = ingest(&mut late, "logins", LOGINS_CSV.as_bytes()).expect_err("an old snapshot");
            assert_eq!(failure.code, "40001", "{isolation} {change}");
        }
    }
    database.run("SELECT heimdall.set_rule('logins', 'src', 'hash')");
    database.ingest("logins", LOGINS_CSV);
    assert_eq!(database.value("SELECT count(*) FROM heimdall.node WHERE key ~ '^Ip:[0-9.]+$'"), "0");
}

/// An upload that was on its way while a rule was set, and what is stored brought under it: it would bring values in clear
/// after all that.
#[test]
fn an_upload_on_its_way_does_not_outrun_a_rule() {
    let database = with_logins();
    let mut client = database.connect();
    let pid = backend(&mut client);
    let begin = Barrier::new(2);
    std::thread::scope(|scope| {
        let upload = scope.spawn(|| {
            use std::io::Write;
            let mut sink = client.copy_in("COPY heimdall_in.logins FROM STDIN (FORMAT csv, HEADER)")?;
            begin.wait();
            begin.wait();
            sink.write_all(LOGINS_CSV.as_bytes()).expect("the dump is sent");
            sink.finish()
        });
        begin.wait();
        let waits = format!(
            "SELECT count(*) FROM pg_stat_activity WHERE pid = {pid} AND state = 'active' AND wait_event = 'ClientRead'"
        );
        eventually("the upload has begun", || database.value(&waits) == "1");
        database.run(
            "SELECT heimdall.set_rule('logins', 'src', 'hash'); SELECT heimdall.reapply_policy('logins')",
        );
        begin.wait();
        let error = upload.join().expect("no panic").expect_err("rules of before");
        assert_eq!(error.code().map(|code| code.code().to_owned()).as_deref(), Some("40001"), "{error}");
    });
    assert_eq!(database.value("SELECT count(*) FROM heimdall.node"), "0");
    database.ingest("logins", LOGINS_CSV);
    assert_eq!(database.value("SELECT count(*) FROM heimdall.node WHERE key ~ '^Ip:[0-9.]+$'"), "0");
}

/// In whichever way a value was protected when it came, the subject is found by it, and goes.
#[test]
fn a_subject_is_erased_whatever_its_key_was_made() {
    for rule in ["keep", "hash", "encrypt", "pseudonymise"] {
        for reapplied in [false, true] {
            let database = with_logins();
            let set = format!("SELECT heimdall.set_rule('logins', 'src', '{rule}')");
            if reapplied {
                database.ingest("logins", LOGINS_CSV);
                database.run(&set);
                database.run("SELECT heimdall.reapply_policy('logins')");
            } else {
                database.run(&set);
                database.ingest("logins", LOGINS_CSV);
            }
            let keys = "SELECT key FROM heimdall.lookup('ip', '192.0.2.1')";
            let key = database.value(keys);
            assert_eq!(
                database
                    .value("SELECT vertices FROM heimdall.erase_subject('ip', '192.0.2.1', 'request 17')"),
                "1"
            );
            assert!(database.rows(keys).is_empty(), "{rule}");
            let in_log =
                format!("SELECT count(*) FROM heimdall.change_log AS c WHERE strpos(c::text, '{key}') > 0");
            assert_eq!(database.value(&in_log), "0", "{rule}");
            is_sound(&database);
            database.run("SELECT heimdall.prune_changes('0', '0')");
            database.run(
                "SELECT heimdall.set_rule('logins', 'src', 'keep'); SELECT heimdall.reapply_policy('logins')",
            );
            assert!(database.rows(keys).is_empty(), "{rule}");
            is_sound(&database);
        }
    }
}

/// A record that has got another key opens, and in its place alone.
#[test]
fn what_is_sealed_opens_after_every_change_of_keys() {
    let database = leaked();
    let reveal = "SELECT heimdall.reveal('email', 'ada@example.org', 'note', 'case 4711')";
    for rule in ["keep", "hash"] {
        database.run(&format!(
            "SELECT heimdall.set_rule('leak', 'email', '{rule}'); SELECT heimdall.reapply_policy('leak')"
        ));
        assert_eq!(database.value(reveal), "called back", "{rule}");
        database.run("SELECT heimdall.rotate_data_key(); SELECT heimdall.rewrap_keys()");
        assert_eq!(database.value(reveal), "called back", "{rule}");
        let mut amber = analyst(&database, &format!("amber_{rule}"), &["heimdall_tlp_amber"]);
        assert_eq!(
            text_rows(&mut amber, &reveal.replace("note", "password")).expect_err("red").code,
            "42501"
        );
    }
    is_sound(&database);
    database.run("SELECT heimdall.destroy_data_key(id, 'request 17') FROM heimdall.data_key WHERE destroyed_at IS NULL");
    let failure = database.failure(reveal);
    assert!(failure.message.contains("destroyed"), "{failure:?}");
    let denied = "SELECT detail ->> 'denied' FROM heimdall.audit WHERE action = 'reveal.denied' ORDER BY at DESC LIMIT 1";
    assert_eq!(database.value(denied), "cannot be opened");
}

/// Rules, keys and erasure while eight others bring dumps: nothing waits in a circle, and nothing is lost.
#[test]
fn policy_keys_and_erasure_go_on_beside_uploads() {
    const WRITERS: usize = 8;
    const ROUNDS: usize = 6;
    let database = with_logins();
    database.ingest("logins", LOGINS_CSV);
    let barrier = Barrier::new(WRITERS + 1);
    std::thread::scope(|scope| {
        for writer in 0..WRITERS {
            let (mut client, barrier) = (database.connect(), &barrier);
            scope.spawn(move || {
                barrier.wait();
                for round in 0..ROUNDS {
                    let rows: String = (0..50)
                        .map(|row| {
                            format!(
                                "2026-01-01T{writer:02}:00:00Z,u{},192.0.2.{},h{row}.example,{round}\n",
                                row % 7,
                                row % 9
                            )
                        })
                        .collect();
                    let dump = format!("time,user,src,host,bytes\n{rows}");
                    // What a client does that is told to try again.
                    loop {
                        match ingest(&mut client, "logins", dump.as_bytes()) {
                            Ok(_) => break,
                            Err(failure) => assert_eq!(failure.code, "40001", "{failure:?}"),
                        }
                    }
                }
            });
        }
        let (mut client, barrier) = (database.connect(), &barrier);
        scope.spawn(move || {
            barrier.wait();
            for round in 0..ROUNDS {
                let rule = ["hash", "keep"][round % 2];
                for sql in [
                    format!("SELECT heimdall.set_rule('logins', 'src', '{rule}')"),
                    "SELECT heimdall.rotate_data_key()".to_owned(),
                    "SELECT heimdall.reapply_policy('logins')".to_owned(),
                    format!("SELECT heimdall.erase_subject('user', 'u{round}', 'request')"),
                    "SELECT * FROM heimdall.erased('user', 'u1')".to_owned(),
                ] {
                    text_rows(&mut client, &sql).unwrap_or_else(|failure| panic!("{failure:?}\nin {sql}"));
                }
            }
            text_rows(&mut client, "SELECT heimdall.set_rule('logins', 'src', 'hash')").expect("a rule");
        });
    });
    database.run("SELECT heimdall.reapply_policy('logins')");
    assert_eq!(database.value("SELECT count(*) FROM heimdall.node WHERE key ~ '^Ip:[0-9.]+$'"), "0");
    is_sound(&database);
    assert_eq!(database.strays(), "0");
}
