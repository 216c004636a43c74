//! Where in the order of the registry's keys the answers to a search are.
//!
//! Keys lie in the order of their bytes (COLLATE "C"), so that a value, a prefix and an IPv4 network are ranges of the
//! primary key, and the end of a domain is a range of the index on reversed keys. An IPv6 network is a range or a few,
//! which may hold other addresses as well: those are told by the network.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use heimdall_core::canonical::{self, Kind};
use pgrx::prelude::*;

use crate::canonical::{invalid, keys_of, label_of, lookup_keys};
use crate::error::{Error, ok};
use crate::{keys, logs};

/// Behind every text with that beginning: no character is higher, and as the last of Unicode it stands for none.
const LAST: char = '\u{10FFFF}';

/// Keys from `low` to `high`, both included.
struct Span {
    /// True where it is the reversed key that lies between them.
    reversed: bool,
    low: String,
    high: String,
    /// The network that an address has to be in.
    network: Option<String>,
}

impl Span {
    fn exact(key: String) -> Span {
        Span { reversed: false, high: key.clone(), low: key, network: None }
    }

    fn prefix(low: String) -> Span {
        Span { reversed: false, high: format!("{low}{LAST}"), low, network: None }
    }

    fn suffix(end: &str) -> Span {
        Span { reversed: true, ..Span::prefix(end.chars().rev().collect()) }
    }

    fn holds(&self, other: &Span) -> bool {
        self.reversed == other.reversed && self.low <= other.low && other.high <= self.high
    }
}

/// The spans of what is searched for, in the order of the keys and without overlaps. `labels` are those of the graph,
/// which are all looked through where no kind is given.
#[pg_extern(stable, parallel_safe, name = "_search_spans")]
pub fn search_spans(
    query: Option<&str>,
    kind: Option<&str>,
    labels: Vec<String>,
) -> TableIterator<
    'static,
    (name!(low, String), name!(high, String), name!(reversed, bool), name!(network, Option<String>)),
> {
    logs::statement_is_ours();
    let mut found = query.map_or_else(Vec::new, |query| ok(spans(query.trim_ascii(), kind, &labels)));
    found.sort_by(|a, b| (a.reversed, &a.low, &b.high).cmp(&(b.reversed, &b.low, &a.high)));
    found.dedup_by(|next, kept| kept.holds(next));
    TableIterator::new(found.into_iter().map(|span| (span.low, span.high, span.reversed, span.network)))
}

fn spans(query: &str, kind: Option<&str>, labels: &[String]) -> Result<Vec<Span>, Error> {
    let label = kind.map(label_of);
    let labels = label.as_ref().map_or(labels, std::slice::from_ref);
    match (query.strip_prefix('*'), query.strip_suffix('*')) {
        (None, None) => exact(query, label.as_deref(), labels),
        (_, Some("")) => Ok(labels.iter().map(|label| Span::prefix(format!("{label}:"))).collect()),
        (None, Some(start)) => Ok(by_start(start, labels)),
        (Some(end), None) => by_end(end, label.as_deref()),
        // What stands in the midst of a value is no range of keys: heimdall._search_within() finds it.
        (Some(_), Some(_)) => Ok(Vec::new()),
    }
}

/// The value itself and, where it is a network, the addresses in it.
fn exact(query: &str, label: Option<&str>, labels: &[String]) -> Result<Vec<Span>, Error> {
    let mut found = Vec::new();
    if query.contains('/') && labels.iter().any(|label| label == Kind::Ip.label()) {
        match canonical::canonical_observable(Kind::Cidr, query) {
            Ok(network) => found.extend(in_network(&network)),
            Err(error) if label.is_some() => return Err(invalid(&error)),
            Err(_) => {}
        }
        if label.is_some() {
            return Ok(found);
        }
    }
    if let Some(label) = label {
        found.extend(lookup_keys(label, query).into_iter().map(Span::exact));
        return Ok(found);
    }
    let mut hash = keys::hash_keys();
    for label in labels {
        let kind = Kind::from_name(label).unwrap_or(Kind::Text);
        if let Ok(canonical) = canonical::canonical_observable(kind, query) {
            // What cannot be found for want of a key is not to be taken for unknown.
            if kind.is_personal() {
                hash = Ok(hash?);
            }
            found.extend(keys_of(label, &canonical, &mut hash).into_iter().map(Span::exact));
        }
        // A keyed digest, as the graph shows it.
        found.push(Span::exact(format!("{label}:{query}")));
    }
    Ok(found)
}

