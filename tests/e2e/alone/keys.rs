//! Without the right keys nothing is stored, and the error says what to do.

use std::fs::read_to_string;

use heimdall_tests::{Database, Failure, ServerFile, eventually};

use crate::{LOGINS_CSV, alone, with_logins};

const MASTER: &str = "heimdall.master_key_file";
const COMMAND: &str = "heimdall.master_key_command";
const PREVIOUS: &str = "heimdall.master_key_previous_file";
const HASH: &str = "heimdall.hash_key_file";
const OTHER_KEY: &[u8] = b"0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a69788796a5b4c3d2e1f0\n";

/// A setting of the server, as it was again when this is dropped.
struct Setting<'d> {
    database: &'d Database,
    name: &'static str,
    before: String,
}

impl<'d> Setting<'d> {
    fn new(database: &'d Database, name: &'static str, value: &str) -> Setting<'d> {
        let before = database.value(&format!("SHOW {name}"));
        assert_ne!(
            before.is_empty(),
            [MASTER, HASH].contains(&name),
            "the server has its keys from elsewhere"
        );
        let setting = Setting { database, name, before };
        setting.alter(&format!("SET {name} = '{}'", value.replace('\'', "''")), value);
        setting
    }

    fn alter(&self, change: &str, value: &str) {
        self.database.run(&format!("ALTER SYSTEM {change}"));
        self.database.run("SELECT pg_reload_conf()");
        eventually("the server has read its configuration", || {
            self.database.value(&format!("SHOW {}", self.name)) == value
        });
    }
}

impl Drop for Setting<'_> {
    fn drop(&mut self) {
        self.alter(&format!("RESET {}", self.name), &self.before);
    }
}

fn key_file(database: &Database, content: &[u8], mode: u32) -> ServerFile {
    database.server().file("other.key", content, mode)
}

/// Every way in refuses, and nothing is stored; gives the error.
fn refused(database: &Database) -> Failure {
    let before = database.snapshot();
    let failure = database.refused("logins", LOGINS_CSV);
    // Not COPY: the client library loses its place where that fails before it has taken anything.
    let by_inbox = database.failure("INSERT INTO heimdall_in.logins VALUES ('ada', '192.0.2.1')");
    assert_eq!(by_inbox, failure);
    assert_eq!(database.snapshot(), before);
    assert!(!failure.hint.is_empty(), "{failure:?}");
    failure
}

#[test]
fn no_master_key() {
    let _alone = alone();
    let database = with_logins();
    let _setting = Setting::new(&database, MASTER, "");
    let failure = refused(&database);
    assert_eq!(failure.code, "55000");
    assert!(failure.message.contains("master key"), "{failure:?}");
    assert!(failure.hint.contains("HMD_MASTER_KEY") && failure.hint.contains(MASTER), "{failure:?}");
}

#[test]
fn no_hash_key() {
    let _alone = alone();
    let database = with_logins();
    let _setting = Setting::new(&database, HASH, "");
    let failure = refused(&database);
    assert_eq!(failure.code, "55000");
    assert!(failure.message.contains("hash key"), "{failure:?}");
    assert!(failure.hint.contains("HMD_HASH_KEY") && failure.hint.contains(HASH), "{failure:?}");
}

#[test]
fn without_the_hash_key_a_personal_value_is_not_said_to_be_unknown() {
    let _alone = alone();
    let database = with_logins();
    database.ingest("logins", LOGINS_CSV);
    let _setting = Setting::new(&database, HASH, "");
    let failure = database.failure("SELECT * FROM heimdall.lookup('user', 'ada')");
    assert_eq!(failure.code, "55000");
    assert_eq!(database.rows("SELECT * FROM heimdall.lookup('ip', '192.0.2.1')").len(), 1);
}

#[test]
fn a_key_file_that_others_can_read() {
    let _alone = alone();
    let database = with_logins();
    for mode in [0o644, 0o640, 0o604, 0o620] {
        let file = key_file(&database, OTHER_KEY, mode);
        let _setting = Setting::new(&database, MASTER, file.name());
        let failure = refused(&database);
        assert_eq!(failure.code, "F0000", "{mode:o}");
        assert!(failure.hint.contains("0600"), "{failure:?}");
    }
}

#[test]
fn a_key_file_that_is_not_there() {
    let _alone = alone();
    let database = with_logins();
    let _setting = Setting::new(&database, HASH, "/nowhere/hash.key");
    let failure = refused(&database);
    assert_eq!(failure.code, "F0000");
    assert!(failure.message.contains("hash key"), "{failure:?}");
}

