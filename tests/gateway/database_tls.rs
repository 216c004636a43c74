//! TLS between gateway and database, with a PostgreSQL that has it: `sslmode`, who is believed, and who is let in.

use std::path::PathBuf;

use heimdall_tests::{Answer, Authority, Gateway, Server, ServerFile, Settings, TcpServer};
use rcgen::{CertificateParams, DnType, SanType, date_time_ymd};
use reqwest::Method;

const LOOKUP: &str = "/v1/observables/lookup?kind=ip&value=192.0.2.1";

const PASSWORD: &str = "hunter2-of-the-database";

/// Whoever comes, with TLS or without.
const ANYBODY: &str = "host all all 127.0.0.1/32 trust";

/// A server that shows that certificate.
struct WithTls {
    server: TcpServer,
    _files: Vec<ServerFile>,
}

impl WithTls {
    fn start((certificate, key): (PathBuf, PathBuf), access: &str) -> WithTls {
        let run = Server::from_environment();
        let number = fastrand::u64(..);
        let files: Vec<ServerFile> = [("certificate", certificate), ("key", key), authority()]
            .into_iter()
            .map(|(name, path)| {
                run.file(&format!("{name}-{number:x}"), &std::fs::read(path).expect("a file"), 0o600)
            })
            .collect();
        let settings = format!(
            "ssl = on\nssl_cert_file = '{}'\nssl_key_file = '{}'\nssl_ca_file = '{}'\n",
            files[0].name(),
            files[1].name(),
            files[2].name()
        );
        WithTls { server: TcpServer::start(&settings, access), _files: files }
    }

    /// With a certificate of the authority that the gateway believes.
    fn believed(access: &str) -> WithTls {
        WithTls::start(signed(|_| {}), access)
    }

    /// How those connections are protected, as the server has it.
    fn protection(&self, application: &str) -> String {
        self.server.database().value(&format!(
            "SELECT string_agg(DISTINCT concat_ws(' ', s.ssl, s.version, s.client_dn), ',') FROM pg_stat_ssl AS s \
             JOIN pg_stat_activity AS a USING (pid) WHERE a.application_name = '{application}'"
        ))
    }
}

fn authority() -> (&'static str, PathBuf) {
    ("authority", Authority::of_the_run().certificate_file())
}

fn signed(change: impl FnOnce(&mut CertificateParams)) -> (PathBuf, PathBuf) {
    Authority::of_the_run().sign(&format!("database-{:x}", fastrand::u64(..)), change)
}

/// A gateway whose address of the database ends with that.
fn gateway(server: &TcpServer, query: &str, change: impl FnOnce(&mut Settings)) -> Gateway {
    Gateway::start_with(server.database(), |settings| {
        let address = settings.get_mut("HMD_DATABASE_URL").expect("an address");
        *address = address.replace('@', &format!(":{PASSWORD}@")) + query;
        settings.insert("HMD_DATABASE_WAIT".into(), "30".into());
        change(settings);
    })
}

fn lookup(gateway: &Gateway) -> Answer {
    gateway.get_as(&["analyst"], LOOKUP)
}

/// Neither questions nor probes are answered, and the log says why to whoever runs it, and no secret.
fn is_refused(gateway: &Gateway, reason: &str) {
    let answer = lookup(gateway);
    assert_eq!(answer.status, 503, "{reason}: {answer:?}");
    let ready = gateway.answer(gateway.request(Method::GET, "/ready"));
    assert_eq!(ready.status, 503, "{reason}: {ready:?}");
    assert_eq!(ready.json()["dependencies"][0]["name"], "database", "{ready:?}");
    assert_eq!(ready.json()["dependencies"][0]["up"], false, "{ready:?}");
    let log = gateway.log();
    assert!(log.iter().any(|line| line.contains(reason)), "{reason}: {log:?}");
    assert!(!log.iter().any(|line| line.contains(PASSWORD)), "a password in the log");
    assert!(!answer.body.contains(PASSWORD) && !ready.body.contains(PASSWORD), "a password in an answer");
}

#[test]
fn each_mode_is_what_it_says() {
    let tls = WithTls::believed(ANYBODY);
    for (mode, expected) in [
        ("disable", "f"),
        ("prefer", "t TLSv1.3"),
        ("require", "t TLSv1.3"),
        ("verify-ca", "t TLSv1.3"),
        ("verify-full", "t TLSv1.3"),
    ] {
        let gateway = gateway(&tls.server, &format!("?sslmode={mode}&application_name=mode-{mode}"), |_| {});
        assert_eq!(lookup(&gateway).status, 200, "{mode}");
        assert_eq!(tls.protection(&format!("mode-{mode}")), expected, "{mode}");
    }
}

