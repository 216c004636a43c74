//! The background worker indexes look-alikes where a database says so, and nowhere else.

use heimdall_tests::{Database, eventually};

const SEEN: &str = r#"{"columns": ["domain"], "entities": {"domain": {"label": "Domain", "key": "domain"}}, "relations": [], "tlp": "green"}"#;

fn seen(database: &Database, dump: &str) {
    database.source("seen", "csv", SEEN);
    database.ingest("seen", dump);
}

fn indexed(database: &Database) -> String {
    database.value("SELECT count(*) FROM heimdall.look_alike")
}

#[test]
fn init_has_the_worker_come() {
    let database = Database::bare();
    database.run("CREATE EXTENSION heimdall CASCADE");
    database.run("SELECT heimdall.init()");
    database.reconnect();
    assert_eq!(database.value("SHOW heimdall.index_in_background"), "on");
    seen(&database, "domain\npaypal.com\nexample.org\n");
    eventually("the worker has indexed both", || indexed(&database) == "2");
    // It goes on with what comes later.
    database.ingest("seen", "domain\npaypal.com\nexample.net\n");
    eventually("the worker has indexed the third", || indexed(&database) == "3");
}

#[test]
fn a_database_without_the_setting_is_left_alone() {
    let quiet = Database::new();
    seen(&quiet, "domain\nexample.org\n");
    let visited = Database::new();
    seen(&visited, "domain\nexample.org\n");
    visited.run(&format!("ALTER DATABASE {} SET heimdall.index_in_background = on", visited.name()));
    // Whatever comes twice here has been round to the other one.
    eventually("the worker has come", || indexed(&visited) == "1");
    visited.ingest("seen", "domain\nexample.net\n");
    eventually("the worker has come again", || indexed(&visited) == "2");
    assert_eq!(indexed(&quiet), "0");
}

#[test]
fn a_database_that_the_worker_visits_can_be_dropped() {
    let database = Database::new();
    seen(&database, "domain\nexample.org\n");
    database.run(&format!("ALTER DATABASE {} SET heimdall.index_in_background = on", database.name()));
    eventually("the worker has come", || indexed(&database) == "1");
    database.reconnect();
    let mut admin = database.connect_to("postgres");
    admin.batch_execute(&format!("DROP DATABASE {}", database.name())).expect("without force");
}

#[test]
fn a_database_without_the_extension_does_no_harm() {
    let empty = Database::bare();
    empty.run(&format!("ALTER DATABASE {} SET heimdall.index_in_background = on", empty.name()));
    let database = Database::new();
    seen(&database, "domain\nexample.org\n");
    database.run(&format!("ALTER DATABASE {} SET heimdall.index_in_background = on", database.name()));
    eventually("the worker has come", || indexed(&database) == "1");
}