#[test]
fn a_key_that_is_none() {
    let _alone = alone();
    let database = with_logins();
    for key in ["", "hunter2", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="] {
        let file = key_file(&database, key.as_bytes(), 0o600);
        let _setting = Setting::new(&database, MASTER, file.name());
        let failure = refused(&database);
        assert_eq!(failure.code, "F0000", "{key}");
        assert!(!failure.message.contains("hunter2"), "{failure:?}");
        assert!(failure.hint.contains("openssl rand"), "{failure:?}");
    }
}

#[test]
fn another_master_key_than_before() {
    let _alone = alone();
    let database = with_logins();
    database.ingest("logins", LOGINS_CSV);
    let key = database.value("SELECT key FROM heimdall.lookup('user', 'ada')");
    let file = key_file(&database, OTHER_KEY, 0o600);
    {
        let _setting = Setting::new(&database, MASTER, file.name());
        let before = database.snapshot();
        let failure = database.refused("logins", "user,src\njoan,192.0.2.3\n");
        assert_eq!(failure.code, "55000");
        assert!(failure.detail.contains("another master key"), "{failure:?}");
        assert!(failure.hint.contains("HMD_MASTER_KEY"), "{failure:?}");
        assert_eq!(database.snapshot(), before);
        // Questions take the hash key alone.
        assert_eq!(database.value("SELECT key FROM heimdall.lookup('user', 'ada')"), key);
    }
    assert_eq!(database.unsealed(&key, "value"), "ada");
}

#[test]
fn another_hash_key_gives_other_keys() {
    let _alone = alone();
    let database = with_logins();
    database.ingest("logins", LOGINS_CSV);
    let file = key_file(&database, OTHER_KEY, 0o600);
    let _setting = Setting::new(&database, HASH, file.name());
    let ada = "SELECT * FROM heimdall.lookup('user', 'ada')";
    assert!(database.rows(ada).is_empty());
}

#[test]
fn nothing_is_stored_under_another_hash_key() {
    let _alone = alone();
    let database = with_logins();
    database.ingest("logins", LOGINS_CSV);
    assert_eq!(database.value("SELECT heimdall.hash_key_fits()"), "t");
    {
        let file = key_file(&database, OTHER_KEY, 0o600);
        let _setting = Setting::new(&database, HASH, file.name());
        assert_eq!(database.value("SELECT heimdall.hash_key_fits()"), "f");
        let failure = refused(&database);
        assert_eq!(failure.code, "55000");
        assert!(failure.hint.contains("HMD_HASH_KEY"), "{failure:?}");
        // Nor by a new key of data, nor in a source that has stored nothing yet.
        database.run("SELECT heimdall.rotate_data_key()");
        assert_eq!(refused(&database).code, "55000");
    }
    database.ingest("logins", "user,src\nada,192.0.2.7\n");
}

#[test]
fn a_key_in_hexadecimal_or_base64_is_the_same_key() {
    let _alone = alone();
    let database = with_logins();
    let hexadecimal = key_file(&database, OTHER_KEY, 0o600);
    let base64 = database.server().file("base64.key", b"Dx4tPEtaaXiHlqW0w9Lh8A8eLTxLWml4h5altMPS4fA=", 0o400);
    let key = |file: &ServerFile| {
        let _setting = Setting::new(&database, HASH, file.name());
        database.value("SELECT heimdall.canonical_key('user', 'ada')")
    };
    assert_eq!(key(&hexadecimal), key(&base64));
}

/// A command that writes a line into a file each time that it runs, and then that key.
fn counting(database: &Database) -> (ServerFile, String) {
    let runs = database.server().file("runs", b"", 0o600);
    let key = database.value(&format!("SHOW {MASTER}"));
    let command = format!("echo run >> {}; cat {key}", runs.name());
    (runs, command)
}

fn runs(file: &ServerFile) -> usize {
    read_to_string(file.path()).expect("the file").lines().count()
}

#[test]
fn a_command_gives_the_key_once_a_process_and_once_more_after_a_reload() {
    let _alone = alone();
    let database = with_logins();
    database.ingest("logins", LOGINS_CSV);
    let (file, command) = counting(&database);
    let _command = Setting::new(&database, COMMAND, &command);
    let ada = database.value("SELECT key FROM heimdall.lookup('user', 'ada')");
    let sealed = database.property(&ada, "sealed");
    let sealed = sealed.split('"').nth(3).expect("a sealed value");
    let open = format!("SELECT heimdall._unseal('{ada}', 'value', '{sealed}')");
    assert_eq!(database.value(&open), "ada");
    assert_eq!(runs(&file), 0, "a file goes before a command");
    let _file = Setting::new(&database, MASTER, "");
    for user in ["joan", "jean", "jane"] {
        database.ingest("logins", format!("user,src\n{user},192.0.2.3\n"));
        assert_eq!(database.value(&open), "ada");
    }
    assert_eq!(runs(&file), 1);
    database.reconnect();
    assert_eq!(database.value(&open), "ada");
    assert_eq!(runs(&file), 2);
    let before = database.value("SELECT pg_conf_load_time()");
    database.run("SELECT pg_reload_conf()");
    eventually("the server has read its configuration", || {
        database.value("SELECT pg_conf_load_time()") != before
    });
    assert_eq!(database.value(&open), "ada");
    assert_eq!(runs(&file), 3);
}

