//! A second server, from a base backup of the one that runs; also one that follows it.

use std::fs::{Permissions, create_dir, metadata, read_to_string, remove_dir_all, set_permissions, write};
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

use crate::Server;

/// A server beside the one that runs, with the same keys. Stopped and removed with its last use.
pub struct ServerCopy(Server);

impl ServerCopy {
    /// Has that server stopped and removed at the end.
    pub(crate) fn of(server: Server) -> ServerCopy {
        ServerCopy(server)
    }
}

impl Server {
    /// Lets this server, which is stopped, recover from an archive when it starts: a new timeline begins.
    ///
    /// # Panics
    /// Where the file cannot be made.
    pub fn signal_recovery(&self) {
        self.signal("recovery.signal");
    }

    /// Lets this server, which is stopped, be a standby when it starts.
    ///
    /// # Panics
    /// Where the file cannot be made.
    pub fn signal_standby(&self) {
        self.signal("standby.signal");
    }

    fn signal(&self, name: &str) {
        let signal = self.data.join(name);
        write(&signal, "").expect("a file in the data directory");
        self.give(&signal);
    }

    /// Takes a base backup by `pg_basebackup`. The copy is not started.
    ///
    /// # Panics
    /// Where it cannot be taken.
    pub fn base_backup(&self) -> ServerCopy {
        self.copy_by(|copy| {
            let mut command = self.program("pg_basebackup", "postgres");
            command.args(["--checkpoint=fast", "--no-sync", "--wal-method=stream", "--pgdata"]).arg(copy);
            command
        })
    }

    /// A copy that follows this server, started.
    ///
    /// # Panics
    /// Where it does not come up.
    pub fn standby(&self) -> ServerCopy {
        self.standby_with("")
    }

    /// The same with settings of its own.
    ///
    /// # Panics
    /// Where it does not come up.
    pub fn standby_with(&self, settings: &str) -> ServerCopy {
        let copy = self.copy_by(|copy| {
            let mut command = self.program("pg_basebackup", "postgres");
            command.args(["--checkpoint=fast", "--no-sync", "--write-recovery-conf", "--pgdata"]).arg(copy);
            command
        });
        copy.start_with(settings, &[]);
        copy
    }

    /// The copy that a program makes in the folder that it is told.
    ///
    /// # Panics
    /// Where it makes none.
    pub fn copy_by(&self, program: impl FnOnce(&Path) -> Command) -> ServerCopy {
        static COUNTER: AtomicU32 = AtomicU32::new(0);
        let name = format!("copy{}", COUNTER.fetch_add(1, Ordering::Relaxed));
        let own = self.data.parent().expect("the data directory is in a folder");
        let folder = own.join(&name);
        create_dir(&folder).expect("a folder for the copy");
        set_permissions(&folder, Permissions::from_mode(0o700)).expect("its mode");
        let copy = Server {
            host: format!("{}-{name}", self.host),
            data: folder.join("data"),
            log: folder.join("server.log"),
            ..self.clone()
        };
        let done = program(&copy.data).output().expect("the program");
        assert!(done.status.success(), "{done:?}");
        // Included by the configuration in the data directory; it names the socket and the keys. Nothing is archived.
        let settings = read_to_string(own.join("heimdall.conf")).expect("the server's settings");
        let settings = settings.replace(&format!("'{}'", self.host), &format!("'{}'", copy.host));
        write(folder.join("heimdall.conf"), settings + "restore_command = 'false'\n")
            .expect("the copy's settings");
        let owner = metadata(&self.data).expect("the data directory");
        let given = Command::new("chown")
            .args(["-R", &format!("{}:{}", owner.uid(), owner.gid())])
            .arg(&folder)
            .status()
            .expect("chown");
        assert!(given.success(), "the server's account owns the copy");
        ServerCopy(copy)
    }

    /// Starts this server, which is stopped, with those settings besides its own and with nothing in its environment
    /// but these variables.
    ///
    /// # Panics
    /// Where it does not start.
    pub fn start_with(&self, settings: &str, variables: &[(&str, &str)]) {
        let configuration =
            self.data.parent().expect("the data directory is in a folder").join("heimdall.conf");
        let own = read_to_string(&configuration).expect("the server's settings");
        write(&configuration, own + settings).expect("more settings");
        create_dir(&self.host).expect("a folder for the socket");
        self.give(Path::new(&self.host));
        let owner = metadata(&self.data).expect("the data directory");
        let status = Command::new(self.programs.join("pg_ctl"))
            .args(["start", "-s", "-w", "-D"])
            .arg(&self.data)
            .arg("-l")
            .arg(&self.log)
            .env_clear()
            .env("PATH", "/usr/bin:/bin")
            .env("LC_ALL", "C")
            .envs(variables.iter().copied())
            .current_dir("/")
            .uid(owner.uid())
            .gid(owner.gid())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .expect("pg_ctl");
        assert!(status.success(), "{status}");
    }

    /// Makes the server's account own a file.
    fn give(&self, path: &Path) {
        let owner = metadata(&self.data).expect("the data directory");
        chown(path, Some(owner.uid()), Some(owner.gid())).expect("the server's account owns it");
    }
}

impl std::ops::Deref for ServerCopy {
    type Target = Server;

    fn deref(&self) -> &Server {
        &self.0
    }
}

impl Drop for ServerCopy {
    fn drop(&mut self) {
        self.control(&["stop", "immediate"]);
        let folder = self.data.parent().expect("the data directory is in a folder");
        remove_dir_all(folder).expect("the copy is removed");
        // Made when it starts.
        let _ = remove_dir_all(&self.host);
    }
}
