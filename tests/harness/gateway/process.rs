//! The gateway as a process.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use reqwest::blocking::{Client, ClientBuilder, RequestBuilder, Response};
use reqwest::{Certificate, Method};
use serde_json::Value;

use super::{Authority, Issuer};
use crate::{Database, eventually};

/// The environment of a gateway: `HMD_…`.
pub type Settings = BTreeMap<String, String>;

/// A gateway that runs. Killed when it is dropped.
pub struct Gateway {
    process: Child,
    log: Arc<Mutex<Vec<String>>>,
    /// `https://localhost:port`
    pub url: String,
    /// Who signs the tokens.
    pub issuer: Arc<Issuer>,
    settings: Settings,
    client: Client,
}

/// An answer, read whole.
#[derive(Debug)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// Its headers; the last of a name.
    pub headers: BTreeMap<String, String>,
    /// The body.
    pub body: String,
}

impl Answer {
    /// All of it.
    ///
    /// # Panics
    /// Where the body does not come.
    pub fn read(response: Response) -> Answer {
        let headers = response
            .headers()
            .iter()
            .map(|(name, value)| (name.to_string(), value.to_str().unwrap_or_default().to_owned()));
        Answer {
            status: response.status().as_u16(),
            headers: headers.collect(),
            body: response.text().expect("a body"),
        }
    }

    /// The body as JSON.
    ///
    /// # Panics
    /// Where it is none.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}\nin {self:?}"))
    }
}

impl Gateway {
    /// In front of that database. Groups of tokens are roles: `analyst`, `ingest`, `admin`, `auditor`, `sync`, each with the
    /// highest clearance, and `uncleared`, an analyst without any.
    ///
    /// # Panics
    /// Where it does not start.
    pub fn start(database: &Database) -> Gateway {
        Gateway::start_with(database, |_| {})
    }

    /// The same with other settings.
    ///
    /// # Panics
    /// Where it does not start.
    pub fn start_with(database: &Database, change: impl FnOnce(&mut Settings)) -> Gateway {
        let issuer = Arc::new(Issuer::start());
        let mut settings = Gateway::settings(database, &issuer);
        change(&mut settings);
        Gateway::launch(settings, issuer)
    }

    /// Another one beside it, with the same settings but for what is changed.
    ///
    /// # Panics
    /// Where it does not start.
    pub fn another(&self, change: impl FnOnce(&mut Settings)) -> Gateway {
        let mut settings = self.settings.clone();
        change(&mut settings);
        Gateway::launch(settings, Arc::clone(&self.issuer))
    }

