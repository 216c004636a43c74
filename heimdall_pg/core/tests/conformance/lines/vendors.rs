//! Lines of vendors, each with the document that another parser makes of it: its times and addresses have to be
//! among the values of the decoded row.

use std::collections::BTreeSet;

use heimdall_core::canonical::{Kind, canonical, parse_timestamp};
use heimdall_core::format::Format;
use serde_json::Value;

use crate::corpora::say;
use crate::corpus::Corpus;
use crate::rows::Rows;

/// What was found of what the documents of a vendor have.
#[derive(Default, Debug, PartialEq, Clone, Copy)]
struct Score {
    lines: usize,
    rows: usize,
    rejected: usize,
    times: usize,
    found_times: usize,
    addresses: usize,
    found_addresses: usize,
}

/// A vendor, its lines, those of its times that are found, and those of its addresses.
type Least = (&'static str, usize, usize, usize);

fn strings(value: &Value, into: &mut BTreeSet<String>) {
    match value {
        Value::String(text) => drop(into.insert(text.clone())),
        Value::Array(values) => values.iter().for_each(|value| strings(value, into)),
        _ => {}
    }
}

/// Decodes every case on its own, and looks for what its document has: as much has to be found as is listed.
fn check(format: Format, least: &[Least], rejected: usize, takes: impl Fn(&str) -> bool) {
    let Some(corpus) = Corpus::open("c10_sekoia_intake_pairs") else { return };
    let mut sum = Score::default();
    for (vendor, lines, times, addresses) in least {
        let mut score = Score::default();
        for line in corpus.read(&format!("{vendor}.jsonl")).lines() {
            let case: Value = serde_json::from_str(line).expect("a case");
            let message = case["input"]["message"].as_str().expect("a message");
            if takes(message) {
                score.add(format, message, &case["expected"]);
            }
        }
        let found = (score.lines, score.found_times, score.found_addresses);
        assert_eq!(score.rows + score.rejected, score.lines, "{vendor}: a line is a row");
        assert!(found.0 >= *lines && found.1 >= *times && found.2 >= *addresses, "{vendor}: {score:?}");
        sum.sum(&score);
    }
    say(&format!("{}: {sum:?}", format.name()));
    assert_eq!(sum.rejected, rejected, "{}", format.name());
}

impl Score {
    fn add(&mut self, format: Format, message: &str, expected: &Value) {
        // A line is a record; some cases are several lines of a document.
        let line = message.replace(['\r', '\n'], " ");
        let table = Rows::declared(format, "{\"year\": 2026}", line.as_bytes()).expect("a dump");
        self.lines += 1;
        self.rows += table.len();
        self.rejected += table.malformed.len();
        let values: Vec<&str> = table.rows.iter().flatten().map(String::as_str).collect();
        if let Some(time) = expected["@timestamp"].as_str() {
            // The documents round to microseconds.
            let seconds = |text: &str| parse_timestamp(text).map(|time| time.micros() / 1_000_000);
            let time = seconds(time).expect("a time");
            self.times += 1;
            self.found_times += usize::from(values.iter().any(|value| seconds(value) == Ok(time)));
        }
        let mut addresses = BTreeSet::new();
        for path in ["/source/ip", "/destination/ip", "/related/ip"] {
            strings(expected.pointer(path).unwrap_or(&Value::Null), &mut addresses);
        }
        for address in addresses {
            let address = canonical(Kind::Ip, &address).expect("an address");
            self.addresses += 1;
            let is_it = |value: &&str| canonical(Kind::Ip, value).is_ok_and(|ip| ip == address);
            self.found_addresses += usize::from(values.iter().any(is_it));
        }
    }

    fn sum(&mut self, other: &Score) {
        self.lines += other.lines;
        self.rows += other.rows;
        self.rejected += other.rejected;
        self.times += other.times;
        self.found_times += other.found_times;
        self.addresses += other.addresses;
        self.found_addresses += other.found_addresses;
    }
}

/// Missing is one time: a case that is two lines, whose second one has another.
#[test]
fn cef() {
    let least = [
        ("CEF__cef", 27, 17, 24),
        ("Checkpoint__checkpoint", 16, 0, 34),
        ("Cisco__cisco-esa", 13, 11, 18),
        ("CybeReason__malop-activity", 6, 5, 3),
        ("Forcepoint__forcepoint-ngfw", 4, 4, 10),
        ("Forcepoint__forcepoint-swg", 5, 5, 15),
        ("Fortinet__fortigate", 32, 27, 56),
        ("ManageEngine__adauditplus", 9, 9, 2),
        ("One_Identity__one-identity-sps", 4, 0, 12),
        ("Palo_Alto_Networks__paloalto-prisma-access", 13, 13, 14),
        ("Panda_Security__SIEM_Feeder", 1, 0, 1),
        ("Trellix__trellix-network-security", 7, 7, 21),
        ("Trend_Micro__deep-security", 10, 0, 9),
    ];
    check(Format::Cef, &least, 0, |message| {
        message.contains("CEF:") || message.trim_start().starts_with("0|")
    });
}

/// Missing are two addresses inside a text.
#[test]
fn leef() {
    let least = [
        ("CyberArk__cyberark-digital-vault", 13, 0, 18),
        ("Forcepoint__forcepoint-ngfw", 8, 8, 8),
        ("WatchGuard__watchguard-firebox", 21, 0, 28),
    ];
    check(Format::Leef, &least, 0, |message| message.contains("LEEF:") || message.starts_with("1.0|"));
}

/// Missing are addresses inside a text or with their port, and times that another parser reads in another zone. Rejected
/// is the second half of a message that its sender cut in two, and whose commas are all escaped.
#[test]
fn kv() {
    let least = [
        ("Cisco__cisco-ise", 32, 0, 20),
        ("Clavister__clavister-ngfw", 65, 0, 94),
        ("Cisco__cisco-meraki", 21, 21, 26),
        ("Cyberwatch__cyberwatch-detection", 2, 2, 2),
        ("Fortinet__fortigate", 64, 55, 87),
        ("Fortinet__fortimail", 25, 0, 12),
        ("Ivanti__pulse-connect", 11, 11, 21),
        ("Netfilter__netfilter", 5, 0, 10),
        ("Ping_Identity__pingfederate", 10, 10, 9),
        ("Postfix__postfix", 185, 0, 92),
        ("SkyhighSecurity__skyhigh_secure_web_gateway", 8, 4, 18),
        ("SonicWall__sonicwall-sma", 1, 1, 2),
        ("Stormshield__stormshield_network_security", 20, 20, 25),
    ];
    check(Format::Kv, &least, 1, |message| {
        !message.contains("CEF:") && !message.starts_with("0|") && message.matches('=').count() > 2
    });
}

/// Missing are times in zones that only a source can declare, and addresses in texts without a pattern.
#[test]
fn syslog() {
    let least = [
        ("BIND__bind", 38, 0, 13),
        ("Cisco__cisco-ios", 51, 44, 3),
        ("OpenSSH__openssh", 62, 0, 41),
        ("VMWare__vmware-vcenter", 51, 16, 0),
    ];
    check(Format::Syslog, &least, 0, |_| true);
}
