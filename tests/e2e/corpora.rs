//! Real dumps of every kind, as they lie there: each goes in whole, in the format that is recognised and with the mapping that
//! is inferred. Skipped where this machine has none.

use std::path::{Path, PathBuf};

use heimdall_tests::{Database, corpora};

/// Folders of dumps, which files of them are dumps, and which share of a file's rows may be put aside.
const FOLDERS: [(&str, &[&str], f64); 15] = [
    ("c09_elastic_ecs_pairs", &["log", "json"], 0.1),
    ("c10_sekoia_intake_pairs", &["jsonl"], 0.1),
    ("c12_suricata_alerts", &["json"], 0.0),
    ("c13_zeek_tsv_json", &["log", "json"], 0.02),
    ("c15_windows_events", &["json"], 0.0),
    ("c16_cloud_and_linux", &["json", "csv", "log"], 0.0),
    ("c17_loghub", &["log", "csv"], 0.02),
    ("c18_misp_events", &["json", "csv"], 0.1),
    ("c19_misp_warninglists", &["json"], 0.1),
    ("c21_stix21", &["json"], 0.0),
    ("c22_sophos_ioc_csv", &["csv"], 0.1),
    ("c23_eset_text_iocs", &["adoc", "md5", "sha1", "sha256"], 0.0),
    ("c24_blocklists", &["txt"], 0.0),
    ("c26_nmap_xml", &["xml"], 0.0),
    // Two tables in one file: the other one's rows do not fit, and that is said of each.
    ("c36_csv_pollution", &["csv"], 0.5),
];

/// What else a dump may end with: the beginning of a message, and why that is right.
const REFUSED: [(&str, &str); 1] = [(
    "the dump is empty",
    "no row: a file of no bytes, or text in which no line names anything that is known",
)];

/// All files below a folder with one of those extensions, in order.
fn files(folder: &Path, extensions: &[&str]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path())
        {
            let extension = entry.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
            if entry.is_dir() {
                folders.push(entry);
            } else if extensions.contains(&extension) && !entry.ends_with("README.txt") {
                found.push(entry);
            }
        }
    }
    found.sort();
    found
}

#[test]
fn every_dump_goes_in_whole() {
    let Some(root) = corpora() else {
        eprintln!("skipped: no corpora on this machine");
        return;
    };
    let database = Database::new();
    let mut faults = Vec::new();
    let mut taken = 0;
    for (folder, extensions, share) in FOLDERS {
        for (at, file) in files(&root.join(folder), extensions).into_iter().enumerate() {
            let source = format!("{folder}_{at}");
            database.run(&format!("SELECT heimdall.create_source('{source}', reject_limit => 1)"));
            let name = file.strip_prefix(&root).expect("below it").display().to_string();
            match database.try_ingest(&source, std::fs::read(&file).expect("a dump")) {
                Ok(report) => {
                    taken += 1;
                    assert_eq!(report.read, report.accepted + report.rejected, "{name}");
                    if report.rejected as f64 > share * report.read as f64 {
                        faults.push(format!("{name}: {} of {} rows rejected", report.rejected, report.read));
                    }
                }
                Err(failure) => {
                    let known = REFUSED.iter().any(|(message, _)| failure.message.starts_with(message));
                    if !known {
                        faults.push(format!("{name}: {}", failure.message));
                    }
                }
            }
        }
    }
    assert!(faults.is_empty(), "{taken} went in; {}:\n{}", faults.len(), faults.join("\n"));
    assert_eq!(database.strays(), "0");
}
