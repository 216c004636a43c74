//! What a canonical value holds that is a value of its own: the host of a URL, the registrable domain of a host.

use std::borrow::Cow;

use super::domain::registrable_domain;
use super::{Kind, canonical};

/// The host of a canonical URL, canonical itself: an address or a domain name. `None` where the URL names none,
/// or one that is neither.
pub fn url_host(url: &str) -> Option<(Kind, Cow<'_, str>)> {
    let (_, rest) = url.split_once("://")?;
    let authority = rest.split(['/', '?', '#']).next()?;
    let authority = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let host = match authority.strip_prefix('[') {
        Some(bracketed) => bracketed.split_once(']')?.0,
        None => authority.split_once(':').map_or(authority, |(host, _)| host),
    };
    [Kind::Ip, Kind::Domain].into_iter().find_map(|kind| Some((kind, canonical(kind, host).ok()?)))
}

/// True where a URL, in any spelling, names a user or a password.
pub fn has_user_information(raw: &str) -> bool {
    let Some((_, rest)) = raw.split_once(':') else { return false };
    let rest = rest.trim_start_matches(['/', '\\', '[', ']', ':']);
    rest.split(['/', '\\', '?', '#']).next().is_some_and(|authority| authority.contains('@'))
}

/// The registrable domain above a canonical domain name; `None` where the name is that domain itself or a public
/// suffix.
pub fn parent_domain(domain: &str) -> Option<Cow<'_, str>> {
    registrable_domain(domain).filter(|registrable| registrable != domain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts() {
        let host = |url| url_host(url).map(|(kind, host)| (kind, host.into_owned()));
        let some = |kind, host: &str| Some((kind, host.to_owned()));
        assert_eq!(host("https://www.example.org/a?b=//c"), some(Kind::Domain, "www.example.org"));
        assert_eq!(host("https://www.example.org:8443"), some(Kind::Domain, "www.example.org"));
        assert_eq!(host("http://192.0.2.1:8080/"), some(Kind::Ip, "192.0.2.1"));
        assert_eq!(host("http://[2001:db8::1]:8080/"), some(Kind::Ip, "2001:db8::1"));
        assert_eq!(host("http://[::ffff:c000:201]/"), some(Kind::Ip, "192.0.2.1"));
        assert_eq!(host("ssh://git@example.org/x"), some(Kind::Domain, "example.org"));
        for none in ["mailto:ada@example.org", "file:///etc/passwd", "urn:isbn:1", "foo://a b/", "http://["] {
            assert_eq!(host(none), None, "{none}");
        }
    }

    #[test]
    fn user_information() {
        for raw in ["http://ada@h/", "HTTP:\\\\ada:secret@h", "ftp://ada:@h", "hxxp[://]ada@h[.]example"] {
            assert!(has_user_information(raw), "{raw}");
        }
        for raw in ["http://h/@ada", "http://h?q=a@b", "h", "https://h/#a@b"] {
            assert!(!has_user_information(raw), "{raw}");
        }
    }

    #[test]
    fn parents() {
        assert_eq!(parent_domain("a.b.example.co.uk").as_deref(), Some("example.co.uk"));
        for none in ["example.co.uk", "co.uk", "localhost"] {
            assert_eq!(parent_domain(none), None, "{none}");
        }
    }
}
