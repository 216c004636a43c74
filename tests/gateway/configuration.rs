//! What the gateway is told, and what it says about it before it listens.

use std::fs::{Permissions, set_permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::{Command, Output};

use heimdall_tests::{Authority, Database, Gateway, Issuer, Settings};
use serde_json::Value;

const SECRET: &str = "secret of the machines' client";

fn settings() -> (Database, Settings) {
    let database = Database::new();
    let settings = Gateway::settings(&database, &Issuer::start());
    (database, settings)
}

fn command(settings: &Settings, arguments: &[&str]) -> Output {
    let mut command = Command::new(Gateway::binary());
    command.env_clear().envs(settings).args(arguments).output().expect("the gateway's binary")
}

/// A file of the tests with that text, closed to others.
fn file(name: &str, text: &str) -> PathBuf {
    let path = Authority::of_the_run().folder().join(name);
    std::fs::write(&path, text).expect("written");
    set_permissions(&path, Permissions::from_mode(0o600)).expect("closed");
    path
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[test]
fn what_holds_is_said_without_secrets() {
    let (_database, settings) = settings();
    let output = command(&settings, &["validate"]);
    let said = said(&output);
    assert!(output.status.success(), "{said}");
    assert!(said.contains("The configuration holds."), "{said}");
    let secret = said.lines().find(|line| line.starts_with("HMD_OAUTH_M2M_SECRET"));
    assert!(secret.is_some_and(|line| line.contains("(set)")), "{said}");
    let secrets = ["HMD_OAUTH_M2M_SECRET", "HMD_OAUTH_H2M_SECRET", "HMD_COOKIE_SECRET", "HMD_DATABASE_URL"];
    for secret in secrets {
        assert!(!said.contains(&settings[secret]), "{secret} is said");
    }
}

#[test]
fn programs_get_an_object() {
    let (_database, mut settings) = settings();
    settings.insert("HMD_PORT".into(), "many".into());
    settings.insert("HMD_PROT".into(), "1".into());
    let output = command(&settings, &["validate", "--format", "json"]);
    let object: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!((output.status.code(), &object["valid"]), (Some(1), &Value::Bool(false)));
    assert_eq!(object["mistakes"][0]["variable"], "HMD_PORT");
    assert_eq!(object["warnings"][0]["variable"], "HMD_PROT");
    let host = object["settings"].as_array().and_then(|all| all.iter().find(|s| s["variable"] == "HMD_HOST"));
    assert_eq!(host.map(|host| &host["from"]), Some(&Value::from("environment")));
}

#[test]
fn run_tells_all_mistakes_and_binds_nothing() {
    let (_database, mut settings) = settings();
    settings.remove("HMD_COOKIE_SECRET");
    settings.insert("HMD_STATEMENT_TIMEOUT".into(), "soon".into());
    settings.insert("HMD_OAUTH_H2M_SECRET".into(), "REPLACE_WITH_ACTUAL_H2M_CLIENT_SECRET".into());
    let output = command(&settings, &["run"]);
    let said = said(&output);
    assert_eq!(output.status.code(), Some(1), "{said}");
    for variable in ["HMD_COOKIE_SECRET", "HMD_STATEMENT_TIMEOUT", "HMD_OAUTH_H2M_SECRET"] {
        assert!(said.lines().any(|line| line.starts_with(variable)), "{variable} is not in\n{said}");
    }
    assert!(!said.contains("listening") && !said.contains(SECRET), "{said}");
}

#[test]
fn certificate_and_key_have_to_fit() {
    let (_database, mut settings) = settings();
    let (_, other) = Authority::of_the_run().sign("another", |_| {});
    set_permissions(&other, Permissions::from_mode(0o600)).expect("closed");
    settings.insert("HMD_TLS_KEY".into(), other.to_str().expect("UTF-8").into());
    let output = command(&settings, &["validate"]);
    let said = said(&output);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("mistake: HMD_TLS_"), "{said}");
}

#[test]
fn files_credentials_and_a_configuration_file_do_as_well() {
    let (_database, mut settings) = settings();
    let take = |settings: &mut Settings, name: &str| settings.remove(name).expect("it is set");
    let secret = file("m2m-secret", &format!("{}\n", take(&mut settings, "HMD_OAUTH_M2M_SECRET")));
    settings.insert("HMD_OAUTH_M2M_SECRET_FILE".into(), secret.to_str().expect("UTF-8").into());
    file("hmd_cookie_secret", &take(&mut settings, "HMD_COOKIE_SECRET"));
    let folder = Authority::of_the_run().folder().to_str().expect("UTF-8");
    settings.insert("CREDENTIALS_DIRECTORY".into(), folder.into());
    let toml = format!(
        "database_url = {:?}\nrole_map = [{:?}]\n",
        take(&mut settings, "HMD_DATABASE_URL"),
        take(&mut settings, "HMD_ROLE_MAP")
    );
    let config = file("heimdall.toml", &toml);
    let output = command(&settings, &["validate", "--config", config.to_str().expect("UTF-8")]);
    let said = said(&output);
    assert!(output.status.success(), "{said}");
    for (variable, from) in [
        ("HMD_OAUTH_M2M_SECRET", "[HMD_OAUTH_M2M_SECRET_FILE]"),
        ("HMD_COOKIE_SECRET", "[credential hmd_cookie_secret]"),
        ("HMD_DATABASE_URL", "[configuration file, database_url]"),
    ] {
        let line = said.lines().find(|line| line.starts_with(variable));
        assert!(line.is_some_and(|line| line.contains("(set)") && line.ends_with(from)), "{said}");
    }
}
