//! The server that the run has started.

use std::fs::{Permissions, metadata, remove_file, set_permissions, write};
use std::io::Write;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

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

/// A file that the server's account owns; gone with its last use.
pub struct ServerFile(PathBuf);

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

    /// Makes a file with that mode, which belongs to the server's account.
    ///
    /// # Panics
    /// Where it cannot be made.
    pub fn file(&self, name: &str, content: &[u8], mode: u32) -> ServerFile {
        let folder = self.data.parent().expect("the data directory is in a folder");
        let path = folder.join(format!("{name}-{}", std::process::id()));
        write(&path, content).expect("a file for the server");
        let owner = metadata(&self.data).expect("the data directory");
        chown(&path, Some(owner.uid()), Some(owner.gid())).expect("the server's account owns it");
        set_permissions(&path, Permissions::from_mode(mode)).expect("its mode");
        ServerFile(path)
    }

    /// Those of the texts that occur anywhere in the bytes of the data directory or in the log, with the
    /// file: `file:text`. Call CHECKPOINT before.
    ///
    /// # Panics
    /// Where there is no `grep`.
    pub fn search(&self, texts: &[&str]) -> Vec<String> {
        self.search_in(&[&self.data, &self.log], texts)
    }

    /// The same of other files and folders.
    ///
    /// # Panics
    /// Where there is no `grep`.
    pub fn search_in(&self, places: &[&Path], texts: &[&str]) -> Vec<String> {
        let mut grep = Command::new("grep")
            .env("LC_ALL", "C")
            .args(["-r", "-o", "-H", "-a", "-F", "-s", "-f", "-"])
            .args(places)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("grep");
        let mut input = grep.stdin.take().expect("a pipe");
        input.write_all((texts.join("\n") + "\n").as_bytes()).expect("grep reads the texts");
        drop(input);
        let output = grep.wait_with_output().expect("grep ends");
        let mut found: Vec<String> =
            String::from_utf8_lossy(&output.stdout).lines().map(str::to_owned).collect();
        found.sort();
        found.dedup();
        found
    }

    /// `start`, `stop immediate`, `kill`, …: only for tests that have the server to themselves.
    ///
    /// # Panics
    /// Where it does not work.
    pub fn control(&self, action: &[&str]) {
        let program = std::env::var_os("HEIMDALL_PG_CTL").expect("HEIMDALL_PG_CTL is set by `make test`");
        let status = Command::new(program)
            .args(action)
            .env("HEIMDALL_TEST_DATA", &self.data)
            .env("PGHOST", &self.host)
            // The server has its keys from its configuration, which these would go before.
            .env_remove("HMD_MASTER_KEY_FILE")
            .env_remove("HMD_HASH_KEY_FILE")
            .status()
            .expect("the program that controls the server");
        assert!(status.success(), "{action:?}: {status}");
    }

    /// One of the server's programs, for that database.
    pub fn program(&self, name: &str, database: &str) -> Command {
        let mut command = Command::new(self.programs.join(name));
        command
            .env("PGHOST", &self.host)
            .env("PGPORT", self.port.to_string())
            .env("PGUSER", &self.user)
            .env("PGDATABASE", database);
        command
    }
}

impl ServerFile {
    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Where it is, as text.
    ///
    /// # Panics
    /// Where the path is not UTF-8.
    pub fn name(&self) -> &str {
        self.0.to_str().expect("a path in UTF-8")
    }
}

impl Drop for ServerFile {
    fn drop(&mut self) {
        // It may be gone already; the folder goes with the server.
        let _ = remove_file(&self.0);
    }
}
