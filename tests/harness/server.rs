//! The server that the run has started.

use std::path::PathBuf;

/// Where the server is, and what belongs to it.
#[derive(Clone, Debug)]
pub struct Server {
    /// Directory of the socket, or host name.
    pub host: String,
    /// Port, also of the socket.
    pub port: u16,
    /// Superuser.
    pub user: String,
    /// Data directory.
    pub data: PathBuf,
    /// Log.
    pub log: PathBuf,
    /// Folder of the server's programs.
    pub programs: PathBuf,
}

impl Server {
    /// The server that the environment names.
    ///
    /// # Panics
    /// Where there is none: these tests are run by `make test`.
    pub fn from_environment() -> Server {
        let get = |name: &str| {
            std::env::var(name)
                .unwrap_or_else(|_| panic!("{name} is not set: run these by `make test` or `make bench`"))
        };
        Server {
            host: get("PGHOST"),
            port: get("PGPORT").parse().expect("PGPORT is a number"),
            user: get("PGUSER"),
            data: get("HEIMDALL_TEST_DATA").into(),
            log: get("HEIMDALL_TEST_LOG").into(),
            programs: get("HEIMDALL_PG_BIN").into(),
        }
    }
}
