//! The development authority: made once, for this machine, and refused in production.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Output};

use heimdall_tests::{Authority, Database, DevIdentity, Gateway, Issuer};

fn make(folder: &Path, environment: Option<&str>) -> Output {
    let mut command = Command::new(Gateway::binary());
    command.env_clear().envs(environment.map(|value| ("HMD_ENVIRONMENT", value)));
    command.arg("dev-certificates").arg(folder).output().expect("the gateway's binary")
}

fn text(folder: &Path, name: &str) -> String {
    fs::read_to_string(folder.join(name)).expect("a file")
}

#[test]
fn they_are_made_once() {
    let folder = DevIdentity::folder();
    assert!(make(&folder, Some("development")).status.success());
    let first = ["ca.pem", "ca.key", "localhost.pem", "localhost.key"].map(|name| text(&folder, name));
    assert!(make(&folder, Some("development")).status.success());
    assert_eq!(first, ["ca.pem", "ca.key", "localhost.pem", "localhost.key"].map(|name| text(&folder, name)));
    for key in ["ca.key", "localhost.key"] {
        let mode = fs::metadata(folder.join(key)).expect("a file").permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{key} is nobody else's business");
    }
    fs::remove_dir_all(folder).expect("removed");
}

#[test]
fn one_that_ends_soon_or_is_of_another_authority_is_made_anew() {
    let folder = DevIdentity::folder();
    assert!(make(&folder, Some("development")).status.success());
    let (authority, own) = (text(&folder, "ca.pem"), text(&folder, "localhost.pem"));
    let (foreign, _) = Authority::of_the_run().sign(&format!("foreign-{:x}", fastrand::u64(..)), |_| {});
    fs::copy(foreign, folder.join("localhost.pem")).expect("copied");
    assert!(make(&folder, Some("development")).status.success());
    let renewed = text(&folder, "localhost.pem");
    assert_eq!(text(&folder, "ca.pem"), authority, "the authority lasts");
    assert_ne!(renewed, own);

    // The renewed one is by that authority: it is kept.
    assert!(make(&folder, Some("development")).status.success());
    assert_eq!(text(&folder, "localhost.pem"), renewed);
    fs::remove_dir_all(folder).expect("removed");
}

#[test]
fn outside_development_nothing_is_made() {
    let folder = DevIdentity::folder();
    for environment in [None, Some("production"), Some("")] {
        let done = make(&folder, environment);
        assert!(!done.status.success(), "{environment:?}");
        let said = String::from_utf8_lossy(&done.stderr).into_owned();
        assert!(said.contains("HMD_ENVIRONMENT=development"), "{said}");
    }
    assert_eq!(fs::read_dir(&folder).expect("a folder").count(), 0);
    fs::remove_dir_all(folder).expect("removed");
}

#[test]
fn production_refuses_what_it_has_signed_and_the_authority_itself() {
    let folder = DevIdentity::folder();
    assert!(make(&folder, Some("development")).status.success());
    let (database, issuer) = (Database::new(), Issuer::start());
    let usual = Gateway::settings(&database, &issuer);
    for (variable, changes) in [
        ("HMD_TLS_CERT", [("HMD_TLS_CERT", "localhost.pem"), ("HMD_TLS_KEY", "localhost.key")].as_slice()),
        ("HMD_TLS_CA", &[("HMD_TLS_CA", "ca.pem")]),
    ] {
        let mut settings = usual.clone();
        for (name, file) in changes {
            settings.insert((*name).to_owned(), folder.join(file).to_str().expect("UTF-8").to_owned());
        }
        let done = Gateway::command(&settings).output().expect("the gateway's binary");
        let said = String::from_utf8_lossy(&done.stderr).into_owned();
        assert!(!done.status.success() && said.contains(variable), "{variable}: {said}");
        assert!(said.contains("development authority"), "{said}");
    }
    fs::remove_dir_all(folder).expect("removed");
}
