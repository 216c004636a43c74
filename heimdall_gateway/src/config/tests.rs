//! What is taken, what is refused, and what is said about it.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs::{Permissions, set_permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use proptest::prelude::*;
use tempfile::TempDir;

use super::{Config, Environment, Mistakes, Reading, Sources, client, value};

/// Settings of a test, and the folder of the files that they name.
struct Given {
    variables: Vec<(String, String)>,
    config: Option<PathBuf>,
    folder: TempDir,
}

impl Given {
    fn nothing() -> Given {
        // Every account may go into it: whether a file can be read is the file's own mode.
        let folder = tempfile::tempdir_in("/tmp").unwrap();
        set_permissions(&folder, Permissions::from_mode(0o755)).unwrap();
        Given { variables: Vec::new(), config: None, folder }
    }

    /// What the runbook calls required, each with a value that holds.
    fn complete() -> Given {
        let given = Given::nothing();
        let (key, certificate) = (given.file("key", "", 0o400), given.file("certificate", "", 0o644));
        given
            .with("HMD_TLS_KEY", &key)
            .with("HMD_TLS_CERT", &certificate)
            .with("HMD_OAUTH_DISCOVERY_URL", "https://auth.example.com/.well-known/openid-configuration")
            .with("HMD_OAUTH_H2M_ID", "people")
            .with("HMD_OAUTH_H2M_SECRET", "of the people")
            .with("HMD_OAUTH_M2M_ID", "machines")
            .with("HMD_OAUTH_M2M_SECRET", "of the machines")
            .with("HMD_COOKIE_SECRET", "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=")
            .with("HMD_ROLE_MAP", "groups:soc=heimdall_analyst")
    }

    fn with(mut self, variable: &str, value: &str) -> Given {
        self.variables.retain(|(name, _)| name != variable);
        self.variables.push((variable.to_owned(), value.to_owned()));
        self
    }

    fn without(mut self, variable: &str) -> Given {
        self.variables.retain(|(name, _)| name != variable);
        self
    }

    fn file(&self, name: &str, text: &str, mode: u32) -> String {
        let path = self.folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        set_permissions(&path, Permissions::from_mode(mode)).unwrap();
        path.to_str().unwrap().to_owned()
    }

    fn configured(mut self, toml: &str) -> Given {
        self.config = Some(self.file("heimdall.toml", toml, 0o600).into());
        self
    }

    fn sources(&self) -> Sources {
        let variables =
            self.variables.iter().map(|(name, value)| (OsString::from(name), OsString::from(value)));
        Sources::new(variables, self.config.clone())
    }

    fn read(&self) -> Reading {
        Config::read(&self.sources())
    }

    fn config(&self) -> Config {
        self.read().into_config().unwrap()
    }

    /// What is said of that variable.
    fn mistake(&self, variable: &str) -> String {
        let Err(Mistakes(mistakes)) = self.read().into_config() else { return "nothing".to_owned() };
        let told: Vec<_> =
            mistakes.iter().filter(|m| m.variable == variable).map(ToString::to_string).collect();
        told.join("\n")
    }
}

#[test]
fn what_the_runbook_requires_is_enough_and_its_defaults_hold() {
    let config = Given::complete().config();
    assert_eq!(config.environment, Environment::Production);
    assert_eq!(config.listen.address.to_string(), "0.0.0.0:443");
    assert_eq!(config.database.url.expose(), "postgres://heimdall:heimdall@localhost:5432/heimdall");
    assert_eq!(config.database.graph, "heimdall_graph");
    assert_eq!(config.oidc.scope, "openid profile email");
    assert_eq!(config.limits.body, 8 << 20);
    assert_eq!(config.limits.upload, None);
}

#[test]
fn all_that_is_missing_is_told_at_once() {
    let reading = Given::nothing().read();
    let told: Vec<_> = reading.mistakes.iter().map(|mistake| mistake.variable.as_str()).collect();
    let required = [
        "HMD_TLS_KEY",
        "HMD_TLS_CERT",
        "HMD_OAUTH_DISCOVERY_URL",
        "HMD_OAUTH_H2M_ID",
        "HMD_OAUTH_H2M_SECRET",
        "HMD_OAUTH_M2M_ID",
        "HMD_OAUTH_M2M_SECRET",
        "HMD_COOKIE_SECRET",
    ];
    assert_eq!(told, required);
}

