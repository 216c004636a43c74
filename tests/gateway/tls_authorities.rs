//! Whom the gateway believes changes with the file of `HMD_TLS_CA`, without a restart: here the identity provider's authority.

use std::path::PathBuf;

use heimdall_tests::{Authority, Database, Gateway, Issuer, eventually};
use reqwest::Method;

/// A gateway whose authorities lie in a file of its own, before a provider with a certificate of another authority than its own.
struct Moved {
    gateway: Gateway,
    provider: Issuer,
    file: PathBuf,
    other: Authority,
    _database: Database,
}

impl Moved {
    /// Which believes the provider's authority, or does not.
    fn start(believes: bool) -> Moved {
        let (database, other) = (Database::new(), Authority::new());
        let provider = Issuer::of(&other);
        let file = other.folder().join("believed.pem");
        std::fs::write(&file, Moved::authorities(&other, believes)).expect("written");
        let gateway = Gateway::start_with(&database, |settings| {
            let discovery = format!("{}/.well-known/openid-configuration", provider.name());
            settings.insert("HMD_OAUTH_DISCOVERY_URL".into(), discovery);
            settings.insert("HMD_OAUTH_KEYS_FLOOR".into(), "1".into());
            settings.insert("HMD_TLS_CA".into(), file.to_str().expect("UTF-8").into());
        });
        Moved { gateway, provider, file, other, _database: database }
    }

    /// Our own certificate's, and the provider's.
    fn authorities(other: &Authority, both: bool) -> String {
        let other = if both { other.pem() } else { String::new() };
        Authority::of_the_run().pem() + &other
    }

    fn write(&self, text: &str) {
        std::fs::write(&self.file, text).expect("written");
    }

    /// What a token gets that the provider has signed now.
    fn status(&self) -> u16 {
        let token = self.provider.token("ada", &["analyst"]);
        self.gateway.answer(self.gateway.request(Method::GET, "/v1/whoami").bearer_auth(token)).status
    }

    fn logs(&self, text: &str) -> bool {
        self.gateway.log().iter().any(|line| line.contains(text))
    }
}

#[test]
fn a_new_authority_is_believed() {
    let moved = Moved::start(false);
    assert_eq!(moved.status(), 503);
    moved.write(&Moved::authorities(&moved.other, true));
    eventually("the provider is believed", || moved.status() == 200);
}

#[test]
fn one_that_is_gone_is_believed_no_more() {
    let moved = Moved::start(true);
    assert_eq!(moved.status(), 200);
    moved.write(&Moved::authorities(&moved.other, false));
    moved.gateway.signal("HUP");
    eventually("the file is read anew", || moved.logs("the certificate was read anew"));
    // Its keys are to be asked for, which takes a new connection, and no session that was there before.
    moved.provider.change_key("key-2");
    eventually("the provider is not believed", || {
        let status = moved.status();
        assert_ne!(status, 200);
        status == 503
    });
}

#[test]
fn a_broken_file_leaves_those_that_were_believed() {
    let moved = Moved::start(true);
    assert_eq!(moved.status(), 200);
    moved.write("no certificate");
    eventually("the log says why", || {
        moved.logs("the old one stays") && moved.logs("HMD_TLS_CA: ") && moved.logs("no certificate in PEM")
    });
    moved.provider.change_key("key-2");
    eventually("its new key is asked for", || moved.status() == 200);
}
