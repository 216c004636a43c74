//! Data keys: what there is, retiring and destroying. Keys that the server has, see `alone/keys.rs`.

use heimdall_tests::{Database, backend, ingest, text_rows};

use crate::dumps::{LOGINS_CSV, with_logins};

const MORE: &str = "time,user,src,host,bytes\n2026-01-02T10:00:00Z,joan,192.0.2.3,www.example.org,1\n";
const KEY_OF: &str = "SELECT key FROM heimdall.lookup('user', 'ada')";

fn ingested() -> Database {
    let database = with_logins();
    database.ingest("logins", LOGINS_CSV);
    database
}

fn ada(database: &Database) -> String {
    database.unsealed(&database.value(KEY_OF), "value")
}

fn data_key(database: &Database) -> String {
    database.value("SELECT max(data_key) FROM heimdall.batch")
}

#[test]
fn the_status_of_a_key_says_all_but_the_key() {
    let database = ingested();
    let status = database.rows(
        "SELECT id, source, created_at IS NOT NULL, retired_at, destroyed_at, sealed, length(master_key), opened_by \
         FROM heimdall.key_status()",
    );
    let sealed = database.value("SELECT sealed FROM heimdall.batch");
    assert_eq!(status, [["1", "logins", "t", "∅", "∅", sealed.as_str(), "16", "current"]]);
    // What a superuser sees of all columns, in any encoding, has no bytes of the wrapped key.
    let wrapped = database.value("SELECT encode(wrapped, 'hex') FROM heimdall.data_key");
    let shown = database.rows("SELECT s::text FROM heimdall.key_status() AS s");
    assert!(!shown[0][0].contains(&wrapped[..32]), "{shown:?}");
}

#[test]
fn a_retired_key_seals_nothing_more_and_opens_what_it_sealed() {
    let database = ingested();
    let first = data_key(&database);
    assert_eq!(database.value("SELECT heimdall.rotate_data_key('logins')"), "1");
    assert_eq!(database.value("SELECT heimdall.rotate_data_key()"), "0");
    database.ingest("logins", MORE);
    assert_ne!(data_key(&database), first);
    assert_eq!(ada(&database), "ada");
    assert_eq!(database.value("SELECT heimdall.rotate_data_key()"), "1");
    let failure = database.failure("SELECT heimdall.rotate_data_key('nowhere')");
    assert_eq!(failure.code, "42704");
    let audited = "SELECT action, object FROM heimdall.audit WHERE action LIKE 'key.%' ORDER BY at";
    assert_eq!(
        database.rows(audited),
        [
            ["key.create", &*format!("data key {first}")],
            ["key.rotate", "source logins"],
            ["key.rotate", "all sources"],
            ["key.create", &*format!("data key {}", data_key(&database))],
            ["key.rotate", "all sources"],
        ]
    );
}

#[test]
fn a_destroyed_key_opens_nothing_and_says_when_it_was_destroyed() {
    let database = ingested();
    let (id, sealed) = (data_key(&database), database.value("SELECT sealed FROM heimdall.batch"));
    assert_eq!(ada(&database), "ada");
    let value = database.property(&database.value(KEY_OF), "sealed");
    assert_eq!(database.value(&format!("SELECT heimdall.destroy_data_key({id}, 'end of contract')")), sealed);
    let sealed = value.split('"').nth(3).expect("a sealed value");
    let open = format!("SELECT heimdall._unseal('{}', 'value', '{sealed}')", database.value(KEY_OF));
    let failure = database.failure(&open);
    assert_eq!(failure.code, "42704");
    assert!(failure.message.contains(&format!("data key {id} was destroyed at 2")), "{failure:?}");
    let status =
        "SELECT id, retired_at IS NOT NULL, destroyed_at IS NOT NULL, opened_by FROM heimdall.key_status()";
    assert_eq!(database.rows(status), [[id.as_str(), "t", "t", "∅"]]);
    assert_eq!(database.value("SELECT count(*) FROM heimdall.data_key WHERE wrapped IS NOT NULL"), "0");
    // What the graph shows in clear is as before, and what comes is sealed with another key.
    assert_eq!(database.value("SELECT count(*) FROM heimdall.neighbors('user', 'ada')"), "2");
    database.ingest("logins", MORE);
    assert_ne!(data_key(&database), id);
    let again = database.failure(&format!("SELECT heimdall.destroy_data_key({id}, 'again')"));
    assert_eq!(again.code, "55000");
    let audited =
        database.rows("SELECT object, detail ->> 'reason' FROM heimdall.audit WHERE action = 'key.destroy'");
    assert_eq!(audited, [[format!("data key {id}").as_str(), "end of contract"]]);
}

#[test]
fn a_key_is_destroyed_for_a_reason_and_when_there_is_one() {
    let database = ingested();
    for reason in ["NULL", "''", "'  '"] {
        let failure = database.failure(&format!("SELECT heimdall.destroy_data_key(1, {reason})"));
        assert_eq!(failure.code, "22023");
    }
    assert_eq!(database.failure("SELECT heimdall.destroy_data_key(77, 'x')").code, "42704");
    assert_eq!(ada(&database), "ada");
}

