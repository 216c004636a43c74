//! IP and MAC addresses of the document, and where they stand in the line.

use heimdall_core::canonical::Kind;
use heimdall_core::canonical::asn::canonical_asn;
use heimdall_core::canonical::ip::canonical_ip;
use heimdall_core::canonical::mac::canonical_mac;

use super::event::Event;
use super::observable::{self, Miss, Word};
use super::{ABSENT, ELASTIC, ESCAPED, SEKOIA, Vector, check};

const NETWORK: &str = "with a prefix length: extracted as the network";
const BARE: &str = "bare digits, which may be anything: not extracted";
const DOTTED: &str = "dots and no letter, as numbers have them: not extracted";
const NO_MAC: &str = "a placeholder, which is no MAC address";

#[test]
fn canonical_addresses_of_logs() {
    check(
        "Addresses in logs",
        "RFC 4291, RFC 5952",
        addresses,
        &[(ELASTIC, &[(ABSENT, 1)]), (SEKOIA, &[(NETWORK, 20), (ESCAPED, 2), (ABSENT, 3)])],
    );
}

#[test]
fn canonical_mac_addresses_of_logs() {
    check(
        "MAC addresses in logs",
        "IEEE 802",
        macs,
        &[(SEKOIA, &[(BARE, 56), (DOTTED, 12), (NO_MAC, 7), (ABSENT, 11)])],
    );
}

#[test]
fn canonical_autonomous_systems_of_logs() {
    check("Autonomous systems in logs", "RFC 6793", autonomous_systems, &[(SEKOIA, &[])]);
}

fn addresses(event: &Event) -> Vec<Vector> {
    let glued = |word: &Word<'_>| word.after().starts_with('/').then_some(NETWORK);
    let reason = |miss: &Miss<'_>| match miss {
        Miss::NotExtracted(word) => glued(word),
        Miss::Absent => Some(ABSENT),
        Miss::Escaped => Some(ESCAPED),
        Miss::Refused(_) => None,
    };
    let values = event.values(|path| path == "ip" || path.ends_with(".ip"));
    let vector = |value| observable::vector(event, value, canonical_ip, &[Kind::Ip], reason);
    values.into_iter().map(vector).collect()
}

fn macs(event: &Event) -> Vec<Vector> {
    let shape = |word: &str| {
        let has = |sort: fn(&u8) -> bool| word.as_bytes().iter().any(sort);
        if !has(|byte| !byte.is_ascii_alphanumeric()) {
            Some(BARE)
        } else {
            (word.contains('.') && !has(u8::is_ascii_alphabetic)).then_some(DOTTED)
        }
    };
    let reason = |miss: &Miss<'_>| match miss {
        Miss::NotExtracted(word) => shape(word.text),
        Miss::Absent => Some(ABSENT),
        Miss::Escaped => Some(ESCAPED),
        Miss::Refused(_) => Some(NO_MAC),
    };
    let values = event.values(|path| path.ends_with(".mac"));
    let vector = |value| observable::vector(event, value, canonical_mac, &[Kind::Mac], reason);
    values.into_iter().map(vector).collect()
}

fn autonomous_systems(event: &Event) -> Vec<Vector> {
    let values = event.values(|path| path.ends_with(".as.number"));
    let vector = |value| observable::vector(event, value, canonical_asn, &[], |_| None);
    values.into_iter().map(vector).collect()
}
