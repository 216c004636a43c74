//! The server recovers from an archive, as after a promotion: what it writes from then on is another history.

use heimdall_tests::{Database, eventually};

use crate::{LOGINS_CSV, alone, with_logins};

fn after_restore(database: &Database) -> Vec<String> {
    database.rows("SELECT changed, repaired, sequences, incarnation FROM heimdall.after_restore()").remove(0)
}

#[test]
fn a_new_timeline_is_another_incarnation() {
    let _alone = alone();
    let database = with_logins();
    database.ingest("logins", LOGINS_CSV);
    let before = after_restore(&database).pop().expect("a clone has an incarnation of its own");
    assert_eq!(after_restore(&database), ["f", "0", "0", &before]);

    let server = database.server();
    database.run("ALTER SYSTEM SET restore_command = 'false'");
    server.control(&["stop"]);
    server.signal_recovery();
    server.control(&["start"]);
    database.reconnect();
    eventually("the recovery ends", || database.value("SELECT pg_is_in_recovery()") == "f");
    database.run("ALTER SYSTEM RESET restore_command");

    assert!(database.ingest("logins", LOGINS_CSV).duplicate);
    let next = (before.parse::<i32>().expect("a number") + 1).to_string();
    assert_eq!(after_restore(&database), ["t", "0", "0", &next]);
    assert_eq!(after_restore(&database), ["f", "0", "0", &next]);
}
