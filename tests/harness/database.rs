//! A database of a test's own.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, OnceLock};

use postgres::{Client, NoTls, SimpleQueryMessage};

use crate::{Report, Server, copy, ingest};

/// Made once in a run; every test's database is a copy of it.
const TEMPLATE: &str = "heimdall_template";

/// A database with the extension and an empty graph. Dropped with its last use.
pub struct Database {
    server: Server,
    name: String,
    roles: Mutex<Vec<String>>,
    session: Mutex<Option<Client>>,
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
        let server = Server::from_environment();
        READY.get_or_init(|| make_template(&server));
        let database = Database::copy_of(server, TEMPLATE);
        // Settings of a database are not copied with it.
        database.run(&format!("ALTER DATABASE {} SET session_preload_libraries = 'age'", database.name));
        database.reconnect();
        database
    }

    /// A database without the extension.
    ///
    /// # Panics
    /// Where the server does not do it.
    pub fn bare() -> Database {
        Database::copy_of(Server::from_environment(), "template0")
    }

    /// A copy of it as it is; nobody may be connected to the original.
    ///
    /// # Panics
    /// Where the server does not do it.
    pub fn duplicate(&self) -> Database {
        self.reconnect();
        let copy = Database::copy_of(self.server.clone(), &self.name);
        copy.run(&format!("ALTER DATABASE {} SET session_preload_libraries = 'age'", copy.name));
        copy.reconnect();
        copy
    }

    /// A database that is there, on another server. Dropped with its last use as well.
    pub fn existing(server: Server, name: &str) -> Database {
        Database { server, name: name.to_owned(), roles: Mutex::default(), session: Mutex::default() }
    }

    fn copy_of(server: Server, template: &str) -> Database {
        static COUNTER: AtomicU32 = AtomicU32::new(0);
        let name = format!("t{}_{}", std::process::id(), COUNTER.fetch_add(1, Ordering::Relaxed));
        connect_to(&server, "postgres", &server.user)
            .batch_execute(&format!("CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy"))
            .expect("the database is made");
        Database { server, name, roles: Mutex::default(), session: Mutex::default() }
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

    /// A connection as superuser to another database of the server.
    pub fn connect_to(&self, database: &str) -> Client {
        connect_to(&self.server, database, &self.server.user)
    }

    /// Works with the session that the statements below share, one after the other.
    fn in_session<R>(&self, work: impl FnOnce(&mut Client) -> R) -> R {
        let mut session = self.session.lock().expect("no panic");
        work(session.get_or_insert_with(|| self.connect()))
    }

    /// Lets the statements below begin a new session.
    pub fn reconnect(&self) {
        self.session.lock().expect("no panic").take();
    }

    /// Rows of a query, as text; NULL is `∅`.
    pub fn rows(&self, sql: &str) -> Vec<Vec<String>> {
        self.in_session(|session| text_rows(session, sql))
            .unwrap_or_else(|failure| panic!("{failure:?}\nin {sql}"))
    }

    /// The one value of a query.
    pub fn value(&self, sql: &str) -> String {
        let rows = self.rows(sql);
        assert!(rows.len() == 1 && rows[0].len() == 1, "one value expected, got {rows:?} from {sql}");
        rows[0][0].clone()
    }

    /// Runs statements that give no rows, or whose rows do not matter.
    pub fn run(&self, sql: &str) {
        self.rows(sql);
    }

    /// The error of a query that is to fail.
    pub fn failure(&self, sql: &str) -> Failure {
        match self.in_session(|session| text_rows(session, sql)) {
            Ok(rows) => panic!("no error, but {rows:?} from {sql}"),
            Err(failure) => failure,
        }
    }

    /// What the server tells a client beside the answers of these statements, in a session of their own.
    pub fn notices(&self, sql: &str) -> Vec<String> {
        let notices = Arc::new(Mutex::new(Vec::new()));
        let heard = Arc::clone(&notices);
        let mut session = config(&self.server, &self.name, &self.server.user)
            .notice_callback(move |notice| heard.lock().expect("no panic").push(notice.message().to_owned()))
            .connect(NoTls)
            .expect("a session of its own");
        session.batch_execute(sql).unwrap_or_else(|error| panic!("{error}\nin {sql}"));
        drop(session);
        std::mem::take(&mut *notices.lock().expect("no panic"))
    }

    /// All that a session of its own is told as that role: rows, notices, errors, each with all that belongs to it.
    pub fn overheard(&self, user: &str, sql: &str) -> String {
        let heard = Arc::new(Mutex::new(String::new()));
        let notices = Arc::clone(&heard);
        let mut session = config(&self.server, &self.name, user)
            .notice_callback(move |notice| *notices.lock().expect("no panic") += &format!("{notice:?}\n"))
            .connect(NoTls)
            .expect("a session of its own");
        let answer = match session.simple_query(sql) {
            Ok(messages) => messages.iter().fold(String::new(), |text, message| match message {
                SimpleQueryMessage::Row(row) => {
                    (0..row.len()).fold(text, |text, at| text + row.get(at).unwrap_or_default() + " ") + "\n"
                }
                _ => text,
            }),
            Err(error) => format!("{:?}", error.as_db_error().expect("the server lives")),
        };
        drop(session);
        std::mem::take(&mut *heard.lock().expect("no panic")) + &answer
    }

    /// Sends a file as `\copy` does.
    ///
    /// # Errors
    /// What the server says.
    pub fn copy(&self, statement: &str, dump: &[u8]) -> Result<u64, Failure> {
        self.in_session(|session| copy(session, statement, dump))
    }

    /// Ingests a dump in the format of its source, if it can be.
    ///
    /// # Errors
    /// What the server says.
    pub fn try_ingest(&self, source: &str, dump: impl AsRef<[u8]>) -> Result<Report, Failure> {
        self.in_session(|session| ingest(session, source, dump.as_ref()))
    }

    /// Ingests a dump in the format of its source.
    pub fn ingest(&self, source: &str, dump: impl AsRef<[u8]>) -> Report {
        self.try_ingest(source, dump).unwrap_or_else(|failure| panic!("{failure:?}\nin a dump of {source}"))
    }

    /// The error of a dump that is to be refused.
    pub fn refused(&self, source: &str, dump: impl AsRef<[u8]>) -> Failure {
        self.try_ingest(source, dump).expect_err("the dump is refused")
    }

    /// Makes a source.
    pub fn source(&self, name: &str, format: &str, mapping: &str) {
        self.run(&format!(
            "SELECT heimdall.create_source('{name}', '{format}', $mapping${mapping}$mapping$)"
        ));
    }

    /// A role that may log in and is a member of those, made when it is first asked for; gone with the database.
    pub fn role(&self, name: &str, member_of: &[&str]) -> String {
        let role = format!("{}_{name}", self.name);
        if self.roles.lock().expect("no panic").contains(&role) {
            return role;
        }
        self.run(&format!("CREATE ROLE {role} LOGIN"));
        for group in member_of {
            self.run(&format!("GRANT {group} TO {role}"));
        }
        self.roles.lock().expect("no panic").push(role.clone());
        role
    }
}

