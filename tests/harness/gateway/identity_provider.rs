//! A real identity provider: the npm package oidc-provider, with the clients that a gateway of the tests has there.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use super::{Authority, Settings};

/// It runs until it is dropped. Who logs in as `name:group` is in that group; as `name:group:tenant:next`, of that tenant.
pub struct IdentityProvider {
    process: Child,
    ready: Receiver<String>,
    /// Its name in tokens, and its address.
    pub issuer: String,
}

impl IdentityProvider {
    /// The site that log-ins through it come back to, wherever the gateway of the test listens.
    pub const SITE: &str = "https://heimdall.example";

    /// Its tokens last for so many seconds. Groups are in its ID tokens, or told on demand.
    ///
    /// # Panics
    /// Where it does not start.
    pub fn start(seconds: u32, claims_on_demand: bool) -> IdentityProvider {
        let folder = std::env::var("HEIMDALL_IDENTITY_PROVIDER").expect(
            "HEIMDALL_IDENTITY_PROVIDER is a folder that docker/runtime/identity-provider.sh has made",
        );
        let name = format!("provider-{:x}", fastrand::u64(..));
        let (certificate, key) = Authority::of_the_run().sign(&name, |_| {});
        let mut process = Command::new(format!("{folder}/node"))
            .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/gateway/provider/provider.mjs"))
            .env("OIDC_PROVIDER", format!("{folder}/node_modules/oidc-provider/lib/index.js"))
            .env("SITE", IdentityProvider::SITE)
            .env("TTL", seconds.to_string())
            .env("CLAIMS_ON_DEMAND", if claims_on_demand { "yes" } else { "" })
            .env("CERTIFICATE", certificate)
            .env("KEY", key)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("node starts");
        let output = process.stdout.take().expect("a pipe");
        let (written, ready) = channel();
        std::thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                let _ = written.send(line);
            }
        });
        let mut provider = IdentityProvider { process, ready, issuer: String::new() };
        provider.issuer = provider.wait();
        provider
    }

    fn wait(&self) -> String {
        self.ready.recv_timeout(Duration::from_secs(300)).expect("the identity provider answers")
    }

    /// It signs with another key from now on.
    ///
    /// # Panics
    /// Where it is gone.
    pub fn change_key(&self) {
        self.signal("-HUP");
        self.wait();
    }

    /// From some time soon on, people belong to their next tenant.
    ///
    /// # Panics
    /// Where it is gone.
    pub fn move_people(&self) {
        self.signal("-USR2");
    }

    fn signal(&self, signal: &str) {
        let pid = self.process.id().to_string();
        assert!(Command::new("kill").args([signal, &pid]).status().expect("kill").success());
    }

    /// What a gateway before it is told.
    pub fn configure(&self, settings: &mut Settings) {
        let (certificate, key) =
            Authority::of_the_run().sign(&format!("site-{:x}", fastrand::u64(..)), |params| {
                let name = "heimdall.example".try_into().expect("a name");
                params.subject_alt_names.push(rcgen::SanType::DnsName(name));
            });
        let mut set = |name: &str, value: String| settings.insert(name.to_owned(), value);
        set("HMD_OAUTH_DISCOVERY_URL", format!("{}/.well-known/openid-configuration", self.issuer));
        set("HMD_OAUTH_AUDIENCE", "heimdall".to_owned());
        set("HMD_PUBLIC_URL", IdentityProvider::SITE.to_owned());
        set("HMD_TLS_CERT", certificate.to_str().expect("UTF-8").to_owned());
        set("HMD_TLS_KEY", key.to_str().expect("UTF-8").to_owned());
    }
}

impl Drop for IdentityProvider {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
