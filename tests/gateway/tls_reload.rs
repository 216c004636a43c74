//! A new certificate is taken without a restart; a broken one is not taken at all.

use std::fs;
use std::path::{Path, PathBuf};

use heimdall_tests::{Authority, Database, Gateway, eventually};

use crate::wire;

/// A gateway whose certificate lies in files that a test may change.
fn start(database: &Database, name: &str) -> (Gateway, PathBuf, PathBuf) {
    let (certificate, key) = Authority::of_the_run().sign(name, |_| {});
    let text = |file: &Path| file.to_str().expect("UTF-8").to_owned();
    let gateway = Gateway::start_with(database, |settings| {
        settings.insert("HMD_TLS_CERT".into(), text(&certificate));
        settings.insert("HMD_TLS_KEY".into(), text(&key));
    });
    (gateway, certificate, key)
}

fn logged(gateway: &Gateway, text: &str) -> bool {
    gateway.log().iter().any(|line| line.contains(text))
}

#[test]
fn a_change_of_the_files_is_seen() {
    let database = Database::new();
    let (gateway, ..) = start(&database, "changed");
    let before = wire::certificate(&gateway);
    // Into the same files.
    Authority::of_the_run().sign("changed", |_| {});
    eventually("the new certificate is shown", || wire::certificate(&gateway) != before);
}

#[test]
fn a_signal_is_enough() {
    let database = Database::new();
    let (gateway, ..) = start(&database, "signalled");
    gateway.signal("HUP");
    eventually("the files are read anew", || logged(&gateway, "the certificate was read anew"));
    assert_eq!(gateway.get_as(&["analyst"], "/v1/whoami").status, 200);
}

#[test]
fn a_broken_one_leaves_the_old_one_until_it_is_mended() {
    let database = Database::new();
    let (gateway, certificate, key) = start(&database, "broken");
    let before = wire::certificate(&gateway);
    // The one half of a new pair.
    let (new_certificate, new_key) = Authority::of_the_run().sign("mended", |_| {});
    fs::copy(&new_certificate, &certificate).expect("copied");
    eventually("the log says why", || {
        logged(&gateway, "the new certificate is refused, the old one stays")
            && logged(&gateway, "HMD_TLS_KEY: ")
    });
    assert_eq!(wire::certificate(&gateway), before);
    fs::copy(&new_key, &key).expect("copied");
    eventually("the whole pair is shown", || wire::certificate(&gateway) != before);
}