#[test]
fn what_is_wrong_is_told_with_what_is_missing_and_what_is_unknown() {
    let given = Given::nothing().with("HMD_PORT", "https").configured("portt = 1");
    let told: Vec<_> = given.read().mistakes.into_iter().map(|mistake| mistake.variable).collect();
    assert!(
        ["HMD_PORT", "HMD_TLS_KEY", "portt"].iter().all(|name| told.iter().any(|t| t == name)),
        "{told:?}"
    );
}

#[test]
fn the_environment_comes_before_credentials_and_those_before_the_file() {
    let given = Given::complete().without("HMD_COOKIE_SECRET").configured(
        "cookie_secret = \"of the file, and thirty-two bytes long\"\nport = 1\nstatement_timeout = '5m'\nrole_map = ['a:b=c', 'd:e=f']",
    );
    given.file("hmd_cookie_secret", "of the credential, and thirty-two bytes\n", 0o400);
    let folder = given.folder.path().to_str().unwrap().to_owned();
    let config = given.config();
    assert_eq!(config.session.secret.expose(), "of the file, and thirty-two bytes long");
    assert_eq!(config.listen.address.port(), 1);
    assert_eq!(config.database.statement_timeout.as_secs(), 300);

    let given = given.without("HMD_ROLE_MAP").with("CREDENTIALS_DIRECTORY", &folder);
    let config = given.config();
    assert_eq!(config.session.secret.expose(), "of the credential, and thirty-two bytes");
    assert_eq!(config.roles.len(), 2);

    let twin = given.file("port", "2\r\n", 0o644);
    assert_eq!(given.with("HMD_PORT_FILE", &twin).config().listen.address.port(), 2);
}

#[test]
fn a_file_may_be_named_by_its_variable_its_twin_or_its_credential() {
    let given = Given::complete();
    let key = given.folder.path().join("key").to_str().unwrap().to_owned();
    let given = given.without("HMD_TLS_KEY").with("HMD_TLS_KEY_FILE", &key);
    assert_eq!(given.config().tls.key.to_str(), Some(key.as_str()));

    let credential = given.file("hmd_tls_key", "", 0o400);
    let folder = given.folder.path().to_str().unwrap().to_owned();
    let given = given.without("HMD_TLS_KEY_FILE").with("CREDENTIALS_DIRECTORY", &folder);
    assert_eq!(given.config().tls.key.to_str(), Some(credential.as_str()));
}

#[test]
fn set_twice_is_a_mistake() {
    let given = Given::complete();
    let port = given.file("port", "1", 0o600);
    let given = given.with("HMD_PORT", "1").with("HMD_PORT_FILE", &port);
    assert_eq!(given.mistake("HMD_PORT"), "HMD_PORT: set, and HMD_PORT_FILE as well: which?");
    let given = Given::complete().configured("port = 1\nport_file = 'x'");
    assert!(given.mistake("HMD_PORT").ends_with("set, and port_file as well: which?"));
}

#[test]
fn files_that_cannot_be_used_say_why() {
    let given = Given::complete().without("HMD_OAUTH_H2M_SECRET");
    for (name, text, why) in [
        ("empty", "\n", "the file is empty"),
        ("large", &"x".repeat((64 << 10) + 1), "the file is larger than 64 KiB"),
    ] {
        let path = given.file(name, text, 0o600);
        let told =
            Given { variables: given.variables.clone(), config: None, folder: tempfile::tempdir().unwrap() }
                .with("HMD_OAUTH_H2M_SECRET_FILE", &path)
                .mistake("HMD_OAUTH_H2M_SECRET");
        assert_eq!(told, format!("HMD_OAUTH_H2M_SECRET (from HMD_OAUTH_H2M_SECRET_FILE): {why}"));
    }
    let given = given.with("HMD_OAUTH_H2M_SECRET_FILE", "hunter2");
    let told = given.mistake("HMD_OAUTH_H2M_SECRET");
    assert!(told.ends_with("the file is not there") && !told.contains("hunter2"), "{told}");
    let given = given.with("HMD_TLS_CERT", "/tmp");
    assert_eq!(given.mistake("HMD_TLS_CERT"), "HMD_TLS_CERT: it is no file");
}

