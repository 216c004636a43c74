//! A database of a test's own.

use std::io::Write;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use postgres::{Client, NoTls, SimpleQueryMessage};

use crate::Server;

/// Made once in a run; every test's database is a copy of it.
const TEMPLATE: &str = "heimdall_template";

/// A database with the extension and an empty graph. Dropped with its last use.
pub struct Database {
    server: Server,
    name: String,
}

/// An error as the server reported it.
#[derive(Debug, PartialEq, Eq)]
pub struct Failure {
    /// SQLSTATE.
    pub code: String,
    /// Primary message.
    pub message: String,
    /// Detail, or nothing.
    pub detail: String,
    /// Hint, or nothing.
    pub hint: String,
}

impl Database {
    /// A fresh database.
    ///
    /// # Panics
    /// Where the server does not do it.
    pub fn new() -> Database {
        static READY: OnceLock<()> = OnceLock::new();
        static COUNTER: AtomicU32 = AtomicU32::new(0);
        let server = Server::from_environment();
        READY.get_or_init(|| make_template(&server));
        let name = format!(
            "t{}_{}",
            std::process::id(),
            COUNTER.fetch_add(1, Ordering::Relaxed)
        );
        connect_to(&server, "postgres", &server.user)
            .batch_execute(&format!(
                "CREATE DATABASE {name} TEMPLATE {TEMPLATE} STRATEGY file_copy"
            ))
            .expect("the database is made");
        // Settings of a database are not copied with it.
        connect_to(&server, "postgres", &server.user)
            .batch_execute(&format!(
                "ALTER DATABASE {name} SET session_preload_libraries = 'age'"
            ))
            .expect("AGE is loaded in its sessions");
        Database { server, name }
    }

    /// Name of the database.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its server.
    pub fn server(&self) -> &Server {
        &self.server
    }

    /// A connection as superuser.
    pub fn connect(&self) -> Client {
        self.connect_as(&self.server.user)
    }

    /// A connection as that role, which has to be allowed to log in.
    pub fn connect_as(&self, user: &str) -> Client {
        connect_to(&self.server, &self.name, user)
    }

    /// Rows of a query, as text; NULL is `∅`.
    pub fn rows(&self, sql: &str) -> Vec<Vec<String>> {
        text_rows(&mut self.connect(), sql).unwrap_or_else(|failure| panic!("{failure:?}\nin {sql}"))
    }

    /// The one value of a query.
    pub fn value(&self, sql: &str) -> String {
        let rows = self.rows(sql);
        assert!(
            rows.len() == 1 && rows[0].len() == 1,
            "one value expected, got {rows:?} from {sql}"
        );
        rows[0][0].clone()
    }

    /// Runs statements that give no rows, or whose rows do not matter.
    pub fn run(&self, sql: &str) {
        self.rows(sql);
    }

    /// The error of a query that is to fail.
    pub fn failure(&self, sql: &str) -> Failure {
        match text_rows(&mut self.connect(), sql) {
            Ok(rows) => panic!("no error, but {rows:?} from {sql}"),
            Err(failure) => failure,
        }
    }

    /// Sends a file as `\copy` does.
    pub fn copy(&self, statement: &str, data: &[u8]) -> Result<u64, Failure> {
        let mut client = self.connect();
        let mut writer = client.copy_in(statement).map_err(Failure::from)?;
        if let Err(error) = writer.write_all(data) {
            return Err(error
                .into_inner()
                .and_then(|e| e.downcast::<postgres::Error>().ok())
                .map_or_else(|| panic!("the connection broke"), |error| Failure::from(*error)));
        }
        writer.finish().map_err(Failure::from)
    }
}

impl Default for Database {
    fn default() -> Self {
        Database::new()
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let dropped = connect_to(&self.server, "postgres", &self.server.user)
            .batch_execute(&format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name));
        if let (Err(error), false) = (dropped, std::thread::panicking()) {
            panic!("the database of a test cannot be dropped: {error}");
        }
    }
}

impl From<postgres::Error> for Failure {
    fn from(error: postgres::Error) -> Failure {
        let Some(db) = error.as_db_error() else {
            panic!("not an error of the server: {error}")
        };
        Failure {
            code: db.code().code().to_owned(),
            message: db.message().to_owned(),
            detail: db.detail().unwrap_or_default().to_owned(),
            hint: db.hint().unwrap_or_default().to_owned(),
        }
    }
}

/// Rows of a query on that connection, as text; NULL is `∅`.
///
/// # Errors
/// What the server says.
pub fn text_rows(client: &mut Client, sql: &str) -> Result<Vec<Vec<String>>, Failure> {
    let messages = client.simple_query(sql).map_err(Failure::from)?;
    let rows = messages.iter().filter_map(|message| match message {
        SimpleQueryMessage::Row(row) => Some(
            (0..row.len())
                .map(|at| row.get(at).unwrap_or("∅").to_owned())
                .collect(),
        ),
        _ => None,
    });
    Ok(rows.collect())
}

fn make_template(server: &Server) {
    let mut admin = connect_to(server, "postgres", &server.user);
    admin
        .batch_execute(&format!("DROP DATABASE IF EXISTS {TEMPLATE} WITH (FORCE)"))
        .expect("an old template is dropped");
    admin
        .batch_execute(&format!(
            "CREATE DATABASE {TEMPLATE} TEMPLATE template0 ENCODING 'UTF8'"
        ))
        .expect("a template");
    connect_to(server, TEMPLATE, &server.user)
        .batch_execute("CREATE EXTENSION heimdall CASCADE; SELECT heimdall.init()")
        .expect("the extension is installed");
}

fn connect_to(server: &Server, database: &str, user: &str) -> Client {
    postgres::Config::new()
        .host(&server.host)
        .port(server.port)
        .dbname(database)
        .user(user)
        .connect(NoTls)
        .unwrap_or_else(|error| panic!("no connection to {database} as {user}: {error}"))
}
