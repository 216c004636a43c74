//! Tests that have the server to themselves: they change its keys, or kill it.

mod base_backup;
mod byte_search;
mod corpus;
mod crash;
mod demo;
mod environment;
mod hostile;
mod keys;
mod logs;
mod recovery;
mod reveal;
mod statements;

use std::sync::{Mutex, MutexGuard};

use heimdall_tests::Database;

/// One of these tests at a time.
fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    // A test that has failed is no reason for the next one to fail.
    ALONE.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}

const LOGINS: &str = r#"{
    "columns":   ["user", "src"],
    "entities":  {"who": {"label": "User", "key": "user"}, "src": {"label": "Ip", "key": "src"}},
    "relations": [{"from": "who", "type": "LOGIN_FROM", "to": "src"}]}"#;

const LOGINS_CSV: &str = "user,src\nada,192.0.2.1\ngrace,192.0.2.2\n";

/// A database with the source `logins`.
fn with_logins() -> Database {
    let database = Database::new();
    database.source("logins", "csv", LOGINS);
    database
}