#[test]
fn who_requires_tls_believes_no_stranger_and_who_prefers_it_anybody() {
    let stranger = Authority::new();
    for (certificate, reason) in [
        (
            signed(|params| {
                params.subject_alt_names = vec![SanType::DnsName("db.example".try_into().expect("a name"))];
            }),
            "not valid for name",
        ),
        // It has the name of ours.
        (stranger.sign("database", |_| {}), "invalid peer certificate: BadSignature"),
        (
            signed(|params| {
                (params.not_before, params.not_after) =
                    (date_time_ymd(2020, 1, 1), date_time_ymd(2021, 1, 1));
            }),
            "expired",
        ),
    ] {
        let tls = WithTls::start(certificate, ANYBODY);
        for mode in ["require", "verify-full"] {
            is_refused(&gateway(&tls.server, &format!("?sslmode={mode}"), |_| {}), reason);
        }
        let gateway = gateway(&tls.server, "?sslmode=prefer&application_name=prefers", |_| {});
        assert_eq!(lookup(&gateway).status, 200, "{reason}");
        assert_eq!(tls.protection("prefers"), "t TLSv1.3", "{reason}");
    }
}

#[test]
fn a_server_without_tls_is_not_for_those_who_require_it() {
    let server = TcpServer::start("ssl = off\n", ANYBODY);
    is_refused(&gateway(&server, "?sslmode=require", |_| {}), "server does not support TLS");
    assert_eq!(lookup(&gateway(&server, "?sslmode=prefer", |_| {})).status, 200);
}

/// SCRAM-SHA-256-PLUS: the password proves itself for this very TLS connection.
#[test]
fn a_password_may_be_bound_to_the_connection() {
    let tls = WithTls::believed("hostssl all all 127.0.0.1/32 scram-sha-256");
    let database = tls.server.database();
    let role = database.role("gateway", &["heimdall_gateway"]);
    database.run(&format!("ALTER ROLE {role} PASSWORD '{PASSWORD}'"));
    let bound = "?sslmode=require&channel_binding=require";
    assert_eq!(lookup(&gateway(&tls.server, bound, |_| {})).status, 200);

    // The server takes what it is given, and so nothing was bound.
    let trusting = WithTls::believed(ANYBODY);
    is_refused(&gateway(&trusting.server, bound, |_| {}), "did not use channel binding");

    database.run(&format!("ALTER ROLE {role} PASSWORD 'another one'"));
    is_refused(&gateway(&tls.server, bound, |_| {}), "does not let the gateway in");
}

#[test]
fn a_certificate_of_the_gateway_lets_it_in() {
    let tls = WithTls::believed("hostssl all all 127.0.0.1/32 cert");
    let role = tls.server.database().role("gateway", &["heimdall_gateway"]);
    let (certificate, key) =
        signed(|params| params.distinguished_name.push(DnType::CommonName, role.clone()));
    let text = |path: &PathBuf| path.to_str().expect("UTF-8").to_owned();
    let with_certificate = gateway(&tls.server, "?sslmode=require&application_name=shown", |settings| {
        settings.insert("HMD_DATABASE_TLS_CERT".into(), text(&certificate));
        settings.insert("HMD_DATABASE_TLS_KEY".into(), text(&key));
    });
    assert_eq!(lookup(&with_certificate).status, 200);
    assert_eq!(tls.protection("shown"), format!("t TLSv1.3 /CN={role}"));

    is_refused(&gateway(&tls.server, "?sslmode=require", |_| {}), "does not let the gateway in");
}

#[test]
fn certificate_and_key_for_the_database_are_looked_at_before_anything_begins() {
    let database = heimdall_tests::Database::new();
    let issuer = heimdall_tests::Issuer::start();
    let (certificate, _) = signed(|_| {});
    let (_, other_key) = signed(|_| {});
    for (key, said) in [
        (None, "HMD_DATABASE_TLS_KEY: not set, expected beside HMD_DATABASE_TLS_CERT"),
        (Some(other_key), "it is not the key of the certificate in HMD_DATABASE_TLS_CERT"),
    ] {
        let mut settings = Gateway::settings(&database, &issuer);
        settings.insert("HMD_DATABASE_TLS_CERT".into(), certificate.to_str().expect("UTF-8").into());
        if let Some(key) = key {
            settings.insert("HMD_DATABASE_TLS_KEY".into(), key.to_str().expect("UTF-8").into());
        }
        let output = Gateway::command(&settings).output().expect("the gateway's binary");
        let log = String::from_utf8_lossy(&output.stderr) + String::from_utf8_lossy(&output.stdout);
        assert!(!output.status.success() && log.contains(said), "{said}: {log}");
    }
}
