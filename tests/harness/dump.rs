//! pg_dump, and back into another database.

use std::process::Stdio;

use crate::Database;

/// What of a dump in SQL is there besides the data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sql {
    /// All that pg_dump writes, but the owners.
    Whole,
    /// No grants either.
    WithoutGrants,
}

impl Database {
    /// Restores a dump in SQL into another database, which has nothing in it yet.
    ///
    /// # Panics
    /// Where pg_dump or psql report anything.
    pub fn restore_sql(&self, to: &Database, sql: Sql) {
        let mut dump = self.server().program("pg_dump", self.name());
        dump.arg("--no-owner");
        if sql == Sql::WithoutGrants {
            dump.arg("--no-privileges");
        }
        let mut dump = dump.stdout(Stdio::piped()).spawn().expect("pg_dump");
        let restored = to
            .server()
            .program("psql", to.name())
            .args(["-X", "-q", "-o", "/dev/null", "-v", "ON_ERROR_STOP=1"])
            .stdin(dump.stdout.take().expect("a pipe"))
            .output()
            .expect("psql");
        assert!(dump.wait().expect("pg_dump ends").success());
        assert!(restored.status.success(), "{restored:?}");
    }
}
