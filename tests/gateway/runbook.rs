//! What the runbook names is there: settings, files, services, targets, functions, numbers, endpoints.

use std::collections::BTreeSet;
use std::path::Path;

use heimdall_tests::{Database, Gateway};
use reqwest::Method;

const TOP: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
const RUNBOOK: &str = include_str!("../../docs/runbook.md");

/// Words of the runbook that begin so, as long as their characters go on.
fn words(beginning: &str, goes_on: impl Fn(char) -> bool) -> BTreeSet<&'static str> {
    let found = RUNBOOK.match_indices(beginning).map(|(at, _)| {
        let word = &RUNBOOK[at..];
        word[..word.find(|c| !goes_on(c)).unwrap_or(word.len())].trim_end_matches(['.', ':'])
    });
    found.filter(|word| word.len() > beginning.len()).collect()
}

fn file(path: &str) -> String {
    std::fs::read_to_string(Path::new(TOP).join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

#[test]
fn its_settings_are_in_the_reference() {
    let (reference, compose) = (file("docs/reference/gateway.md"), file("docker/compose.yaml"));
    let settings = words("HMD_", |c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_');
    assert!(settings.len() > 15, "{settings:?}");
    for setting in settings {
        let plain = setting.trim_end_matches("_FILE");
        assert!(reference.contains(&format!("`{plain}`")) || compose.contains(plain), "{setting}");
    }
}

#[test]
fn its_files_are_there() {
    let is_path = |c: char| c.is_ascii_alphanumeric() || "-_./".contains(c);
    let made_by_the_operator = ["docker/gateway.env"];
    for path in words("docker/", is_path).into_iter().chain(words("tests/", is_path)) {
        assert!(made_by_the_operator.contains(&path) || Path::new(TOP).join(path).exists(), "{path}");
    }
    for link in RUNBOOK.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
        let (path, anchor) = link.split_once('#').unwrap_or((link, ""));
        let text = file(&format!("docs/{path}"));
        let anchors = text.lines().filter(|line| line.starts_with('#')).map(|line| {
            let title = line.trim_start_matches('#').trim().to_lowercase();
            title
                .chars()
                .filter(|c| c.is_alphanumeric() || " -_".contains(*c))
                .collect::<String>()
                .replace(' ', "-")
        });
        assert!(anchor.is_empty() || anchors.into_iter().any(|known| known == anchor), "{link}");
    }
}

#[test]
fn its_services_volumes_and_targets_are_there() {
    let (compose, makefile) = (file("docker/compose.yaml"), file("Makefile"));
    for service in ["db", "gateway"] {
        assert!(RUNBOOK.contains(&format!("docker compose build {service}")), "{service}");
        assert!(compose.contains(&format!("\n  {service}:")), "{service}");
    }
    assert!(compose.contains("\nname: heimdall\n"), "volumes are called after the project");
    for volume in ["pgdata", "keys"] {
        assert!(
            RUNBOOK.contains(&format!("heimdall_{volume}")) && compose.contains(&format!("\n  {volume}:"))
        );
    }
    for target in ["up", "install", "setup"] {
        assert!(
            RUNBOOK.contains(&format!("make {target}")) && makefile.contains(&format!("\n{target}:")),
            "{target}"
        );
    }
}

#[test]
fn its_functions_and_roles_are_in_the_database() {
    let database = Database::new();
    let functions = words("heimdall.", |c| c.is_ascii_lowercase() || c == '_' || c == '.');
    for name in functions.iter().filter(|name| RUNBOOK.contains(&format!("{name}("))) {
        let plain = name.trim_start_matches("heimdall.");
        let found = database.rows(&format!(
            "SELECT FROM pg_proc WHERE pronamespace = 'heimdall'::regnamespace AND proname = '{plain}'"
        ));
        assert!(!found.is_empty(), "{name}()");
    }
    for role in ["heimdall_analyst", "heimdall_tlp_amber"] {
        assert!(RUNBOOK.contains(role));
        assert!(
            !database.rows(&format!("SELECT FROM pg_roles WHERE rolname = '{role}'")).is_empty(),
            "{role}"
        );
    }
}

#[test]
fn its_endpoints_answer_and_its_numbers_are_told() {
    let database = Database::new();
    let gateway = Gateway::start(&database);
    for path in ["/health", "/ready"] {
        assert!(RUNBOOK.contains(&format!("curl -k https://localhost{path}")));
        assert_eq!(gateway.answer(gateway.request(Method::GET, path)).status, 200, "{path}");
    }
    assert_eq!(gateway.get_as(&["analyst"], "/v1/whoami").status, 200);
    let told = gateway.answer(gateway.request(Method::GET, "/metrics")).body;
    let numbers = RUNBOOK.lines().filter(|line| line.starts_with("| `heimdall_"));
    let numbers: Vec<_> =
        numbers.flat_map(|line| line.split('`')).filter(|word| word.starts_with("heimdall_")).collect();
    assert!(numbers.len() > 6, "{numbers:?}");
    for number in numbers {
        assert!(told.contains(&format!("# HELP {number} ")), "{number}");
    }
}
