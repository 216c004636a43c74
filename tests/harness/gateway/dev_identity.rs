//! The development identity provider as a process.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use reqwest::blocking::Client;
use reqwest::{Certificate, redirect};

use super::process::listening;
use super::{Authority, Gateway, Settings};

/// It runs until it is dropped, and its folder goes with it.
pub struct DevIdentity {
    process: Child,
    folder: PathBuf,
    /// Its name in tokens: `https://localhost:port`
    pub url: String,
}

impl DevIdentity {
    /// With certificates of its own.
    ///
    /// # Panics
    /// Where it does not start.
    pub fn start() -> DevIdentity {
        DevIdentity::start_with(|_| {})
    }

    /// In a folder in which `prepare` has put something beforehand.
    ///
    /// # Panics
    /// Where it does not start.
    pub fn start_with(prepare: impl FnOnce(&Path)) -> DevIdentity {
        let folder = DevIdentity::folder();
        prepare(&folder);
        let mut process = DevIdentity::command(&folder)
            .args(["--listen", "127.0.0.1:0"])
            .stdout(Stdio::piped())
            .spawn()
            .expect("the gateway's binary");
        let output = BufReader::new(process.stdout.take().expect("a pipe"));
        let port = output.lines().map_while(Result::ok).find_map(|line| listening(&line));
        let url = format!("https://localhost:{}", port.expect("it has ended before it listened"));
        DevIdentity { process, folder, url }
    }

    /// An empty folder of a test's own.
    ///
    /// # Panics
    /// Where it cannot be made.
    pub fn folder() -> PathBuf {
        let name = format!("heimdall-development-{}-{:x}", std::process::id(), fastrand::u64(..));
        let folder = std::env::temp_dir().join(name);
        std::fs::create_dir(&folder).expect("a folder");
        folder
    }

    /// `dev-identity` with that folder, in development.
    pub fn command(folder: &Path) -> Command {
        let mut command = Command::new(Gateway::binary());
        command.env_clear().env("HMD_ENVIRONMENT", "development").arg("dev-identity").arg(folder);
        command
    }

    /// Makes it the provider of a gateway with those settings.
    ///
    /// # Panics
    /// Where a file cannot be written.
    pub fn provide(&self, settings: &mut Settings) {
        let authorities = self.file("authorities.pem");
        let own = std::fs::read_to_string(self.file("ca.pem")).expect("an authority");
        std::fs::write(&authorities, own + &Authority::of_the_run().pem()).expect("written");
        for (name, value) in [
            ("HMD_TLS_CA", authorities.to_str().expect("UTF-8").to_owned()),
            ("HMD_OAUTH_DISCOVERY_URL", format!("{}/.well-known/openid-configuration", self.url)),
            ("HMD_OAUTH_H2M_SECRET", self.secret("heimdall-people")),
            ("HMD_OAUTH_M2M_SECRET", self.secret("heimdall-machines")),
        ] {
            settings.insert(name.to_owned(), value);
        }
    }

    /// A file of its folder.
    pub fn file(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// The secret of a client.
    ///
    /// # Panics
    /// Where there is none of that name.
    pub fn secret(&self, client: &str) -> String {
        std::fs::read_to_string(self.file(&format!("{client}.secret"))).expect("a secret")
    }

    /// A client that believes its authority, and no other.
    ///
    /// # Panics
    /// Where it cannot be made.
    pub fn client(&self) -> Client {
        let pem = std::fs::read(self.file("ca.pem")).expect("an authority");
        let _ = rustls::crypto::ring::default_provider().install_default();
        Client::builder()
            .tls_certs_only([Certificate::from_pem(&pem).expect("PEM")])
            .redirect(redirect::Policy::none())
            .build()
            .expect("a client")
    }
}

impl Drop for DevIdentity {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}
