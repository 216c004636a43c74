//! The document is what schemathesis, which knows nothing of the gateway, finds: it makes requests of it, good ones and bad
//! ones, and looks whether the answers are those that it describes.

use std::process::Command;

use heimdall_tests::{Authority, Gateway};

use crate::graph::graph;

/// What an answer must not be, and what it has to be like.
const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance,\
    unsupported_method";

/// Draws the same requests every time.
fn ask(group: &str) {
    let Some(schemathesis) = std::env::var_os("HEIMDALL_SCHEMATHESIS") else {
        println!("schemathesis is not there: left out");
        return;
    };
    let database = graph();
    let gateway = Gateway::start_with(&database, |settings| {
        for rate in ["HMD_RATE_STANDARD", "HMD_RATE_EXPENSIVE", "HMD_RATE_FAILURES"] {
            settings.insert(rate.into(), "1000000".into());
        }
    });
    let folder = std::env::temp_dir().join(format!("heimdall-schemathesis-{}-{group}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    let asked = Command::new(schemathesis)
        .args(["run", &format!("{}/openapi.json", gateway.url)])
        .args(["--header", &format!("Authorization: Bearer {}", gateway.issuer.token("ada", &[group]))])
        .arg("--tls-verify")
        .arg(Authority::of_the_run().certificate_file())
        .args(["--checks", CHECKS, "--phases", "examples,coverage", "--max-examples", "3", "--seed", "7"])
        .args(["--generation-deterministic", "--no-shrink", "--no-color"])
        .args(["--continue-on-failure", "--request-timeout", "60", "--warnings", "off"])
        // On a slow machine it gets less far.
        .args(["--max-time", "75"])
        // A connection that was idle may be closed while a request is on its way.
        .args(["--request-retries", "3"])
        // Resumable uploads are a protocol of their own, and their events come for as long as somebody listens.
        .args(["--exclude-path-regex", "/uploads"])
        .current_dir(&folder)
        .output()
        .expect("schemathesis");
    let _ = std::fs::remove_dir_all(&folder);
    let [out, err] = [&asked.stdout, &asked.stderr].map(|written| String::from_utf8_lossy(written));
    assert!(asked.status.success(), "{out}{err}");
}

#[test]
fn analysts_get_what_the_document_says() {
    ask("analyst");
}

#[test]
fn administrators_get_what_the_document_says() {
    ask("admin");
}

#[test]
fn those_who_ingest_get_what_the_document_says() {
    ask("ingest");
}
