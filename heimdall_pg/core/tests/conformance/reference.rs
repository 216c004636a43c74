//! The examples of the reference: every row of a kind's table says what is written and what it becomes.

use heimdall_core::canonical::{Kind, canonical_observable};

use crate::table::REFERENCE;

/// Why a value is refused, in the place of its canonical text.
const REFUSED: &str = "refused: ";

#[test]
fn the_examples_are_true() {
    let text = std::fs::read_to_string(REFERENCE).expect("the reference of canonical forms");
    let mut kinds = Kind::ALL.to_vec();
    for section in text.split("\n## `").skip(1) {
        let (name, section) = section.split_once('`').expect("the name of a kind");
        let kind = Kind::from_name(name).unwrap_or_else(|| panic!("{name} is no kind"));
        let section = section.split("\n## ").next().unwrap_or_default();
        let rows: Vec<&str> = section.lines().filter(|line| line.starts_with("| `")).collect();
        assert!(!rows.is_empty(), "{name} has no example");
        kinds.retain(|other| *other != kind);
        rows.into_iter().for_each(|row| check(kind, row));
    }
    assert!(kinds.is_empty(), "without a section: {kinds:?}");
}

fn check(kind: Kind, row: &str) {
    let (written, canonical) = row.trim_matches(['|', ' ']).split_once(" | ").expect("two cells");
    for raw in written.trim_matches('`').split("`, `") {
        let got = match canonical_observable(kind, raw) {
            Ok(text) => format!("`{text}`"),
            Err(error) => format!("{REFUSED}{}", error.reason),
        };
        assert_eq!(got, canonical, "{} {raw}", kind.name());
    }
}