#[test]
fn a_command_that_fails_shows_its_status_and_nothing_that_it_writes() {
    let _alone = alone();
    let database = with_logins();
    let key = key_file(&database, OTHER_KEY, 0o600);
    let command = format!("cat {0}; cat {0} >&2; exit 3", key.name());
    let _command = Setting::new(&database, COMMAND, &command);
    let _file = Setting::new(&database, MASTER, "");
    let failure = refused(&database);
    assert_eq!(failure.code, "F0000");
    assert!(failure.message.ends_with("its command has ended with exit status: 3"), "{failure:?}");
    assert!(failure.hint.contains(COMMAND), "{failure:?}");
    let shown = str::from_utf8(OTHER_KEY).expect("text").trim();
    let server = database.server();
    assert_eq!(server.search_in(&[&server.log], &[shown]), Vec::<String>::new());
    assert!(!server.search_in(&[key.path()], &[shown]).is_empty(), "the control");
}

#[test]
fn keys_are_rewrapped_and_the_previous_master_key_is_needed_no_more() {
    let _alone = alone();
    let database = with_logins();
    database.ingest("logins", LOGINS_CSV);
    database.run("SELECT heimdall.rotate_data_key()");
    database.ingest("logins", "user,src\njoan,192.0.2.3\n");
    let ada = database.value("SELECT key FROM heimdall.lookup('user', 'ada')");
    let sealed = database.property(&ada, "sealed");
    let opened = || database.unsealed(&ada, "value");
    let openers =
        || database.rows("SELECT opened_by, count(*) FROM heimdall.key_status() GROUP BY 1 ORDER BY 1");
    let fingerprint = database.value("SELECT DISTINCT master_key FROM heimdall.key_status()");

    let old = database.value(&format!("SHOW {MASTER}"));
    let file = key_file(&database, OTHER_KEY, 0o600);
    let _new = Setting::new(&database, MASTER, file.name());
    assert_eq!(openers(), [["∅", "2"]]);
    assert_eq!(database.failure("SELECT heimdall.rewrap_keys()").code, "55000");
    {
        let _previous = Setting::new(&database, PREVIOUS, &old);
        assert_eq!(openers(), [["previous", "2"]]);
        // Meanwhile everything works.
        assert_eq!(opened(), "ada");
        database.ingest("logins", "user,src\njean,192.0.2.4\n");
        let mut undone = database.connect();
        undone.batch_execute("BEGIN; SELECT heimdall.rewrap_keys(); ROLLBACK").expect("taken back");
        assert_eq!(openers(), [["previous", "2"]]);
        assert_eq!(database.value("SELECT heimdall.rewrap_keys()"), "2");
        assert_eq!(openers(), [["current", "2"]]);
        assert_eq!(database.value("SELECT heimdall.rewrap_keys()"), "0");
    }
    assert_eq!(openers(), [["current", "2"]]);
    assert_eq!(opened(), "ada");
    assert_eq!(database.property(&ada, "sealed"), sealed);
    assert_ne!(database.value("SELECT DISTINCT master_key FROM heimdall.key_status()"), fingerprint);
    let audited = "SELECT detail ->> 'rewrapped' FROM heimdall.audit WHERE action = 'key.rewrap' ORDER BY at";
    assert_eq!(database.rows(audited), [["2"], ["0"]]);
}

#[test]
fn a_data_key_that_no_master_key_opens_keeps_the_others_from_being_rewrapped_until_it_is_destroyed() {
    let _alone = alone();
    let database = with_logins();
    database.ingest("logins", LOGINS_CSV);
    database.run("SELECT heimdall.rotate_data_key()");
    database.ingest("logins", "user,src\njoan,192.0.2.3\n");
    database.run("UPDATE heimdall.data_key SET wrapped = set_byte(wrapped, 20, get_byte(wrapped, 20) # 1) WHERE id = 1");
    let old = database.value(&format!("SHOW {MASTER}"));
    let file = key_file(&database, OTHER_KEY, 0o600);
    let _new = Setting::new(&database, MASTER, file.name());
    let _previous = Setting::new(&database, PREVIOUS, &old);
    let failure = database.failure("SELECT heimdall.rewrap_keys()");
    assert!(
        failure.message.contains("data key 1 ") && failure.hint.contains("destroy_data_key"),
        "{failure:?}"
    );
    database.run("SELECT heimdall.destroy_data_key(1, 'unreadable')");
    assert_eq!(database.value("SELECT heimdall.rewrap_keys()"), "1");
}
