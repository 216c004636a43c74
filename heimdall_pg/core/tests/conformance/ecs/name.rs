//! Names of hosts and domains of the document, and their registrable parts.

use heimdall_core::canonical::domain::{canonical_domain, registrable_domain};
use heimdall_core::canonical::ip::canonical_ip;
use heimdall_core::canonical::text::canonical_host;

use super::event::Event;
use super::observable::{self, Miss};
use super::{ABSENT, ELASTIC, ESCAPED, SEKOIA, Vector, check};

const DISPLAY: &str = "a name for people, with blanks: refused";
const OBJECT: &str = "the name of a group, an object or a path, with a slash or an @: refused";
const NUMBER: &str = "a number as the last label, often an address mistyped: refused";
const EMPTY: &str = "an empty label: refused";
const FIRST_LABEL: &str = "the document has the first label of the name in the line";
const PRIVATE: &str = "the document goes by the list's section of the registries alone";
const WITH_PATH: &str = "the document has a path behind the name: refused";

#[test]
fn canonical_hosts_of_logs() {
    let sekoia = &[(DISPLAY, 17), (OBJECT, 14), (EMPTY, 2), (FIRST_LABEL, 93)];
    check("Host names in logs", "RFC 1035, UTS #46", hosts, &[(ELASTIC, &[(NUMBER, 3)]), (SEKOIA, sekoia)]);
}

#[test]
fn registrable_domains_of_logs() {
    let listed = &[(PRIVATE, 10), (WITH_PATH, 1)];
    check("Registrable domains in logs", "Public Suffix List", registrable, &[(SEKOIA, listed)]);
}

fn hosts(event: &Event) -> Vec<Vector> {
    let of_field = |path: &str| {
        let domain = path.strip_suffix(".domain").is_some_and(|of| of != "user" && !of.contains('.'));
        domain || matches!(path, "related.hosts" | "dns.question.name" | "host.name" | "host.hostname")
    };
    let vector = |value: &str| {
        let of = if canonical_ip(value).is_ok() { canonical_ip } else { canonical_host };
        observable::vector(event, value, of, &[], |miss| match miss {
            Miss::Refused(_) if value.contains(char::is_whitespace) => Some(DISPLAY),
            Miss::Refused(_) if value.contains(['/', '@']) => Some(OBJECT),
            Miss::Refused(reason) if reason == "the last label is a number" => Some(NUMBER),
            Miss::Refused(reason) if reason == "an empty label" => Some(EMPTY),
            Miss::Refused(_) | Miss::NotExtracted(_) => None,
            Miss::Absent if event.input.contains(&format!("\"{value}.")) => Some(FIRST_LABEL),
            Miss::Absent => Some(ABSENT),
            Miss::Escaped => Some(ESCAPED),
        })
    };
    event.values(of_field).into_iter().map(vector).collect()
}

fn registrable(event: &Event) -> Vec<Vector> {
    let of_owner = |owner: &&str| {
        let part = |name: &str| event.value(&format!("{owner}.{name}"));
        let name = part(if *owner == "dns.question" { "name" } else { "domain" })?;
        let registered = part("registered_domain")?;
        let result = parts(name, registered, part("subdomain"), part("top_level_domain"));
        let private =
            || psl::suffix(name.as_bytes()).is_some_and(|suffix| suffix.typ() == Some(psl::Type::Private));
        let reason = if name.contains('/') { Some(WITH_PATH) } else { private().then_some(PRIVATE) };
        Some((name.to_owned(), result, reason))
    };
    ["url", "source", "destination", "dns.question", "client", "server"].iter().filter_map(of_owner).collect()
}

/// The name is the subdomain, and the registered domain, whose first label stands before the public suffix.
fn parts(name: &str, registered: &str, below: Option<&str>, suffix: Option<&str>) -> Result<(), String> {
    let text = |name: &str| match canonical_domain(name) {
        Ok(text) => Ok(text.into_owned()),
        Err(error) => Err(error.reason.to_owned()),
    };
    let name = text(name)?;
    let registered = text(registered)?;
    match registrable_domain(&name) {
        Some(got) if got == registered => {}
        got => return Err(format!("{got:?} is not {registered}")),
    }
    let ours = name.strip_suffix(&*registered).and_then(|rest| rest.strip_suffix('.'));
    // Not a name of its own: the last label may be a number (`1.2.0.192.in-addr.arpa`).
    match below.map(str::to_ascii_lowercase) {
        Some(below) if Some(&*below) != ours => return Err(format!("below it is {ours:?}, not {below}")),
        _ => {}
    }
    let ours = registered.split_once('.').map(|(_, suffix)| suffix);
    match suffix.map(text).transpose()? {
        Some(suffix) if Some(&*suffix) != ours => Err(format!("the suffix is {ours:?}, not {suffix}")),
        _ => Ok(()),
    }
}