#[test]
fn a_secret_that_every_account_can_read_is_refused_in_production() {
    let given = Given::complete().without("HMD_OAUTH_H2M_SECRET");
    let open = given.file("secret", "of the people", 0o644);
    let given = given.with("HMD_OAUTH_H2M_SECRET_FILE", &open);
    assert!(given.mistake("HMD_OAUTH_H2M_SECRET").contains("chmod o-r"));

    let given = given.with("HMD_ENVIRONMENT", "development");
    assert_eq!(given.mistake("HMD_OAUTH_H2M_SECRET"), "nothing");
    assert!(given.read().warnings.iter().any(|warning| warning.variable == "HMD_OAUTH_H2M_SECRET"));

    let given = given.with("HMD_ENVIRONMENT", "production");
    set_permissions(&open, Permissions::from_mode(0o640)).unwrap();
    assert_eq!(given.mistake("HMD_OAUTH_H2M_SECRET"), "nothing");

    let given = given.configured("port = 1");
    set_permissions(given.config.as_ref().unwrap(), Permissions::from_mode(0o644)).unwrap();
    given.config();
    let given = given
        .without("HMD_COOKIE_SECRET")
        .configured("cookie_secret = 'thirty-two bytes and some more of them'");
    set_permissions(given.config.as_ref().unwrap(), Permissions::from_mode(0o644)).unwrap();
    assert!(given.mistake("HMD_COOKIE_SECRET").contains("chmod o-r"));
}

#[test]
fn placeholders_of_the_runbook_are_refused_wherever_they_are() {
    for (variable, value) in [
        ("HMD_OAUTH_H2M_ID", "REPLACE_WITH_ACTUAL_H2M_CLIENT_ID"),
        ("HMD_OAUTH_M2M_SECRET", "REPLACE_WITH_ACTUAL_M2M_CLIENT_SECRET"),
        ("HMD_COOKIE_SECRET", "GENERATE_AND_REPLACE_ME"),
        ("HMD_DATABASE_URL", "postgres://heimdall:REPLACE_WITH_DB_PASSWORD@localhost:5432/heimdall"),
    ] {
        let told = Given::complete().with(variable, value).mistake(variable);
        assert!(told.starts_with(variable) && told.contains("still the placeholder"), "{told}");
    }
}

#[test]
fn each_setting_refuses_what_cannot_work() {
    for (variable, value) in [
        ("HMD_ENVIRONMENT", "test"),
        ("HMD_HOST", "localhost"),
        ("HMD_PORT", "65536"),
        ("HMD_PUBLIC_URL", "http://heimdall.example.com"),
        ("HMD_PUBLIC_URL", "https://heimdall.example.com/below"),
        ("HMD_OAUTH_DISCOVERY_URL", "http://auth.example.com/.well-known/openid-configuration"),
        ("HMD_OAUTH_DISCOVERY_URL", "http://localhost/.well-known/openid-configuration"),
        ("HMD_OAUTH_DISCOVERY_URL", "https://user:password@auth.example.com/"),
        ("HMD_OAUTH_LEEWAY", "1h"),
        ("HMD_OIDC_SCOPE", "profile"),
        ("HMD_ROLE_MAP", "groups=role"),
        ("HMD_ROLE_MAP", "groups:soc="),
        ("HMD_COOKIE_SECRET", "0123456789abcdef0123456789abcde"),
        ("HMD_COOKIE_SECRET", "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmM="),
        ("HMD_DATABASE_URL", "mysql://localhost/heimdall"),
        ("HMD_DATABASE_URL", "postgres://localhost:x/heimdall"),
        ("HMD_DATABASE_REPLICA_URL", "postgres://one.example,two.example/heimdall"),
        ("HMD_DATABASE_REPLICA_LAG", "500ms"),
        ("HMD_AGE_GRAPH", "no graph"),
        ("HMD_DATABASE_CONNECTIONS", "1"),
        ("HMD_STATEMENT_TIMEOUT", "0"),
        ("HMD_STATEMENT_TIMEOUT", "-5s"),
        ("HMD_BODY_LIMIT", "8"),
        ("HMD_UPLOAD_LIMIT", "0"),
        ("HMD_UPLOADS", "16"),
        ("HMD_RATE_AUTH", "0"),
        ("HMD_ALLOWED_NETWORKS", "192.0.2.0/33"),
        ("HMD_CORS_ORIGINS", "*"),
        ("HMD_CORS_ORIGINS", "https://console.example.org/"),
    ] {
        let told = Given::complete().with(variable, value).mistake(variable);
        assert!(told.starts_with(variable) && told.contains("expected"), "{variable}={value}: {told}");
    }
}

