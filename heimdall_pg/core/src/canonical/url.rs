//! URLs: parsed and written as the WHATWG URL Standard says, then percent-encoding after RFC 3986.

mod file;
mod plain;

use std::borrow::Cow;

use url::{Host, ParseError, Position, Url};

use super::defang::{Defanged, first_mark, next_mark};
use super::domain::canonical_domain;
use super::limit::{trimmed, within};
use super::{CanonicalError, Kind, percent};
use file::File;

/// Decoding may make a drive letter or segments of dots, which another round settles; what does not settle has
/// no canonical form.
const MAX_ROUNDS: usize = 4;

/// The canonical text of a URL.
///
/// The scheme and the host are in lower case, the host in A-labels, a default port and dot segments gone, as
/// the URL Standard serialises. User name and password are removed: they are personal data and name no other
/// resource. Percent-encoding is in one spelling (RFC 3986 6.2.2). The fragment stays. A bracket that would
/// read as defanging (`[.]`, `(dot)`) is percent-encoded.
pub fn canonical_url(raw: &str) -> Result<Cow<'_, str>, CanonicalError> {
    let value = trimmed(Kind::Url, raw)?;
    let text = match plain::plain(value) {
        Some(text) => text,
        None => settled(value)?,
    };
    within(Kind::Url, text)
}

/// The canonical text as the URL parser has it.
fn settled(value: &str) -> Result<Cow<'_, str>, CanonicalError> {
    let mut text = round(value)?;
    for _ in 1..MAX_ROUNDS {
        if let Settled::Yes(text) = text {
            return Ok(if text == value { Cow::Borrowed(value) } else { Cow::Owned(text) });
        }
        text = match round(text.text())? {
            Settled::No(next) if next == text.text() => Settled::Yes(next),
            other => other,
        };
    }
    match text {
        Settled::Yes(text) => Ok(Cow::Owned(text)),
        Settled::No(_) => Err(error("it has no stable form")),
    }
}

/// The host of a canonical URL as a canonical address or domain; `None` where it has none.
pub fn url_host(canonical: &str) -> Option<String> {
    let host = match File::parse(canonical) {
        Some(file) => file.ok()?.host?,
        None => Url::parse(canonical).ok()?.host()?.to_owned(),
    };
    match host {
        Host::Ipv4(address) => Some(address.to_string()),
        Host::Ipv6(address) => Some(address.to_canonical().to_string()),
        Host::Domain(name) if name.is_empty() => None,
        Host::Domain(name) => Some(canonical_domain(&name).map(Cow::into_owned).unwrap_or(name)),
    }
}

/// Text that the parser gives back unchanged, or that it has to read once more.
enum Settled {
    Yes(String),
    No(String),
}

impl Settled {
    fn text(&self) -> &str {
        match self {
            Settled::Yes(text) | Settled::No(text) => text,
        }
    }
}

/// Reads the text once, and writes it.
fn round(value: &str) -> Result<Settled, CanonicalError> {
    if let Some(file) = File::parse(value) {
        let File { host, rest } = file.map_err(|cause| error(reason(cause)))?;
        let origin = host.map_or("file://".to_owned(), |host| format!("file://{host}"));
        return written(&origin, Cow::Owned(rest), value);
    }
    let mut url = Url::parse(value).map_err(|cause| error(reason(cause)))?;
    if is_host_and_port(&url) {
        return Err(error("no scheme"));
    }
    if Defanged::at_start_of(url.as_str()).is_some() {
        return Err(error("a defanged scheme"));
    }
    let has_user = !url.username().is_empty() || url.password().is_some();
    if has_user && (url.set_password(None).is_err() || url.set_username("").is_err()) {
        return Err(error("the user name cannot be removed"));
    }
    written(&url[..Position::BeforePath], rest_of(&url), url.as_str())
}

/// The parts in one spelling of percent-encoding and without marks; settled where that is what was `read`.
fn written(origin: &str, rest: Cow<'_, str>, read: &str) -> Result<Settled, CanonicalError> {
    let origin = percent::normalized(origin);
    if first_mark(&origin).is_some() {
        return Err(error("the host holds a mark of defanging"));
    }
    let rest = percent::normalized(&rest);
    let text = format!("{origin}{}", without_marks(&rest));
    Ok(if text == read { Settled::Yes(text) } else { Settled::No(text) })
}

/// The path, the query and the fragment. Two rules of the standard are younger than the parser: `^` is
/// encoded in a path, and so is a space that ends an opaque one.
fn rest_of(url: &Url) -> Cow<'_, str> {
    let (path, tail) = (&url[Position::BeforePath..Position::AfterPath], &url[Position::AfterPath..]);
    if url.cannot_be_a_base() {
        return match path.strip_suffix(' ') {
            Some(path) if !tail.is_empty() => Cow::Owned(format!("{path}%20{tail}")),
            _ => Cow::Borrowed(&url[Position::BeforePath..]),
        };
    }
    if path.contains('^') {
        return Cow::Owned(format!("{}{tail}", path.replace('^', "%5E")));
    }
    Cow::Borrowed(&url[Position::BeforePath..])
}

