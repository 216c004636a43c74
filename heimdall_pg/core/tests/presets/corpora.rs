//! Presets against dumps that others have published, whole: what they name is in the graph, and nearly every row is taken.

use crate::graph::Graph;
use crate::sets::files;
use crate::support::say;
use heimdall_core::preset::Preset;

/// At most one row of so many may be put aside.
const ONE_IN: u64 = 100;

/// Fails where more rows than that were put aside, and says what came of the others.
pub fn check(what: &str, graph: &Graph) {
    let (read, rejected) = (graph.counts.read, graph.counts.rejected);
    say(&format!(
        "{what}: {read} rows, {rejected} put aside, {} vertices, {} edges, {} records",
        graph.vertices.len(),
        graph.edges.len(),
        graph.count("Record")
    ));
    assert!(rejected * ONE_IN <= read, "{what}: {rejected} of {read} put aside: {:#?}", graph.reasons());
}

/// All files of a set with that ending, by one preset.
fn all(preset: &str, set: &str, ending: &str) -> Option<Graph> {
    all_with("{}", preset, set, ending)
}

/// The same with options of the format.
fn all_with(options: &str, preset: &str, set: &str, ending: &str) -> Option<Graph> {
    let of = Preset::named(preset).expect("the preset");
    let files = files(set, ending);
    if files.is_empty() {
        return None;
    }
    let mut graph = Graph::default();
    for (name, dump) in &files {
        let one = Graph::in_format(&of, &of.format, options, dump);
        graph.extend(one.unwrap_or_else(|error| panic!("{preset}: {name}: {error}")));
    }
    check(&format!("{preset} {set}/*{ending}"), &graph);
    Some(graph)
}

/// Logs of Zeek of which there is a preset.
const ZEEK: [&str; 20] = [
    "dce_rpc",
    "dns",
    "ftp",
    "kerberos",
    "known_hosts",
    "known_services",
    "notice",
    "ntlm",
    "pe",
    "rdp",
    "smb_files",
    "smb_mapping",
    "smtp",
    "snmp",
    "software",
    "ssh",
    "ssl",
    "syslog",
    "weird",
    "x509",
];

/// Logs whose rows are not worth a vertex each.
const WITHOUT_RECORDS: [&str; 12] = [
    "dce_rpc",
    "dns",
    "ftp",
    "known_services",
    "ntlm",
    "rdp",
    "smb_mapping",
    "smtp",
    "software",
    "ssl",
    "weird",
    "x509",
];

#[test]
fn zeek_gives_one_graph_in_both_of_its_forms() {
    let (tsv, json) = (files("c13_zeek_tsv_json/tsv", ".log"), files("c13_zeek_tsv_json/json", ".ndjson"));
    for log in ZEEK {
        let find = |files: &[(String, Vec<u8>)], name: String| {
            files
                .iter()
                .find(|(file, _)| *file == name)
                .map(|(_, dump)| Graph::of(&format!("zeek.{log}"), dump))
        };
        let (Some(tsv), Some(json)) =
            (find(&tsv, format!("{log}.log")), find(&json, format!("{log}.ndjson")))
        else {
            continue;
        };
        check(&format!("zeek.{log} tsv"), &tsv);
        check(&format!("zeek.{log} json"), &json);
        let things = |graph: &Graph| -> Vec<String> {
            graph.vertices.iter().filter(|key| !key.starts_with("Record:")).cloned().collect()
        };
        assert!(things(&tsv) == things(&json), "{log}: other vertices");
        // A record is its fields as they are written, and the two forms write numbers and times each in its way.
        let edges = |graph: &Graph| -> Vec<String> {
            graph.edges.iter().filter(|edge| !edge.contains(" OBSERVED_IN ")).cloned().collect()
        };
        assert!(edges(&tsv) == edges(&json), "{log}: other edges");
        assert_eq!(tsv.count("Record") == 0, json.count("Record") == 0, "{log}");
        if WITHOUT_RECORDS.contains(&log) {
            assert_eq!(json.count("Record"), 0, "{log}: every column of the log is used, or dropped");
        }
    }
}

#[test]
fn alerts_of_suricata() {
    let Some(graph) = all("suricata.alert", "c12_suricata_alerts", ".json") else { return };
    assert!(graph.has_edge(("Ip", "222.186.56.46"), "TRIGGERED", ("Signature", "1:2001219")));
    assert_eq!(graph.count("Record") as u64, graph.counts.accepted, "an alert has a record");
    assert!(graph.count("Url") > 10 && graph.count("UserAgent") > 0);
    let Some(eve) = all("suricata.eve", "c12_suricata_alerts", ".json") else { return };
    let without_records = |graph: &Graph| -> Vec<String> {
        graph.vertices.iter().filter(|key| !key.starts_with("Record:")).cloned().collect()
    };
    assert_eq!(without_records(&graph), without_records(&eve), "an alert is the same in either");
}

