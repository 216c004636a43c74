//! IPv4 and IPv6 addresses, valid and invalid, against the verdict of the set and the standard library.

use std::net::{IpAddr, Ipv4Addr};

use heimdall_core::canonical::ip::canonical_ip;
use serde_json::Value;

use crate::corpus::Corpus;

const PREFIX: &str = "valid with a prefix: a network is another kind";
const SPACE: &str = "invalid with white space around: every canonicaliser trims";
const IPV4: &str = "invalid as IPv6: an IPv4 address is an address";

#[test]
fn canonical_ip_vectors() {
    let Some(mut corpus) = Corpus::open("c04_ip_vectors") else {
        return;
    };
    for family in ["4", "6"] {
        for address in addresses(&corpus, &format!("valid-ipv{family}-addresses.json")) {
            // A zone is not part of what the standard library reads.
            let plain = address.split('%').next().unwrap_or_default();
            let expected = plain.parse::<IpAddr>().map(|ip| ip.to_canonical().to_string());
            let result = match (canonical_ip(&address), expected) {
                (Ok(text), Ok(expected)) if text.split('%').next() == Some(&*expected) => Ok(()),
                (Ok(text), expected) => Err(format!("{text} is not {expected:?}")),
                (Err(error), _) => Err(error.to_string()),
            };
            let network = address.contains('/').then_some(PREFIX);
            corpus.note(&address, result, network);
        }
        for address in addresses(&corpus, &format!("invalid-ipv{family}-addresses.json")) {
            let result = match canonical_ip(&address) {
                Ok(text) => Err(format!("taken as {text}")),
                Err(_) => Ok(()),
            };
            let exception = if address.trim() != address {
                Some(SPACE)
            } else if family == "6" && address.parse::<Ipv4Addr>().is_ok() {
                Some(IPV4)
            } else {
                None
            };
            corpus.note(&address, result, exception);
        }
    }
    corpus.finish(&[(PREFIX, 14), (SPACE, 2), (IPV4, 1)]);
}

fn addresses(corpus: &Corpus, file: &str) -> Vec<String> {
    let vectors: Vec<Value> = serde_json::from_str(&corpus.read(file)).expect("an array");
    vectors.iter().map(|vector| vector["address"].as_str().expect("an address").to_owned()).collect()
}