impl Default for Database {
    fn default() -> Self {
        Database::new()
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        if std::thread::panicking() {
            // Whoever looks for the reason finds the database; it goes with the server.
            return;
        }
        self.reconnect();
        let mut admin = connect_to(&self.server, "postgres", &self.server.user);
        admin
            .batch_execute(&format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name))
            .expect("the database of the test is dropped");
        for role in self.roles.get_mut().expect("no panic") {
            admin.batch_execute(&format!("DROP ROLE {role}")).expect("a role of the test is dropped");
        }
    }
}

impl From<postgres::Error> for Failure {
    fn from(error: postgres::Error) -> Failure {
        let Some(db) = error.as_db_error() else { panic!("not an error of the server: {error}") };
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
        SimpleQueryMessage::Row(row) => {
            Some((0..row.len()).map(|at| row.get(at).unwrap_or("∅").to_owned()).collect())
        }
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
        .batch_execute(&format!("CREATE DATABASE {TEMPLATE} TEMPLATE template0 ENCODING 'UTF8'"))
        .expect("a template");
    connect_to(server, TEMPLATE, &server.user)
        .batch_execute("CREATE EXTENSION heimdall CASCADE; SELECT heimdall.init()")
        .expect("the extension is installed");
}

fn connect_to(server: &Server, database: &str, user: &str) -> Client {
    config(server, database, user)
        .connect(NoTls)
        .unwrap_or_else(|error| panic!("no connection to {database} as {user}: {error}"))
}

fn config(server: &Server, database: &str, user: &str) -> postgres::Config {
    let mut config = postgres::Config::new();
    config.host(&server.host).port(server.port).dbname(database).user(user);
    config
}
