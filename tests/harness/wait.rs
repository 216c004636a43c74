//! Waiting for what another process does.

use std::time::{Duration, Instant};

use crate::Database;

/// Looks again and again until it is so.
///
/// # Panics
/// Where it is not so within two minutes.
pub fn eventually(what: &str, mut is_so: impl FnMut() -> bool) {
    let end = Instant::now() + Duration::from_secs(120);
    while !is_so() {
        assert!(Instant::now() < end, "not within two minutes: {what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

impl Database {
    /// Waits until that backend waits for a lock.
    pub fn wait_until_blocked(&self, pid: i32) {
        let mut client = self.connect();
        eventually("the backend waits for a lock", || {
            client
                .query_opt(
                    "SELECT FROM pg_stat_activity WHERE pid = $1 AND wait_event_type = 'Lock'",
                    &[&pid],
                )
                .expect("pg_stat_activity")
                .is_some()
        });
    }
}

/// The number of the backend that serves a connection.
///
/// # Panics
/// Where the connection is broken.
pub fn backend(client: &mut postgres::Client) -> i32 {
    client.query_one("SELECT pg_backend_pid()", &[]).expect("pg_backend_pid").get(0)
}
