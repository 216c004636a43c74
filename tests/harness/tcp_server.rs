//! A server of a test's own that listens on TCP: the one that the run has started has a socket alone.

use std::fs::{create_dir, metadata, read_to_string, write};
use std::net::TcpListener;
use std::os::unix::fs::{MetadataExt, chown};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

use crate::{Database, Server, ServerCopy};

/// A server with one database, which has the extension and an empty graph. Stopped and removed with its last use.
pub struct TcpServer {
    database: Database,
    _server: ServerCopy,
}

impl TcpServer {
    /// With those settings besides those of the run's, and with those lines of `pg_hba.conf` for roles other than the superuser.
    ///
    /// # Panics
    /// Where it does not start.
    pub fn start(settings: &str, access: &str) -> TcpServer {
        let run = Server::from_environment();
        let name = format!("tcp-{:x}", fastrand::u32(..));
        // Nobody else takes it within the moment that it is free: the system gives other ports first.
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        drop(listener);
        let folder = run.data.parent().expect("the data directory is in a folder").join(&name);
        let server = ServerCopy::of(Server {
            host: format!("{}-{name}", run.host),
            port,
            data: folder.join("data"),
            log: folder.join("server.log"),
            ..run.clone()
        });
        make_cluster(&run, &server, access);
        server.start_with(&format!("listen_addresses = '127.0.0.1'\nport = {port}\n{settings}"), &[]);
        let database =
            Database::existing(Server { host: "127.0.0.1".to_owned(), ..server.clone() }, "over_tcp");
        database.connect_to("postgres").batch_execute("CREATE DATABASE over_tcp").expect("a database");
        database.connect().batch_execute("CREATE EXTENSION heimdall CASCADE").expect("the extension");
        database.run("SELECT heimdall.init()");
        TcpServer { database, _server: server }
    }

    /// The database, reached over TCP.
    pub fn database(&self) -> &Database {
        &self.database
    }
}

/// An empty cluster with the settings of the server of the run.
fn make_cluster(run: &Server, server: &Server, access: &str) {
    let own = run.data.parent().expect("the data directory is in a folder");
    let folder = server.data.parent().expect("it is in a folder");
    let owner = metadata(&run.data).expect("the data directory");
    let give = |path: &Path| {
        chown(path, Some(owner.uid()), Some(owner.gid())).expect("the server's account owns it")
    };
    create_dir(folder).expect("a folder for the server");
    give(folder);
    let made = Command::new(run.programs.join("initdb"))
        .args(["--no-sync", "--auth=trust", "--encoding=UTF8", "--locale=C", "--locale-provider=builtin"])
        .args(["--builtin-locale=C.UTF-8", "--username", &run.user, "--pgdata"])
        .arg(&server.data)
        .uid(owner.uid())
        .gid(owner.gid())
        .current_dir("/")
        .output()
        .expect("initdb");
    assert!(made.status.success(), "{made:?}");
    let settings = read_to_string(own.join("heimdall.conf")).expect("the server's settings");
    let settings = settings.replace(&format!("'{}'", run.host), &format!("'{}'", server.host));
    write(folder.join("heimdall.conf"), settings).expect("the settings");
    give(&folder.join("heimdall.conf"));
    write(server.data.join("postgresql.conf"), "include = '../heimdall.conf'\n").expect("the configuration");
    let access = format!("host all {} 127.0.0.1/32 trust\n{access}\n", run.user);
    write(server.data.join("pg_hba.conf"), access).expect("who may connect");
}
