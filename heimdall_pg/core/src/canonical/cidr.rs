//! Networks: an address and a prefix length (RFC 4632, RFC 4291 2.3), the address as RFC 5952 writes it.

use std::borrow::Cow;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::ip::{canonical_ip, v6};
use super::limit::trimmed;
use super::{CanonicalError, Kind};

/// Bits before the IPv4 address in an IPv4-mapped IPv6 address.
const MAPPED: u32 = 96;

/// The canonical text of a network, which PostgreSQL takes as `cidr`.
///
/// An IPv4-mapped IPv6 network becomes the IPv4 network. An address without a prefix length is no network,
/// and neither is one with bits set past it: which of the two was meant cannot be told.
pub fn canonical_cidr(raw: &str) -> Result<Cow<'_, str>, CanonicalError> {
    network(raw, false)
}

/// The canonical text of the network in which an address lies: as [`canonical_cidr`], but bits past the prefix
/// length are cleared (`10.0.0.1/8` gives `10.0.0.0/8`). For sources that write interfaces for networks.
pub fn canonical_cidr_cleared(raw: &str) -> Result<Cow<'_, str>, CanonicalError> {
    network(raw, true)
}

fn network(raw: &str, clear: bool) -> Result<Cow<'_, str>, CanonicalError> {
    let value = trimmed(Kind::Cidr, raw)?;
    let (address, length) = value.split_once('/').ok_or(error("an address without a prefix length"))?;
    if address.contains(['%', '[']) || address.trim_ascii() != address {
        return Err(error("a network has neither a zone nor brackets nor white space"));
    }
    let text = canonical_ip(address).map_err(|cause| error(cause.reason))?;
    let parsed = match v6::parse(address) {
        Some(v6) => IpAddr::V6(Ipv6Addr::from_bits(v6.bits)),
        None => IpAddr::V4(address.parse().map_err(|_| error("not an address"))?),
    };
    let prefix = prefix_length(length)?;
    let (width, host) = match parsed {
        IpAddr::V4(v4) => (32, u128::from(v4.to_bits()) << 96),
        IpAddr::V6(v6) => (128, v6.to_bits()),
    };
    if prefix > width {
        return Err(error("the prefix length is more than the address has bits"));
    }
    if host.checked_shl(prefix).unwrap_or(0) != 0 {
        if !clear {
            return Err(error("host bits are set past the prefix length"));
        }
        let cleared = format!("{}/{prefix}", without_host_bits(parsed, prefix));
        return canonical_cidr(&cleared).map(|text| Cow::Owned(text.into_owned()));
    }
    if text == address {
        return Ok(Cow::Borrowed(value));
    }
    // A mapped address has bits set right before the IPv4 part: what is left here is at least that long.
    let mapped = parsed.is_ipv6() && !text.contains(':');
    let prefix = if mapped { prefix.saturating_sub(MAPPED) } else { prefix };
    Ok(Cow::Owned(format!("{text}/{prefix}")))
}

fn without_host_bits(address: IpAddr, prefix: u32) -> IpAddr {
    match address {
        IpAddr::V4(v4) => {
            let mask = u32::MAX.checked_shl(u32::BITS.saturating_sub(prefix)).unwrap_or(0);
            Ipv4Addr::from_bits(v4.to_bits() & mask).into()
        }
        IpAddr::V6(v6) => {
            let mask = u128::MAX.checked_shl(u128::BITS.saturating_sub(prefix)).unwrap_or(0);
            Ipv6Addr::from_bits(v6.to_bits() & mask).into()
        }
    }
}

fn prefix_length(text: &str) -> Result<u32, CanonicalError> {
    if text.is_empty() || text.len() > 3 || !text.bytes().all(|b| b.is_ascii_digit()) {
        return Err(error("the prefix length is not a number"));
    }
    if text.len() > 1 && text.starts_with('0') {
        return Err(error("the prefix length has a leading zero"));
    }
    text.parse().map_err(|_| error("the prefix length is not a number"))
}