    fn launch(settings: Settings, issuer: Arc<Issuer>) -> Gateway {
        let mut process =
            Gateway::command(&settings).stdout(Stdio::piped()).spawn().expect("the gateway's binary");
        let log = Arc::new(Mutex::new(Vec::new()));
        let (written, output) = (Arc::clone(&log), process.stdout.take().expect("a pipe"));
        std::thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                written.lock().expect("no panic").push(line);
            }
        });
        let mut url = String::new();
        eventually("the gateway listens", || {
            if let Ok(Some(status)) = process.try_wait() {
                panic!("the gateway has ended: {status}\n{:?}", log.lock());
            }
            let port = log.lock().expect("no panic").iter().find_map(|line| listening(line));
            url = port.map(|port| format!("https://localhost:{port}")).unwrap_or_default();
            !url.is_empty()
        });
        Gateway { process, log, url, issuer, settings, client: Gateway::client() }
    }

    /// What [`Gateway::start`] sets.
    pub fn settings(database: &Database, issuer: &Issuer) -> Settings {
        let authority = Authority::of_the_run();
        let (certificate, key) = authority.sign(&format!("gateway-{:x}", fastrand::u64(..)), |_| {});
        let (login, roles) = Gateway::roles(database);
        let server = database.server();
        let address = format!(
            "postgresql://{login}@{}:{}/{}",
            server.host.replace('/', "%2F"),
            server.port,
            database.name()
        );
        let text = |path: PathBuf| path.to_str().expect("UTF-8").to_owned();
        [
            ("HMD_HOST", "127.0.0.1".to_owned()),
            ("HMD_PORT", "0".to_owned()),
            ("HMD_TLS_CERT", text(certificate)),
            ("HMD_TLS_KEY", text(key)),
            ("HMD_TLS_CA", text(authority.certificate_file())),
            ("HMD_OAUTH_DISCOVERY_URL", format!("{}/.well-known/openid-configuration", issuer.name())),
            ("HMD_OAUTH_H2M_ID", "heimdall-people".to_owned()),
            ("HMD_OAUTH_H2M_SECRET", "secret of the people's client".to_owned()),
            ("HMD_OAUTH_M2M_ID", "heimdall-machines".to_owned()),
            ("HMD_OAUTH_M2M_SECRET", "secret of the machines' client".to_owned()),
            ("HMD_COOKIE_SECRET", "0123456789abcdefghijklmnopqrstuvwxyz0123456789".to_owned()),
            ("HMD_DATABASE_URL", address),
            ("HMD_ROLE_MAP", roles),
        ]
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
    }

    /// The gateway's own role, and the role of each group.
    fn roles(database: &Database) -> (String, String) {
        let login = database.role("gateway", &["heimdall_gateway"]);
        let mut rules = Vec::new();
        for (group, clearance) in [
            ("analyst", true),
            ("ingest", true),
            ("admin", true),
            ("auditor", true),
            ("sync", true),
            ("uncleared", false),
        ] {
            let of = if group == "uncleared" {
                "heimdall_analyst".to_owned()
            } else {
                format!("heimdall_{group}")
            };
            let mut member_of = vec![of.as_str()];
            if clearance {
                member_of.push("heimdall_tlp_red");
            }
            let role = database.role(group, &member_of);
            database.run(&format!("GRANT {role} TO {login} WITH INHERIT FALSE, SET TRUE"));
            rules.push(format!("groups:{group}={role}"));
        }
        (login, rules.join(","))
    }

    /// The binary with those settings, and nothing else of the environment.
    pub fn command(settings: &Settings) -> Command {
        let mut command = Command::new(Gateway::binary());
        command.env_clear().envs(settings).arg("run");
        command
    }

    /// Where the binary is: `make test` builds it.
    ///
    /// # Panics
    /// Where there is none.
    pub fn binary() -> PathBuf {
        std::env::var_os("HEIMDALL_GATEWAY").map(PathBuf::from).unwrap_or_else(|| {
            let test = std::env::current_exe().expect("a path");
            let folder = test.ancestors().find(|folder| folder.join("vanopticon_heimdall").is_file());
            folder.expect("vanopticon_heimdall is built: make test").join("vanopticon_heimdall")
        })
    }

    /// A client that believes the authority of the run.
    ///
    /// # Panics
    /// Where it cannot be made.
    pub fn client() -> Client {
        Gateway::client_of().build().expect("a client")
    }

    /// The same at another address of this machine, of 127.0.0.0/8.
    ///
    /// # Panics
    /// Where it cannot be made.
    pub fn client_at(address: Ipv4Addr) -> Client {
        Gateway::client_of().local_address(IpAddr::from(address)).build().expect("a client")
    }

    fn client_of() -> ClientBuilder {
        let authority = Certificate::from_pem(Authority::of_the_run().pem().as_bytes()).expect("PEM");
        // Whichever test is first; the others find it set.
        let _ = rustls::crypto::ring::default_provider().install_default();
        Client::builder()
            .tls_certs_only([authority])
            .redirect(reqwest::redirect::Policy::none())
            .timeout(Duration::from_secs(180))
    }

    /// A request that nobody has signed.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("{}{path}", self.url))
    }

    /// A request of somebody with those groups.
    pub fn request_as(&self, groups: &[&str], method: Method, path: &str) -> RequestBuilder {
        self.request(method, path).bearer_auth(self.issuer.token("ada", groups))
    }

    /// The answer to a request.
    ///
    /// # Panics
    /// Where there is none.
    pub fn answer(&self, request: RequestBuilder) -> Answer {
        Answer::read(request.send().unwrap_or_else(|error| panic!("{error:?}")))
    }

    /// What somebody with those groups gets there.
    ///
    /// # Panics
    /// Where there is no answer.
    pub fn get_as(&self, groups: &[&str], path: &str) -> Answer {
        self.answer(self.request_as(groups, Method::GET, path))
    }

    /// Its log so far, line by line.
    ///
    /// # Panics
    /// Never.
    pub fn log(&self) -> Vec<String> {
        self.log.lock().expect("no panic").clone()
    }

    /// Its process.
    pub fn id(&self) -> u32 {
        self.process.id()
    }

    /// Sends it a signal: `TERM`, `HUP`, `KILL`.
    ///
    /// # Panics
    /// Where it is gone.
    pub fn signal(&self, name: &str) {
        let status =
            Command::new("kill").args([format!("-{name}"), self.id().to_string()]).status().expect("kill");
        assert!(status.success(), "the gateway is gone");
    }

    /// Waits for its end.
    ///
    /// # Panics
    /// Where it does not end.
    pub fn wait(&mut self) -> ExitStatus {
        let mut ended = None;
        eventually("the gateway ends", || {
            ended = self.process.try_wait().expect("a child");
            ended.is_some()
        });
        ended.expect("it has ended")
    }
}

impl Drop for Gateway {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The port in `{…"message":"listening","address":"127.0.0.1:8443"…}`.
pub(super) fn listening(line: &str) -> Option<u16> {
    let line: Value = serde_json::from_str(line).ok()?;
    let fields = line.get("fields").unwrap_or(&line);
    if fields.get("message")?.as_str()? != "listening" {
        return None;
    }
    fields.get("address")?.as_str()?.rsplit_once(':')?.1.parse().ok()
}
