//! PgBouncer in transaction mode, in front of a test's database.

use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};

use super::Settings;
use super::proxy::over_tcp;
use crate::{Database, ServerFile, eventually};

/// A PgBouncer that runs. Ended when it is dropped.
pub struct PgBouncer {
    process: Child,
    port: u16,
    _files: [ServerFile; 2],
}

impl PgBouncer {
    /// That of the machine, which may know no statements. It has two connections to the server, in which the gateway's own
    /// role is logged in.
    ///
    /// # Panics
    /// Where it does not start.
    pub fn start(database: &Database) -> PgBouncer {
        PgBouncer::run("HEIMDALL_PGBOUNCER", database, "")
    }

    /// One of 1.21 or later, which follows statements.
    ///
    /// # Panics
    /// Where it does not start.
    pub fn start_newer(database: &Database) -> PgBouncer {
        PgBouncer::run("HEIMDALL_PGBOUNCER_NEWER", database, "max_prepared_statements = 100\n")
    }

    fn run(program: &str, database: &Database, settings: &str) -> PgBouncer {
        let program = std::env::var_os(program).unwrap_or_else(|| panic!("{program} is set by `make test`"));
        let server = database.server();
        // Nobody else takes it within the moment that it is free: the system gives other ports first.
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        drop(listener);
        let name = database.name();
        let users = format!("\"{name}_gateway\" \"\"\n");
        let users = server.file(&format!("{name}-users"), users.as_bytes(), 0o600);
        let config = format!(
            "[databases]\n{name} = host={} port={} dbname={name}\n\
             [pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\nunix_socket_dir =\n\
             auth_type = trust\nauth_file = {}\npool_mode = transaction\ndefault_pool_size = 2\nmax_client_conn = 500\n\
             server_login_retry = 1\n{settings}",
            server.host,
            server.port,
            users.name(),
        );
        let config = server.file(&format!("{name}-pgbouncer"), config.as_bytes(), 0o600);
        let mut command = Command::new(program);
        // It does not run as root, and becomes another account by itself.
        if std::fs::metadata(&server.data).is_ok_and(|data| is_of_another(&data)) {
            command.args(["-u", &std::env::var("HEIMDALL_TEST_ACCOUNT").expect("set by `make test`")]);
        }
        let mut process = command
            .arg(config.name())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("PgBouncer");
        let log = Arc::new(Mutex::new(Vec::new()));
        let (written, output) = (Arc::clone(&log), process.stderr.take().expect("a pipe"));
        std::thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                written.lock().expect("no panic").push(line);
            }
        });
        eventually("PgBouncer listens", || {
            let lines = log.lock().expect("no panic");
            assert!(process.try_wait().is_ok_and(|ended| ended.is_none()), "PgBouncer has ended: {lines:?}");
            lines.iter().any(|line| line.contains("process up"))
        });
        PgBouncer { process, port, _files: [users, config] }
    }

    /// Has a gateway go this way.
    pub fn lead(&self, settings: &mut Settings) {
        over_tcp(settings, self.port);
    }

    /// A client of its own, as the gateway's role.
    ///
    /// # Panics
    /// Where it is not let in.
    pub fn connect(&self, database: &Database) -> postgres::Client {
        let mut config = postgres::Config::new();
        config.host("127.0.0.1").port(self.port).dbname(database.name());
        config.user(&format!("{}_gateway", database.name())).connect(postgres::NoTls).expect("a connection")
    }
}

fn is_of_another(data: &std::fs::Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    std::fs::metadata("/proc/self").is_ok_and(|own| own.uid() != data.uid())
}

impl Drop for PgBouncer {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
