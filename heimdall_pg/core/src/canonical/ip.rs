//! IPv4 and IPv6 addresses: the text of RFC 5952, one address one text.

pub(super) mod v6;

use std::borrow::Cow;
use std::net::Ipv4Addr;

use super::limit::trimmed;
use super::{CanonicalError, Kind};
use v6::Rfc5952;

/// The canonical text of an address.
///
/// IPv6 is written as RFC 5952 says; an IPv4-mapped IPv6 address becomes the IPv4 address. Square brackets
/// around the address are dropped. A zone (RFC 4007, `fe80::1%eth0`) is kept as it is, because the same
/// link-local address on two links is two addresses. Ports, prefix lengths, octal and short IPv4 forms are
/// refused: programs disagree on what they mean.
pub fn canonical_ip(raw: &str) -> Result<Cow<'_, str>, CanonicalError> {
    let value = trimmed(Kind::Ip, raw)?;
    let value = match value.strip_prefix('[') {
        Some(inside) => inside.strip_suffix(']').ok_or_else(|| refusal(value))?,
        None => value,
    };
    // An IPv6 address has its first colon right behind its first group.
    if !value.as_bytes().iter().take(5).any(|&byte| byte == b':') {
        // Without leading zeros or short forms there is one text an IPv4 address: what parses is canonical.
        return match value.parse::<Ipv4Addr>() {
            Ok(_) => Ok(Cow::Borrowed(value)),
            Err(_) => Err(refusal(value)),
        };
    }
    let (parsed, zone) = match v6::parse(value) {
        Some(parsed) => (parsed, None),
        None => {
            let (address, zone) = value.split_once('%').ok_or_else(|| refusal(value))?;
            (v6::parse(address).ok_or_else(|| refusal(address))?, Some(zone))
        }
    };
    if parsed.bits >> 32 == 0xffff {
        // Where it has an IPv4 part, that is the one text of the IPv4 address.
        return match (zone, parsed.dotted) {
            (Some(_), _) => Err(error("an IPv4-mapped address with a zone")),
            (None, Some(at)) => Ok(Cow::Borrowed(value.get(at..).unwrap_or_default())),
            (None, None) => Ok(Cow::Owned(Ipv4Addr::from(parsed.bits as u32).to_string())),
        };
    }
    if zone.is_some_and(|zone| !is_zone(zone)) {
        return Err(error("the zone is not a name"));
    }
    if parsed.canonical {
        return Ok(Cow::Borrowed(value));
    }
    let text = Rfc5952::of(parsed.bits);
    let text = text.as_str();
    Ok(Cow::Owned(match zone {
        Some(zone) => format!("{text}%{zone}"),
        None => text.to_owned(),
    }))
}

/// Unreserved characters of RFC 3986, as RFC 6874 has it for zones.
fn is_zone(zone: &str) -> bool {
    !zone.is_empty()
        && zone.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_' | b'~'))
}

fn error(reason: &'static str) -> CanonicalError {
    CanonicalError::new(Kind::Ip, reason)
}

/// Says which rule a text breaks that is not an address; not on the path of good values.
#[cold]
fn refusal(value: &str) -> CanonicalError {
    if value.contains('/') {
        return error("a network, not an address");
    }
    let numeric = value.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    if numeric && value.split('.').any(|part| part.len() > 1 && part.starts_with('0')) {
        return error("an IPv4 part has a leading zero");
    }
    if numeric && value.split('.').count() < 4 {
        return error("an IPv4 address has four parts");
    }
    let host = value.rsplit_once(':').map_or("", |(host, _)| host);
    if host.parse::<Ipv4Addr>().is_ok() || value.contains("]:") {
        return error("a port is not part of an address");
    }
    error("neither an IPv4 nor an IPv6 address")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::net::Ipv6Addr;

    fn ok(raw: &str) -> String {
        canonical_ip(raw).unwrap().into_owned()
    }

    fn reason(raw: &str) -> &'static str {
        canonical_ip(raw).unwrap_err().reason
    }

    #[test]
    fn equal_addresses_have_one_text() {
        assert_eq!(ok(" 192.0.2.1\n"), "192.0.2.1");
        for raw in ["2001:DB8::1", "2001:0db8:0:0:0:0:0:1", "[2001:db8::1]", "2001:db8:0:0::1"] {
            assert_eq!(ok(raw), "2001:db8::1");
        }
        for raw in ["::ffff:192.0.2.1", "::FFFF:c000:201", "0:0:0:0:0:ffff:192.0.2.1"] {
            assert_eq!(ok(raw), "192.0.2.1");
        }
        assert_eq!(ok("::"), "::");
        assert_eq!(ok("0:0:0:0:0:0:0:1"), "::1");
        assert_eq!(ok("1:0:0:0:0:0:0:0"), "1::");
        assert_eq!(ok("2001:db8:0:1:1:1:1:1"), "2001:db8:0:1:1:1:1:1");
        assert_eq!(ok("2001:0:0:1:0:0:0:1"), "2001:0:0:1::1");
        assert_eq!(ok("FE80::1%eth0.1"), "fe80::1%eth0.1");
    }

    #[test]
    fn canonical_input_is_borrowed() {
        for raw in ["192.0.2.1", "2001:db8::1", "fe80::1%eth0", "[::1]", "::ffff:192.0.2.1"] {
            assert!(matches!(canonical_ip(raw), Ok(Cow::Borrowed(_))), "{raw}");
        }
    }

    #[test]
    fn other_things_are_refused_with_the_rule() {
        assert_eq!(reason("127.1"), "an IPv4 address has four parts");
        assert_eq!(reason("010.0.0.1"), "an IPv4 part has a leading zero");
        assert_eq!(reason("192.0.2.1:443"), "a port is not part of an address");
        assert_eq!(reason("[::1]:443"), "a port is not part of an address");
        assert_eq!(reason("192.0.2.0/24"), "a network, not an address");
        assert_eq!(reason("fe80::1%"), "the zone is not a name");
        assert_eq!(reason("fe80::1%a b"), "the zone is not a name");
        assert_eq!(reason("::ffff:192.0.2.1%eth0"), "an IPv4-mapped address with a zone");
        assert_eq!(reason(&"1".repeat(65)), "too long");
        assert_eq!(reason("  "), "empty");
        for raw in ["256.1.1.1", "1.2.3.4.5", "::1::", "g::1", "[::1", "192.0.2.1%eth0", "0x7f.0.0.1"] {
            assert!(canonical_ip(raw).is_err(), "{raw}");
        }
    }

    proptest! {
        #[test]
        fn agrees_with_the_standard_library(bits in any::<u128>(), holes in any::<u8>()) {
            let mut groups = Ipv6Addr::from(bits).segments();
            for (index, group) in groups.iter_mut().enumerate() {
                *group = if holes >> index & 1 == 1 { 0 } else { *group };
            }
            let address = Ipv6Addr::from(groups);
            prop_assert_eq!(ok(&address.to_string()), address.to_canonical().to_string());
        }
    }
}