/// Canonical values are in lower case, in upper case (`CVE-2026-1`) or as they were written.
fn by_start(start: &str, labels: &[String]) -> Vec<Span> {
    let start = canonical::refang(start);
    let spelled = [start.to_lowercase(), start.to_uppercase(), start.into_owned()];
    let keys = labels.iter().flat_map(|label| spelled.iter().map(move |start| format!("{label}:{start}")));
    keys.map(Span::prefix).collect()
}

fn by_end(end: &str, label: Option<&str>) -> Result<Vec<Span>, Error> {
    if label.is_some_and(|label| label != Kind::Domain.label()) {
        return Err(Error::new(
            PgSqlErrorCode::ERRCODE_INVALID_PARAMETER_VALUE,
            "only domains are found by how they end",
        )
        .hint("Leave the kind out, or give 'domain'."));
    }
    let end = canonical::refang(end);
    let end = end.strip_suffix('.').unwrap_or(&end);
    match end.strip_prefix('.') {
        // Whole labels, which may be written in Unicode.
        Some(domain) => canonical::canonical(Kind::Domain, domain)
            .map(|domain| vec![Span::suffix(&format!(".{domain}"))])
            .map_err(|error| invalid(&error)),
        None => Ok(vec![Span::suffix(&end.to_lowercase())]),
    }
}

fn in_network(network: &str) -> Vec<Span> {
    let Some((address, length)) = network.split_once('/') else { return Vec::new() };
    let (Ok(address), Ok(length)) = (address.parse(), length.parse()) else { return Vec::new() };
    let spans = match address {
        IpAddr::V4(address) => in_network_v4(address, length),
        IpAddr::V6(address) => {
            starts_v6(address, length).into_iter().map(|start| Span::prefix(format!("Ip:{start}"))).collect()
        }
    };
    spans.into_iter().map(|span| Span { network: Some(network.to_owned()), ..span }).collect()
}

/// 128 spans at most, and no address of another network in them: octets are decimal, so that an octet of which only
/// some bits are given is one span for each value that it may have.
fn in_network_v4(address: Ipv4Addr, length: u8) -> Vec<Span> {
    let octets = address.octets();
    let whole = usize::from(length / 8);
    let start: String = octets.iter().take(whole).map(|octet| format!("{octet}.")).collect();
    let Some(&lowest) = octets.get(whole) else { return vec![Span::exact(format!("Ip:{address}"))] };
    if length.is_multiple_of(8) {
        return vec![Span::prefix(format!("Ip:{start}"))];
    }
    let highest = lowest | (0xff >> (length % 8));
    let values = lowest..=highest;
    if whole == 3 {
        return values.map(|octet| Span::exact(format!("Ip:{start}{octet}"))).collect();
    }
    values.map(|octet| Span::prefix(format!("Ip:{start}{octet}."))).collect()
}

/// How the texts (RFC 5952) of the addresses in a network begin. Other addresses may begin so as well.
fn starts_v6(address: Ipv6Addr, length: u8) -> Vec<String> {
    let groups = address.segments();
    let whole = usize::from(length / 16);
    let Some(&partial) = groups.get(whole) else { return vec![address.to_string()] };
    let (groups, tails) = (&groups[..whole], partial_group(partial, length % 16));
    let written = |groups: &[u16]| groups.iter().map(|group| format!("{group:x}:")).collect::<String>();
    let mut starts: Vec<String> = tails.iter().map(|tail| written(groups) + tail).collect();
    // Any run of zeros may be the one that is left out.
    for at in (0..whole).filter(|at| groups[*at] == 0 && (*at == 0 || groups[*at - 1] != 0)) {
        let end = (at..whole).find(|at| groups[*at] != 0).unwrap_or(whole);
        let start = if at == 0 { "::".to_owned() } else { written(&groups[..at]) + ":" };
        starts.extend(tails.iter().map(|tail| format!("{start}{}{tail}", written(&groups[end..]))));
    }
    starts
}

/// How a group begins of which only the first bits are given. Leading zeros are not written, so that nothing is known
/// of a group that may have some.
fn partial_group(lowest: u16, bits: u8) -> Vec<String> {
    if bits == 0 || lowest < 0x1000 {
        return vec![String::new()];
    }
    let digits = bits.div_ceil(4);
    let first = lowest >> (16 - 4 * digits);
    let last = first | (0xf >> (4 - (4 * digits - bits)));
    (first..=last).map(|digits| format!("{digits:x}")).collect()
}