#[test]
fn events_of_windows() {
    // Both presets take all events, and make most of their own.
    let Some(graph) = all("windows.sysmon", "c15_windows_events", ".json") else { return };
    assert!(graph.has("Host", "workstation5"));
    assert!(graph.count("File") > 100 && graph.count("Hash") > 100 && graph.count("RegistryKey") > 50);
    let Some(graph) = all("windows.security", "c15_windows_events", ".json") else { return };
    assert!(graph.has_edge(
        ("User", r"workstation5\wardog"),
        "RAN",
        ("File", r"%USERPROFILE%\Downloads\PSTools\PsExec.exe")
    ));
    assert!(graph.edges.iter().any(|edge| edge.contains(" LOGGED_IN_TO ")));
    let Some(graph) = all("windows.security", "c16_cloud_and_linux", "WindowsEvents.json") else { return };
    assert!(graph.has_edge(("User", r"simulandlabs.com\wardog"), "LOGGED_IN_FROM", ("Ip", "192.168.2.5")));
}

#[test]
fn cloudtrail_and_the_audit_log() {
    if let Some(graph) = all("aws.cloudtrail", "c16_cloud_and_linux", "exfiltration_2020-09-14011940.json") {
        let user = ("User", "arn:aws:iam::123456789123:user/pedro");
        assert!(graph.has_edge(user, "ACCESSED", ("Service", "ec2.amazonaws.com:DescribeInstances")));
        assert!(graph.has_edge(user, "LOGGED_IN_FROM", ("Ip", "1.2.3.4")));
        assert!(graph.edges.iter().any(|edge| edge.contains("Resource:arn:aws:s3:::")), "buckets");
    }
    if let Some(graph) = all("linux.auditd", "c16_cloud_and_linux", ".log") {
        assert!(graph.has("File", "/usr/sbin/arp") && graph.has("File", "/bin/dd"));
        assert_eq!(graph.count("Record") as u64, graph.counts.accepted);
    }
}

#[test]
fn logins_of_linux() {
    if let Some(graph) = all_with(r#"{"year": 2015}"#, "linux.auth", "c17_loghub", "OpenSSH_2k.log") {
        assert!(graph.has_edge(("User", "webmaster"), "TRIED_LOGIN_FROM", ("Ip", "173.234.31.186")));
        assert!(graph.has("Host", "labsz"));
    }
    if let Some(graph) = all_with(r#"{"year": 2005}"#, "linux.auth", "c17_loghub", "Linux_2k.log") {
        assert!(graph.has_edge(
            ("User", "root"),
            "TRIED_LOGIN_FROM",
            ("Host", "220-135-151-1.hinet-ip.hinet.net")
        ));
    }
}

#[test]
fn events_of_misp() {
    let Some(graph) = all("misp", "c18_misp_events", ".json") else { return };
    assert!(graph.has("Hash", "3c0db3a5194e1568e8e2164149f30763b7f3043d"));
    assert!(graph.count("Report") >= 6 && graph.count("Domain") > 40 && graph.count("RegistryKey") > 20);
}

#[test]
fn warning_lists() {
    let Some(graph) = all("warninglist", "c19_misp_warninglists", ".json") else { return };
    assert!(graph.has_edge(("Cidr", "10.0.0.0/8"), "LISTED_IN", ("Report", "List of RFC 1918 CIDR blocks")));
    assert!(graph.count("Report") > 50 && graph.count("Domain") > 10_000);
    assert_eq!(graph.count("Record"), 0);
}

#[test]
fn bundles_of_stix() {
    let Some(graph) = all("stix", "c21_stix21", ".json") else { return };
    for label in ["Malware", "ThreatActor", "Campaign", "AttackPattern", "Indicator", "Object"] {
        assert!(graph.count(label) > 0, "{label}");
    }
    for edge_type in ["USES", "INDICATES", "ATTRIBUTED_TO", "TARGETS", "LISTED_IN"] {
        assert!(graph.edges.iter().any(|edge| edge.contains(&format!(" {edge_type} "))), "{edge_type}");
    }
}

#[test]
fn lists_of_indicators() {
    let files = files("c22_sophos_ioc_csv", ".csv");
    let mut graph = Graph::default();
    for (name, dump) in &files {
        let of = Preset::named("indicators.csv").expect("the preset");
        match Graph::in_format(&of, &of.format, "{}", dump) {
            Ok(one) => graph.extend(one),
            Err(error) => say(&format!("indicators.csv {name}: {error}")),
        }
    }
    if !files.is_empty() {
        check("indicators.csv c22_sophos_ioc_csv", &graph);
        assert!(
            graph.count("Hash") > 5000
                && graph.count("Url") > 300
                && graph.count("Domain") > 200
                && graph.count("Ip") > 150
        );
    }
}

#[test]
fn lists_and_reports_in_text() {
    if let Some(graph) = all("indicators.text", "c24_blocklists", ".txt") {
        assert!(graph.has("Domain", "mikus192091.ddns.net"));
        assert!(graph.count("Ip") > 100_000);
        assert_eq!(graph.count("Record"), 0);
    }
    if let Some(graph) = all("report.text", "c23_eset_text_iocs/attor", "") {
        assert!(graph.has("Hash", "47dc997d08d53e55b8450940d9de94e2b5db631e"));
    }
}

#[test]
fn scans() {
    let Some(graph) = all("nmap", "c26_nmap_xml", ".xml") else { return };
    assert!(graph.edges.iter().any(|edge| edge.contains(" OFFERS Service:tcp/22")));
}