#[test]
fn the_provider_may_be_without_tls_on_this_machine_in_development() {
    let given = Given::complete().with("HMD_ENVIRONMENT", "development");
    given.with("HMD_OAUTH_DISCOVERY_URL", "http://127.0.0.1:8444/.well-known/openid-configuration").config();
}

#[test]
fn lists_take_several_and_addresses_are_networks_of_one() {
    let config = Given::complete()
        .with("HMD_ALLOWED_NETWORKS", "192.0.2.0/24, 2001:db8::1")
        .with("HMD_ROLE_MAP", "groups:urn:soc=analyst,scope:feed=ingest")
        .config();
    assert_eq!(
        config.network.allowed.iter().map(ToString::to_string).collect::<Vec<_>>(),
        ["192.0.2.0/24", "2001:db8::1/128"]
    );
    assert_eq!(config.roles[0].value, "urn:soc");
}

#[test]
fn a_name_that_is_none_is_told_with_the_one_that_was_meant() {
    let reading = Given::complete().with("HMD_COOKIE_SECRETS", "x").with("HMD_MASTER_KEY", "x").read();
    let told: Vec<_> = reading.warnings.iter().map(ToString::to_string).collect();
    assert!(
        told.contains(&"HMD_COOKIE_SECRETS: no such setting; did you mean HMD_COOKIE_SECRET?".to_owned())
    );
    assert!(!told.iter().any(|warning| warning.contains("MASTER_KEY")), "{told:?}");

    let given = Given::complete().configured("tls_kee = 'x'");
    assert!(given.mistake("tls_kee").ends_with("no such setting; did you mean tls_key?"));
}

#[test]
fn tenants_are_told_and_each_has_a_database() {
    let given = Given::complete().with("HMD_TENANT_CLAIM", "organization.name");
    let config = given.with("HMD_TENANTS", "acme=heimdall_acme, urn:b=c=heimdall_b").config();
    let tenants = config.tenants.unwrap();
    assert_eq!(tenants.claim, "organization.name");
    let all: Vec<_> = tenants.all.iter().map(|t| (t.name.as_str(), t.database.as_str())).collect();
    assert_eq!(all, [("acme", "heimdall_acme"), ("urn:b=c", "heimdall_b")]);
    assert_eq!(Given::complete().config().tenants, None);
}

#[test]
fn tenants_that_are_not_told_apart_are_refused() {
    let tenants = |text: &str| {
        Given::complete().with("HMD_TENANT_CLAIM", "org").with("HMD_TENANTS", text).mistake("HMD_TENANTS")
    };
    assert_eq!(tenants("acme=a,globex=b"), "nothing");
    assert!(tenants("acme=a,globex=b,acme=c").contains("a value is there twice"));
    assert!(tenants("acme=a,globex=a").contains("a database is there twice"));
    for text in ["acme", "acme=", "=a", ",", &format!("acme={}", "a".repeat(64))] {
        assert!(tenants(text).contains("expected value=database"), "{text}");
    }
    let (claim, all) = ("HMD_TENANT_CLAIM", "HMD_TENANTS");
    assert!(
        Given::complete().with(claim, "org").mistake(all).contains("not set, though HMD_TENANT_CLAIM is")
    );
    assert!(Given::complete().with(all, "acme=a").mistake(claim).contains("not set, though HMD_TENANTS is"));
}

