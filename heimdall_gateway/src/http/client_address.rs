//! Where a request comes from.

use std::net::{IpAddr, SocketAddr};

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};

use crate::config::Network;

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// The client's address: the peer's, or where the peer is one of `HMD_TRUSTED_PROXIES`, the one that it names. Every request has
/// it among its extensions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClientAddress(pub IpAddr);

impl ClientAddress {
    /// Of a request with those headers. The last address that is no proxy's counts: those before it are what the client says.
    /// `X-Forwarded-For` goes before `Forwarded` (RFC 7239): a proxy that writes the one hands on what it gets of the other.
    pub fn of(peer: IpAddr, headers: &HeaderMap, network: &Network) -> ClientAddress {
        let mut address = peer;
        for named in named(headers).iter().rev() {
            if !network.trusts(address) {
                break;
            }
            match named {
                Some(named) => address = *named,
                None => break,
            }
        }
        ClientAddress(address)
    }
}

/// The addresses that proxies name, nearest last; none where it is no address.
fn named(headers: &HeaderMap) -> Vec<Option<IpAddr>> {
    if headers.contains_key(X_FORWARDED_FOR) {
        return elements(headers, X_FORWARDED_FOR).map(address).collect();
    }
    elements(headers, header::FORWARDED)
        .map(|element| {
            let mut pairs = element.split(';').filter_map(|pair| pair.split_once('='));
            let (_, node) = pairs.find(|(name, _)| name.trim().eq_ignore_ascii_case("for"))?;
            address(node)
        })
        .collect()
}

/// Cut before they are read: what a client wrote before a proxy's own words need not be text, and takes none of them away.
fn elements(headers: &HeaderMap, name: HeaderName) -> impl Iterator<Item = &str> {
    let values = headers.get_all(name).into_iter().map(HeaderValue::as_bytes);
    let parts = values.flat_map(|value| value.split(|byte| *byte == b','));
    parts.map(|part| std::str::from_utf8(part).unwrap_or_default())
}

/// An address, with or without a port, quotes and brackets.
fn address(text: &str) -> Option<IpAddr> {
    let text = text.trim().trim_matches('"');
    let with_port = || text.parse::<SocketAddr>().map(|socket| socket.ip()).ok();
    let bare = text.trim_start_matches('[').trim_end_matches(']');
    bare.parse().ok().or_else(with_port).map(|address: IpAddr| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(peer: &str, headers: &[(&'static str, &str)]) -> String {
        let network = Network { proxies: vec!["10.0.0.0/8".parse().unwrap()], ..Network::default() };
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(HeaderName::from_static(name), HeaderValue::from_bytes(value.as_bytes()).unwrap());
        }
        ClientAddress::of(peer.parse().unwrap(), &map, &network).0.to_string()
    }

    #[test]
    fn only_a_proxy_is_believed() {
        assert_eq!(client("192.0.2.1", &[("x-forwarded-for", "198.51.100.7")]), "192.0.2.1");
        assert_eq!(client("10.0.0.1", &[("x-forwarded-for", "198.51.100.7")]), "198.51.100.7");
        assert_eq!(client("10.0.0.1", &[]), "10.0.0.1");
    }

    #[test]
    fn what_the_client_says_of_itself_does_not_count() {
        assert_eq!(
            client("10.0.0.1", &[("x-forwarded-for", "203.0.113.9, 198.51.100.7, 10.0.0.2")]),
            "198.51.100.7"
        );
        assert_eq!(
            client("10.0.0.1", &[("x-forwarded-for", "203.0.113.9"), ("x-forwarded-for", "198.51.100.7")]),
            "198.51.100.7"
        );
        assert_eq!(
            client("10.0.0.1", &[("forwarded", "for=203.0.113.9"), ("x-forwarded-for", "198.51.100.7")]),
            "198.51.100.7"
        );
    }

    #[test]
    fn a_client_that_writes_no_text_does_not_hide_behind_the_proxy() {
        assert_eq!(client("10.0.0.1", &[("x-forwarded-for", "\u{e9}, 198.51.100.7")]), "198.51.100.7");
        assert_eq!(client("10.0.0.1", &[("forwarded", "for=\"\u{e9}\", for=198.51.100.7")]), "198.51.100.7");
    }

    #[test]
    fn nothing_beyond_what_is_no_address_counts() {
        assert_eq!(client("10.0.0.1", &[("x-forwarded-for", "198.51.100.7, unknown")]), "10.0.0.1");
        assert_eq!(client("10.0.0.1", &[("x-forwarded-for", "198.51.100.7, unknown, 10.0.0.2")]), "10.0.0.2");
    }

    #[test]
    fn addresses_are_written_in_many_ways() {
        for value in [
            "for=\"[2001:db8::1]:4711\"",
            "by=10.0.0.1;For=\"[2001:db8::1]\";proto=https",
            "for=203.0.113.9, for=\"[2001:db8::1]\"",
        ] {
            assert_eq!(client("10.0.0.1", &[("forwarded", value)]), "2001:db8::1", "{value}");
        }
        assert_eq!(client("10.0.0.1", &[("x-forwarded-for", "198.51.100.7:4711")]), "198.51.100.7");
        assert_eq!(client("10.0.0.1", &[("x-forwarded-for", "::ffff:198.51.100.7")]), "198.51.100.7");
    }
}
