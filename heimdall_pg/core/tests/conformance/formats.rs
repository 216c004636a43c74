//! Files of known formats, and what they are taken for.

use heimdall_core::format::{Format, recognise};
use serde_json::Value;

use crate::corpus::Corpus;

const NO_TABLE: &str = "two lines, and no two of one width: told from text by nothing";
const BLANKS: &str = "values hold the delimiter without quotes: no two lines have as many fields";

/// As many bytes as a dump's format is told from.
const HEAD: usize = 64 << 10;

fn name(sample: &[u8]) -> Result<&'static str, String> {
    let sample = sample.get(..HEAD).unwrap_or(sample);
    let format = recognise(sample).map_err(|error| error.to_string())?;
    format.map(Format::name).ok_or_else(|| "not recognised".to_owned())
}

/// Files of a folder of a set whose names end so, and their format.
fn files(set: &'static str, folder: &str, ending: &str, format: impl Fn(&str) -> &'static str) {
    let Some(mut corpus) = Corpus::open(set) else { return };
    for file in corpus.files(folder, ending).into_iter().filter(|file| !file.ends_with("README.txt")) {
        let result = match name(&corpus.bytes(&file)) {
            Ok(name) if name == format(&file) => Ok(()),
            Ok(name) => Err(name.to_owned()),
            Err(error) => Err(error),
        };
        let short = ["_short_row", "_long_row"].iter().any(|fault| file.contains(fault)).then_some(NO_TABLE);
        corpus.note(&file, result, short);
    }
    let place = if folder.is_empty() { String::new() } else { format!(" in {folder}") };
    corpus.finish(&format!("Formats of {ending} files{place}"), "told from 64 KiB", &[(NO_TABLE, 3)]);
}

#[test]
fn files_of_one_format_a_folder() {
    files("c12_suricata_alerts", "", ".json", |_| "suricata");
    files("c13_zeek_tsv_json", "tsv", ".log", |_| "zeek");
    files("c13_zeek_tsv_json", "json", ".ndjson", |_| "zeek");
    files("c15_windows_events", "", ".json", |_| "winevent");
    files("c18_misp_events", "", ".json", |_| "misp");
    files("c18_misp_events", "", ".csv", |_| "csv");
    files("c19_misp_warninglists", "", ".json", |_| "warninglist");
    files("c21_stix21", "", ".json", |_| "stix");
    files("c22_sophos_ioc_csv", "", ".csv", |_| "csv");
    files("c24_blocklists", "", ".txt", |_| "text");
    files("c26_nmap_xml", "", ".xml", |_| "nmap");
    files("c29_pg_anonymizer_fake", "", ".csv", |_| "csv");
    files("c34_age_load_csv", "", ".csv", |_| "csv");
}

#[test]
fn files_of_more_formats() {
    files("c16_cloud_and_linux", "", ".json", |file| match file {
        "WindowsEvents.json" => "winevent",
        _ if file.starts_with("ec2_") => "cloudtrail",
        _ => "ndjson",
    });
    files("c16_cloud_and_linux", "", ".csv", |_| "csv");
    files("c16_cloud_and_linux", "", ".log", |_| "auditd");
    files("c17_loghub", "", ".csv", |_| "csv");
    files("c17_loghub", "", ".log", |file| match file {
        "Linux_2k.log" | "OpenSSH_2k.log" => "syslog",
        _ => "text",
    });
}

#[test]
fn reports_in_folders() {
    let Some(mut corpus) = Corpus::open("c23_eset_text_iocs") else { return };
    for folder in corpus.folders() {
        for file in corpus.files(&folder, "") {
            let result = name(&corpus.bytes(&file)).and_then(|name| match name {
                "text" => Ok(()),
                other => Err(other.to_owned()),
            });
            corpus.note(&file, result, None);
        }
    }
    corpus.finish("Formats of reports", "told from 64 KiB", &[]);
}

#[test]
fn polluted_tables() {
    let Some(mut corpus) = Corpus::open("c36_csv_pollution") else { return };
    for file in corpus.files("polluted/csv", ".csv") {
        let dump = corpus.bytes(&file);
        if dump.is_empty() {
            continue;
        }
        let result = name(&dump).and_then(|name| if name == "csv" { Ok(()) } else { Err(name.to_owned()) });
        let blanks = file.contains("0x20.csv").then_some(BLANKS);
        corpus.note(&file, result, blanks);
    }
    corpus.finish("Formats of polluted CSV", "told from 64 KiB", &[(BLANKS, 1)]);
}

/// Lines of a vendor that begin so, and their format, where that can be told by eye.
const VENDORS: [(&str, &str, &str); 18] = [
    ("", "CEF:", "cef"),
    ("", "LEEF:", "leef"),
    ("AWS__aws-cloudtrail", "{\"eventVersion", "cloudtrail"),
    ("Apache__apache", "1", "clf"),
    ("Cisco__cisco-ios", "Oct ", "syslog"),
    ("Cisco__cisco-ise", "Dec ", "syslog"),
    ("Fortinet__fortigate", "time=", "kv"),
    ("Fortinet__fortigate", "date=", "kv"),
    ("Fortinet__fortimail", "", "kv"),
    ("Ivanti__pulse-connect", "", "kv"),
    ("OpenSSH__openssh", "Mar ", "syslog"),
    ("Palo_Alto_Networks__paloalto-prisma-access", "<14>", "syslog"),
    ("SkyhighSecurity__skyhigh_secure_web_gateway", "", "kv"),
    ("SonicWall__sonicwall-sma", "", "kv"),
    ("Stormshield__stormshield_network_security", "", "kv"),
    ("Suricata__suricata", "{\"timestamp", "suricata"),
    ("VMWare__vmware-vcenter", "2025", "syslog"),
    ("Windows__windows", "{", "winevent"),
];

#[test]
fn lines_of_vendors() {
    let Some(mut corpus) = Corpus::open("c10_sekoia_intake_pairs") else { return };
    for file in corpus.files("", ".jsonl") {
        let vendor = file.trim_end_matches(".jsonl");
        for (at, case) in corpus.read(&file).lines().enumerate() {
            let case: Value = serde_json::from_str(case).expect("a case");
            let line = case["input"]["message"].as_str().unwrap_or_default();
            let known = VENDORS
                .iter()
                .find(|(of, start, _)| (of.is_empty() || *of == vendor) && line.starts_with(start));
            let Some((_, _, format)) = known else { continue };
            let result = name(line.as_bytes())
                .and_then(|name| if name == *format { Ok(()) } else { Err(name.to_owned()) });
            corpus.note(&format!("{vendor} {at}"), result, None);
        }
    }
    corpus.finish("Formats of vendors' lines", "told from one line", &[]);
}