#[test]
fn a_file_that_is_not_toml_is_refused_by_its_line_alone() {
    let told = Given::complete().configured("port = 1\ncookie_secret = \"hunter2").mistake("HMD_CONFIG");
    assert!(told.ends_with("line 2 is not TOML") && !told.contains("hunter2"), "{told}");
}

#[test]
fn a_value_that_is_no_text_is_told() {
    use std::os::unix::ffi::OsStringExt;
    let variables = [("HMD_PORT".into(), OsString::from_vec(vec![0xff]))];
    let reading = Config::read(&Sources::new(variables, None));
    assert!(reading.mistakes.iter().any(|mistake| mistake.to_string() == "HMD_PORT: not UTF-8"));
}

/// Each setting is in the reference with its default, and nothing else is.
#[test]
fn the_reference_has_every_variable() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/reference/gateway.md");
    let text = std::fs::read_to_string(path).unwrap();
    let rows = text.lines().filter(|line| line.starts_with("| `HMD_"));
    let cell = |row: &str, n: usize| row.split('|').nth(n).unwrap().trim().replace('`', "");
    let written: BTreeMap<_, _> = rows.map(|row| (cell(row, 1), cell(row, 2))).collect();

    let reading = Given::nothing().read();
    let required: Vec<_> = reading.mistakes.iter().map(|mistake| mistake.variable.as_str()).collect();
    let mut read = BTreeMap::new();
    for setting in &reading.settings {
        let default = match &setting.value {
            _ if required.contains(&setting.variable) => "required".to_owned(),
            Some(value) if value == "(default)" => "the runbook's".to_owned(),
            value => value.clone().unwrap_or_default(),
        };
        read.insert(setting.variable.to_owned(), default);
    }
    read.extend(client::VARIABLES.map(|variable| (variable.to_owned(), String::new())));
    assert_eq!(written, read);
}

proptest! {
    #[test]
    fn a_duration_is_read_as_it_is_written(milliseconds in 0u64..100_000_000_000) {
        let duration = std::time::Duration::from_millis(milliseconds);
        prop_assert_eq!(value::duration(&value::duration_text(duration)), Some(duration));
    }

    #[test]
    fn a_size_is_read_as_it_is_written(size in 0..u64::MAX) {
        prop_assert_eq!(value::size(&value::size_text(size)), Some(size));
    }

    #[test]
    fn no_text_is_too_odd_to_be_read(text in ".{0,40}", variable in 0usize..40) {
        let settings = Given::nothing().read().settings;
        let variable = settings[variable % settings.len()].variable;
        if !text.contains('\0') {
            let _ = Given::complete().with(variable, &text).read();
        }
    }

    /// Whatever a secret is and whatever is wrong with it, nothing that is told has it.
    #[test]
    fn no_secret_is_told(secret in "[A-Z0-9]{12,60}(=|:|/|%|\\n)?", twin: bool, file: bool) {
        let mut given = Given::nothing();
        for name in ["OAUTH_H2M_SECRET", "OAUTH_M2M_SECRET", "COOKIE_SECRET", "DATABASE_URL"] {
            given = match twin {
                true => given.with(&format!("HMD_{name}_FILE"), &secret),
                false => given.with(&format!("HMD_{name}"), &secret),
            };
        }
        if file {
            given = given.configured(&format!("cookie_secret = {{ a = '{secret}' }}\nport = {secret}"));
        }
        let reading = given.read();
        let mut told = Vec::new();
        crate::validate::tell(&reading, crate::validate::Format::Text, &mut told).unwrap();
        crate::validate::tell(&reading, crate::validate::Format::Json, &mut told).unwrap();
        let told = format!("{}{reading:?}{:?}", String::from_utf8(told).unwrap(), client::Identity::read(&given.sources()));
        prop_assert!(!told.contains(secret.trim_end()), "it is told");
    }
}
