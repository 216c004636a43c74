//! Protocols over IP, by the names and numbers of the IANA registry "Assigned Internet Protocol Numbers".

use std::borrow::Cow;

use super::limit::trimmed;
use super::{CanonicalError, Kind};

/// Number, name in logs, and other names of the same.
const PROTOCOLS: [(u8, &str, &[&str]); 25] = [
    (0, "hopopt", &[]),
    (1, "icmp", &["icmpv4", "icmp4"]),
    (2, "igmp", &[]),
    (4, "ipip", &["ipv4", "ip-in-ip", "ipencap"]),
    (6, "tcp", &[]),
    (8, "egp", &[]),
    (17, "udp", &[]),
    (33, "dccp", &[]),
    (41, "ipv6", &[]),
    (43, "ipv6-route", &[]),
    (44, "ipv6-frag", &[]),
    (46, "rsvp", &[]),
    (47, "gre", &[]),
    (50, "esp", &[]),
    (51, "ah", &[]),
    (58, "icmpv6", &["ipv6-icmp", "icmp6"]),
    (59, "ipv6-nonxt", &[]),
    (60, "ipv6-opts", &[]),
    (88, "eigrp", &[]),
    (89, "ospf", &["ospfigp"]),
    (103, "pim", &[]),
    (112, "vrrp", &[]),
    (115, "l2tp", &[]),
    (132, "sctp", &[]),
    (136, "udplite", &["udp-lite"]),
];

/// The canonical text of a protocol: its name in lower case, or its number where it has no name here.
pub fn canonical_protocol(raw: &str) -> Result<Cow<'_, str>, CanonicalError> {
    let error = |reason| Err(CanonicalError::new(Kind::Protocol, reason));
    let value = trimmed(Kind::Protocol, raw)?;
    if value.bytes().all(|b| b.is_ascii_digit()) {
        if value.len() > 1 && value.starts_with('0') {
            return error("a leading zero");
        }
        let Ok(number) = value.parse::<u8>() else {
            return error("more than 255");
        };
        let known = PROTOCOLS.iter().find(|(known, ..)| *known == number);
        return Ok(Cow::Borrowed(known.map_or(value, |(_, name, _)| name)));
    }
    let is = |name: &&str| name.eq_ignore_ascii_case(value);
    match PROTOCOLS.iter().find(|(_, name, others)| is(name) || others.iter().any(is)) {
        Some((_, name, _)) => Ok(Cow::Borrowed(name)),
        None => error("no protocol over IP is known by that name"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_numbers() {
        for (raw, name) in [
            ("TCP", "tcp"),
            ("6", "tcp"),
            (" udp ", "udp"),
            ("17", "udp"),
            ("IPv6-ICMP", "icmpv6"),
            ("58", "icmpv6"),
            ("ICMP", "icmp"),
            ("GRE", "gre"),
            ("sctp", "sctp"),
            ("253", "253"),
        ] {
            assert_eq!(canonical_protocol(raw).unwrap(), name, "{raw}");
        }
        for raw in ["", "256", "06", "-1", "http", "tcp/udp"] {
            assert!(canonical_protocol(raw).is_err(), "{raw}");
        }
    }

    #[test]
    fn every_name_is_its_own() {
        for (number, name, others) in PROTOCOLS {
            assert_eq!(canonical_protocol(name).unwrap(), name);
            assert_eq!(canonical_protocol(&number.to_string()).unwrap(), name);
            assert!(others.iter().all(|other| canonical_protocol(other).unwrap() == name));
        }
    }
}
