//! URLs of the document, and the parts that its parser takes them apart into.

use std::borrow::Cow;

use heimdall_core::canonical::domain::canonical_domain;
use heimdall_core::canonical::ip::canonical_ip;
use heimdall_core::canonical::url::url_host;
use heimdall_core::canonical::{CanonicalError, Kind, canonical_observable, extract_observables};

use super::event::Event;
use super::{ELASTIC, SEKOIA, Vector, check, line};

const NO_SCHEME: &str = "a name, a path or a text, no scheme: refused";
const NO_HOST: &str = "a scheme alone, or a blank in the host: refused";
const QUERY_TWICE: &str = "the document has the query in the path as well";
const ELLIPSIS: &str = "dots at the end, which belong to the sentence in text: extracted without them";
const BRACKET: &str = "a bracket in the path, which ends a URL in text: extracted up to there";
const COMMA: &str =
    "in a column behind which a comma comes: extracted with what follows, as URLs have commas";
const SCHEME: &str = "a scheme that is not looked for in text: not extracted";

#[test]
fn canonical_urls_of_logs() {
    let sekoia = &[(NO_SCHEME, 12), (NO_HOST, 2), (QUERY_TWICE, 1), (ELLIPSIS, 2), (COMMA, 2), (SCHEME, 1)];
    check(
        "URLs in logs",
        "WHATWG URL Standard, RFC 3986",
        urls,
        &[(ELASTIC, &[(BRACKET, 2)]), (SEKOIA, sekoia)],
    );
}

fn urls(event: &Event) -> Vec<Vector> {
    let urls = event.values(|path| path == "url.original" || path == "url.full");
    // The target of a request is a path, and nobody says that it is more.
    let urls = urls.into_iter().filter(|url| !url.starts_with('/'));
    urls.map(|url| (url.to_owned(), one(event, url), exception(event, url))).collect()
}

fn exception(event: &Event, url: &str) -> Option<&'static str> {
    let Some((scheme, rest)) = url.split_once("://") else {
        return Some(NO_SCHEME);
    };
    let host = rest.split('/').next().unwrap_or_default();
    if host.is_empty() || host.contains(' ') {
        return Some(NO_HOST);
    }
    if event.value("url.path").is_some_and(|path| path.contains('?')) {
        return Some(QUERY_TWICE);
    }
    if url.ends_with("...") {
        return Some(ELLIPSIS);
    }
    if rest.contains('[') {
        return Some(BRACKET);
    }
    if event.input.contains(&format!("{url},")) {
        return Some(COMMA);
    }
    (scheme == "tftp").then_some(SCHEME)
}

/// Some products defang what they block.
fn observable(url: &str) -> Result<Cow<'_, str>, CanonicalError> {
    canonical_observable(Kind::Url, url)
}

fn one(event: &Event, url: &str) -> Result<(), String> {
    let canonical = line::canonical(url, observable)?;
    let host = url_host(&canonical);
    if let Some(name) = event.value("url.domain") {
        let name =
            canonical_domain(name).or_else(|_| canonical_ip(name)).map_err(|error| error.to_string())?;
        if host.as_deref() != Some(&*name) {
            return Err(format!("the host of {canonical} is not {name}"));
        }
    }
    parts(event, &canonical)?;
    let mut found = extract_observables(&event.input).filter(|found| found.kind == Kind::Url);
    if event.input.contains(url) && !found.any(|found| found.canonical == canonical) {
        return Err(format!("not extracted from {}", event.input));
    }
    Ok(())
}

/// The parts of the document make the same URL.
fn parts(event: &Event, canonical: &str) -> Result<(), String> {
    let part = |name: &str| event.value(&format!("url.{name}"));
    let (Some(scheme), Some(domain), Some(path)) = (part("scheme"), part("domain"), part("path")) else {
        return Ok(());
    };
    let domain = if domain.contains(':') { format!("[{domain}]") } else { domain.to_owned() };
    let mut url = format!("{scheme}://{domain}");
    if let Some(port) = part("port") {
        url.push_str(&format!(":{port}"));
    }
    url.push_str(path);
    for (before, name) in [('?', "query"), ('#', "fragment")] {
        if let Some(part) = part(name) {
            url.push(before);
            url.push_str(part);
        }
    }
    match observable(&url) {
        Ok(whole) if whole == canonical => Ok(()),
        whole => Err(format!("the parts make {whole:?}, not {canonical}")),
    }
}