/// `example.org:8080/path` reads as a URL of the scheme `example.org`; no such scheme is registered.
fn is_host_and_port(url: &Url) -> bool {
    let scheme = url.scheme();
    if !url.cannot_be_a_base() || !(scheme.contains('.') || scheme == "localhost") {
        return false;
    }
    let port = url.path().split(['/', '?', '#']).next().unwrap_or_default();
    !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit())
}

/// Percent-encodes the first character of every mark.
fn without_marks(text: &str) -> Cow<'_, str> {
    let Some(first) = first_mark(text) else {
        return Cow::Borrowed(text);
    };
    let mut out = String::with_capacity(text.len() + 8);
    let (mut from, mut next) = (0, Some(first));
    while let Some(at) = next {
        out.push_str(text.get(from..at).unwrap_or_default());
        percent::push_encoded(&mut out, text.as_bytes().get(at).copied().unwrap_or_default());
        from = at + 1;
        next = next_mark(text.as_bytes(), from).map(|(at, _)| at);
    }
    out.push_str(text.get(from..).unwrap_or_default());
    Cow::Owned(out)
}

fn reason(cause: ParseError) -> &'static str {
    match cause {
        ParseError::EmptyHost => "no host",
        ParseError::IdnaError => "the host is not an internationalised name (UTS #46)",
        ParseError::InvalidPort => "the port is not a number up to 65535",
        ParseError::InvalidIpv4Address => "the host is not an IPv4 address",
        ParseError::InvalidIpv6Address => "the host is not an IPv6 address",
        ParseError::InvalidDomainCharacter => "the host holds a forbidden character",
        ParseError::RelativeUrlWithoutBase => "no scheme",
        ParseError::Overflow => "too long",
        _ => "not a URL",
    }
}

fn error(reason: &'static str) -> CanonicalError {
    CanonicalError::new(Kind::Url, reason)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn ok(raw: &str) -> String {
        canonical_url(raw).unwrap().into_owned()
    }

    #[test]
    fn spellings_of_one_url() {
        for raw in [
            "http://example.org/a/~b?q=%2F#f",
            " HTTP://EXAMPLE.org:80/a/./x/../%7Eb?q=%2f#f ",
            "http://alice:secret@example.org/a/%7eb?q=%2F#f",
            "http:\\\\example.org\\a\\~b?q=%2F#f",
        ] {
            assert_eq!(ok(raw), "http://example.org/a/~b?q=%2F#f", "{raw}");
        }
        assert_eq!(ok("https://bücher.example"), "https://xn--bcher-kva.example/");
        assert_eq!(ok("http://0x7f.1/"), "http://127.0.0.1/");
        assert_eq!(ok("data:text/plain,a%2d"), "data:text/plain,a-");
        assert_eq!(ok("ssh://git@Example.org/x"), "ssh://Example.org/x");
        assert!(matches!(canonical_url("http://example.org/"), Ok(Cow::Borrowed(_))));
    }

    #[test]
    fn marks_of_defanging_are_encoded() {
        assert_eq!(ok("http://example.org/[.]?(dot)"), "http://example.org/%5B.]?%28dot)");
        assert_eq!(ok("http://example.org/[%2e]"), "http://example.org/%5B.]");
        assert_eq!(ok("http://example.org/[a]"), "http://example.org/[a]");
        assert_eq!(ok("javascript:a dot b"), "javascript:a%20dot b");
        assert!(canonical_url("http://example(dot)org/").is_err());
        assert!(canonical_url("hxxp://example.org/").is_err());
    }

    #[test]
    fn others_are_refused() {
        for raw in [
            "",
            "example.org",
            "//example.org",
            "example.org:8080/x",
            "localhost:80",
            "http://",
            "http://a b/",
        ] {
            assert!(canonical_url(raw).is_err(), "{raw}");
        }
        for raw in ["http://[::1", "http://a:99999/", "http://1.2.3.256/", "http://xn--a/"] {
            assert!(canonical_url(raw).is_err(), "{raw}");
        }
        assert_eq!(canonical_url(&"a".repeat(65537)).unwrap_err().reason, "too long");
        // Encoding makes it longer than what is taken again.
        assert!(canonical_url(&format!("http://a/{}", "é".repeat(20_000))).is_err());
    }

    #[test]
    fn hosts() {
        assert_eq!(url_host("http://example.org.:81/").as_deref(), Some("example.org"));
        assert_eq!(url_host("http://[::ffff:192.0.2.1]/").as_deref(), Some("192.0.2.1"));
        assert_eq!(url_host("http://[2001:db8::1]/").as_deref(), Some("2001:db8::1"));
        assert_eq!(url_host("data:x"), None);
        assert_eq!(url_host("file:///x"), None);
    }

    proptest! {
        #[test]
        fn once_is_enough(
            scheme in "(http|file|foo|javascript)(:|://|:///)",
            host in "[a-fA-F%0-9@:.\\[\\]() |\\\\]{0,9}",
            path in "(/[a-c%0-9A-F./|:]{0,12}){0,3}",
            rest in "([?#][%a-f0-9\\[\\]. dot{}()]{0,12}){0,2}",
        ) {
            let raw = format!("{scheme}{host}{path}{rest}");
            if let Ok(once) = canonical_url(&raw) {
                prop_assert_eq!(canonical_url(&once).map(Cow::into_owned), Ok(once.to_string()));
            }
        }
    }
}
