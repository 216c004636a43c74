//! A server that logs and counts all that Postgres lets it.

use std::fs::remove_dir_all;
use std::path::PathBuf;

use heimdall_tests::{Database, eventually};

/// Which libraries are loaded, and in which order: what is set up first is asked last.
#[derive(Clone, Copy)]
pub enum Libraries {
    First,
    Last,
    /// Loaded by the first session that calls it.
    Later,
}

const SETTINGS: &[(&str, &str)] = &[
    ("logging_collector", "on"),
    ("log_destination", "'stderr,csvlog,jsonlog'"),
    ("log_statement", "'all'"),
    ("log_min_duration_statement", "0"),
    ("log_duration", "on"),
    ("log_min_messages", "'debug1'"),
    ("log_min_error_statement", "'debug1'"),
    ("log_error_verbosity", "'verbose'"),
    ("log_parameter_max_length", "-1"),
    ("log_parameter_max_length_on_error", "-1"),
    ("log_lock_waits", "on"),
    ("log_temp_files", "0"),
    ("log_connections", "'all'"),
    ("log_disconnections", "on"),
    ("full_page_writes", "on"),
    ("deadlock_timeout", "'20ms'"),
    ("debug_print_parse", "on"),
    ("debug_print_rewritten", "on"),
    ("debug_print_plan", "on"),
    ("track_activity_query_size", "16384"),
    ("auto_explain.log_min_duration", "0"),
    ("auto_explain.log_analyze", "on"),
    ("auto_explain.log_verbose", "on"),
    ("auto_explain.log_nested_statements", "on"),
    ("auto_explain.log_parameter_max_length", "-1"),
    ("pg_stat_statements.track", "'all'"),
];

/// The server so, for as long as this lives.
pub struct Hostile<'d>(&'d Database);

impl<'d> Hostile<'d> {
    pub fn new(database: &'d Database, libraries: Libraries) -> Hostile<'d> {
        let hostile = Hostile(database);
        let order = match libraries {
            Libraries::First => "age, heimdall, pg_stat_statements, auto_explain",
            Libraries::Last => "pg_stat_statements, auto_explain, age, heimdall",
            Libraries::Later => "age, pg_stat_statements, auto_explain",
        };
        database.run(&format!("ALTER SYSTEM SET shared_preload_libraries = {order}"));
        hostile.restart();
        for (name, value) in SETTINGS {
            database.run(&format!("ALTER SYSTEM SET {name} = {value}"));
        }
        hostile.restart();
        database.run("CREATE EXTENSION IF NOT EXISTS pg_stat_statements");
        hostile
    }

    pub fn restart(&self) {
        self.0.reconnect();
        self.0.server().control(&["restart"]);
    }

    fn folder(&self) -> PathBuf {
        self.0.server().data.join("log")
    }

    /// What the server has logged until now. The collector gets messages through a pipe: one of our own follows them, and
    /// is waited for.
    pub fn log_until_now(&self) -> String {
        self.0.run("DO $$BEGIN RAISE LOG 'until now'; END$$");
        eventually("the collector has written it", || self.log().contains("until now"));
        self.log()
    }

    /// What the server has logged since it was made so, in plain text, as far as it is written.
    pub fn log(&self) -> String {
        let mut log = String::new();
        for file in std::fs::read_dir(self.folder()).expect("the folder of the logs").flatten() {
            if file.path().extension().is_some_and(|kind| kind == "log") {
                let bytes = std::fs::read(file.path()).expect("a log");
                log.push_str(&String::from_utf8_lossy(&bytes));
            }
        }
        log
    }
}

impl Drop for Hostile<'_> {
    fn drop(&mut self) {
        self.0.reconnect();
        // A server that a failed test has left down is started for the next one.
        self.0.server().control(&["start"]);
        self.0.run("ALTER SYSTEM RESET ALL");
        self.restart();
        // The next one begins with none.
        let _ = remove_dir_all(self.folder());
    }
}