fn error(reason: &'static str) -> CanonicalError {
    CanonicalError::new(Kind::Cidr, reason)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::net::Ipv6Addr;

    fn ok(raw: &str) -> String {
        canonical_cidr(raw).unwrap().into_owned()
    }

    #[test]
    fn spellings_of_one_network() {
        assert_eq!(ok(" 192.0.2.0/24\n"), "192.0.2.0/24");
        assert_eq!(ok("2001:0DB8:0::/32"), "2001:db8::/32");
        assert_eq!(ok("::ffff:192.0.2.0/120"), "192.0.2.0/24");
        assert_eq!(ok("::ffff:0:0/96"), "0.0.0.0/0");
        assert_eq!(ok("0.0.0.0/0"), "0.0.0.0/0");
        assert_eq!(ok("::/0"), "::/0");
        assert_eq!(ok("192.0.2.1/32"), "192.0.2.1/32");
        assert_eq!(ok("2001:DB8::1/128"), "2001:db8::1/128");
        assert!(matches!(canonical_cidr("2001:db8::/32"), Ok(Cow::Borrowed(_))));
    }

    #[test]
    fn host_bits_are_cleared_where_that_is_asked_for() {
        for (raw, text) in [
            ("10.0.0.1/8", "10.0.0.0/8"),
            ("10.0.0.0/8", "10.0.0.0/8"),
            ("192.0.2.1/0", "0.0.0.0/0"),
            ("192.0.2.1/32", "192.0.2.1/32"),
            ("2001:DB8::1/64", "2001:db8::/64"),
            ("2001:db8::1/0", "::/0"),
            ("::ffff:192.0.2.1/120", "192.0.2.0/24"),
            ("::ffff:192.0.2.1/95", "::fffe:0:0/95"),
        ] {
            assert_eq!(canonical_cidr_cleared(raw).unwrap(), text, "{raw}");
        }
        for raw in ["10.0.0.1", "10.0.0.1/33", "10.0.0.1/08", "x/8", ""] {
            assert!(canonical_cidr_cleared(raw).is_err(), "{raw}");
        }
    }

    #[test]
    fn others_are_refused_with_the_rule() {
        for (raw, reason) in [
            ("192.0.2.0", "an address without a prefix length"),
            ("192.0.2.1/24", "host bits are set past the prefix length"),
            ("2001:db8::1/64", "host bits are set past the prefix length"),
            ("::ffff:0:0/95", "host bits are set past the prefix length"),
            ("0.0.0.0/33", "the prefix length is more than the address has bits"),
            ("::/129", "the prefix length is more than the address has bits"),
            ("10.0.0.0/08", "the prefix length has a leading zero"),
            ("10.0.0.0/255.0.0.0", "the prefix length is not a number"),
            ("10.0.0.0/", "the prefix length is not a number"),
            ("10.0.0.0/+8", "the prefix length is not a number"),
            ("10.0.0/8", "an IPv4 address has four parts"),
            ("10.0.0.0 /8", "a network has neither a zone nor brackets nor white space"),
            ("fe80::%eth0/10", "a network has neither a zone nor brackets nor white space"),
            ("", "empty"),
        ] {
            assert_eq!(canonical_cidr(raw).unwrap_err(), error(reason), "{raw}");
        }
    }

    proptest! {
        #[test]
        fn every_network_has_one_text(bits in any::<u128>(), prefix in 0u32..=128) {
            let network = Ipv6Addr::from(bits & u128::MAX.checked_shl(128 - prefix).unwrap_or(0));
            let groups = network.segments().map(|group| format!("{group:04X}")).join(":");
            let text = ok(&format!("{network}/{prefix}"));
            prop_assert_eq!(&text, &ok(&format!("{groups}/{prefix}")));
            prop_assert_eq!(&text, &ok(&text));
        }

        #[test]
        fn mapped_networks_are_ipv4(bits in any::<u32>(), prefix in 0u32..=32) {
            let network = Ipv4Addr::from(bits & u32::MAX.checked_shl(32 - prefix).unwrap_or(0));
            let mapped = format!("::ffff:{network}/{}", prefix + 96);
            prop_assert_eq!(ok(&mapped), format!("{network}/{prefix}"));
        }
    }
}