#[test]
fn whoever_destroys_a_key_waits_for_those_who_use_it() {
    let database = ingested();
    let id = data_key(&database);
    let mut writer = database.connect();
    writer.batch_execute("BEGIN").expect("a transaction");
    ingest(&mut writer, "logins", MORE.as_bytes()).expect("a dump");
    let mut destroyer = database.connect();
    let pid = backend(&mut destroyer);
    std::thread::scope(|scope| {
        let statement = format!("SELECT heimdall.destroy_data_key({id}, 'x')");
        let destroying = scope.spawn(move || text_rows(&mut destroyer, &statement).expect("destroyed"));
        database.wait_until_blocked(pid);
        // Meanwhile the writer can use it, and retiring it waits for nobody.
        assert_eq!(
            text_rows(&mut writer, "SELECT heimdall.rotate_data_key()"),
            Ok(vec![vec!["1".to_owned()]])
        );
        writer.batch_execute("COMMIT").expect("the end");
        destroying.join().expect("no panic");
    });
    // What it sealed in that transaction counts among what is lost.
    let lost = "SELECT detail ->> 'sealed' FROM heimdall.audit WHERE action = 'key.destroy'";
    assert_eq!(database.value(lost), database.value("SELECT sum(sealed) FROM heimdall.batch"));
}

#[test]
fn whoever_writes_takes_no_key_that_is_being_destroyed() {
    let database = ingested();
    let id = data_key(&database);
    let mut destroyer = database.connect();
    destroyer
        .batch_execute(&format!("BEGIN; SELECT heimdall.destroy_data_key({id}, 'x')"))
        .expect("destroyed");
    let mut writer = database.connect();
    let pid = backend(&mut writer);
    std::thread::scope(|scope| {
        let writing = scope.spawn(move || ingest(&mut writer, "logins", MORE.as_bytes()).expect("a dump"));
        database.wait_until_blocked(pid);
        destroyer.batch_execute("COMMIT").expect("the end");
        writing.join().expect("no panic");
    });
    assert_ne!(data_key(&database), id);
    let joan = database.value("SELECT key FROM heimdall.lookup('user', 'joan')");
    assert_eq!(database.unsealed(&joan, "value"), "joan");
}

#[test]
fn keys_are_for_administrators_and_their_status_for_auditors() {
    let database = ingested();
    let others =
        ["heimdall_ingest", "heimdall_analyst", "heimdall_sync", "heimdall_auditor", "heimdall_tlp_red"];
    let mut client = database.connect_as(&database.role("other", &others));
    for statement in [
        "SELECT heimdall.rotate_data_key()",
        "SELECT heimdall.rewrap_keys()",
        "SELECT heimdall.destroy_data_key(1, 'x')",
        "SELECT heimdall._data_key_opened_by(1, '')",
    ] {
        assert_eq!(text_rows(&mut client, statement).expect_err(statement).code, "42501");
    }
    assert_eq!(text_rows(&mut client, "SELECT * FROM heimdall.key_status()").expect("status").len(), 1);
    let mut admin = database.connect_as(&database.role("admin", &["heimdall_admin"]));
    for statement in [
        "SELECT * FROM heimdall.key_status()",
        "SELECT heimdall.rotate_data_key()",
        "SELECT heimdall.rewrap_keys()",
        "SELECT heimdall.destroy_data_key(1, 'x')",
    ] {
        text_rows(&mut admin, statement).expect(statement);
    }
    assert_eq!(text_rows(&mut admin, "SELECT * FROM heimdall.data_key").expect_err("denied").code, "42501");
    // The one who acts is written down, not the owner.
    let actors =
        "SELECT DISTINCT actor FROM heimdall.audit WHERE action LIKE 'key.%' AND action <> 'key.create'";
    assert_eq!(database.value(actors), format!("{}_admin", database.name()));
}

#[test]
fn commands_are_shown_to_superusers_alone_and_set_in_the_configuration() {
    let database = with_logins();
    let groups = ["heimdall_admin", "heimdall_ingest", "heimdall_analyst"];
    let mut client = database.connect_as(&database.role("member", &groups));
    for setting in ["master_key_command", "hash_key_command", "master_key_previous_command"] {
        let setting = format!("heimdall.{setting}");
        assert_eq!(text_rows(&mut client, &format!("SHOW {setting}")).expect_err("shown").code, "42501");
        let set = format!("SET {setting} = 'true'");
        assert_eq!(text_rows(&mut client, &set).expect_err("set").code, "55P02");
        assert_eq!(database.failure(&set).code, "55P02");
        let listed = format!("SELECT count(*) FROM pg_settings WHERE name = '{setting}'");
        assert_eq!(text_rows(&mut client, &listed), Ok(vec![vec!["0".to_owned()]]));
    }
}
