//! IPv4 and IPv6 addresses, valid and invalid, against the verdict of the set and the standard library.

use std::net::{IpAddr, Ipv4Addr};

use heimdall_core::canonical::CanonicalError;
use heimdall_core::canonical::cidr::canonical_cidr;
use heimdall_core::canonical::ip::canonical_ip;
use serde_json::Value;

use crate::corpus::Corpus;

const LEADING_ZERO: &str = "a leading zero in the prefix length: refused as in the parts of an address";
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
                _ if address.contains('/') => network(&address),
                (Ok(text), Ok(expected)) if text.split('%').next() == Some(&*expected) => Ok(()),
                (Ok(text), expected) => Err(format!("{text} is not {expected:?}")),
                (Err(error), _) => Err(error.to_string()),
            };
            let zero = result.as_ref().is_err_and(|reason| reason.contains("has a leading zero"));
            corpus.note(&address, result, zero.then_some(LEADING_ZERO));
        }
        for address in addresses(&corpus, &format!("invalid-ipv{family}-addresses.json")) {
            let result = match any_of(&address) {
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
    corpus.finish(
        "IPv4 and IPv6 addresses",
        "RFC 4291, RFC 4632, RFC 5952",
        &[(LEADING_ZERO, 2), (SPACE, 2), (IPV4, 1)],
    );
}

/// An address, or a network where there is a prefix length.
fn any_of(address: &str) -> Result<std::borrow::Cow<'_, str>, CanonicalError> {
    if address.contains('/') { canonical_cidr(address) } else { canonical_ip(address) }
}

/// The canonical network is the one that the standard library writes.
fn network(address: &str) -> Result<(), String> {
    let text = canonical_cidr(address).map_err(|error| error.to_string())?;
    let (plain, prefix) = address.split_once('/').expect("a prefix length");
    let plain: IpAddr = plain.parse().map_err(|_| "not an address".to_owned())?;
    let expected = format!("{plain}/{prefix}");
    if text == expected { Ok(()) } else { Err(format!("{text} is not {expected}")) }
}

fn addresses(corpus: &Corpus, file: &str) -> Vec<String> {
    let vectors: Vec<Value> = serde_json::from_str(&corpus.read(file)).expect("an array");
    vectors.iter().map(|vector| vector["address"].as_str().expect("an address").to_owned()).collect()
}
