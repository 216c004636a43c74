//! Values with units and rules, from their text.

use std::net::IpAddr;
use std::time::Duration;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use bytesize::ByteSize;
use ipnet::IpNet;
use jiff::SignedDuration;
use url::{Host, Url};

use super::{RoleRule, Tenant};

/// `30s`, `5m`, `1h 30m`, `250ms`; a number alone is seconds.
pub fn duration(text: &str) -> Option<Duration> {
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    text.parse::<SignedDuration>().ok().and_then(|duration| duration.try_into().ok())
}

/// A duration as [`duration`] reads it.
pub fn duration_text(duration: Duration) -> String {
    SignedDuration::try_from(duration).map_or_else(|_| String::new(), |duration| format!("{duration:#}"))
}

/// `8MiB`, `500kB`; a number alone is bytes. A fraction of a byte, and what 64 bits do not hold, is none.
pub fn size(text: &str) -> Option<u64> {
    let ByteSize(bytes) = text.parse().ok()?;
    (bytes < u64::MAX).then_some(bytes)
}

/// A size as [`size`] reads it, where it is a whole number of a unit.
pub fn size_text(bytes: u64) -> String {
    let units = [(1 << 40, "TiB"), (1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB")];
    match units.into_iter().find(|(unit, _)| bytes > 0 && bytes.is_multiple_of(*unit)) {
        Some((unit, name)) => format!("{}{name}", bytes / unit),
        None => format!("{bytes}B"),
    }
}

/// `192.0.2.0/24`; an address alone is a network of one.
pub fn network(text: &str) -> Option<IpNet> {
    text.parse().ok().or_else(|| text.parse::<IpAddr>().ok().map(IpNet::from))
}

/// `claim:value=role`. The value may hold colons, as URNs do; the role is a name of PostgreSQL, which has 63 bytes.
pub fn role_rule(text: &str) -> Option<RoleRule> {
    let (left, role) = text.rsplit_once('=')?;
    let (claim, value) = left.split_once(':')?;
    (is_word(claim) && is_word(value) && is_name(role)).then(|| RoleRule {
        claim: claim.to_owned(),
        value: value.to_owned(),
        role: role.to_owned(),
    })
}

/// The name of a claim, or a path to what is inside one.
pub fn claim(text: &str) -> Option<String> {
    is_word(text).then(|| text.to_owned())
}

/// At least one `value=database`, with commas between several. A value may hold `=`.
pub fn tenants(text: &str) -> Option<Vec<Tenant>> {
    let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
    let tenants: Option<Vec<_>> = parts.map(tenant).collect();
    tenants.filter(|tenants| !tenants.is_empty())
}

fn tenant(text: &str) -> Option<Tenant> {
    let (name, database) = text.rsplit_once('=')?;
    (is_word(name) && is_name(database))
        .then(|| Tenant { name: name.to_owned(), database: database.to_owned() })
}

fn is_word(text: &str) -> bool {
    !text.is_empty() && text == text.trim() && !text.chars().any(char::is_control)
}

/// As PostgreSQL has them.
fn is_name(text: &str) -> bool {
    is_word(text) && text.len() <= 63
}

/// An origin as browsers send it: `https://host[:port]`, and `http` for this machine alone.
pub fn origin(text: &str) -> Option<String> {
    let url = Url::parse(text).ok()?;
    let exact = url.origin().is_tuple() && url.origin().ascii_serialization() == text;
    (exact && safe_scheme(&url, true)).then(|| text.to_owned())
}

/// Where log-in comes back to: scheme, host and port, over TLS.
pub fn public_url(text: &str) -> Option<Url> {
    Url::parse(text).ok().filter(|url| is_bare(url) && safe_scheme(url, false))
}

/// Where a client finds a gateway: over TLS, or what is in front of one on this machine.
pub fn gateway_url(text: &str) -> Option<Url> {
    Url::parse(text).ok().filter(|url| is_bare(url) && safe_scheme(url, true))
}

fn is_bare(url: &Url) -> bool {
    no_user(url) && url.path() == "/" && url.query().is_none() && url.fragment().is_none()
}

/// Of the provider's document: over TLS, or in development of this machine.
pub fn discovery_url(text: &str, development: bool) -> Option<Url> {
    let url = Url::parse(text).ok()?;
    (no_user(&url) && url.fragment().is_none() && safe_scheme(&url, development)).then_some(url)
}

fn no_user(url: &Url) -> bool {
    url.username().is_empty() && url.password().is_none()
}

fn safe_scheme(url: &Url, plain_loopback: bool) -> bool {
    let loopback = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => return false,
    };
    url.scheme() == "https" || (url.scheme() == "http" && loopback && plain_loopback)
}

/// A name that AGE takes for a graph.
pub fn graph(text: &str) -> Option<String> {
    let starts = text.starts_with(|c: char| c.is_alphabetic() || c == '_');
    let holds = text.chars().all(|c| c.is_alphanumeric() || "_-.".contains(c));
    ((3..=63).contains(&text.len()) && starts && holds).then(|| text.to_owned())
}

/// At least 32 bytes. Of base64 with its padding, which is how `openssl rand -base64` gives them, those that it stands for.
pub fn is_cookie_secret(text: &str) -> bool {
    let decoded = text.ends_with('=').then(|| BASE64_STANDARD.decode(text).ok()).flatten();
    decoded.map_or(text.len(), |bytes| bytes.len()) >= 32
}

/// An address of a database, as libpq has it. Who requires TLS has certificate and name checked here: what libpq calls
/// `verify-full` and `verify-ca` is the same.
pub fn database_address(text: &str) -> Option<tokio_postgres::Config> {
    let text = ["verify-full", "verify-ca"]
        .iter()
        .fold(text.to_owned(), |text, mode| text.replace(&format!("sslmode={mode}"), "sslmode=require"));
    let address: tokio_postgres::Config = text.parse().ok()?;
    (!address.get_hosts().is_empty() || !address.get_hostaddrs().is_empty()).then_some(address)
}

/// Whether it is an address of a database.
pub fn is_database_url(text: &str) -> bool {
    database_address(text).is_some()
}

/// Whether it is an address of one server alone.
pub fn is_replica_url(text: &str) -> bool {
    let hosts =
        |address: tokio_postgres::Config| address.get_hosts().len().max(address.get_hostaddrs().len());
    database_address(text).map(hosts) == Some(1)
}

/// What the runbook has in the place of values that are to be filled in.
pub fn is_placeholder(text: &str) -> bool {
    ["REPLACE_WITH", "GENERATE_AND_REPLACE"].iter().any(|mark| text.contains(mark))
}

/// A level of the log, or directives for parts of it.
pub fn log_level(text: &str) -> Option<String> {
    tracing_subscriber::EnvFilter::try_new(text).is_ok().then(|| text.to_owned())
}
